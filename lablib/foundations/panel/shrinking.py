"""The shrinking panel: smaller copies of the model, measured on this machine."""

from ipywidgets import HTML

from lablib import data
from lablib.foundations.compute.shrinking import Copy, shrink
from lablib.foundations.figures import shrinking as figures
from lablib.widgets import AnyModel, Drawing, LivePanel, PlotPlace, Progress, TextInput, as_choice
from lablib.widgets.controls import button, slider
from lablib.widgets.html import escape
from lablib.widgets.layout import Fold, Tabs, in_row, mark_main

LENGTH = 1200
"""Characters of the shipped text that are read to measure."""


class ShrinkingPanel(LivePanel):
    """Measure smaller copies of a model: 16 bits, 8 bits, and a share of the weights set to 0.

    `copies` is what was measured.

    Args:
        text: what is read to measure; None for a part of the almanac.
        share: of the weights that are set to 0.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "foundations as fo, models"

    def __init__(self, text: str | None = None, share: float = 0.3, model: AnyModel = None) -> None:
        text = data.text("almanac")[:LENGTH] if text is None else text
        self.text = TextInput(value=text, label="Text that is read to measure")
        self.share = slider("Set to 0", share, 0, 0.95, 0.05, readout_format=".0%")
        self.button = button("Measure", primary=True)
        self.place, self.words, self.table = PlotPlace(), HTML(), HTML()
        mark_main(self.share, self.place)
        self.copies: list[Copy] = []
        super().__init__(
            "Smaller copies",
            "Fewer bits for each weight, or weights set to 0: size, speed and quality, "
            "measured here and not looked up.",
            [
                in_row(self.share, self.button),
                Tabs({"Chart": self.place, "Table": self.table}),
                self.words,
                Fold("The text that is read", [self.text]),
            ],
            choice=as_choice(model),
            button=self.button,
        )
        for control in (self.text, self.share):
            control.observe(lambda _: self.mark_stale(), "value")

    def draw(self) -> Drawing:
        """Measure one copy after another."""
        m = self.model()
        plot = self.open_plot(figures.copies_plot)
        self.copies = []
        yield Progress(0, 4, "copies")
        for one in shrink(m, self.text.value, self.share.value):
            self.copies.append(one)
            figures.draw_copies(plot, self.copies)
            self.table.value = figures.copies_table(self.copies)
            yield Progress(len(self.copies), 4, "copies")
        self.words.value = escape(figures.copies_words(self.copies))

    def code_lines(self) -> str:
        """The size and the quality of every copy."""
        return (
            f"text = {self.text.value!r}\n"
            f"copies = list(fo.shrink(m, text, share={self.share.value:.6g}))\n"
            "[(one.name, one.file_bytes, one.bits_per_byte) for one in copies]"
        )


shrinking_panel = ShrinkingPanel
