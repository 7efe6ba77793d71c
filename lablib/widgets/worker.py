"""One thread that does everybody's model work; the latest request of each panel wins.

A piece of work is a generator function. Each `yield` in it is a point at which it is dropped if a
newer request has overtaken it or somebody pressed stop, and at which other panels get a turn:

    def work():
        for step in generate(model, prompt, ...):
            strip.append(step)
            yield Progress(step.number, total)

It makes no difference on which thread Jupyter delivers a widget's message: a callback only puts a
request into its slot and returns.
"""

import contextlib
import ctypes
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lablib.models.errors import Failure, explain
from lablib.widgets.cell import after_cell, page_comes_later


@dataclass(frozen=True)
class Progress:
    """How far a piece of work has come: `done` of `total`, in whatever unit `text` names."""

    done: float
    total: float
    text: str = ""

    @property
    def share(self) -> float:
        """From 0 to 1; 0 while the total is unknown.

        >>> Progress(3, 4).share
        0.75
        """
        return min(max(self.done / self.total, 0.0), 1.0) if self.total else 0.0


State = Literal["ready", "working", "stale", "failed"]
Work = Callable[[], Generator[Progress | None, None, None]]


@dataclass(frozen=True)
class Status:
    """What a panel shows of its work.

    `ready`: the picture is that of the last request, which took `seconds`. `working`: on its way
    for `seconds`.
    `stale`: the last request was stopped, so the picture may be older than the controls.
    `failed`: see `failure`.
    """

    state: State
    progress: Progress | None = None
    seconds: float | None = None
    failure: Failure | None = None


class Cancelled(BaseException):
    """Raised inside work that is no longer wanted. Not an `Exception`, so that no library between
    the work and the worker takes it for an error of its own.
    """


@dataclass(eq=False)
class _Job:
    work: Work
    due: float
    begun: float | None = None
    running: Generator[Progress | None, None, None] | None = None

    def advance(self) -> Progress | None:
        """Run up to the next yield. Raises StopIteration when the work is done."""
        if self.running is None:
            self.running = self.work()
        return next(self.running)

    def seconds(self) -> float:
        """Since the work began."""
        return time.monotonic() - (self.begun or self.due)

    def close(self) -> None:
        if self.running is not None:
            self.running.close()


class Slot:
    """One panel's place at the worker: holds the newest request and tells how it fares.

    Args:
        on_status: called with a `Status` at each change, on the worker's thread (or, for `stop`, on
            the caller's). Progress comes as often as the work yields it: whoever draws it should
            limit the rate.
        worker: for tests; everything else shares `WORKER`.

    Example:
        >>> seen = []
        >>> def work():
        ...     yield Progress(1, 2)
        ...     seen.append("drawn")
        >>> slot = Slot(lambda status: seen.append(status.state))
        >>> slot.submit(work)
        >>> WORKER.join(), seen
        (True, ['working', 'working', 'drawn', 'ready'])
    """

    def __init__(self, on_status: Callable[[Status], None], worker: "Worker | None" = None) -> None:
        self._on_status = on_status
        self._worker = worker or WORKER
        self._running: _Job | None = None
        self.job: _Job | None = None

    def submit(self, work: Work, delay: float = 0.0) -> None:
        """Ask for `work` in `delay` seconds; whatever this slot was doing before is dropped."""
        self._worker.enlist(self, _Job(work, due=time.monotonic() + delay))

    def stop(self) -> None:
        """Drop the request, running or waiting; the picture is then `stale`."""
        if self._worker.drop(self):
            self._on_status(Status("stale"))

    @property
    def busy(self) -> bool:
        """Whether a request is waiting or running."""
        return self.job is not None

    def wait(self, timeout: float = 60.0) -> bool:
        """Wait until nothing is left of the request; False if it takes over `timeout` seconds."""
        return self._worker.wait_for(lambda: not self.busy, timeout)

    def report(self, done: float, total: float, text: str = "") -> None:
        """Progress from inside a call that cannot yield, such as a download.

        Raises:
            Cancelled: if the work is no longer wanted.
        """
        if self._running is None or self.job is not self._running:
            raise Cancelled
        self._on_status(Status("working", Progress(done, total, text), self._running.seconds()))

    def page_is_here(self) -> None:
        """See that the requests are worked on that waited for their page."""
        self._worker.page_is_here()

    def show_loading(self) -> None:
        """Say that the request waits for libraries, which takes seconds once in a kernel."""
        text = loading_text(_runnable(), os.cpu_count() or 1)
        self._on_status(Status("working", Progress(0, 0, text)))

    def advance(self, job: _Job) -> bool:
        """Run one stretch of `job`, telling how it went; False once it has ended."""
        self._running = job
        if job.begun is None:
            job.begun = time.monotonic()
            self._on_status(Status("working"))
        try:
            progress = job.advance()
        except StopIteration:
            return self._end(job, Status("ready", seconds=job.seconds()))
        except Cancelled:
            return False
        except Exception as error:  # whatever the work raises is shown on the panel, never lost
            return self._end(job, Status("failed", failure=explain(error)))
        if self.job is job and progress is not None:
            self._on_status(Status("working", progress, job.seconds()))
        return True

    def _end(self, job: _Job, status: Status) -> bool:
        if self.job is job:
            self._on_status(status)
        return False


PAGE_SECONDS = 300.0
"""How long work waits for a page of Voila, at most: nobody may be looking."""

LOADING_SECONDS = 10.0
"""Of one processor, until the first panel of a kernel is drawn."""


