"""The filtering panel: a small GPT learns with pirates, behind a gate, and without them."""

from dataclasses import replace

import ipywidgets

from lablib.training.config import Config
from lablib.transfer.compute.data import read_labelled
from lablib.transfer.compute.filtering import FILTERING, TRAINING_SETS, Outcome, learn_filtered
from lablib.transfer.figures import filtering as figures
from lablib.transfer.panel.gate import SET, UNWANTED
from lablib.widgets import AnyModel, Drawing, LivePanel, PlotPlace, Progress, as_choice
from lablib.widgets.controls import button, dropdown, number, seed_field, slider, text_line
from lablib.widgets.layout import beside, in_row, mark_main


class FilteringPanel(LivePanel):
    """Train a small GPT on all texts, on those a gate lets through and on none of the unwanted.

    `outcomes` holds what is drawn.

    Args:
        threshold: of the gate.
        prompt: what the models go on from.
        model: a name, hub id or folder of a GPT.
    """

    imports = "transfer as tr"
    waits = True

    def __init__(
        self,
        threshold: float = 0.5,
        prompt: str = "The captain",
        model: AnyModel = FILTERING.model,
    ) -> None:
        self.threshold = slider("Threshold", threshold, 0.01, 1, 0.01)
        self.prompt = text_line("Prompt", prompt)
        self.count = number("Steps", FILTERING.steps or 12, 1, 500, width=180)
        self.seed, self.button = seed_field(width=180), button("Train", primary=True)
        self.shown = dropdown(
            "Written after", list(TRAINING_SETS), TRAINING_SETS[2], width=400, label=100
        )
        self.place, self.table, self.texts = PlotPlace(), ipywidgets.HTML(), ipywidgets.HTML()
        self.outcomes: list[Outcome] = []
        mark_main(self.button, self.place)
        super().__init__(
            "Filtered data",
            "A pocket GPT as it is, and after it has gone on learning: from all texts, behind a "
            "gate, and without any pirate.",
            [
                in_row(self.threshold, self.prompt),
                in_row(self.count, self.seed, self.button),
                self.place,
                beside(self.table, ipywidgets.VBox([self.shown, self.texts]), widths=(400, 440)),
            ],
            controls=[self.threshold, self.prompt, self.count, self.seed],
            choice=as_choice(model),
            button=self.button,
        )
        self.shown.observe(lambda _: self._show(), "value")

    def config(self) -> Config:
        """The settings as they stand."""
        changed = {"steps": self.count.value, "seed": self.seed.value}
        return replace(FILTERING, model=self.choice.chosen, **changed)

    def draw(self) -> Drawing:
        """Train on each training_set, drawing each outcome."""
        config, threshold = self.config(), self.threshold.value
        self.model()
        yield Progress(0, 0, "the model is opened")
        plot = self.open_plot(figures.outcomes_plot)
        self.outcomes, labelled = [], read_labelled(SET)
        total = (len(TRAINING_SETS) - 1) * (self.count.value + 1)
        done = 0
        for found in learn_filtered(labelled, threshold, UNWANTED, self.prompt.value, config):
            if found is None:
                done += 1
            else:
                self.outcomes.append(found)
                figures.draw_outcomes(plot, self.outcomes)
                self.table.value = figures.outcomes_table(self.outcomes, threshold)
                self._show()
            yield Progress(done, total, "steps")

    def _show(self) -> None:
        """What the chosen one writes, or the last that is there."""
        chosen = [one for one in self.outcomes if one.training_set == self.shown.value]
        if found := chosen or self.outcomes[-1:]:
            self.texts.value = figures.written_table(found[0])

    def code_lines(self) -> str:
        """The same outcomes."""
        changed = f"model={self.choice.chosen!r}, steps={self.count.value}, seed={self.seed.value}"
        return (
            "from dataclasses import replace\n\n"
            f"labelled = tr.read_labelled({SET!r})\n"
            f"config = replace(tr.FILTERING, {changed})\n"
            f"found = tr.learn_filtered(\n    labelled, {self.threshold.value:.6g}, {UNWANTED!r}, "
            f"{self.prompt.value!r}, config\n)\n"
            "[one for one in found if one]"
        )


filtering_panel = FilteringPanel
