"""A run: training that goes on beside the notebook, and is watched and steered through its folder.

On one device it is a thread of the kernel; on several it is `accelerate launch`. Both write the
same files (see `folders`), so everything here works alike for both, for a run that was started from
a terminal, and for one that an earlier kernel left behind.
"""

import atexit
import os
import subprocess
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from statistics import median

from lablib import models
from lablib.models.entries import card_of, local_folder
from lablib.models.errors import Failure, explain
from lablib.numbers import require_count
from lablib.training import engine, folders, launching
from lablib.training.config import Config, TaskName, check, write_config
from lablib.training.folders import Phase
from lablib.training.records import Evaluation, Record, best_record
from lablib.training.tasks import TASKS, Task
from lablib.writable import ROOM, places, unused, writable

RUNS = Path("runs")
"""Where runs lie: beside the notebook."""
NICE = 10
"""How far a training thread steps back for the kernel's other threads (0 to 19)."""
LIVE = ("running", "paused")
THREAD = "lablib-training"
"""The name of a thread that trains."""
LAST_STEP = 3
"""Seconds that Python waits at its end for a step to be done; a kernel is killed after five."""
_ENDING = threading.Event()


def train(
    config: Config,
    folder: Path,
    tell: Callable[[Record], object] = lambda record: None,
) -> None:
    """Train in this process, to the end or to where a person stops it, holding the folder.

    Args:
        config: the settings.
        folder: of the run; with a checkpoint in it, the training goes on from there.
        tell: called with each record, in the first of several processes.

    Raises:
        ValueError: if somebody trains in this folder already, or with what is wrong.
    """
    if int(os.environ.get("RANK", "0")):  # the first process holds the folder for all
        for _ in engine.fit(engine.setup(config, folder)):
            pass
        return
    with folders.locked(folder):
        _train(config, folder, tell)


def _train(
    config: Config,
    folder: Path,
    tell: Callable[[Record], object] = lambda record: None,
    task: Task | None = None,
) -> None:
    """Train in a folder that is held, and write down what becomes of it."""
    folders.write_status(folder, state="running", message="", details="")
    try:
        state = engine.setup(config, folder, task)
        folders.write_status(folder, total=state.total, threads=state.threads)
        for record in engine.fit(state):
            tell(record)
            if _ENDING.is_set():
                return  # what stands in the folder says that it was at work: it is interrupted
    except Exception as error:
        _write_failure(folder, error)
        raise
    folders.write_status(folder, state="done" if state.is_done else "stopped")


@atexit.register
def _end_between_steps() -> None:
    """Let the threads finish their step when Python ends. One that still computed while its
    libraries are taken away would fail in a way that is nobody's fault, or end Python by force.
    """
    _ENDING.set()
    for thread in threading.enumerate():
        if thread.name == THREAD:
            thread.join(LAST_STEP)


def _write_failure(folder: Path, error: Exception) -> None:
    failure = explain(error)
    with suppress(OSError):  # the disk may be what is wrong
        folders.write_status(
            folder, state="failed", message=failure.message, details=failure.details
        )


