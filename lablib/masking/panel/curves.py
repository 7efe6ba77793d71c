"""The curves panel: what a pretrained encoder is worth, as it was measured."""

import ipywidgets

from lablib.masking.compute.curves import Curve, learning_curves
from lablib.masking.figures import curves as figures
from lablib.widgets import Drawing, LivePanel, PlotPlace
from lablib.widgets.html import escape
from lablib.widgets.layout import Fold, mark_main


class CurvesPanel(LivePanel):
    """Show how the models learned: one with a pretrained encoder, one without.

    `curves` is what is drawn.
    """

    imports = "masking as mk"

    def __init__(self) -> None:
        self.place = PlotPlace()
        self.words, self.table = ipywidgets.HTML(), ipywidgets.HTML()
        numbers = Fold("As measured, in numbers", [self.table])
        mark_main(numbers, self.place)
        self.curves: tuple[Curve, ...] = ()
        super().__init__(
            "A head start",
            "How this lab's models learned, measured on a book they never read. They differ in "
            "size and vocabulary, too; the time is that of one core.",
            [self.place, self.words, numbers],
        )
        self.show_code()

    def draw(self) -> Drawing:
        """Draw what was measured."""
        self.curves = learning_curves()
        yield None
        self.open_plot(figures.curves_plot, self.curves)
        self.words.value = escape(figures.curves_words(self.curves))
        self.table.value = figures.curves_table(self.curves)

    def code_lines(self) -> str:
        """All that was measured."""
        return "[row for curve in mk.learning_curves() for row in curve.table()]"


curves_panel = CurvesPanel
