"""The overfitting panel: 40 examples, a network with 4,353 weights, and four guards."""

import ipywidgets

from lablib.foundations.compute.overfitting import STEPS, Fit, Regularization, examples, fit
from lablib.foundations.figures import overfitting as figures
from lablib.widgets import Drawing, LivePanel, PlotPlace, Progress
from lablib.widgets.controls import checkbox, dropdown, seed_field, slider
from lablib.widgets.html import escape
from lablib.widgets.layout import in_row, mark_main
from lablib.widgets.panel import RateLimit

PENALTIES = [0.0, 0.0001, 0.0003, 0.001, 0.003, 0.01]


class OverfittingPanel(LivePanel):
    """Train a network on 40 examples, and see what keeps it from memorising them.

    `reports` holds what is drawn.

    Args:
        guard: what is done against it at the start; nothing, for None.
    """

    imports = "foundations as fo"

    def __init__(self, guard: Regularization | None = None) -> None:
        guard = guard or Regularization()
        self.l1 = _penalty("L1", guard.l1)
        self.l2 = _penalty("L2", guard.l2)
        self.dropout = slider("Dropout", guard.dropout, 0, 0.9, 0.05)
        self.early = checkbox("Early stopping", guard.early_stopping, indent=True)
        self.seed = seed_field(width=200)
        self.place, self.words = PlotPlace(), ipywidgets.HTML()
        mark_main(self.dropout, self.place)
        self.reports: list[Fit] = []
        controls = (self.l1, self.l2, self.dropout, self.early, self.seed)
        super().__init__(
            "Overfitting: memorising",
            "The examples are a wave with noise. With a hundred weights for each of them "
            "a network can learn the noise as well.",
            [in_row(*controls), self.place, self.words],
            controls=controls,
        )

    @property
    def guard(self) -> Regularization:
        """What is done against it, as the controls stand."""
        return Regularization(self.l1.value, self.l2.value, self.dropout.value, self.early.value)

    def draw(self) -> Drawing:
        """Train, drawing the line as it bends."""
        plot = self.open_plot(figures.fit_plot)
        yield None
        self.reports, limit = [], RateLimit()
        points = examples(self.seed.value)
        for report in fit(self.guard, self.seed.value):
            self.reports.append(report)
            if limit.due():
                figures.draw_fit(plot, points, self.reports)
            yield Progress(report.step, STEPS, "steps")
        figures.draw_fit(plot, points, self.reports)
        self.words.value = escape(figures.fit_words(self.reports))

    def code_lines(self) -> str:
        """Both errors at the end of the training."""
        return (
            f"guard = fo.{self.guard!r}\n"
            f"reports = list(fo.fit(guard, seed={self.seed.value}))\n"
            "reports[-1].train, reports[-1].kept_new"
        )


def _penalty(name: str, value: float) -> ipywidgets.Dropdown:
    values = sorted({*PENALTIES, value})
    return dropdown(name, [(f"{one:g}" if one else "off", one) for one in values], value, width=200)


overfitting_panel = OverfittingPanel
