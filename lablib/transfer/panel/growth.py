"""The growth panel: four ways to a classifier, with more and more labelled texts."""

from collections.abc import Generator

import ipywidgets

from lablib.transfer.compute.growth import METHODS, SIZES, Point, growth, measure_transfer
from lablib.transfer.figures import growth as figures
from lablib.transfer.panel.shared import DESK, OPENING, SharedClassifier
from lablib.widgets import ModelChoice, Panel, Progress
from lablib.widgets.html import escape
from lablib.widgets.layout import Tabs, in_row, mark_main


class GrowthPanel(Panel):
    """Accuracy against the number of training texts, drawn as it is measured.

    `points` holds what is drawn.
    """

    def __init__(self, seeds: int, model: str | ModelChoice, desk: SharedClassifier) -> None:
        self.desk = desk
        self.ways = {
            way: ipywidgets.Checkbox(True, description=figures.WAY_NAMES[way], indent=False)
            for way in METHODS
        }
        self.largest = ipywidgets.SelectionSlider(
            options=SIZES[1:], value=SIZES[-1], description="Up to"
        )
        self.seeds = ipywidgets.BoundedIntText(seeds, min=1, max=20, description="Seeds")
        self.button = ipywidgets.Button(description="Measure", button_style="primary")
        self.place = ipywidgets.VBox()
        self.words, self.table = ipywidgets.HTML(), ipywidgets.HTML()
        mark_main(self.button, self.place)
        self.points: list[Point] = []
        super().__init__(
            "What is the pretraining worth?",
            [
                in_row(*self.ways.values()),
                in_row(self.largest, self.seeds, self.button),
                Tabs({"Chart": self.place, "Table": self.table}),
                self.words,
            ],
            choice=model if isinstance(model, ModelChoice) else ModelChoice(model, "encoder"),
            subtitle="Each way learns from the same texts and is tested on the same others. It "
            "takes some minutes on two cores; you can stop it.",
            code=self._lines,
        )
        self.button.on_click(lambda _: self.run(self._measure))
        self.desk.observe(lambda _: self.show_code(), "labelled")
        self.show_code()

    def _asked(self) -> tuple[list[str], list[int], list[int]]:
        """Ways, sizes and seeds as they stand in the controls."""
        ways = [way for way, box in self.ways.items() if box.value]
        sizes = [size for size in SIZES if size <= self.largest.value]
        return ways, sizes, list(range(self.seeds.value))

    def _measure(self) -> Generator[Progress | None, None, None]:
        ways, sizes, seeds = self._asked()
        name = self.choice.name or "minilm"
        self.model()
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

    def _lines(self) -> str:
        ways, sizes, seeds = self._asked()
        name = self.choice.name or "minilm"
        return OPENING + (
            f"{self.desk.code}"
            f"points = tr.measure_transfer(labelled, {ways}, {sizes}, {seeds}, model={name!r})\n"
            "tr.growth([point for point in points if point])"
        )


def growth_panel(
    seeds: int = 3, model: str | ModelChoice = "minilm", desk: SharedClassifier | None = None
) -> GrowthPanel:
    """From scratch, a frozen encoder, LoRA or all weights, with 20 to 320 labelled texts, live.

    Args:
        seeds: draws of the texts; the plot has their mean and spread.
        model: a name, hub id or folder of an encoder.
        desk: what the panels share; None for the one of all panels.
    """
    return GrowthPanel(seeds, model, desk or DESK)