class Run:
    """A training with its settings and its folder.

    Making one starts nothing. A folder with a run in it is taken up where it was left.

    Args:
        config: the settings.
        folder: of this run; None for a new one in `runs`, named by time and settings (where
            nothing may be written beside the notebook, among the files of one's own: `.folder`).
        processes: on how many devices of this machine; with more than one the training is a
            process of its own, which also goes on when the kernel is restarted.
        task: that of the settings, if it has been made (see `training.prepared`), so that its text
            is not read again. Several processes read the run's own copy.

    Raises:
        ValueError: if the settings are wrong, or the folder holds a run with other settings.

    Example:
        >>> import tempfile
        >>> run = Run(Config(text="cookbook", steps=2, length=16), tempfile.mkdtemp())
        >>> run.start()
        >>> run.wait(), run.state, [record.step for record in run.history]
        (True, 'done', [0, 1, 2])
    """

    def __init__(
        self,
        config: Config,
        folder: str | os.PathLike[str] | None = None,
        processes: int = 1,
        task: Task | None = None,
    ) -> None:
        check(config)
        require_count("processes", processes, says="A run needs at least one process.")
        self.config, self.processes = config, processes
        self.folder = Path(folder) if folder else new_folder(config)
        if not folder and self.folder.parent != RUNS:
            warnings.warn(elsewhere(self.folder), stacklevel=2)
        self._require_own_settings()
        self._task = task
        self._thread: threading.Thread | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._reader = folders.History(self.folder)
        self._failure: Failure | None = None

    def _require_own_settings(self) -> None:
        file = self.folder / "config.toml"
        if file.exists() and folders.settings(self.folder) != self.config:
            raise ValueError(
                f"{str(self.folder)!r} holds a run with other settings: take another folder, or "
                "open it with Run.open."
            )

    @classmethod
    def open(cls, folder: str | os.PathLike[str], processes: int = 1) -> "Run":
        """The run in a folder, of this kernel, an earlier one, or a terminal.

        Raises:
            ValueError: if there is none.
        """
        return cls(folders.settings(Path(folder)), folder, processes)

    def start(self) -> None:
        """Begin to train, or go on from the newest checkpoint; it returns at once.

        Raises:
            ValueError: if it is at work already, or done, or nothing can be written there.
        """
        if self._alive():
            raise ValueError(folders.refusal(self.folder))
        try:
            self._start()
        except OSError as error:
            raise ValueError(explain(error).message) from error

    def _start(self) -> None:
        with ExitStack() as stack:
            stack.enter_context(folders.locked(self.folder))
            self._require_startable()
            write_config(self.config, self.folder / "config.toml")
            folders.set_control(self.folder, "run")
            if self.processes > 1:
                if self._task is not None and self._task.source is not None:
                    engine.keep_source(self.config, self.folder, self._task.source)
                self._process = launching.launch(self.folder, self.processes)
                folders.write_status(self.folder, pid=self._process.pid)
            else:
                folders.write_status(self.folder, state="running", message="", details="")
                self._start_thread(stack.pop_all())

    def _require_startable(self) -> None:
        """Looked at with the folder held, so that nobody makes it untrue meanwhile."""
        written = folders.read_status(self.folder)
        if written.state == "done":
            raise ValueError(
                f"This run is done: its model is in {str(self.folder / 'model')!r}. Take another "
                "folder for a new run."
            )
        if launching.is_at_work(written.pid, self.folder):
            raise ValueError(folders.refusal(self.folder))
        self._require_own_settings()

    def _start_thread(self, holding: ExitStack) -> None:
        """Train in a thread, which takes over what holds the folder, and the rows."""
        task, self._task = self._task, None
        self._failure = None

        def work() -> None:
            _lower_thread_priority()
            # What goes wrong stands in the folder: there is nobody here to raise it to. Where the
            # disk is full it may not stand there.
            with holding:
                try:
                    _train(self.config, self.folder, task=task)
                except Exception as error:
                    self._failure = explain(error)

        self._thread = threading.Thread(target=work, name=THREAD, daemon=True)
        self._thread.start()

    def pause(self) -> None:
        """Wait after the next step, with everything in memory."""
        self._ask("pause")

    def stop(self) -> None:
        """End after the next step, with a checkpoint to go on from and a model to use."""
        self._ask("stop")

    def resume(self) -> None:
        """Go on: after a pause at once, else from the newest checkpoint."""
        if self.state in LIVE:
            self._ask("run")
        else:
            self.start()

    def _ask(self, word: folders.Command) -> None:
        if self.state not in LIVE:
            raise ValueError(f"This run is {self.state}, so it cannot {word}: start it first.")
        folders.set_control(self.folder, word)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it trains no more; False if that takes over `timeout` seconds."""
        end = time.monotonic() + (timeout if timeout is not None else float("inf"))
        while self.state in LIVE:
            if time.monotonic() > end:
                return False
            time.sleep(0.02)
        return True

    @property
    def state(self) -> Phase:
        """One of "new", "running", "paused", "interrupted", "stopped", "done" and "failed"."""
        alive = self._alive()  # looked at first: what it writes at its end is read after
        written = folders.phase(self.folder)
        if alive and written not in LIVE:
            return "running"  # on its way: it does not hold the folder yet, or not any more
        return written

    @property
    def other_process(self) -> int:
        """The number of the process that trains it now, where that is another kernel's or one that
        a terminal started; 0 where it is this kernel's, or nobody trains it.
        """
        pid = folders.read_status(self.folder).pid
        is_ours = self._alive() or pid == os.getpid()
        return 0 if is_ours or self.state not in LIVE else pid

    def _alive(self) -> bool:
        """Whether this object's own thread or process is there."""
        if self._process is not None:
            return self._process.poll() is None
        return self._thread is not None and self._thread.is_alive()

    @property
    def message(self) -> str:
        """Why it failed or was interrupted, in a sentence; else empty."""
        if self.state == "interrupted" and self._failure is not None:
            return f"{self._failure.message} The run can be resumed."
        if self.state == "interrupted":
            words = launching.last_words(self.folder)
            last_line = f" The last it said: {words}" if words else ""
            return f"Its process is gone before it was done; it can be resumed.{last_line}"
        return folders.read_status(self.folder).message if self.state == "failed" else ""

    @property
    def details(self) -> str:
        """The traceback of a failure."""
        return folders.read_status(self.folder).details

    @property
    def total(self) -> int:
        """Steps of the whole run; 0 before they are known."""
        return folders.read_status(self.folder).total

    @property
    def history(self) -> list[Record]:
        """What is known of each step so far."""
        return self._reader.read()

    def follow(self, seconds: float = 0.1) -> Iterator[list[Record]]:
        """The history each time it grows or the run's state changes, until it ends, and at the end.

        Args:
            seconds: least time between two looks.
        """
        seen: tuple[object, ...] = ()
        while True:
            state = self.state  # looked at first: what is written at the end is read after
            records = self.history
            if (state, len(records)) != seen or state not in LIVE:
                seen = state, len(records)
                yield records
            if state not in LIVE:
                return
            time.sleep(seconds)

    @property
    def result(self) -> Path:
        """The folder of the model: an ordinary one of transformers, LoRA merged.

        Raises:
            ValueError: if there is none yet.
        """
        if not (self.folder / "model" / "config.json").is_file():
            raise ValueError(
                f"This run is {self.state}, so it has no model yet. {self.message}".strip()
            )
        return self.folder / "model"

    def load(self) -> models.LoadedModel:
        """The model it made, open.

        Raises:
            ValueError: if there is none yet.
        """
        return models.load(self.result, kind=TASKS[self.config.task].kinds[0])

    def evaluate(self) -> Evaluation:
        """Measure the model it made on the held-out part of its text.

        Raises:
            ValueError: if there is none yet.
        """
        own = replace(self.config, model=str(self.result), method="full")
        if (kept := engine.own_source(self.config, self.folder)).is_file():
            own = replace(own, text=str(kept))
        step = result_step(self.config, self.history)
        return replace(engine.validate(engine.setup(own)), step=step)


