"""What many seeds give under each setting: a point for each text, and a table."""

from collections.abc import Callable, Sequence

import ipywidgets

from lablib.sampling.compute.generation import Step
from lablib.sampling.compute.measures import diversity
from lablib.sampling.figures import seeds as figures
from lablib.widgets.plot import Plot

SEEDS = 20

Runs = list[list[Step]]


class SeedsView(ipywidgets.VBox):
    """A plot and a table of `SEEDS` texts for each setting; empty until they are shown.

    Args:
        on_pick: called with the seed of the point that was clicked.

    Attributes:
        runs: the texts shown, [settings][seeds][tokens].
    """

    def __init__(self, on_pick: Callable[[int], object]) -> None:
        super().__init__()
        self.table = ipywidgets.HTML()
        self.plot: Plot | None = None
        self.runs: list[Runs] = []
        self._seeds: list[int] = []  # of the points, as they are drawn
        self._on_pick = on_pick

    def show(self, names: Sequence[str], runs: list[Runs]) -> None:
        """Draw the texts of each setting."""
        if self.plot is None:
            self.plot = figures.seeds_plot()
            for trace in self.plot.data:
                trace.on_click(lambda _, points, __: self._pick(points.point_inds))
        figures.draw_seeds(self.plot, names, runs)
        self.table.value = figures.diversity_table(names, [diversity(row) for row in runs])
        self.runs, self._seeds = runs, [seed for row in runs for seed in range(len(row))]
        self.children = [self.plot, self.table]

    def clear(self) -> None:
        """Take the picture away."""
        self.children, self.runs = [], []

    def _pick(self, points: Sequence[int]) -> None:
        if points:
            self._on_pick(self._seeds[points[0]])
