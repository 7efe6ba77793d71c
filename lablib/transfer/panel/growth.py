"""The growth panel: five ways to a classifier, with more and more labelled texts."""

import ipywidgets

from lablib import data
from lablib.transfer.compute.growth import METHODS, SIZES, Point, growth, measure_transfer
from lablib.transfer.figures import growth as figures
from lablib.transfer.panel.shared import DESK, SharedClassifier, Source
from lablib.widgets import Drawing, LivePanel, ModelChoice, PlotPlace, Progress, as_choice
from lablib.widgets.controls import button, checkbox, dropdown, number
from lablib.widgets.html import escape
from lablib.widgets.layout import Tabs, in_row, mark_main

SHARED = "the notebook's set"
"""In the menu: what the panels of the notebook learn from."""


class GrowthPanel(LivePanel):
    """From scratch, a frozen encoder, LoRA, all weights or counted words, on 20 to 320 texts, live.

    `points` holds what is drawn.

    Args:
        source: a set that comes with the labs; None for that of the notebook.
        seeds: draws of the texts; the plot has their mean and spread.
        model: a name, hub id or folder of an encoder.
        desk: what the panels share; None for the one of all panels.
    """

    imports = "transfer as tr"
    waits = True

    def __init__(
        self,
        source: str | None = None,
        seeds: int = 3,
        model: str | ModelChoice = "minilm",
        desk: SharedClassifier | None = None,
    ) -> None:
        self.desk = desk or DESK
        self.ways = {way: checkbox(figures.WAY_NAMES[way], True) for way in METHODS}
        self.source = dropdown("Texts", [SHARED, *data.labelled_names()], source or SHARED)
        self.largest = ipywidgets.SelectionSlider(
            options=SIZES[1:], value=SIZES[-1], description="Up to"
        )
        self.seeds, self.button = number("Seeds", seeds, 1, 20), button("Measure", primary=True)
        self.place, self.words, self.table = PlotPlace(), ipywidgets.HTML(), ipywidgets.HTML()
        mark_main(self.button, self.place)
        self.points: list[Point] = []
        super().__init__(
            "What is the pretraining worth?",
            "Each way learns from the same texts and is tested on the same others. It "
            "takes some minutes on two cores; you can stop it.",
            [
                in_row(*self.ways.values()),
                in_row(self.source, self.largest, self.seeds, self.button),
                Tabs({"Chart": self.place, "Table": self.table}),
                self.words,
            ],
            controls=[*self.ways.values(), self.source, self.largest, self.seeds],
            choice=as_choice(model, "encoder"),
            button=self.button,
        )
        self.desk.observe(lambda _: self.show_code(), "labelled")

    def _source(self) -> Source:
        """Where the texts are from."""
        name = self.source.value
        return self.desk.source if name == SHARED else Source(name)

    def _asked(self) -> tuple[list[str], list[int], list[int]]:
        """Ways, sizes and seeds as they stand in the controls."""
        ways = [way for way, box in self.ways.items() if box.value]
        sizes = [size for size in SIZES if size <= self.largest.value]
        return ways, sizes, list(range(self.seeds.value))

    def draw(self) -> Drawing:
        """Train in every way with every number of texts, drawing each result."""
        ways, sizes, seeds = self._asked()
        self.model()
        name = self.choice.chosen
        yield Progress(0, 0, "the model is opened")
        shared = self.source.value == SHARED
        labelled = self.desk.read() if shared else self._source().read()
        plot = figures.growth_plot(chance=1 / len(labelled.names))
        self.place.children, self.points = [plot], []
        total = len(ways) * len(sizes) * len(seeds)
        for point in measure_transfer(labelled, ways, sizes, seeds, name):
            if point is not None:
                self.points.append(point)
                rows = growth(self.points)
                figures.draw_growth(plot, rows)
                self.words.value = escape(figures.growth_words(rows))
                self.table.value = figures.growth_table(rows)
            yield Progress(len(self.points), total, "trainings")

    def code_lines(self) -> str:
        """The same trainings, and the mean and spread of each way."""
        ways, sizes, seeds = self._asked()
        name = self.choice.chosen
        return (
            f"{self._source().line()}"
            f"points = tr.measure_transfer(labelled, {ways}, {sizes}, {seeds}, model={name!r})\n"
            "tr.growth([point for point in points if point])"
        )


growth_panel = GrowthPanel