def result_step(config: Config, history: Sequence[Record]) -> int:
    """The step whose model is the result: the last, or with patience the best."""
    best = best_record(history) if config.patience else None
    return best.step if best else history[-1].step


def _lower_thread_priority() -> None:
    """Let the kernel's other threads go before this one: they are quick, and a person waits."""
    if hasattr(os, "setpriority") and os.uname().sysname == "Linux":  # elsewhere it is per process
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)


def elsewhere(folder: Path, runs: Path = RUNS) -> str:
    """What is said of a run that could not be put where runs lie.

    >>> elsewhere(Path("/tmp/runs/a"))
    "Nothing can be written in 'runs': this run is in '/tmp/runs/a'."
    """
    return f"Nothing can be written in {str(runs)!r}: this run is in {str(folder)!r}."


def new_folder(config: Config, runs: Path = RUNS) -> Path:
    """A new folder, named by the time and the settings, that nobody else gets as well.

    It is in `runs`, or where `writable` says if nothing may be written there or the disk is as good
    as full: else that would be found out at the first checkpoint, and the steps before it be lost.

    >>> import tempfile
    >>> new_folder(Config(steps=5), Path(tempfile.mkdtemp())).name[16:]
    'pocket-gpt2-full'
    """
    when = datetime.now().strftime("%Y%m%d-%H%M%S")
    name = f"{when}-{Path(config.model).name}-{config.method}"
    runs, _ = writable(runs, max(ROOM, first_checkpoint(config)))
    while True:
        folder = unused(runs / name)
        with suppress(FileExistsError):  # another kernel took it between the two lines
            folder.mkdir()
            return folder


