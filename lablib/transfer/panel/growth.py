"""The growth panel: five ways to a classifier, with more and more labelled texts."""

import ipywidgets

from lablib.transfer.compute.growth import METHODS, SIZES, Point, growth, measure_transfer
from lablib.transfer.figures import growth as figures
from lablib.transfer.panel.shared import DESK, SharedClassifier
from lablib.widgets import Drawing, LivePanel, ModelChoice, PlotPlace, Progress, as_choice
from lablib.widgets.controls import button, checkbox, number
from lablib.widgets.html import escape
from lablib.widgets.layout import Tabs, in_row, mark_main


class GrowthPanel(LivePanel):
    """From scratch, a frozen encoder, LoRA, all weights or counted words, on 20 to 320 texts, live.

    `points` holds what is drawn.

    Args:
        seeds: draws of the texts; the plot has their mean and spread.
        model: a name, hub id or folder of an encoder.
        desk: what the panels share; None for the one of all panels.
    """

    imports = "transfer as tr"
    waits = True

    def __init__(
        self,
        seeds: int = 3,
        model: str | ModelChoice = "minilm",
        desk: SharedClassifier | None = None,
    ) -> None:
        self.desk = desk or DESK
        self.ways = {way: checkbox(figures.WAY_NAMES[way], True) for way in METHODS}
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
                in_row(self.largest, self.seeds, self.button),
                Tabs({"Chart": self.place, "Table": self.table}),
                self.words,
            ],
            controls=[*self.ways.values(), self.largest, self.seeds],
            choice=as_choice(model, "encoder"),
            button=self.button,
        )
        self.desk.observe(lambda _: self.show_code(), "labelled")

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
        labelled = self.desk.read()
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
            f"{self.desk.code}"
            f"points = tr.measure_transfer(labelled, {ways}, {sizes}, {seeds}, model={name!r})\n"
            "tr.growth([point for point in points if point])"
        )


growth_panel = GrowthPanel
