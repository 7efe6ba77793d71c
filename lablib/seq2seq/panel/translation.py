"""The translation panel: type a text, and see what it becomes, token by token, and why."""

from typing import Any

import ipywidgets
from torch import Tensor

from lablib.seq2seq.compute.translation import Translation, translate
from lablib.seq2seq.figures import translation as figures
from lablib.widgets import AnyModel, Drawing, LivePanel, PlotPlace, TextInput, TokenStrip, as_choice
from lablib.widgets.controls import dropdown, slider
from lablib.widgets.guess_view import GuessView
from lablib.widgets.html import escape
from lablib.widgets.layout import beside, in_row, mark_main
from lablib.widgets.tokens import token_dicts

MEAN = "mean of all"


class TranslatePanel(LivePanel):
    """Type a text, and see what the model writes, how sure it is, and where it looked.

    `result` is what is drawn, None before the first.

    Args:
        text: the text at the start, its prefix included; it can be edited.
        beams: how many texts go on from each step.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "models, seq2seq as ss"
    stand_in = "translation"
    quiet_seconds = 0.2
    result: Translation | None = None

    def __init__(
        self,
        text: str = "translate English to French: I am cold.",
        beams: int = 1,
        model: AnyModel = None,
    ) -> None:
        self.text = TextInput(value=text, label="Text, with its prefix")
        self.beams = slider("Beams", beams, 1, 8, width=230)
        self.penalty = slider("Length penalty", 1.0, 0.0, 3.0, 0.1, width=310, label=125)
        self.by_head = dropdown("Head", [MEAN], width=240)
        self.words, self.looked = ipywidgets.HTML(), ipywidgets.HTML()
        self.target = TokenStrip(
            value_label="probability", selection="one", label="What it writes", legend=False
        )
        self.source = TokenStrip(value_label="attention", label="What it read", legend=False)
        self.place, self.view = PlotPlace(), GuessView(label="What could have stood there")
        picture = ipywidgets.VBox(
            [self.target, beside(self.place, self.view, widths=(480, 320))],
            layout={"width": "100%"},
        )
        mark_main(self.text, picture)
        super().__init__(
            "One text becomes another",
            "Click a token of what it writes: the matrix says where it looked, the bars what else "
            "was possible.",
            [
                self.text, in_row(self.beams, self.penalty, self.by_head), self.words, picture,
                self.looked, self.source,
            ],
            controls=[self.text, self.beams, self.penalty],
            choice=as_choice(model, "seq2seq"),
        )  # fmt: skip
        self.target.observe(lambda _: self._show(), "selected")
        self.by_head.observe(lambda _: self._show(), "value")

    def draw(self) -> Drawing:
        """Translate, and show every step."""
        m = self.model()
        yield None
        found = translate(m, self.text.value, self.beams.value, self.penalty.value)
        yield None
        self.text.note = found.note
        self.result = None  # the controls below tell of their new values before all is there
        layers, heads = found.maps.cross.layers, found.maps.cross.heads
        options = [
            (f"layer {layer}, head {head}", (layer, head))
            for layer in range(layers)
            for head in range(heads)
        ]
        if list(self.by_head.options)[1:] != options:
            self.by_head.options = [(MEAN, MEAN), *options]
        values = [step.probability for step in found.steps]
        self.target.tokens = token_dicts(found.ids, m.tokenizer, values)
        self.result = found
        self.words.value = escape(f"“{found.text}” {figures.translation_words(found)}")
        self.open_plot(figures.alignment_plot)
        self._show()

    def clear(self) -> None:
        """Take the translation away."""
        self.result, self.target.tokens, self.source.tokens = None, [], []
        self.view.columns, self.words.value, self.looked.value = [], "", ""

    @property
    def chosen(self) -> int:
        """Which token of the target is chosen; the first one if none is."""
        return self.target.selected[0] if self.target.selected else 0

    def _weights(self, found: Translation) -> Tensor:
        place: Any = self.by_head.value
        return found.alignment(*place) if isinstance(place, tuple) else found.mean_alignment

    def _show(self) -> None:
        found = self.result
        if found is None or self.plot is None:
            return
        weights, chosen = self._weights(found), self.chosen
        figures.draw_alignment(self.plot, found, weights, chosen)
        self.view.columns = [figures.step_column(found.steps[chosen])]
        self.looked.value = escape(figures.looked_words(found, weights, chosen))
        values = weights[chosen].tolist()
        self.source.tokens = token_dicts(found.source.ids, self.model().tokenizer, values)
        self.show_code()

    def code_lines(self) -> str:
        """The translation, the chosen token's alternatives, and where it looked."""
        place = self.by_head.value
        call = f"found.alignment{place}" if isinstance(place, tuple) else "found.mean_alignment"
        return (
            f"text = {self.text.value!r}\n"
            f"found = ss.translate(m, text, beams={self.beams.value}, "
            f"length_penalty={self.penalty.value})\n"
            f"weights = {call}\n"
            f"found.text, found.steps[{self.chosen}].alternatives, weights[{self.chosen}]"
        )


translate_panel = TranslatePanel
