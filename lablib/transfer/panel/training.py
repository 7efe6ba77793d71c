"""The training panel: an encoder learns to tell the classes apart, and is tested."""

from dataclasses import fields

import ipywidgets

from lablib.training.config import Config
from lablib.transfer.compute.classifier import predict
from lablib.transfer.compute.data import LabelledSet
from lablib.transfer.compute.scoring import Scores, score
from lablib.transfer.compute.training import RECIPES, Training, fine_tune, recipe
from lablib.transfer.figures import training as figures
from lablib.transfer.panel.shared import DESK, SharedClassifier, Trained
from lablib.widgets import Drawing, LivePanel, ModelChoice, PlotPlace, Progress, as_choice
from lablib.widgets.closing import put_in
from lablib.widgets.controls import button, dropdown, log_slider, number, seed_field, toggles
from lablib.widgets.html import escape
from lablib.widgets.layout import Fold, beside, in_row, mark_main

LEARNING = {
    "all weights": "full",
    "LoRA": "lora",
    "the head only": "head",
    "all, from random": "scratch",
}


class TrainingPanel(LivePanel):
    """Fine-tune an encoder on the notebook's labelled set, live; it can be stopped.

    Settings, both losses and the accuracy as they move, and the scores on the test part.
    `steps` holds what is drawn; `scores` those of the test part, None before the end.

    Args:
        recipe: the settings to start from, "short" or "source".
        model: a name, hub id or folder of an encoder.
        desk: what the panels share; None for the one of all panels.
    """

    imports = "transfer as tr"
    waits = True

    def __init__(
        self,
        recipe: str = "short",
        model: str | ModelChoice = "minilm",
        desk: SharedClassifier | None = None,
    ) -> None:
        self.desk = desk or DESK
        self._make_controls(recipe)
        self.place, self.matrix = PlotPlace(), ipywidgets.VBox()
        self.words, self.verdict, self.table = (ipywidgets.HTML() for _ in range(3))
        self.steps: list[Training] = []
        self.scores: Scores | None = None
        mark_main(self.button, self.place)
        super().__init__(
            "An encoder learns to classify",
            "A fifth of the training part is watched and not learned from: that is the "
            "validation loss. The test part is asked once, at the end.",
            [
                in_row(self.recipe, self.method),
                in_row(self.epochs, self.batch, self.rate, self.seed, self.button),
                beside(self.place, self.matrix, widths=(480, 360)),
                self.words,
                self.verdict,
                Fold("Precision and recall", [self.table]),
            ],
            controls=[self.method, self.epochs, self.batch, self.rate, self.seed],
            choice=as_choice(model, "encoder"),
            button=self.button,
        )
        self.recipe.observe(lambda _: self._follow_recipe(), "value")
        self.desk.observe(lambda _: self.show_code(), "labelled")

    def _make_controls(self, recipe: str) -> None:
        """How is trained: a recipe, and what it sets."""
        recipes = [("a few hundred texts", "short"), ("BERT's own", "source")]
        self.recipe = toggles("Recipe", recipes, recipe, each="max-content")
        start = RECIPES[recipe]
        self.method = dropdown("Learns", LEARNING, "full")
        self.epochs = number("Epochs", start.epochs, 0.1, 50, width=144)
        self.batch = number("Batch", start.batch, 1, 256, width=144)
        self.rate = log_slider("Learning rate", start.learning_rate, -5.5, -2, 0.1, label="initial")
        self.rate.readout_format = ".1e"
        self.seed, self.button = seed_field(width=144), button("Train", width=144, primary=True)

    def _follow_recipe(self) -> None:
        start = RECIPES[self.recipe.value]
        self.epochs.value, self.batch.value = start.epochs, start.batch
        self.rate.value = start.learning_rate

    def config(self) -> Config:
        """The settings as they stand."""
        return recipe(
            self.recipe.value, model=self.choice.chosen, method=self.method.value,
            epochs=self.epochs.value, batch=self.batch.value,
            learning_rate=float(f"{self.rate.value:.2g}"), seed=self.seed.value,
        )  # fmt: skip

    def draw(self) -> Drawing:
        """Train, drawing the losses as they fall, and test at the end."""
        plot = self.open_plot(figures.training_plot)
        self.steps, self.scores = [], None
        put_in(self.matrix, [])
        self.verdict.value = self.table.value = ""
        config, code = self.config(), self._training_lines()
        self.model()
        yield Progress(0, 0, "the model is opened")
        labelled = self.desk.read()
        for step in fine_tune(labelled, config):
            self.steps.append(step)
            if step.val_loss is not None:
                figures.draw_training(plot, self.steps)
                self.words.value = escape(figures.training_words(self.steps))
            yield Progress(step.step, step.total, "steps")
        yield from self._test(labelled, code)

    def _test(self, labelled: LabelledSet, code: str) -> Drawing:
        classifier = self.steps[-1].classifier
        if classifier is None:
            return
        said = predict(classifier, labelled.test.texts)
        yield None
        self.scores = score(said, labelled.test.labels)
        plot = figures.confusion_plot(labelled.names)
        figures.draw_confusion(plot, self.scores)
        put_in(self.matrix, [plot])
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

    def code_lines(self) -> str:
        """The same training, and its scores on the test part."""
        return self._training_lines() + "tr.score(said, labelled.test.labels).table()"


training_panel = TrainingPanel
