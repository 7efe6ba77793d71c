"""The panel that shows what a bug costs: both codes, run live from the same beginning."""

from contextlib import closing

import ipywidgets

from lablib.exercises import lab
from lablib.finetuning.compute.harms import BugEffect
from lablib.finetuning.exercises.harms import menu, watch
from lablib.finetuning.figures import harms as figures
from lablib.widgets import Drawing, LivePanel, PlotPlace, Progress
from lablib.widgets.controls import button, dropdown
from lablib.widgets.html import escape
from lablib.widgets.layout import in_row, mark_main


class HarmPanel(LivePanel):
    """See what a bug of the fine-tuning lab does to a training run.

    Two curves: the code as it was, and as it should be; `found` holds them.

    Args:
        id: which bug is chosen at first; the ids are those of the exercises.
    """

    imports = "finetuning as ft"
    waits = True
    found: BugEffect | None = None

    def __init__(self, id: str = "finetuning/labels-shifted-twice") -> None:
        records = lab("finetuning")
        self.bug = dropdown("Bug", [(records[one].title, one) for one in menu()], id)
        tip = "Train with the bug and without it, some seconds each"
        self.button = button("Run both", tip, width=200, primary=True)
        self.place, self.words = PlotPlace(), ipywidgets.HTML()
        mark_main(self.button, self.place)
        super().__init__(
            "What a bug costs",
            "The code with the bug and the fixed code learn from the same batches and "
            "weights: only the lines you saw differ.",
            [in_row(self.bug, self.button), self.place, self.words],
            controls=[self.bug],
            button=self.button,
        )
        self.bug.observe(lambda _: self._choose(), "value")

    def _choose(self) -> None:
        if self.found is not None:
            self.mark_stale()

    def draw(self) -> Drawing:
        """Run both codes, drawing each step."""
        yield Progress(0, 0, "the first run begins")
        plot = self.open_plot(figures.harm_plot)
        with closing(watch(self.bug.value)) as runs:
            for self.found in runs:
                figures.draw_harm(plot, self.found)
                self.words.value = escape(figures.harm_words(self.found))
                yield Progress(0, 0, "with the bug" if self.found.broken else "without the bug")

    def code_lines(self) -> str:
        """The same two runs."""
        return (
            f"harm = ft.harm({self.bug.value!r})\nharm.measure, harm.steps, harm.fixed, harm.broken"
        )


harm_panel = HarmPanel
