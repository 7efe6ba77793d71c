"""The panel of a GPT that learns from nothing: its loss, and what it writes on its way."""

import ipywidgets

from lablib.finetuning.compute.from_nothing import WritingStep, learn_from_nothing
from lablib.finetuning.figures import from_nothing as figures
from lablib.finetuning.figures.shared import samples
from lablib.finetuning.panel.fields import text_field
from lablib.widgets import Drawing, LivePanel, PlotPlace, Progress
from lablib.widgets.controls import button, number, seed_field, text_line
from lablib.widgets.html import escape
from lablib.widgets.layout import beside, in_row, mark_main
from lablib.widgets.panel import RateLimit


class FromNothingPanel(LivePanel):
    """Train a tiny GPT from random weights on a text, live; it can be stopped.

    `steps` holds what is drawn; the last one's `m` is the model.

    Args:
        text: a text that comes with the labs, a file, a folder, or the text itself.
        steps: how many training steps to make.
        prompt: how each sample begins.
    """

    imports = "finetuning as ft"
    waits = True

    def __init__(self, text: str = "lighthouse", steps: int = 400, prompt: str = "The ") -> None:
        self.text = text_field(text, width=240)
        self.count, self.seed = number("Steps", steps, 10, 10_000, 100), seed_field()
        self.prompt = text_line("Samples begin", prompt, width=256, label=120)
        self.button = button("Train", primary=True)
        self.place, self.words, self.samples = PlotPlace(), ipywidgets.HTML(), ipywidgets.HTML()
        mark_main(self.button, self.place)
        self.steps: list[WritingStep] = []
        super().__init__(
            "A GPT learns to write from nothing",
            "Two layers and one short text, byte by byte: first noise, then letters, then words.",
            [
                in_row(self.text, self.prompt),
                in_row(self.count, self.seed, self.button),
                beside(self.place, self.samples, widths=(520, 320)),
                self.words,
            ],
            controls=[self.text, self.prompt, self.count, self.seed],
            button=self.button,
        )

    def draw(self) -> Drawing:
        """Train, drawing the losses as they fall and each sample as it is written."""
        plot = self.open_plot(figures.from_nothing_plot)
        self.steps, total, limit = [], self.count.value, RateLimit()
        yield Progress(0, total, "steps")
        for step in learn_from_nothing(self.text.value, total, self.seed.value, self.prompt.value):
            self.steps.append(step)
            if limit.due() or step.sample is not None:
                figures.draw_from_nothing(plot, self.steps)
                self.words.value = escape(figures.from_nothing_words(self.steps))
                self.samples.value = samples(self.steps, height=320)
            yield Progress(step.step, total, "steps")

    def code_lines(self) -> str:
        """The same training, and what it wrote on its way."""
        return (
            f"steps = list(ft.learn_from_nothing({self.text.value!r}, {self.count.value}, "
            f"{self.seed.value}, {self.prompt.value!r}))\n"
            "[(step.step, step.heldout_loss, step.sample) for step in steps if step.sample]"
        )


from_nothing_panel = FromNothingPanel
