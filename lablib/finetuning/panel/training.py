"""The training panel: a model learns a text, and one watches, waits, goes on and stops."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import ipywidgets

from lablib.finetuning.compute.estimate import (
    Memory,
    device_of,
    fits,
    free_bytes,
    memory_parts,
    seconds_for,
    speed,
    training_flops,
)
from lablib.finetuning.figures import shared
from lablib.finetuning.figures import training as figures
from lablib.finetuning.panel.run_view import Pace, RunView
from lablib.finetuning.panel.settings import Settings, config_code
from lablib.finetuning.panel.text_choice import TextChoice
from lablib.models.errors import Failure, explain
from lablib.training.config import Config, check
from lablib.training.devices import pick_precision
from lablib.training.flops import peak_flops
from lablib.training.prepared import Prepared
from lablib.training.records import Record
from lablib.training.run import LIVE, RUNS, Run, elsewhere, new_folder, unfinished
from lablib.training.tasks import TASKS, Task, reads_table, total_steps
from lablib.widgets import AnyModel, Drawing, LivePanel, Progress, Status, as_choice
from lablib.widgets.choice import Kinds
from lablib.widgets.controls import button
from lablib.widgets.html import escape, fill
from lablib.widgets.layout import Tabs, in_row, mark_main

if TYPE_CHECKING:
    from lablib.models import LoadedModel

QUICK = Config(text="cookbook", sample_every=20)
"""How the settings stand where nothing else is said."""
THE_RUN = "The run"
"""The tab that comes into sight with a run."""
LOOK_SECONDS = 0.25
"""How often a run is looked at: four pictures a second."""
MEASURED_PARAMETERS = 50e6
"""A larger model is not tried out for its speed before the start: a step of it takes seconds."""

SPEED = (
    "model", "task", "method", "batch", "length", "rank", "last_blocks", "precision", "attention",
    "checkpointing", "packed", "device",
)  # fmt: skip
"""The settings that the speed hangs on."""

OPEN = """<p>The result is an ordinary folder of transformers. In the other labs:</p>
<pre class="lab-pre">{code}</pre>"""
OPENING = {
    "causal": "from lablib import sampling as sp\nsp.knob_panel(model={folder!r})",
    "masked": "from lablib import masking as mk\nmk.fill_panel(model={folder!r})",
    "sequence": "from lablib import seq2seq as ss\nss.translate_panel(model={folder!r})",
    "classification": """from lablib import transfer as tr
