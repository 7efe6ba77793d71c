"""The distillation panel: three layers learn with a teacher and without one, live."""

from ipywidgets import HTML

from lablib import data
from lablib.foundations.compute.distillation import Distillation, DistillationStep, distill
from lablib.foundations.figures import distillation as figures
from lablib.widgets import AnyModel, Drawing, LivePanel, PlotPlace, Progress, as_choice
from lablib.widgets.controls import button, number, seed_field, slider
from lablib.widgets.html import escape
from lablib.widgets.layout import in_row, mark_main

TEXT, HELD_OUT = "almanac", "tale"
"""The little text that the students learn from, and the one that they are measured on."""


class DistillationPanel(LivePanel):
    """Make a GPT-2 of three layers out of a larger one, taught by it and not, on one plot.

    `steps` holds what is drawn.

    Args:
        temperature: both models' while one teaches the other.
        model: the teacher, a name, hub id or folder of a GPT-2; None for the model that all panels
            of the notebook share.
    """

    imports = "data, foundations as fo, models"
    waits = True

    def __init__(
        self, temperature: float = Distillation.temperature, model: AnyModel = None
    ) -> None:
        look = {"width": 300, "label": 116}
        self.temperature = slider("Temperature", temperature, 0.5, 8, 0.5, **look)
        self.share = slider("Teacher's share", Distillation.share, 0, 1, 0.1, **look)
        self.count = number("Steps", Distillation.steps, 10, 1000, width=180)
        self.seed = seed_field(width=180)
        self.button = button("Train", primary=True)
        self.place, self.words = PlotPlace(), HTML()
        mark_main(self.button, self.place)
        self.steps: list[DistillationStep] = []
        super().__init__(
            "Knowledge distillation",
            "Two students, each three of the teacher's layers; one is taught. It takes a minute on "
            "two cores; you can stop it.",
            [
                in_row(self.temperature, self.share),
                in_row(self.count, self.seed, self.button),
                self.place,
                self.words,
            ],
            controls=[self.temperature, self.share, self.count, self.seed],
            choice=as_choice(model),
            button=self.button,
        )

    @property
    def settings(self) -> Distillation:
        """The settings as the controls stand."""
        return Distillation(
            temperature=self.temperature.value,
            share=self.share.value,
            steps=self.count.value,
            seed=self.seed.value,
        )

    def draw(self) -> Drawing:
        """Train both, drawing what is measured."""
        settings = self.settings
        m = self.model()
        yield Progress(0, settings.steps, "steps")
        plot = self.open_plot(figures.distillation_plot, settings.steps)
        self.steps = []
        for step in distill(m, data.text(TEXT), data.text(HELD_OUT), settings):
            self.steps.append(step)
            if step.taught is not None:
                figures.draw_distillation(plot, self.steps)
                self.words.value = escape(figures.distillation_words(self.steps))
            yield Progress(step.step, step.total, "steps")

    def code_lines(self) -> str:
        """Both losses at the end of the same training."""
        return (
            f"text, heldout = data.text({TEXT!r}), data.text({HELD_OUT!r})\n"
            f"settings = fo.{self.settings!r}\n"
            "*_, last = fo.distill(m, text, heldout, settings)\n"
            "last.taught, last.alone, last.teacher"
        )


distillation_panel = DistillationPanel
