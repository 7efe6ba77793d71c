"""The panel that looks back at a run: the logit lens at each of its checkpoints."""

import ipywidgets

from lablib.attention.figures.layers import lens_table
from lablib.finetuning.compute.over_time import OverTime, over_time
from lablib.finetuning.figures import over_time as figures
from lablib.finetuning.panel.pair import Named, name_of
from lablib.training.run import runs
from lablib.widgets import Drawing, LivePanel, PlotPlace, Progress, TextInput
from lablib.widgets.controls import button, combobox, slider
from lablib.widgets.html import escape
from lablib.widgets.layout import beside, in_row, mark_main

NOTHING_YET = (
    "There is no run yet: train a model, with “Save every” and “Keep” set so that checkpoints "
    "stay, and press “The newest run”."
)


class OverTimePanel(LivePanel):
    """Scrub through the training of a run: what its model would have said after each layer, at each
    of the checkpoints that were kept.

    `found` is what is known so far, None before the first.

    Args:
        text: what is read; it can be edited.
        run: a run or its folder; None for the newest one.
    """

    imports = "finetuning as ft"

    def __init__(self, text: str = "The lamp was lit, and the", run: Named | None = None) -> None:
        self.text = TextInput(value=text, label="Text")
        known = runs_with_text()
        chosen = name_of(run) or next(iter(known), "")
        self.run_name = combobox(
            "Run", known, chosen, width=344, label=40, placeholder="the folder of a run"
        )
        self.newest = button("The newest run", "Put the newest run into the field", 140)
        self.newest.on_click(lambda _: self.take_newest())
        self.at = slider("Checkpoint", 0, 0, 0, width=300)
        self.at.readout = False
        self.words, self.table, self.place = ipywidgets.HTML(), ipywidgets.HTML(), PlotPlace()
        mark_main(self.at, self.table)
        self.found: OverTime | None = None
        super().__init__(
            "Looking back at a run",
            "The same text at every checkpoint: what the model would have said after each layer.",
            [
                self.text,
                in_row(self.run_name, self.newest, self.at),
                self.words,
                beside(self.table, self.place, widths=(480, 320)),
            ],
            controls=[self.text, self.run_name],
        )
        self.at.observe(lambda _: self._show(), "value")

    def take_newest(self) -> None:
        """Put the newest run into the field, if there is one by now."""
        known = runs_with_text()
        self.run_name.options = known
        if known and self.run_name.value == known[0]:
            self.redraw()
        elif known:
            self.run_name.value = known[0]

    def draw(self) -> Drawing:
        """Open the checkpoints from the newest to the oldest, and show what is known so far."""
        name = self.run_name.value.strip()
        if not name:
            raise ValueError(NOTHING_YET)
        for found in over_time(name, self.text.value):
            self.found = found
            self.at.max = self.at.value = len(found.steps) - 1
            self._show()
            yield Progress(len(found.steps), found.total, "checkpoints")

    def _show(self) -> None:
        """Draw the checkpoint that is chosen; it was opened before."""
        if self.found is None:
            return
        place = min(self.at.value, len(self.found.steps) - 1)
        lens = self.found.lenses[place]
        self.text.note = lens.note
        self.table.value = lens_table(lens)
        self.words.value = escape(figures.over_time_words(self.found, place))
        figures.draw_steps(self.open_plot(figures.steps_plot), self.found, place)
        self.show_code()

    def clear(self) -> None:
        """No picture beside an error."""
        self.found, self.table.value, self.words.value = None, "", ""

    def code_lines(self) -> str:
        """The lens of the checkpoint in sight, and the token's probability at each."""
        return (
            f"*_, found = ft.over_time({self.run_name.value.strip()!r}, {self.text.value!r})\n"
            f"found.steps, found.lenses[{self.at.value}].texts, found.probabilities"
        )


def runs_with_text() -> list[str]:
    """The folders of the runs here that learn to continue texts, the newest first."""
    return [str(run.folder) for run in runs() if run.config.task == "causal"]


over_time_panel = OverTimePanel
