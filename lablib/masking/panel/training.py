"""The training panel: a tiny BERT learns from nothing, while one watches."""

import ipywidgets

from lablib.masking.compute.training import EXAMPLE, TrainingStep, learn
from lablib.masking.figures import training as figures
from lablib.widgets import Drawing, LivePanel, PlotPlace, Progress, TextInput
from lablib.widgets.controls import button, number, seed_field
from lablib.widgets.guess_view import GuessView
from lablib.widgets.html import escape
from lablib.widgets.layout import beside, in_row, mark_main

EVERY = 10


class TrainingPanel(LivePanel):
    """Train a tiny BERT on the tale that comes with the labs, live; it can be stopped.

    `steps` holds the reports that are drawn; the last one's `m` is the model.

    Args:
        example: a text with a mask that it is asked while it learns.
        steps: how many training steps to make.
    """

    imports = "masking as mk"
    waits = True

    def __init__(self, example: str = EXAMPLE, steps: int = 600) -> None:
        self.example = TextInput(value=example, label="What it is asked as it learns")
        self.count, self.seed = number("Steps", steps, EVERY, 5000, 100), seed_field()
        self.button = button("Train", primary=True)
        self.place, self.words = PlotPlace(), ipywidgets.HTML()
        self.view = GuessView(label="What it would put there now")
        mark_main(self.button, self.place)
        self.steps: list[TrainingStep] = []
        super().__init__(
            "A BERT learns from nothing",
            "Two layers and one short tale. First it guesses by how common each token is; "
            "then it finds that neighbours tell more.",
            [
                self.example,
                in_row(self.count, self.seed, self.button),
                beside(self.place, self.view, widths=(560, 240)),
                self.words,
            ],
            controls=[self.example, self.count, self.seed],
            button=self.button,
        )

    def draw(self) -> Drawing:
        """Train, drawing each report."""
        plot = self.open_plot(figures.training_plot)
        self.steps, total = [], self.count.value
        yield Progress(0, total, "steps")
        for step in learn(
            steps=total, seed=self.seed.value, every=EVERY, example=self.example.value
        ):
            self.steps.append(step)
            figures.draw_training(plot, self.steps)
            self.words.value = escape(figures.training_words(self.steps))
            self.view.columns = [figures.training_column(step)]
            yield Progress(step.step, total, "steps")

    def code_lines(self) -> str:
        """The same training, and how well it went."""
        return (
            f"steps = list(mk.learn(steps={self.count.value}, seed={self.seed.value}, "
            f"every={EVERY}, example={self.example.value!r}))\n"
            "[(step.step, step.accuracy, step.heldout_loss) for step in steps]"
        )


training_panel = TrainingPanel
