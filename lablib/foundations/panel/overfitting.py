"""The overfitting panel: 40 examples, a network with 4,353 weights, and four guards."""

import time
from collections.abc import Generator

import ipywidgets

from lablib.foundations.compute.overfitting import STEPS, Fit, Regularization, examples, fit
from lablib.foundations.figures import overfitting as figures
from lablib.foundations.panel.live import LivePanel
from lablib.widgets import Progress
from lablib.widgets.html import escape
from lablib.widgets.layout import in_row, mark_main
from lablib.widgets.panel import PROGRESS_SECONDS
from lablib.widgets.plot import Plot

PENALTIES = [0.0, 0.0001, 0.0003, 0.001, 0.003, 0.01]


class OverfittingPanel(LivePanel):
    """The points, the network's line through them, and its errors as it learns.

    `reports` holds what is drawn.
    """

    def __init__(self, guard: Regularization) -> None:
        self.l1 = _penalty("L1", guard.l1)
        self.l2 = _penalty("L2", guard.l2)
        self.dropout = ipywidgets.FloatSlider(
            guard.dropout, min=0, max=0.9, step=0.05, description="Dropout"
        )
        self.early = ipywidgets.Checkbox(guard.early_stopping, description="Early stopping")
        self.seed = ipywidgets.BoundedIntText(0, min=0, max=2**31 - 1, description="Seed")
        for control in (self.l1, self.l2, self.seed):
            control.layout.width = "200px"
        self.place = ipywidgets.VBox()
        self.plot: Plot | None = None
        self.words = ipywidgets.HTML()
        mark_main(self.dropout, self.place)
        self.reports: list[Fit] = []
        controls = (self.l1, self.l2, self.dropout, self.early, self.seed)
        super().__init__(
            "Overfitting: learning by heart",
            [in_row(*controls), self.place, self.words],
            controls=controls,
            work=self._train,
            subtitle="The examples are a wave with noise. With a hundred weights for each of them "
            "a network can learn the noise as well.",
            code=self._lines,
        )

    @property
    def guard(self) -> Regularization:
        """What is done against it, as the controls stand."""
        return Regularization(self.l1.value, self.l2.value, self.dropout.value, self.early.value)

    def _train(self) -> Generator[Progress | None, None, None]:
        if self.plot is None:
            self.plot = figures.fit_plot()
            self.place.children = [self.plot]
        yield None
        self.reports, drawn = [], 0.0
        points = examples(self.seed.value)
        for report in fit(self.guard, self.seed.value):
            self.reports.append(report)
            if time.monotonic() - drawn > PROGRESS_SECONDS:
                figures.draw_fit(self.plot, points, self.reports)
                drawn = time.monotonic()
            yield Progress(report.step, STEPS, "steps")
        figures.draw_fit(self.plot, points, self.reports)
        self.words.value = escape(figures.fit_words(self.reports))

    def _lines(self) -> str:
        return (
            "from lablib import foundations as fo\n\n"
            f"guard = fo.{self.guard!r}\n"
            f"reports = list(fo.fit(guard, seed={self.seed.value}))\n"
            "reports[-1].train, reports[-1].kept_new"
        )


def _penalty(name: str, value: float) -> ipywidgets.Dropdown:
    values = sorted({*PENALTIES, value})
    return ipywidgets.Dropdown(
        options=[(f"{one:g}" if one else "off", one) for one in values],
        value=value,
        description=name,
    )


def overfitting_panel(guard: Regularization | None = None) -> OverfittingPanel:
    """Train a network on 40 examples, and see what keeps it from learning them by heart.

    Args:
        guard: what is done against it at the start; nothing, for None.
    """
    return OverfittingPanel(guard or Regularization())
