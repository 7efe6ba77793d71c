"""The range and search panels: looking for good settings, drawn as it goes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

import ipywidgets

from lablib.finetuning.compute.search import (
    SPACE,
    RangeTest,
    best_trial,
    range_test,
    search_settings,
)
from lablib.finetuning.compute.trials import Range, Trial
from lablib.finetuning.figures import search as figures
from lablib.finetuning.panel.fields import text_field
from lablib.finetuning.panel.settings import config_code
from lablib.training.config import Config
from lablib.widgets import AnyModel, Drawing, LivePanel, PlotPlace, Progress, as_choice
from lablib.widgets.controls import button, checkbox, dropdown, number, seed_field
from lablib.widgets.html import escape
from lablib.widgets.layout import Tabs, beside, mark_main
from lablib.widgets.plot import Plot

TRIAL_STEPS = 15
METHODS = ["full", "lora", "last", "scratch"]


class HasSettings(Protocol):
    """A panel whose settings can be taken over: the training panel."""

    settings: Any


class SearchPanelBase(LivePanel):
    """What both panels share: text, method, a picture, a sentence, and taking settings over.

    Args:
        training: the panel that the settings found go to; None for none.
        controls: those of this panel alone.
        table: the picture's numbers; None for none.
    """

    imports = "finetuning as ft"
    waits = True

    def __init__(
        self,
        title: str,
        subtitle: str,
        text: str,
        model: AnyModel,
        training: HasSettings | None,
        controls: Sequence[ipywidgets.Widget],
        table: ipywidgets.HTML | None = None,
    ) -> None:
        self.training = training
        self.text = text_field(text)
        self.method = dropdown("Method", METHODS)
        self.button = button("Look", width=200, primary=True)
        tip = "Put what was found into the training panel"
        self.take = button("Take it over", tip, width=200)
        self.take.disabled, self.take.layout.display = True, "" if training else "none"
        self.place, self.words = PlotPlace(), ipywidgets.HTML()
        watched = [self.text, self.method, *controls]
        for control in watched:
            control.layout.width = "100%"
        picture = Tabs({"Chart": self.place, "Table": table}) if table else self.place
        mark_main(self.button, self.place)
        super().__init__(
            title,
            subtitle,
            [
                beside(
                    ipywidgets.VBox([*watched, self.button, self.take]),
                    ipywidgets.VBox([picture, self.words]),
                    widths=(240, 560),
                )
            ],
            controls=watched,
            choice=as_choice(model),
            button=self.button,
        )
        self.take.on_click(lambda _: self._take_over())

    @property
    def config(self) -> Config:
        """The settings that are looked from: those of the training panel, if there is one."""
        base = self.training.settings.config if self.training else Config()
        return replace(
            base, model=self.choice.chosen, text=self.text.value, method=self.method.value
        )

    def found(self) -> dict[str, Any]:
        """What is taken over, by the names of `Config`; nothing if nothing was found."""
        return {}

    def _take_over(self) -> None:
        if self.training and (found := self.found()):
            self.training.settings.show(replace(self.training.settings.config, **found))


class RangePanel(SearchPanelBase):
    """Find a learning rate with one short training (Smith 2017).

    The loss against a learning rate that grows from step to step; `test` is what is drawn.

    Args:
        text: a text that comes with the labs, a file, a folder, or the text itself.
        steps: how many steps it makes at most.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
        training: a training panel, whose settings are used and which can take over what is found.
    """

    def __init__(
        self,
        text: str = "logbook",
        steps: int = 60,
        model: AnyModel = None,
        training: HasSettings | None = None,
    ) -> None:
        self.steps = number("Steps", steps, 5, 1000)
        self.test = RangeTest()
        super().__init__(
            "A learning-rate range test",
            "One short training with a growing learning rate: first nothing happens, then the loss "
            "falls, then it diverges.",
            text,
            model,
            training,
            [self.steps],
        )

    def draw(self) -> Drawing:
        """Run the test, drawing after every step."""
        self.model()
        yield None
        plot = self.open_plot(figures.range_plot)
        for test in range_test(self.config, steps=self.steps.value):
            self.test = test
            figures.draw_range(plot, self.test)
            self.words.value = escape(figures.range_words(self.test))
            yield Progress(len(self.test.rates), self.steps.value, "steps")
        self.take.disabled = not self.found()

    def found(self) -> dict[str, Any]:
        """The suggested learning rate."""
        return {} if self.test.suggestion is None else {"learning_rate": self.test.suggestion}

    def code_lines(self) -> str:
        """The test, and what it suggests."""
        return (
            f"config = {config_code(self.config)}\n"
            f"*_, test = ft.range_test(config, steps={self.steps.value})\n"
            "test.losses, test.suggestion"
        )


class SearchPanel(SearchPanelBase):
    """Look for good settings within a budget: a grid, at random, or with Optuna.

    Trials of a search, a field for each setting; `trials` holds the newest state of each.

    Args:
        text: a text that comes with the labs, a file, a folder, or the text itself.
        trials: the budget.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
        training: a training panel, whose settings are used and which can take over what is found.
    """

    def __init__(
        self,
        text: str = "logbook",
        trials: int = 8,
        model: AnyModel = None,
        training: HasSettings | None = None,
    ) -> None:
        tip = "bayesian: each trial where the trials so far promise most"
        self.how = dropdown("How", ["bayesian", "random", "grid"], tooltip=tip)
        self.count = number("Trials", trials, 1, 200)
        self.steps = number("Steps each", TRIAL_STEPS, 1, 10_000)
        self.seed = seed_field()
        self.chosen = {
            name: checkbox(
                f"{figures.NAMES[name]}, {choice.low:g} to {choice.high:g}",
                name in ("learning_rate", "batch"),
            )
            for name, choice in SPACE.items()
        }
        self.table = ipywidgets.HTML()
        self._trials: dict[int, Trial] = {}
        super().__init__(
            "Looking for good settings",
            "Each trial is a short training with other settings, judged on the held-out part.",
            text,
            model,
            training,
            [self.how, self.count, self.steps, self.seed, *self.chosen.values()],
            self.table,
        )

    @property
    def trials(self) -> list[Trial]:
        """The newest state of each trial."""
        return list(self._trials.values())

    @property
    def space(self) -> dict[str, Range]:
        """The settings that are looked for."""
        return {name: SPACE[name] for name, box in self.chosen.items() if box.value}

    @property
    def config(self) -> Config:
        """The settings of a trial, but for those looked for."""
        return replace(super().config, steps=self.steps.value)

    def draw(self) -> Drawing:
        """Try settings, drawing each trial that ends."""
        self.model()
        space, count = self.space, self.count.value
        searching = search_settings(self.config, space, self.how.value, count, self.seed.value)
        yield None
        self._trials, self.plot = {}, None
        for trial in searching:
            plot = self.open_plot(figures.search_plot, space)  # its fields are those of this search
            self._trials[trial.number] = trial
            if trial.done:
                self._draw(plot)
            share = trial.step / trial.total if trial.total else 0.0
            yield Progress(trial.number + share, count, "trials")
        self.take.disabled = not self.found()

    def _draw(self, plot: Plot) -> None:
        figures.draw_search(plot, self.trials, self.space)
        self.words.value = escape(figures.search_words(self.trials))
        self.table.value = figures.trials_table(self.trials)

    def found(self) -> dict[str, Any]:
        """The settings of the best trial."""
        chosen = best_trial(self.trials)
        return chosen.settings if chosen else {}

    def code_lines(self) -> str:
        """The search, and its best trial."""
        space = ", ".join(f"{name!r}: ft.{choice!r}" for name, choice in self.space.items())
        return (
            f"config = {config_code(self.config)}\n"
            f"space = {{{space}}}\n"
            f"trials = ft.search_settings(config, space, {self.how.value!r}, "
            f"{self.count.value}, seed={self.seed.value})\n"
            "ft.best_trial([trial for trial in trials if trial.done])"
        )


range_panel = RangePanel


search_panel = SearchPanel
