"""The forcing panel: each token's loss after right words and after own ones; a wrong token."""

import ipywidgets

from lablib.seq2seq.compute.forcing import Forcing, Slip, slip, teacher_forcing
from lablib.seq2seq.figures import forcing as figures
from lablib.widgets import AnyModel, Drawing, LivePanel, PlotPlace, TextInput, as_choice
from lablib.widgets.controls import slider, text_line
from lablib.widgets.html import escape
from lablib.widgets.layout import mark_main


class ForcingPanel(LivePanel):
    """Compare a right answer's losses both ways, and force one wrong token.

    `result` and `slip` are what is drawn, None before the first.

    Args:
        text: the text at the start, its prefix included; it can be edited.
        target: the right answer; it can be edited.
        place: where the wrong token is forced, from 1.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "models, seq2seq as ss"
    stand_in = "forcing"
    quiet_seconds = 0.2
    result: Forcing | None = None
    slip: Slip | None = None

    def __init__(
        self,
        text: str = "number: twenty thousand and seven",
        target: str = "20007",
        place: int = 2,
        model: AnyModel = None,
    ) -> None:
        self.text = TextInput(value=text, label="Text, with its prefix")
        self.target = text_line("Right answer", target, width="100%", label=100)
        self.wrong = slider("Wrong token", place, 1, max(place, 8), width=400, label=100)
        self.place, self.words = PlotPlace(), ipywidgets.HTML()
        self.table, self.slipped = ipywidgets.HTML(), ipywidgets.HTML()
        mark_main(self.target, self.place)
        super().__init__(
            "The right words, or its own",
            "In training a decoder reads the right words. When it writes, it reads its own.",
            [
                self.text, self.target, self.place, self.words, self.wrong, self.table,
                self.slipped,
            ],
            controls=[self.text, self.target, self.wrong],
            choice=as_choice(model, "seq2seq"),
        )  # fmt: skip

    def draw(self) -> Drawing:
        """Compute both losses, then what follows a wrong token."""
        m = self.model()
        yield None
        self.result = found = teacher_forcing(m, self.text.value, self.target.value)
        self.text.note = found.own.note
        figures.draw_losses(self.open_plot(figures.losses_plot), found)
        self.words.value = escape(figures.forcing_words(found))
        yield None
        place = min(self.wrong.value, len(found.own.steps)) - 1
        self.slip = slip(m, self.text.value, place)
        self.table.value = figures.slip_table(self.slip)
        self.slipped.value = escape(figures.slip_words(self.slip))

    def clear(self) -> None:
        """Take the words away; the next picture brings new ones."""
        self.result, self.slip = None, None
        self.words.value = self.table.value = self.slipped.value = ""

    def code_lines(self) -> str:
        """Both losses, and the text after the wrong token."""
        if self.slip is None:
            return ""
        return (
            f"text = {self.text.value!r}\n"
            f"found = ss.teacher_forcing(m, text, {self.target.value!r})\n"
            f"wrong = ss.slip(m, text, place={self.slip.place})\n"
            "found.forced, found.free, wrong.after.text"
        )


forcing_panel = ForcingPanel
