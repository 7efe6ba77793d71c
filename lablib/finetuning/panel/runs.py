"""The list of runs: settings, results, curves laid over one another, and going on."""

from pathlib import Path

import ipywidgets

from lablib.finetuning.compute.sharing import merge
from lablib.finetuning.figures import runs as figures
from lablib.finetuning.figures import shared
from lablib.finetuning.panel.training import kind_of
from lablib.training.run import LIVE, RUNS, Run, RunInfo, runs
from lablib.widgets import Drawing, LivePanel, Progress, as_choice
from lablib.widgets.closing import put_in
from lablib.widgets.controls import button
from lablib.widgets.html import escape
from lablib.widgets.layout import Tabs, in_row, mark_main

RESUMABLE = ("interrupted", "stopped", "failed", "paused")
NONE_YET = "There is no run in this folder yet: start one in the training panel."


class RunsPanel(LivePanel):
    """The runs in a folder with their settings and results.

    A table of runs, and the curves of those that are chosen.

    Attributes:
        infos: what the table shows.
        opened: the runs that this panel has taken up; they go on as long as it is there.

    Args:
        folder: in which each run has one of its own.
    """

    imports = "finetuning as ft"

    def __init__(self, folder: str | Path = RUNS) -> None:
        self._folder = Path(folder)
        self.infos: list[RunInfo] = []
        self.opened: dict[Path, Run] = {}
        self.table, self.said = ipywidgets.HTML(), ipywidgets.HTML()
        self.chosen = ipywidgets.SelectMultiple(
            rows=6, description="Runs", layout={"width": "100%"},
            tooltip="Choose several with Ctrl or Shift",
        )  # fmt: skip
        buttons = self._make_buttons()
        self.place = ipywidgets.VBox()
        self.tabs = Tabs({"Table": self.table, "Curves": self.place})
        mark_main(self.chosen, self.tabs)
        super().__init__(
            "Runs",
            "Every run is kept, those of an earlier kernel too. Choose some to lay their "
            "curves over one another.",
            [self.chosen, in_row(*buttons), self.said, self.tabs],
            button=self.refresh,
        )
        self.resume.on_click(lambda _: self.run(lambda: self._steer("resume", "It goes on")))
        ends = "It ends after its next step"
        self.stopping.on_click(lambda _: self.run(lambda: self._steer("stop", ends)))
        self.use.on_click(lambda _: self.run(self._use))
        self.merging.on_click(lambda _: self.run(self._merge))
        self.away.on_click(lambda _: self.run(self._take_away))
        self.chosen.observe(lambda _: self.run(self._draw_chosen), "value")

    def _make_buttons(self) -> list[ipywidgets.Button]:
        """What can be done with the runs that are chosen."""
        self.refresh, self.resume, self.stopping, self.use, self.merging, self.away = (
            button(name, tip, width="auto")
            for name, tip in (
                ("Look again", "Read the folder anew"),
                ("Resume", "Let the chosen run go on where it was left"),
                ("Stop run", "End the chosen run after its next step"),
                ("Use in the other labs", "All panels of the notebook take the chosen run's model"),
                ("Merge LoRA", "Write a whole model anew from the chosen run's adapter"),
                ("Take away as a page", "One HTML file in which the model writes, to be mailed"),
            )
        )
        return [self.refresh, self.resume, self.stopping, self.use, self.merging, self.away]

    def run_of(self, folder: Path) -> Run:
        """The run in a folder, the same one each time."""
        if folder not in self.opened:
            self.opened[folder] = Run.open(folder)
        return self.opened[folder]

    def draw(self) -> Drawing:
        """Read the folder, and show what is there."""
        self.infos = runs(self._folder)
        yield None
        options = [(f"{info.folder.name} ({info.state})", info.folder) for info in self.infos]
        there = {info.folder for info in self.infos}
        kept = tuple(folder for folder in self.chosen.value if folder in there)
        self.table.value = figures.runs_table(self.infos) if self.infos else escape(NONE_YET)
        self.chosen.options = options
        self.chosen.value = kept or tuple(folder for _, folder in options[:1])
        self._show()

    def _draw_chosen(self) -> Drawing:
        yield None
        self._show()

    def _show(self) -> None:
        """The curves of the chosen runs, and which buttons do something."""
        chosen = [info for info in self.infos if info.folder in self.chosen.value]
        one = chosen[0] if len(chosen) == 1 else None
        self.resume.disabled = one is None or one.state not in RESUMABLE
        self.stopping.disabled = one is None or one.state not in LIVE
        self.use.disabled = one is None or not (one.folder / "model" / "config.json").is_file()
        self.away.disabled = self.use.disabled
        self.merging.disabled = one is None or not (one.folder / "adapter").is_dir()
        curves = [(info.folder.name, self.run_of(info.folder).history) for info in chosen]
        drawn = [(name, records) for name, records in curves if records]
        put_in(self.place, [figures.overlay_plot(drawn)] if drawn else [])
        self.tabs.line.shown = int(bool(drawn))
        words = (f"{info.folder.name}: {shared.outcome_words(info)} {info.message}"
                 for info in chosen)  # fmt: skip
        self.said.value = "<br>".join(map(escape, words))

    def _steer(self, word: str, said: str) -> Drawing:
        (folder,) = self.chosen.value
        getattr(self.run_of(folder), word)()
        yield Progress(0, 0, said)
        yield from self.draw()

    def _use(self) -> Drawing:
        (folder,) = self.chosen.value
        run = self.run_of(folder)
        yield Progress(0, 0, "Opening the result")
        as_choice(None, kind_of(run.config)).open(self.slot, str(run.result))

    def _merge(self) -> Drawing:
        """Beside the run's other folders, under a name that is not in use."""
        (folder,) = self.chosen.value
        yield Progress(0, 0, "Adding the adapter to its base")
        names = ("merged", *(f"merged-{number}" for number in range(2, 10_000)))
        place = next(folder / name for name in names if not (folder / name).exists())
        merge(self.run_of(folder), place)
        self.said.value = escape(f"The whole model is in {str(place)!r}.")

    def _take_away(self) -> Drawing:
        """In the run's folder, where the page of the same model may be replaced."""
        from lablib.pages.taking_away import size_words, take_away  # what pages need takes seconds

        (folder,) = self.chosen.value
        yield Progress(0, 0, "Writing the page")
        page = take_away(self.run_of(folder), folder / "page.html")
        size = size_words(page.stat().st_size)
        self.said.value = escape(f"The page is {str(page)!r} ({size}). It opens in any browser.")

    def code_lines(self) -> str:
        """The runs, and the losses of those that are chosen."""
        chosen = [str(folder) for folder in self.chosen.value]
        return (
            f"for info in ft.runs({str(self._folder)!r}):\n"
            "    print(info.folder.name, info.state, info.before, info.after)\n"
            f"chosen = [ft.Run.open(folder) for folder in {chosen!r}]\n"
            "[[(record.step, record.heldout_loss) for record in run.history] for run in chosen]"
        )


runs_panel = RunsPanel