def loading_text(running: int, processors: int) -> str:
    """What a panel says while the libraries are imported: how long, where it takes unusually long.

    When a whole class starts at once, each waits for all.

    Args:
        running: threads of the machine that compute or want to.
        processors: how many of them can at a time.

    Example:
        >>> loading_text(2, 2)
        'loading torch and transformers'
        >>> loading_text(30, 2)
        'loading torch and transformers: about 150 s, because this machine is busy'
    """
    text = "loading torch and transformers"
    share = running / processors
    if share < 2:
        return text
    seconds = LOADING_SECONDS * share
    return f"{text}: about {seconds:.0f} s, because this machine is busy"


def _runnable(file: Path = Path("/proc/loadavg")) -> int:
    """How many threads of the machine compute or want to just now; 0 where it is not told."""
    try:
        return int(file.read_text(encoding="ascii").split()[3].partition("/")[0])
    except (OSError, ValueError, IndexError):
        return 0


IDLE_SECONDS = 2.0
"""Seconds without work after which freed memory is given back."""


def give_back_memory() -> None:
    """Return to the machine what large tensors left behind.

    The C library keeps freed memory for the next time: after one long computation a kernel would
    hold hundreds of megabytes for good, which on a class's server others need. Where the library
    cannot be asked (macOS, Windows), nothing happens.

    Example:
        >>> give_back_memory()
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def _has_libraries() -> bool:
    return "transformers.tokenization_utils_base" in sys.modules


def _load_libraries() -> None:
    """Import what most work stands on: of two threads that import the same large library at once,
    one may find it half done, so it is done before the worker's thread begins.
    """
    import torch  # noqa: F401
    import transformers.modeling_utils
    import transformers.models.auto
    import transformers.tokenization_utils_base  # noqa: F401


class Worker:
    """The thread, and the slots it goes round. There is one, `WORKER`; tests make others."""

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.RLock())
        self._beginning = threading.Lock()
        self._slots: deque[Slot] = deque()
        self._dropped: list[_Job] = []
        self._thread: threading.Thread | None = None
        self._waits_for_page = False

    def enlist(self, slot: Slot, job: _Job) -> None:
        """Make `job` the slot's only request and see that the thread runs.

        The first one of a kernel waits for the end of its cell, so that its panel is in sight while
        the libraries are imported; where the page comes when all cells have run, it waits for that.
        """
        with self._changed:
            self.drop(slot)
            slot.job = job
            self._slots.append(slot)
            self._changed.notify_all()
        if self._thread is None:
            self._begin_later()

    def _begin_later(self) -> None:
        """A page that comes later asks for the state of each widget. It cannot make one that is new
        meanwhile and holds an older one, which it does not know yet: nothing is drawn before.
        """
        if not page_comes_later():
            self.begin() if _has_libraries() else after_cell(self.begin)
        elif not self._waits_for_page:
            self._waits_for_page = True
            after_cell(self._load)
            timer = threading.Timer(PAGE_SECONDS, self.begin)
            timer.daemon = True
            timer.start()

    def page_is_here(self) -> None:
        """Begin if a page was waited for. Any other page may be there while its cell still imports
        what is imported here, on another thread than this.
        """
        if self._waits_for_page:
            self.begin()

    def begin(self) -> None:
        """Import the libraries and start the thread, unless that is done."""
        with self._beginning:
            if self._thread is None:
                self._load()
                self._thread = threading.Thread(target=self._run, name="lablib", daemon=True)
                self._thread.start()

    def _load(self) -> None:
        """Import the libraries unless that is done, and say so on the panels that wait."""
        if not _has_libraries():
            for slot in list(self._slots):
                slot.show_loading()
            _load_libraries()

    def drop(self, slot: Slot) -> bool:
        """Take the slot's request away; whether there was one. Its clean-up runs on the thread."""
        with self._changed:
            if slot.job is None:
                return False
            self._dropped.append(slot.job)
            slot.job = None
            self._slots.remove(slot)
            self._changed.notify_all()
            return True

    def join(self, timeout: float = 60.0) -> bool:
        """Wait until nothing is left to do; False if that takes over `timeout` seconds."""
        return self.wait_for(lambda: not (self._slots or self._dropped), timeout)

    def wait_for(self, condition: Callable[[], bool], timeout: float) -> bool:
        """Wait until a condition of the requests holds; whether it came to that in `timeout`
        seconds. In the cell of the first panel this is what starts the thread.
        """
        if self._slots:
            self.begin()
        with self._changed:
            return self._changed.wait_for(condition, timeout)

    def _run(self) -> None:
        import torch

        with torch.inference_mode():
            while True:
                self._step()

    def _step(self) -> None:
        """One stretch of work. Between two of them the thread holds on to no panel."""
        slot, job = self._next()
        if not slot.advance(job):
            self._finish(slot, job)

    def _next(self) -> tuple[Slot, _Job]:
        """The next slot whose request is due, in turn; waits for one."""
        rested = False
        with self._changed:
            while True:
                self._close_dropped()
                now = time.monotonic()
                due = next((one for one in self._slots if one.job and one.job.due <= now), None)
                if due is not None and due.job is not None:
                    self._slots.remove(due)
                    self._slots.append(due)
                    return due, due.job
                waiting = [slot.job.due - now for slot in self._slots if slot.job]
                woken = self._changed.wait(min(waiting, default=None if rested else IDLE_SECONDS))
                if not (woken or waiting):
                    give_back_memory()
                    rested = True

    def _close_dropped(self) -> None:
        while self._dropped:
            job = self._dropped[0]
            with contextlib.suppress(Exception):  # its picture is gone; there is nowhere to say it
                job.close()
            del self._dropped[0]
            self._changed.notify_all()

    def _finish(self, slot: Slot, job: _Job) -> None:
        with self._changed:
            if slot.job is job:
                slot.job = None
                self._slots.remove(slot)
            self._changed.notify_all()


WORKER = Worker()