tr.predict(tr.load_classifier({folder!r}), ["A text to judge."])""",
}
"""By task, the lines that open a result elsewhere; none is empty, so that all is in one glance."""
FOUND = "This run was there already, in {folder}: the panel shows it from its beginning."


class TrainingPanel(LivePanel):
    """Fine-tune a model on a text, live.

    Text and settings, whether it fits, the buttons, and the run as it goes. A run that goes on when
    the panel is made, or was interrupted, is taken up: the page may have been closed meanwhile, or
    the kernel restarted.

    Attributes:
        the_run: the newest one; None before the first.
        memory: what the run that the controls describe needs.
        view: what is seen of the run.

    Args:
        config: how the settings stand at first.
        runs: the folder in which each run gets one of its own.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
        processes: on how many devices of this machine.
    """

    imports = "finetuning as ft"
    title = "Fine-tuning"
    subtitle = (
        "The model learns to go on as the text does. It trains beside the notebook: "
        "all other cells answer meanwhile."
    )
    quiet_seconds = 0.5  # of no changes, before it is worked out whether the run fits
    the_run: Run | None = None
    memory: Memory | None = None

    def __init__(
        self,
        config: Config = QUICK,
        runs: str | Path = RUNS,
        model: AnyModel = None,
        processes: int = 1,
    ) -> None:
        self._runs, self._base, self._processes = Path(runs), config, processes
        self._watching: threading.Thread | None = None
        self._speeds: dict[tuple[object, ...], float] = {}
        self._prepared = Prepared()
        self._opening = self._taking_up = self._looked = False
        table = reads_table(config)
        self.text = TextChoice(config.text, self._runs, self._forecast_anew, table)
        self.settings = Settings(config, self._forecast_anew)
        self.bar, self.forecast = ipywidgets.HTML(), ipywidgets.HTML()
        buttons = self._make_buttons()
        self.opening = ipywidgets.HTML()
        self.view = RunView()
        run = ipywidgets.VBox([self.view, self.opening])
        self.tabs = Tabs({**self._settings_tabs(table), THE_RUN: run, **self.more_tabs()})
        mark_main(buttons, self.tabs)
        super().__init__(
            self.title,
            self.subtitle,
            [buttons, self.forecast, self.tabs],
            choice=as_choice(model, kind_of(config)),
        )
        self._show_buttons()

    def _make_buttons(self) -> ipywidgets.Box:
        """What begins, steers and ends a run, in a row."""
        self.start, self.pause, self.go_on, self.end, self.use = (
            button(name, tip, width="auto", primary=name == "Start")
            for name, tip in (
                ("Start", "Begin to train with these settings"),
                ("Pause", "Wait after the next step, with everything in memory"),
                ("Resume", "Go on where it was left"),
                ("Stop", "End after the next step; what was learned is kept"),
                ("Use in the other labs", "All panels of the notebook take this model"),
            )
        )
        self.start.on_click(lambda _: self.run(self._start))
        self.pause.on_click(lambda _: self._steer("pause"))
        self.go_on.on_click(lambda _: self._steer("resume"))
        self.end.on_click(lambda _: self._steer("stop"))
        self.use.on_click(lambda _: self.run(self._use))
        return in_row(self.start, self.pause, self.go_on, self.end, self.use)

    def _settings_tabs(self, table: bool) -> dict[str, ipywidgets.DOMWidget]:
        """A table takes so much room that it has a tab of its own."""
        if not table:
            return {"Settings": ipywidgets.VBox([self.text, self.settings, self.bar])}
        return {"Table": self.text, "Settings": ipywidgets.VBox([self.settings, self.bar])}

    def more_tabs(self) -> dict[str, ipywidgets.DOMWidget]:
        """What a panel derived from this one shows besides, by the names of the tabs."""
        return {}

    @property
    def config(self) -> Config:
        """The settings as the controls stand."""
        return replace(
            self.settings.config, text=self.text.value, model=self.choice.name or self._base.model
        )

    @property
    def live(self) -> bool:
        """Whether a run goes on."""
        return self.the_run is not None and self.the_run.state in LIVE

    def model(self) -> "LoadedModel":
        """The open model; that it was opened for the first time is no change."""
        self._opening = True
        try:
            return super().model()
        finally:
            self._opening = False

    def model_changed(self) -> None:
        """Work out anew whether it fits."""
        if not self._opening:
            self._forecast_anew()

    def stop(self) -> None:
        """End the run if one goes on, else drop what is being worked out."""
        if self.live:
            self._steer("stop")
        else:
            super().stop()

    def wait(self, timeout: float = 60.0) -> bool:
        """Wait until this panel has nothing to do and its run has ended."""
        done = super().wait(timeout)
        if self._watching is not None:
            self._watching.join(timeout)
            done = done and not self._watching.is_alive() and super().wait(timeout)
        return done

    def _forecast_anew(self) -> None:
        if not self.live and not self._taking_up:
            self.redraw(self.quiet_seconds)

    # Before the start

    def draw(self) -> Drawing:
        """Take up a run that was left here, or say whether a new one fits and how long it takes."""
        run = None if self._looked else unfinished(self._runs, self._base.task, self._processes)
        if run is not None:
            yield from self._take_up(run)
            return
        self._looked = True
        m = self.model()
        config = self.config
        check(config)
        yield None
        self.memory = memory_parts(config, m, self._processes)
        free = free_bytes(device_of(config), config.memory_limit)
        self.bar.value = figures.memory_bar(self.memory, free)
        said = fits(self.memory, free)
        self.forecast.value = escape(said)
        yield None
        self.forecast.value = escape(f"{said} {self._time_words(config, m)}")
        self.show_code()

    def _time_words(self, config: Config, m: "LoadedModel") -> str:
        task = self._prepared.task(config, m)
        steps = f"{total_steps(config, task):,} steps"
        pace = self._known_speed(config, m, task)
        if pace is None:
            return f"{steps}; how long they take is known after the first ones."
        return f"{steps}, about {shared.duration(seconds_for(config, pace, task))}."

    def _known_speed(self, config: Config, m: "LoadedModel", task: Task) -> float | None:
        """Tokens a second, measured once for each shape of a run that is not too large."""
        shape = tuple(getattr(config, name) for name in SPEED)
        if shape not in self._speeds:
            if m.model.num_parameters() > MEASURED_PARAMETERS:
                return None
            self._speeds[shape] = speed(config, task) * self._processes
        return self._speeds[shape]

    # The run

    def _take_up(self, run: Run) -> Drawing:
        """Show a run that this panel did not start, and follow it."""
        yield Progress(0, 0, "A run was left here")
        self._show_settings(run.config)
        self._open_view()
        same_model = run.config.model == self.config.model
        self.view.pace = self._pace(run.config, self.model()) if same_model else Pace()
        self.opening.value = escape(FOUND.format(folder=run.folder))
        self.the_run, self._looked = run, True
        self._watch()

    def _show_settings(self, config: Config) -> None:
        self._taking_up = True
        try:
            self.settings.show(config)
            self.text.show(config.text)
        finally:
            self._taking_up = False

    def _open_view(self) -> None:
        self.view.prepare()
        self.tabs.show(THE_RUN)

    def _start(self) -> Drawing:
        m = self.model()
        config = self.config
        check(config)
        yield Progress(0, 0, "Getting ready")
        self.opening.value = ""
        self._open_view()
        self.view.pace = self._pace(config, m)
        yield Progress(0, 0, "Starting")
        folder, task = new_folder(config, self._runs), self._prepared.task(config, m)
        self.the_run = Run(config, folder, self._processes, task)
        self.the_run.start()
        self._looked = True
        if self.the_run.folder.parent != self._runs:
            self.opening.value = escape(elsewhere(self.the_run.folder, self._runs))
        self._watch()

    def _pace(self, config: Config, m: "LoadedModel") -> Pace:
        device = device_of(config)
        learning = (self.memory or memory_parts(config, m)).trained
        best = peak_flops(device, pick_precision(config, device)) * self._processes
        return Pace(training_flops(config, m, learning), best)

    def _steer(self, word: str) -> None:
        """Pause, go on or stop, and say so if that cannot be."""
        if self.the_run is None:
            return
        live = self.live
        try:
            getattr(self.the_run, word)()
        except ValueError as error:
            self._show_status(Status("failed", failure=explain(error)))
        # Somebody else may have let it go on since this panel saw it end.
        if word == "resume" and not (live and self._is_watching()):
            self._watch()
        self._show_buttons()

    def _watch(self) -> None:
        """Follow the run on a thread of its own, so that the panels' worker is free."""
        self._watching = threading.Thread(target=self._follow, name="lablib-watch", daemon=True)
        self._watching.start()

    def _is_watching(self) -> bool:
        return self._watching is not None and self._watching.is_alive()

    def _follow(self) -> None:
        run = self.the_run
        assert run is not None
        super().wait()  # what started the run says "ready" at its end, and that comes first
        try:
            for records in run.follow(LOOK_SECONDS):
                if self.closed:  # the run goes on, and the next panel takes it up
                    return
                self._draw(run, records)
            self._conclude(run)
        except Exception as error:  # the thread has nobody else to tell
            self._show_status(Status("failed", failure=explain(error)))
        self._show_buttons()

    def _draw(self, run: Run, records: Sequence[Record]) -> None:
        self._show_buttons()
        self.view.draw(run, records)
        step = records[-1].step if records else 0
        words = "steps, paused" if run.state == "paused" else "steps"
        seconds = records[-1].seconds if records else 0.0
        self._show_status(Status("working", Progress(step, run.total, words), seconds))

    def _conclude(self, run: Run) -> None:
        self.view.conclude(run)
        if run.state in ("failed", "interrupted"):
            self._show_status(Status("failed", failure=Failure(run.message, run.details)))
            return
        code = OPENING[run.config.task].format(folder=run.result.as_posix())
        self.opening.value = fill(OPEN, code=code)
        seconds = self.view.records[-1].seconds if self.view.records else 0.0
        self._show_status(Status("ready", seconds=seconds))

    def _use(self) -> Drawing:
        if self.the_run is not None:
            folder = str(self.the_run.result)
            yield Progress(0, 0, "Opening the result")
            as_choice(None, kind_of(self._base)).open(self.slot, folder)

    def _show_buttons(self) -> None:
        state = self.the_run.state if self.the_run else "new"
        live = state in LIVE
        self.start.disabled = live
        self.pause.disabled = state != "running"
        self.go_on.disabled = state not in ("paused", "interrupted", "stopped", "failed")
        self.end.disabled = not live
        self.use.disabled = state not in ("done", "stopped")
        self.settings.lock(live)
        self.text.lock(live)

    def code_lines(self) -> str:
        """The same run, with its losses."""
        config = self.the_run.config if self.the_run else self.config
        return (
            f"config = {config_code(config)}\n"
            "run = ft.Run(config)\n"
            "run.start()\n"
            "run.wait()\n"
            "[(record.step, record.loss, record.heldout_loss) for record in run.history]"
        )


def kind_of(config: Config) -> Kinds:
    """What kind of model the task needs; one kind is named alone, as all panels name it."""
    kinds = TASKS[config.task].kinds
    return kinds[0] if len(kinds) == 1 else kinds


training_panel = TrainingPanel
