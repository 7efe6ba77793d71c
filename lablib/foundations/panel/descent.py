"""The descent panel: four optimizers in the same valley, and on the same small network."""

from collections.abc import Generator

import ipywidgets

from lablib.foundations.compute.descent import (
    METHODS,
    VALLEYS,
    Descent,
    NetCurve,
    descend,
    train_net,
)
from lablib.foundations.figures import descent as figures
from lablib.foundations.panel.live import NAMED, LivePanel, toggles
from lablib.widgets.html import escape
from lablib.widgets.layout import Fold, in_row, mark_main
from lablib.widgets.plot import Plot


class DescentPanel(LivePanel):
    """Paths in a valley of two weights, and the loss of a small network.

    `paths` and `curves` hold what is drawn, by the name of the optimizer.
    """

    def __init__(self, valley: str, learning_rate: float) -> None:
        self.valley = toggles(list(VALLEYS), valley, "Valley")
        self.rate = ipywidgets.FloatLogSlider(
            learning_rate, min=-3, max=1, step=0.05, description="Learning rate", style=NAMED
        )
        self.rate.readout_format = ".3f"
        self.steps = ipywidgets.IntSlider(60, min=1, max=200, description="Steps", style=NAMED)
        self.place = ipywidgets.VBox()
        self.plot: Plot | None = None
        self.words, self.table = ipywidgets.HTML(), ipywidgets.HTML()
        mark_main(self.rate, self.place)
        self.paths: dict[str, Descent] = {}
        self.curves: dict[str, NetCurve] = {}
        super().__init__(
            "Downhill",
            [
                self.valley,
                in_row(self.rate, self.steps),
                self.place,
                self.words,
                Fold("Where each came to, in numbers", [self.table]),
            ],
            controls=(self.valley, self.rate, self.steps),
            work=self._answer,
            subtitle="Left, a loss of two weights from above, and each optimizer's way down. "
            "Right, a network of 1,185 weights tells two spirals apart.",
            code=self._lines,
        )

    def _answer(self) -> Generator[None, None, None]:
        if self.plot is None:
            self.plot = figures.descent_plot(list(METHODS))
            self.place.children = [self.plot]
        yield
        valley, rate, steps = self.valley.value, self.rate.value, self.steps.value
        self.paths = {name: descend(name, rate, valley, steps) for name in METHODS}
        figures.draw_descents(self.plot, valley, self.paths)
        self.words.value = escape(figures.descent_words(valley, self.paths))
        yield
        self.curves = {name: train_net(name, rate, steps) for name in METHODS}
        figures.draw_curves(self.plot, self.curves)
        self.table.value = figures.descent_table(self.paths, self.curves)

    def _lines(self) -> str:
        rate, steps = f"{self.rate.value:.6g}", self.steps.value
        return (
            "from lablib import foundations as fo\n\n"
            f"paths = [fo.descend(name, {rate}, {self.valley.value!r}, {steps}) "
            "for name in fo.METHODS]\n"
            f"curves = [fo.train_net(name, {rate}, {steps}) for name in fo.METHODS]\n"
            "[(path.losses[-1], curve.losses[-1]) for path, curve in zip(paths, curves)]"
        )


def descent_panel(valley: str = "ravine", learning_rate: float = 0.1) -> DescentPanel:
    """Compare SGD, momentum, Adam and AdamW, in a valley and on a small network.

    Args:
        valley: one of `VALLEYS`.
        learning_rate: from 0.001 to 10; it can be changed.
    """
    return DescentPanel(valley, learning_rate)