def first_checkpoint(config: Config) -> int:
    """Bytes a first checkpoint takes at most, or 0 if the size of the model is not known yet.

    A parameter has 32 bits, and where all of them learn, two running means of AdamW beside it.

    >>> first_checkpoint(Config()), first_checkpoint(Config(model="owner/elsewhere"))
    (70238208, 0)
    """
    folder = local_folder(config.model) or Path(config.model)
    parameters = card_of(config.model, "causal", "folder", folder).parameters or 0
    return 4 * parameters * (3 if config.method in ("full", "scratch") else 1)


@dataclass(frozen=True)
class RunInfo:
    """A line of the list of runs.

    Attributes:
        folder: of the run.
        config: its settings.
        state, message: as of `Run`.
        step, total: done, and of the whole run.
        before, after: held-out loss at its first measurement, and of its result: at the last one,
            or with patience at the best, in nats; None if not measured.
        tokens_per_second: the middle of those read.
        seconds: spent on training.
        result: the step whose model is the result.
    """

    folder: Path
    config: Config
    state: Phase
    message: str
    step: int
    total: int
    before: float | None
    after: float | None
    tokens_per_second: float | None
    seconds: float
    result: int


def describe(run: Run) -> RunInfo:
    """A run's line in the list."""
    history = run.history
    result = result_step(run.config, history) if history else 0
    measured = [r.heldout_loss for r in history if r.heldout_loss is not None]
    until = [r.heldout_loss for r in history if r.step <= result and r.heldout_loss is not None]
    speeds = [r.tokens_per_second for r in history if r.tokens_per_second is not None]
    last = history[-1] if history else None
    return RunInfo(
        folder=run.folder,
        config=run.config,
        state=run.state,
        message=run.message,
        step=last.step if last else 0,
        total=run.total,
        before=measured[0] if measured else None,
        after=until[-1] if until else None,
        tokens_per_second=median(speeds) if speeds else None,
        seconds=last.seconds if last else 0.0,
        result=result,
    )


def runs(folder: str | os.PathLike[str] = RUNS) -> list[RunInfo]:
    """The runs in a folder, the newest first, those of earlier kernels among them.

    A folder whose settings cannot be read is none. Those that were put elsewhere, since nothing
    could be written there, are listed too.

    >>> runs("nowhere")
    []
    """
    return [describe(run) for run in _newest_first(folder)]


def unfinished(folder: str | os.PathLike[str], task: TaskName, processes: int = 1) -> Run | None:
    """The run in a folder that somebody left before its end: one that goes on, the newest first, or
    else the newest of all, if its process is gone.

    Args:
        folder: in which each run has one of its own.
        task: what it learns; the others are not looked at.
        processes: on how many devices it goes on when it is resumed.

    >>> unfinished("nowhere", "causal") is None
    True
    """
    there = [run for run in _newest_first(folder, processes) if run.config.task == task]
    states = [run.state for run in there]
    live = (run for run, state in zip(there, states, strict=True) if state in LIVE)
    gone = there[0] if states[:1] == ["interrupted"] else None
    return next(live, gone)


def _newest_first(folder: str | os.PathLike[str], processes: int = 1) -> list[Run]:
    """The runs in a folder whose settings can be read."""
    files: set[Path] = set()
    for place in places(folder):
        with suppress(OSError):  # a name that is too long for a folder
            files.update(place.glob("*/config.toml"))
    found = []
    begun = {file: (file.stat().st_mtime, file.parent.name) for file in files}
    for file in sorted(files, key=begun.__getitem__, reverse=True):
        with suppress(ValueError):
            found.append(Run.open(file.parent, processes))
    return found
