"""The training panel: an encoder learns to tell the classes apart, and is tested."""

from collections.abc import Generator
from dataclasses import fields

import ipywidgets

from lablib.training.config import Config
from lablib.transfer.compute.classifier import predict
from lablib.transfer.compute.data import LabelledSet
from lablib.transfer.compute.scoring import Scores, score
from lablib.transfer.compute.training import RECIPES, Training, fine_tune, recipe
from lablib.transfer.figures import training as figures
from lablib.transfer.panel.shared import DESK, OPENING, SharedClassifier, Trained
from lablib.widgets import ModelChoice, Panel, Progress
from lablib.widgets.html import escape
from lablib.widgets.layout import Fold, beside, in_row, mark_main
from lablib.widgets.plot import Plot

LEARNING = {
    "all weights": "full",
    "LoRA": "lora",
    "the head only": "head",
    "all, from random": "scratch",
}


class TrainingPanel(Panel):
    """Settings, both losses and the accuracy as they move, and the scores on the test part.

    `steps` holds what is drawn; `scores` those of the test part, None before the end.
    """

    def __init__(self, start: str, model: str | ModelChoice, desk: SharedClassifier) -> None:
        self.desk = desk
        self.recipe = ipywidgets.ToggleButtons(
            options=[("a few hundred texts", "short"), ("BERT's own", "source")],
            value=start,
            description="Recipe",
            style={"button_width": "max-content"},
        )
        self.method = ipywidgets.Dropdown(options=LEARNING, value="full", description="Learns")
        self.epochs = ipywidgets.BoundedFloatText(min=0.1, max=50, step=1, description="Epochs")
        self.batch = ipywidgets.BoundedIntText(min=1, max=256, description="Batch")
        self.rate = ipywidgets.FloatLogSlider(
            min=-5.5, max=-2, step=0.1, description="Learning rate", readout_format=".1e",
            style={"description_width": "initial"},
        )  # fmt: skip
        self.seed = ipywidgets.BoundedIntText(0, min=0, max=2**31 - 1, description="Seed")
        self.button = ipywidgets.Button(description="Train", button_style="primary")
        self.place, self.matrix = ipywidgets.VBox(), ipywidgets.VBox()
        self.words, self.verdict = ipywidgets.HTML(), ipywidgets.HTML()
        self.table = ipywidgets.HTML()
        self.plot: Plot | None = None
        self.steps: list[Training] = []
        self.scores: Scores | None = None
        for control in (self.epochs, self.batch, self.seed, self.button):
            control.layout.width = "144px"
        mark_main(self.button, self.place)
        self._follow_recipe()
        super().__init__(
            "An encoder learns to classify",
            [
                in_row(self.recipe, self.method),
                in_row(self.epochs, self.batch, self.rate, self.seed, self.button),
                beside(self.place, self.matrix, widths=(480, 360)),
                self.words,
                self.verdict,
                Fold("Precision and recall", [self.table]),
            ],
            choice=model if isinstance(model, ModelChoice) else ModelChoice(model, "encoder"),
            subtitle="A fifth of the training part is watched and not learned from: that is the "
            "validation loss. The test part is asked once, at the end.",
            code=self._lines,
        )
        self.recipe.observe(lambda _: self._follow_recipe(), "value")
        self.button.on_click(lambda _: self.run(self._train))
        self.desk.observe(lambda _: self.show_code(), "labelled")
        self.show_code()

    def _follow_recipe(self) -> None:
        start = RECIPES[self.recipe.value]
        self.epochs.value, self.batch.value = start.epochs, start.batch
        self.rate.value = start.learning_rate

    def config(self) -> Config:
        """The settings as they stand."""
        name = self.choice.name or "minilm"
        return recipe(
            self.recipe.value, model=name, method=self.method.value, epochs=self.epochs.value,
            batch=self.batch.value, learning_rate=float(f"{self.rate.value:.2g}"),
            seed=self.seed.value,
        )  # fmt: skip

    def _train(self) -> Generator[Progress | None, None, None]:
        if self.plot is None:
            self.plot = figures.training_plot()
            self.place.children = [self.plot]
        self.steps, self.scores, self.matrix.children = [], None, []
        self.verdict.value = self.table.value = ""
        config, code = self.config(), self._training_lines()
        self.model()
        yield Progress(0, 0, "the model is opened")
        labelled = self.desk.read()
        for step in fine_tune(labelled, config):
            self.steps.append(step)
            if step.val_loss is not None:
                figures.draw_training(self.plot, self.steps)
                self.words.value = escape(figures.training_words(self.steps))
            yield Progress(step.step, step.total, "steps")
        yield from self._test(labelled, code)

    def _test(self, labelled: LabelledSet, code: str) -> Generator[None, None, None]:
        classifier = self.steps[-1].classifier
        if classifier is None:
            return
        said = predict(classifier, labelled.test.texts)
        yield
        self.scores = score(said, labelled.test.labels)
        plot = figures.confusion_plot(labelled.names)
        figures.draw_confusion(plot, self.scores)
        self.matrix.children = [plot]
        self.verdict.value = escape(figures.scores_words(self.scores))
        self.table.value = figures.scores_table(self.scores)
        self.desk.trained = Trained(classifier, labelled, code)

    def _training_lines(self) -> str:
        config, start = self.config(), RECIPES[self.recipe.value]
        changed = "".join(
            f", {f.name}={getattr(config, f.name)!r}"
            for f in fields(Config)
            if getattr(config, f.name) != getattr(start, f.name)
        )
        return (
            f"{self.desk.code}config = tr.recipe({self.recipe.value!r}{changed})\n"
            "*_, last = tr.fine_tune(labelled, config)\n"
            "said = tr.predict(last.classifier, labelled.test.texts)\n"
        )

    def _lines(self) -> str:
        return OPENING + self._training_lines() + "tr.score(said, labelled.test.labels).table()"


def training_panel(
    recipe: str = "short", model: str | ModelChoice = "minilm", desk: SharedClassifier | None = None
) -> TrainingPanel:
    """Fine-tune an encoder on the notebook's labelled set, live; it can be stopped.

    Args:
        recipe: the settings to start from, "short" or "source".
        model: a name, hub id or folder of an encoder.
        desk: what the panels share; None for the one of all panels.
    """
    return TrainingPanel(recipe, model, desk or DESK)
