"""The cache panel: what one more token costs with and without remembered keys and values."""

from ipywidgets import HTML, VBox

from lablib.models.text import context_length
from lablib.sampling.compute.measures import Timing, cache_timing
from lablib.sampling.compute.text import prepare
from lablib.sampling.figures import cache as figures
from lablib.widgets import AnyModel, Drawing, LivePanel, PlotPlace, Progress, TextInput, as_choice
from lablib.widgets.controls import button, toggles
from lablib.widgets.html import escape
from lablib.widgets.layout import Tabs, in_row, mark_main


class CachePanel(LivePanel):
    """Measure what one more token costs with the key-value cache on and off, at growing lengths.

    `timings` holds the points.

    Args:
        prompt: a text; it is repeated until it is long enough.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "models, sampling as sp"
    quiet_seconds = 0.5

    def __init__(self, prompt: str = "Once upon a time", model: AnyModel = None) -> None:
        self.text = TextInput(value=prompt, label="Text, repeated to each length")
        self.scale = toggles("Time axis", ["linear", "log"], each=80)
        self.button = button("Measure again")
        self.place, self.words, self.table = PlotPlace(), HTML(), HTML()
        mark_main(self.scale, self.place)
        self.timings: list[Timing] = []
        super().__init__(
            "What a token costs",
            "With the cache a model remembers the keys and values of all tokens before; "
            "without, it reads the whole text again.",
            [
                self.text,
                in_row(self.scale, self.button),
                Tabs({"Chart": VBox([self.place, self.words]), "Table": self.table}),
            ],
            controls=[self.text],
            choice=as_choice(model),
            button=self.button,
        )
        self.scale.observe(lambda _: self._draw(), "value")

    def draw(self) -> Drawing:
        """Measure at growing lengths, drawing each."""
        m = self.model()
        prompt = prepare(m, self.text.value)
        self.text.note = prompt.note
        self.open_plot(figures.timing_plot)
        lengths = figures.timing_lengths(context_length(m))
        self.timings = []
        yield Progress(0, len(lengths), "lengths")
        for timing in cache_timing(m, prompt, lengths):
            self.timings.append(timing)
            self._draw()
            yield Progress(len(self.timings), len(lengths), "lengths")

    def _draw(self) -> None:
        if self.plot is not None:
            figures.draw_timings(self.plot, self.timings, self.scale.value)
            self.words.value = escape(figures.timing_words(self.timings))
            self.table.value = figures.timing_table(self.timings)

    def code_lines(self) -> str:
        """How many times faster the cache makes the last token."""
        lengths = [timing.length for timing in self.timings]
        return (
            f"prompt = {self.text.value!r}\n"
            f"timings = list(sp.cache_timing(m, prompt, {lengths}))\n"
            "timings[-1].uncached / timings[-1].cached"
        )


cache_panel = CachePanel
