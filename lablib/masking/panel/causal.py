"""The causal panel: the same gap for a GPT and for a BERT."""

from typing import TYPE_CHECKING

from lablib import models
from lablib.masking.compute.causal import LeftFill, fill_from_left
from lablib.masking.compute.fill import Fill, fill
from lablib.masking.compute.text import prepare
from lablib.masking.figures import causal as figures
from lablib.masking.panel.masked_input import MaskedInput
from lablib.widgets import AnyModel, Drawing, LivePanel, as_choice
from lablib.widgets.controls import combobox
from lablib.widgets.guess_view import GuessView
from lablib.widgets.layout import mark_main

if TYPE_CHECKING:
    from lablib.models import LoadedModel

GUESSES = 8


class CausalPanel(LivePanel):
    """Fill the same gap with a model that reads the left side and with one that reads both.

    `left` and `both` are what is drawn. The badge is the masked model's; the causal one is chosen
    in the field.

    Args:
        text: a text with one mask; it can be edited.
        model: the masked model: a name, hub id or folder; None for the one that all panels share.
        causal: the causal model, likewise.
    """

    imports = "masking as mk, models"
    left: LeftFill | None = None
    both: Fill | None = None

    def __init__(
        self,
        text: str = "She put the [MASK] into the oven and waited for the bread.",
        model: AnyModel = None,
        causal: AnyModel = None,
    ) -> None:
        self.input = MaskedInput(text)
        self.causal = as_choice(causal, "causal")
        names = [card.name for card in models.catalogue() if card.kind == "causal"]
        tip = "A causal model: a name, a hub id or a folder"
        self.writer = combobox("GPT", names, self.causal.chosen, tooltip=tip)
        self.view = GuessView(self._put, label="Guesses; click one to put it in")
        mark_main(self.input, self.view)
        self._readers: tuple[LoadedModel, ...] = ()
        super().__init__(
            "One side or both?",
            "A GPT reads from left to right, so before a gap it has not seen what comes "
            "after. A BERT reads the whole sentence at once.",
            [self.input, self.writer, self.view],
            controls=[self.input.text, self.writer],
            choice=as_choice(model, "masked"),
        )

    def draw(self) -> Drawing:
        """Let both fill the gap."""
        m, name = self.model(), self.writer.value.strip()
        read = prepare(m, self.input.text.value)
        self.input.show(m, read)
        yield None
        both = fill(m, read, GUESSES)
        another = name if name != self.causal.name else None
        writer = self.causal.open(self.slot, another)
        yield None
        self.left = fill_from_left(writer, read.text, GUESSES, progress=self.slot.report)
        self.both, self._readers = both, (writer, writer, m)
        self.view.columns = figures.causal_columns(self.left, both)

    def clear(self) -> None:
        """Take the guesses away."""
        self.left = self.both = None
        self.view.columns = []

    def _put(self, column: int, place: int) -> None:
        if self.left is not None and self.both is not None:
            guesses = (self.left.guesses, self.left.rescored, self.both.top())[column]
            self.input.fill_in({0: guesses[place].text}, self._readers[column])

    def code_lines(self) -> str:
        """The guesses of both."""
        return (
            f"gpt = models.load({self.writer.value.strip()!r})\n"
            f"text = {self.input.text.value!r}\n"
            f"left = mk.fill_from_left(gpt, text, k={GUESSES})\n"
            f"both = mk.fill(m, text, k={GUESSES})\n"
            "left.guesses, left.rescored, both.top()"
        )


causal_panel = CausalPanel
