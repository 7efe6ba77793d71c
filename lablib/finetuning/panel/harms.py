"""The panel that shows what a bug costs: both codes, run live from the same beginning."""

from collections.abc import Generator
from contextlib import closing

import ipywidgets

from lablib.exercises import lab
from lablib.finetuning.compute.harms import BugEffect
from lablib.finetuning.exercises.harms import menu, watch
from lablib.finetuning.figures import harms as figures
from lablib.finetuning.panel.fields import button
from lablib.widgets import Panel, Progress
from lablib.widgets.html import escape
from lablib.widgets.layout import in_row, mark_main
from lablib.widgets.plot import Plot


class HarmPanel(Panel):
    """Two curves: the code as it was, and as it should be; `found` holds them."""

    def __init__(self, id: str) -> None:
        records = lab("finetuning")
        self.bug = ipywidgets.Dropdown(
            options=[(records[one].title, one) for one in menu()], value=id, description="Bug"
        )
        self.button = button("Run both", "Train with the bug and without it, some seconds each")
        self.place, self.words = ipywidgets.VBox(), ipywidgets.HTML()
        self.plot: Plot | None = None
        mark_main(self.button, self.place)
        self.found: BugEffect | None = None
        super().__init__(
            "What a bug costs",
            [in_row(self.bug, self.button), self.place, self.words],
            subtitle="The code with the bug and the fixed code learn from the same batches and "
            "weights: only the lines you saw differ.",
            code=self._lines,
        )
        self.button.on_click(lambda _: self.run(self._run))
        self.bug.observe(lambda _: self._choose(), "value")
        self.show_code()

    def _choose(self) -> None:
        if self.found is not None:
            self.mark_stale()
        self.show_code()

    def _run(self) -> Generator[Progress | None, None, None]:
        yield Progress(0, 0, "the first run begins")
        if self.plot is None:
            self.plot = figures.harm_plot()
        with closing(watch(self.bug.value)) as runs:
            for self.found in runs:
                figures.draw_harm(self.plot, self.found)
                self.place.children = [self.plot]
                self.words.value = escape(figures.harm_words(self.found))
                yield Progress(0, 0, "with the bug" if self.found.broken else "without the bug")

    def _lines(self) -> str:
        return (
            "from lablib import finetuning as ft\n\n"
            f"harm = ft.harm({self.bug.value!r})\n"
            "harm.measure, harm.steps, harm.fixed, harm.broken"
        )


def harm_panel(id: str = "finetuning/labels-shifted-twice") -> HarmPanel:
    """See what a bug of the fine-tuning lab does to a training run.

    Args:
        id: which bug is chosen at first; the ids are those of the exercises.
    """
    return HarmPanel(id)
