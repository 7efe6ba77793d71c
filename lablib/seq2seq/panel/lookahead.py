"""The mask panel: two small models learn, one with the decoder's causal mask and one without."""

import ipywidgets

from lablib.seq2seq.compute.lookahead import Lookahead, learning
from lablib.seq2seq.figures import lookahead as figures
from lablib.widgets import Drawing, LivePanel, PlotPlace, Progress
from lablib.widgets.controls import button, seed_field, slider
from lablib.widgets.html import escape
from lablib.widgets.layout import in_row, mark_main
from lablib.widgets.panel import RateLimit


class MaskPanel(LivePanel):
    """Train two small models to turn letters round, with the decoder's mask and without.

    `result` is what is drawn, None before the first.

    Args:
        steps: how many training steps both take.
    """

    imports = "seq2seq as ss"
    waits = True
    result: Lookahead | None = None

    def __init__(self, steps: int = 120) -> None:
        self.steps = slider("Steps", steps, 1, 400, width=400)
        self.seed = seed_field(width=200)
        self.button = button("Train both", primary=True)
        self.place, self.words = PlotPlace(), ipywidgets.HTML()
        mark_main(self.button, self.place)
        super().__init__(
            "What the decoder’s mask is for",
            "Two small models learn to turn five letters round. One may look at the answer.",
            [in_row(self.steps, self.seed, self.button), self.place, self.words],
            controls=[self.steps, self.seed],
            button=self.button,
        )

    def draw(self) -> Drawing:
        """Train, drawing both losses as they fall."""
        plot = self.open_plot(figures.learning_plot)
        yield None
        steps, limit = self.steps.value, RateLimit()
        for found in learning(steps, self.seed.value):
            if limit.due():
                figures.draw_learning(plot, found)
            yield Progress(len(found.masked), steps, "steps")
        self.result = found
        figures.draw_learning(plot, found)
        self.words.value = escape(figures.learning_words(found))

    def code_lines(self) -> str:
        """Both losses at the end, and what both can write."""
        settings = f"steps={self.steps.value}, seed={self.seed.value}"
        return (
            f"found = ss.learn_with_and_without_mask({settings})\n"
            "found.masked[-1], found.unmasked[-1], found.masked_right, found.unmasked_right"
        )


mask_panel = MaskPanel
