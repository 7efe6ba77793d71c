"""The transfer panel: ways to learn against how much text there is, drawn as they are measured."""

import ipywidgets

from lablib.finetuning.compute.transfer import RATES, SHARES, TransferPoint, transfer_points
from lablib.finetuning.figures import transfer as figures
from lablib.finetuning.panel.fields import text_field
from lablib.training.config import Method
from lablib.widgets import AnyModel, Drawing, LivePanel, PlotPlace, Progress, as_choice
from lablib.widgets.controls import button, checkbox, number
from lablib.widgets.html import escape
from lablib.widgets.layout import Tabs, in_row, mark_main


class TransferPanel(LivePanel):
    """Measure why a pretrained model needs little text: four ways to learn, three amounts of it.

    `points` are those drawn, the newest state of each.

    Args:
        text: a text that comes with the labs, a file, a folder, or the text itself.
        steps: optimizer steps of each training.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "finetuning as ft"
    waits = True

    def __init__(self, text: str = "logbook", steps: int = 40, model: AnyModel = None) -> None:
        self.text = text_field(text, width=152)
        self.methods = {method: checkbox(figures.NAMES[method], True) for method in RATES}
        self.steps = number("Steps each", steps, 1, 10_000, width=152)
        self.seeds = number("Seeds", 1, 1, 10, width=152)
        self.length = number("Length", 64, 8, 1024, width=152)
        tip = "Train with every way on 5 %, 20 % and all of the text"
        self.button = button("Measure", tip, width=200, primary=True)
        self.place, self.words, self.table = PlotPlace(), ipywidgets.HTML(), ipywidgets.HTML()
        self._points: dict[tuple[str, float, int], TransferPoint] = {}
        numbers = [self.text, self.steps, self.seeds, self.length]
        mark_main(self.button, self.place)
        super().__init__(
            "How much text does it take?",
            "Each way gets the same number of steps, on 5 %, 20 % and all of the text, "
            "and is measured on the same unseen pages.",
            [
                in_row(*numbers, self.button),
                in_row(*self.methods.values()),
                Tabs({"Chart": self.place, "Table": self.table}),
                self.words,
            ],
            controls=[*numbers, *self.methods.values()],
            choice=as_choice(model),
            button=self.button,
        )

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

    def draw(self) -> Drawing:
        """Train in every way, drawing what is measured."""
        methods, seeds = self._chosen(), self.seeds.value
        if not methods:
            raise ValueError("Choose at least one way to learn.")
        self.model()
        yield None
        plot = self.open_plot(figures.transfer_plot)
        total = len(methods) * len(SHARES) * seeds * self.steps.value
        self._points, done = {}, 0
        for point in transfer_points(
            self.text.value, self.choice.chosen, methods, seeds=range(seeds),
            steps=self.steps.value, length=self.length.value,
        ):  # fmt: skip
            known = self._points.get(key := (point.method, point.share, point.seed))
            self._points[key] = point
            done += point.step > 0
            if known is None or known.last != point.last or point.done:
                figures.draw_transfer(plot, self.points)
                self.words.value = escape(figures.transfer_words(self.points))
                self.table.value = figures.transfer_table(self.points)
            yield Progress(done, total, "steps")

    def code_lines(self) -> str:
        """The perplexity of every training."""
        return (
            f"text, model = {self.text.value!r}, {self.choice.chosen!r}\n"
            f"methods, seeds = {self._chosen()!r}, range({self.seeds.value})\n"
            "points = ft.transfer_points(text, model, methods, seeds=seeds, "
            f"steps={self.steps.value}, length={self.length.value})\n"
            "[(p.method, p.share, p.perplexity) for p in points if p.done]"
        )


transfer_panel = TransferPanel
