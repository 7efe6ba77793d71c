"""The curves panel: what a pretrained encoder is worth, as it was measured."""

from collections.abc import Generator

import ipywidgets

from lablib.masking.compute.curves import Curve, learning_curves
from lablib.masking.figures import curves as figures
from lablib.widgets import Panel
from lablib.widgets.html import escape
from lablib.widgets.layout import Fold, mark_main


class CurvesPanel(Panel):
    """A plot of two trainings against their time, and the same in a sentence and a table.

    `curves` is what is drawn.
    """

    def __init__(self) -> None:
        self.place = ipywidgets.VBox()
        self.words, self.table = ipywidgets.HTML(), ipywidgets.HTML()
        numbers = Fold("As measured, in numbers", [self.table])
        mark_main(numbers, self.place)
        self.curves: tuple[Curve, ...] = ()
        super().__init__(
            "A head start",
            [self.place, self.words, numbers],
            subtitle="How this lab's models learned, on a book not learned from. They differ in "
            "size and vocabulary, too; the time is that of one core.",
            code=lambda: (
                "from lablib import masking as mk\n\n"
                "[row for curve in mk.learning_curves() for row in curve.table()]"
            ),
        )
        self.show_code()
        self.run(self._draw)

    def _draw(self) -> Generator[None, None, None]:
        self.curves = learning_curves()
        yield
        self.place.children = [figures.curves_plot(self.curves)]
        self.words.value = escape(figures.curves_words(self.curves))
        self.table.value = figures.curves_table(self.curves)


def curves_panel() -> CurvesPanel:
    """Show how the models learned: one with a pretrained encoder, one without."""
    return CurvesPanel()
