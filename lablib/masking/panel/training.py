"""The training panel: a tiny BERT learns from nothing, while one watches."""

from collections.abc import Generator

import ipywidgets

from lablib.masking.compute.training import EXAMPLE, TrainingStep, learn
from lablib.masking.figures import training as figures
from lablib.widgets import Panel, Progress, TextInput
from lablib.widgets.guess_view import GuessView
from lablib.widgets.html import escape
from lablib.widgets.layout import beside, in_row, mark_main
from lablib.widgets.plot import Plot

EVERY = 10


class TrainingPanel(Panel):
    """A plot of what the tiny BERT can do, step by step, and its guesses for one sentence.

    `steps` holds the reports that are drawn; the last one's `m` is the model.
    """

    def __init__(self, example: str, steps: int) -> None:
        self.example = TextInput(value=example, label="What it is asked as it learns")
        self.count = ipywidgets.BoundedIntText(
            steps, min=EVERY, max=5000, step=100, description="Steps"
        )
        self.seed = ipywidgets.BoundedIntText(0, min=0, max=2**31 - 1, description="Seed")
        self.button = ipywidgets.Button(description="Train", button_style="primary")
        self.place = ipywidgets.VBox()
        self.plot: Plot | None = None
        self.words = ipywidgets.HTML()
        self.view = GuessView(label="What it would put there now")
        mark_main(self.button, self.place)
        self.steps: list[TrainingStep] = []
        super().__init__(
            "A BERT learns from nothing",
            [
                self.example,
                in_row(self.count, self.seed, self.button),
                beside(self.place, self.view, widths=(560, 240)),
                self.words,
            ],
            subtitle="Two layers and one short tale. First it guesses by how common each token is; "
            "then it finds that neighbours tell more.",
            code=self._lines,
        )
        self.button.on_click(lambda _: self.run(self._train))
        self.show_code()

    def _train(self) -> Generator[Progress | None, None, None]:
        if self.plot is None:
            self.plot = figures.training_plot()
            self.place.children = [self.plot]
        self.steps, total = [], self.count.value
        yield Progress(0, total, "steps")
        for step in learn(
            steps=total, seed=self.seed.value, every=EVERY, example=self.example.value
        ):
            self.steps.append(step)
            self._draw(step)
            yield Progress(step.step, total, "steps")

    def _draw(self, step: TrainingStep) -> None:
        if self.plot is not None:
            figures.draw_training(self.plot, self.steps)
        self.words.value = escape(figures.training_words(self.steps))
        self.view.columns = [figures.training_column(step)]

    def _lines(self) -> str:
        return (
            "from lablib import masking as mk\n\n"
            f"steps = list(mk.learn(steps={self.count.value}, seed={self.seed.value}, "
            f"every={EVERY}, example={self.example.value!r}))\n"
            "[(step.step, step.accuracy, step.heldout_loss) for step in steps]"
        )


def training_panel(example: str = EXAMPLE, steps: int = 600) -> TrainingPanel:
    """Train a tiny BERT on the tale that comes with the labs, live; it can be stopped.

    Args:
        example: a text with a mask that it is asked while it learns.
        steps: how many training steps to make.
    """
    return TrainingPanel(example, steps)
