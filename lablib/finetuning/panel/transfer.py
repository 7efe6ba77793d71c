"""The transfer panel: ways to learn against how much text there is, drawn as they are measured."""

from collections.abc import Generator

import ipywidgets

from lablib import models
from lablib.finetuning.compute.transfer import RATES, SHARES, TransferPoint, transfer_points
from lablib.finetuning.figures import transfer as figures
from lablib.finetuning.panel.fields import button, text_field
from lablib.training.config import Method
from lablib.widgets import ModelChoice, Panel, Progress, as_choice
from lablib.widgets.html import escape
from lablib.widgets.layout import Tabs, in_row, mark_main
from lablib.widgets.plot import Plot


class TransferPanel(Panel):
    """A plot of held-out perplexity against the share of the text, a line for each way to learn.

    `points` are those drawn, the newest state of each.
    """

    def __init__(self, text: str, steps: int, model: str | ModelChoice | None) -> None:
        self.text = text_field(text)
        self.methods = {
            method: ipywidgets.Checkbox(True, description=figures.NAMES[method], indent=False)
            for method in RATES
        }
        self.steps = ipywidgets.BoundedIntText(steps, min=1, max=10_000, description="Steps each")
        self.seeds = ipywidgets.BoundedIntText(1, min=1, max=10, description="Seeds")
        self.length = ipywidgets.BoundedIntText(64, min=8, max=1024, description="Length")
        self.button = button("Measure", "Train with every way on 5 %, 20 % and all of the text")
        self.place, self.words, self.table = (
            ipywidgets.VBox(), ipywidgets.HTML(), ipywidgets.HTML(),
        )  # fmt: skip
        self.plot: Plot | None = None
        self._points: dict[tuple[str, float, int], TransferPoint] = {}
        numbers = [self.text, self.steps, self.seeds, self.length]
        for control in numbers:
            control.layout.width = "152px"
        mark_main(self.button, self.place)
        super().__init__(
            "How much text does it take?",
            [
                in_row(*numbers, self.button),
                in_row(*self.methods.values()),
                Tabs({"Chart": self.place, "Table": self.table}),
                self.words,
            ],
            choice=as_choice(model),
            subtitle="Each way gets the same number of steps, on 5 %, 20 % and all of the text, "
            "and is measured on the same unseen pages.",
            code=self._lines,
        )
        self.button.on_click(lambda _: self.run(self._measure))
        for control in (*numbers, *self.methods.values()):
            control.observe(lambda _: self.show_code(), "value")

    @property
    def points(self) -> list[TransferPoint]:
        """The newest state of each point."""
        return list(self._points.values())

    def model_changed(self) -> None:
        """What was measured belongs to the model before."""
        if self._points:
            self.mark_stale()
        self.show_code()

    def _chosen(self) -> list[Method]:
        return [method for method in RATES if self.methods[method].value]

    def _measure(self) -> Generator[Progress | None, None, None]:
        methods, seeds = self._chosen(), self.seeds.value
        if not methods:
            raise ValueError("Choose at least one way to learn.")
        self.model()
        yield None
        if self.plot is None:
            self.plot = figures.transfer_plot()
        total = len(methods) * len(SHARES) * seeds * self.steps.value
        self._points, done = {}, 0
        for point in transfer_points(
            self.text.value, self._name(), methods, seeds=range(seeds), steps=self.steps.value,
            length=self.length.value,
        ):  # fmt: skip
            known = self._points.get(key := (point.method, point.share, point.seed))
            self._points[key] = point
            done += point.step > 0
            if known is None or known.last != point.last or point.done:
                self._draw(self.plot)
            yield Progress(done, total, "steps")

    def _draw(self, plot: "Plot") -> None:
        self.place.children = [plot]
        figures.draw_transfer(plot, self.points)
        self.words.value = escape(figures.transfer_words(self.points))
        self.table.value = figures.transfer_table(self.points)

    def _name(self) -> str:
        return self.choice.name or models.default_name("causal")

    def _lines(self) -> str:
        return (
            "from lablib import finetuning as ft\n\n"
            f"text, model = {self.text.value!r}, {self._name()!r}\n"
            f"methods, seeds = {self._chosen()!r}, range({self.seeds.value})\n"
            "points = ft.transfer_points(text, model, methods, seeds=seeds, "
            f"steps={self.steps.value}, length={self.length.value})\n"
            "[(p.method, p.share, p.perplexity) for p in points if p.done]"
        )


def transfer_panel(
    text: str = "logbook", steps: int = 40, model: str | ModelChoice | None = None
) -> TransferPanel:
    """Measure why a pretrained model needs little text: four ways to learn, three amounts of it.

    Args:
        text: a text that comes with the labs, a file, a folder, or the text itself.
        steps: optimizer steps of each training.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """
    return TransferPanel(text, steps, model)
