"""The cache panel: what one more token costs with and without remembered keys and values."""

from collections.abc import Generator

import ipywidgets

from lablib.models.text import context_length
from lablib.sampling.compute.measures import Timing, cache_timing
from lablib.sampling.compute.text import prepare
from lablib.sampling.figures import cache as figures
from lablib.sampling.panel.controls import opening_code
from lablib.widgets import ModelChoice, Panel, Progress, TextInput, as_choice
from lablib.widgets.html import escape
from lablib.widgets.layout import Tabs, in_row, mark_main
from lablib.widgets.plot import Plot

QUIET_SECONDS = 0.5


class CachePanel(Panel):
    """A plot of the time per token against the length of the text, point by point as measured.

    `timings` holds the points.
    """

    def __init__(self, prompt: str, model: str | ModelChoice | None) -> None:
        self.text = TextInput(value=prompt, label="Text, repeated to each length")
        self.scale = ipywidgets.ToggleButtons(options=["linear", "log"], description="Time axis")
        self.scale.style.button_width = "80px"
        self.button = ipywidgets.Button(description="Measure again")
        self.place = ipywidgets.VBox()
        self.plot: Plot | None = None
        self.words = ipywidgets.HTML()
        self.table = ipywidgets.HTML()
        mark_main(self.scale, self.place)
        self.timings: list[Timing] = []
        super().__init__(
            "What a token costs",
            [
                self.text,
                in_row(self.scale, self.button),
                Tabs({"Chart": ipywidgets.VBox([self.place, self.words]), "Table": self.table}),
            ],
            choice=as_choice(model),
            subtitle="With the cache a model remembers the keys and values of all tokens before; "
            "without, it reads the whole text again.",
            code=self._lines,
        )
        self.text.observe(lambda _: self.run(self._measure, QUIET_SECONDS), "value")
        self.scale.observe(lambda _: self._draw(), "value")
        self.button.on_click(lambda _: self.run(self._measure))
        self.run(self._measure)

    def model_changed(self) -> None:
        """Measure the new model."""
        self.run(self._measure)

    def _measure(self) -> Generator[Progress, None, None]:
        m = self.model()
        prompt = prepare(m, self.text.value)
        self.text.note = prompt.note
        if self.plot is None:
            self.plot = figures.timing_plot()
            self.place.children = [self.plot]
        self._lengths = figures.timing_lengths(context_length(m))
        self.timings = []
        yield Progress(0, len(self._lengths), "lengths")
        for timing in cache_timing(m, prompt, self._lengths):
            self.timings.append(timing)
            self._draw()
            yield Progress(len(self.timings), len(self._lengths), "lengths")

    def _draw(self) -> None:
        if self.plot is not None:
            figures.draw_timings(self.plot, self.timings, self.scale.value)
            self.words.value = escape(figures.timing_words(self.timings))
            self.table.value = figures.timing_table(self.timings)

    def _lines(self) -> str:
        lengths = [timing.length for timing in self.timings]
        return opening_code(self.choice.name or "") + (
            f"prompt = {self.text.value!r}\n"
            f"timings = list(sp.cache_timing(m, prompt, {lengths}))\n"
            "timings[-1].uncached / timings[-1].cached"
        )


def cache_panel(
    prompt: str = "Once upon a time", model: str | ModelChoice | None = None
) -> CachePanel:
    """Measure what one more token costs with the key-value cache on and off, at growing lengths.

    Args:
        prompt: a text; it is repeated until it is long enough.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """
    return CachePanel(prompt, model)
