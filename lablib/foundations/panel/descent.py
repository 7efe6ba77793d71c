"""The descent panel: four optimizers in the same valley, and on the same small network."""

from ipywidgets import HTML

from lablib.foundations.compute.descent import (
    METHODS,
    VALLEYS,
    Descent,
    NetCurve,
    descend,
    train_net,
)
from lablib.foundations.figures import descent as figures
from lablib.widgets import Drawing, LivePanel, PlotPlace
from lablib.widgets.controls import log_slider, slider, toggles
from lablib.widgets.html import escape
from lablib.widgets.layout import Fold, in_row, mark_main


class DescentPanel(LivePanel):
    """Compare SGD, momentum, Adam and AdamW, in a valley and on a small network.

    `paths` and `curves` hold what is drawn, by the name of the optimizer.

    Args:
        valley: one of `VALLEYS`.
        learning_rate: from 0.001 to 10; it can be changed.
    """

    imports = "foundations as fo"

    def __init__(self, valley: str = "ravine", learning_rate: float = 0.1) -> None:
        self.valley = toggles("Valley", list(VALLEYS), valley, each="auto")
        self.rate = log_slider("Learning rate", learning_rate, -3, 1, 0.05, label=116)
        self.rate.readout_format = ".3f"
        self.steps = slider("Steps", 60, 1, 200, label=116)
        self.place, self.words, self.table = PlotPlace(), HTML(), HTML()
        mark_main(self.rate, self.place)
        self.paths: dict[str, Descent] = {}
        self.curves: dict[str, NetCurve] = {}
        super().__init__(
            "Downhill",
            "Left, a loss of two weights from above, and each optimizer's way down. "
            "Right, a network of 1,185 weights tells two spirals apart.",
            [
                self.valley,
                in_row(self.rate, self.steps),
                self.place,
                self.words,
                Fold("Where each came to, in numbers", [self.table]),
            ],
            controls=[self.valley, self.rate, self.steps],
        )

    def draw(self) -> Drawing:
        """Descend in the valley, then train the network."""
        plot = self.open_plot(figures.descent_plot, list(METHODS))
        yield None
        valley, rate, steps = self.valley.value, self.rate.value, self.steps.value
        self.paths = {name: descend(name, rate, valley, steps) for name in METHODS}
        figures.draw_descents(plot, valley, self.paths)
        self.words.value = escape(figures.descent_words(valley, self.paths))
        yield None
        self.curves = {name: train_net(name, rate, steps) for name in METHODS}
        figures.draw_curves(plot, self.curves)
        self.table.value = figures.descent_table(self.paths, self.curves)

    def code_lines(self) -> str:
        """The last losses of every optimizer."""
        rate, steps = f"{self.rate.value:.6g}", self.steps.value
        return (
            f"paths = [fo.descend(name, {rate}, {self.valley.value!r}, {steps}) "
            "for name in fo.METHODS]\n"
            f"curves = [fo.train_net(name, {rate}, {steps}) for name in fo.METHODS]\n"
            "[(path.losses[-1], curve.losses[-1]) for path, curve in zip(paths, curves)]"
        )


descent_panel = DescentPanel
