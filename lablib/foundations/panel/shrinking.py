"""The shrinking panel: smaller copies of the model, measured on this machine."""

from collections.abc import Generator

import ipywidgets

from lablib import data
from lablib.foundations.compute.shrinking import Copy, shrink
from lablib.foundations.figures import shrinking as figures
from lablib.widgets import ModelChoice, Panel, Progress, TextInput, as_choice
from lablib.widgets.html import escape
from lablib.widgets.layout import Fold, Tabs, in_row, mark_main
from lablib.widgets.plot import Plot

LENGTH = 1200
"""Characters of the shipped text that are read to measure."""


class ShrinkingPanel(Panel):
    """Copies with 16 and 8 bits for each weight, and with weights set to 0.

    `copies` is what was measured.
    """

    def __init__(self, text: str, share: float, model: str | ModelChoice | None) -> None:
        self.text = TextInput(value=text, label="Text that is read to measure")
        self.share = ipywidgets.FloatSlider(
            share, min=0, max=0.95, step=0.05, description="Set to 0", readout_format=".0%"
        )
        self.button = ipywidgets.Button(description="Measure", button_style="primary")
        self.place = ipywidgets.VBox()
        self.plot: Plot | None = None
        self.words, self.table = ipywidgets.HTML(), ipywidgets.HTML()
        mark_main(self.share, self.place)
        self.copies: list[Copy] = []
        super().__init__(
            "Smaller copies",
            [
                in_row(self.share, self.button),
                Tabs({"Chart": self.place, "Table": self.table}),
                self.words,
                Fold("The text that is read", [self.text]),
            ],
            choice=as_choice(model),
            subtitle="Fewer bits for each weight, or weights set to 0: size, speed and quality, "
            "measured here and not looked up.",
            code=self._lines,
        )
        self.button.on_click(lambda _: self.run(self._measure))
        for control in (self.text, self.share):
            control.observe(lambda _: self.mark_stale(), "value")
        self.run(self._measure)

    def model_changed(self) -> None:
        """Measure the new model."""
        self.run(self._measure)

    def _measure(self) -> Generator[Progress, None, None]:
        m = self.model()
        if self.plot is None:
            self.plot = figures.copies_plot()
            self.place.children = [self.plot]
        self.copies = []
        yield Progress(0, 4, "copies")
        for one in shrink(m, self.text.value, self.share.value):
            self.copies.append(one)
            figures.draw_copies(self.plot, self.copies)
            self.table.value = figures.copies_table(self.copies)
            yield Progress(len(self.copies), 4, "copies")
        self.words.value = escape(figures.copies_words(self.copies))

    def _lines(self) -> str:
        return (
            "from lablib import foundations as fo, models\n\n"
            f"m = models.load({self.choice.name!r})\n"
            f"text = {self.text.value!r}\n"
            f"copies = list(fo.shrink(m, text, share={self.share.value:.6g}))\n"
            "[(one.name, one.file_bytes, one.bits_per_byte) for one in copies]"
        )


def shrinking_panel(
    text: str | None = None, share: float = 0.3, model: str | ModelChoice | None = None
) -> ShrinkingPanel:
    """Measure smaller copies of a model: 16 bits, 8 bits, and a share of the weights set to 0.

    Args:
        text: what is read to measure; None for a part of the almanac.
        share: of the weights that are set to 0.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """
    return ShrinkingPanel(data.text("almanac")[:LENGTH] if text is None else text, share, model)
