"""A part in a process of its own, and within its time."""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal

from tests.benchmarks.gpu.sizes import Size

Part = Callable[[Size, Path], Iterator[tuple[str, Any]]]
"""What gives (name, value) as soon as it is known; the path is that of the model's folder."""
Start = Literal["fork", "spawn"]


@dataclass
class Outcome:
    """What came of a part: its values by name, its time, and why it found no more, or ""."""

    found: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    missing: str = ""


def default_start() -> Start:
    """A child that is forked has the libraries already; not every system can do it."""
    return "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"


def run(
    part: Part, size: Size, model: Path, log: Path, seconds: float, start: Start | None = None
) -> Outcome:
    """Run a part for so many seconds at most; what it prints is added to the log.

    Nothing that it has started outlives it, but for what has gone into a session of its own.
    """
    if seconds <= 0:
        return Outcome(missing="the time was used up")
    context: Any = multiprocessing.get_context(start or default_start())
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_work, args=(part, size, model, log, theirs))
    began = time.monotonic()
    child.start()
    theirs.close()
    outcome = Outcome()
    try:
        outcome.missing = _collect(ours, outcome.found, began + seconds)
    finally:
        _end(child)
    if outcome.missing == "time":
        outcome.missing = f"it took more than {seconds:.0f} s"
    outcome.seconds = time.monotonic() - began
    return outcome


def _collect(pipe: Connection, found: dict[str, Any], end: float) -> str:
    """Take what the child finds, and why it ended before its end, or ""."""
    while True:
        if not pipe.poll(max(end - time.monotonic(), 0)):
            return "time"
        try:
            message = pipe.recv()
        except EOFError:
            return "its process was ended from outside: there may be too little memory"
        if isinstance(message, str):
            return message
        found.update([message])


def _work(part: Part, size: Size, model: Path, log: Path, pipe: Connection) -> None:
    """In the child: send what is found, and "" or what went wrong at the end."""
    if os.name == "posix":
        os.setsid()
    # A compiler that is ended in the middle leaves halves of files, which another must not find.
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(model.parent / f"compiled-{os.getpid()}")
    with log.open("a", encoding="utf-8") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        sys.stdout = sys.stderr = file
        try:
            for message in part(size, model):
                pipe.send(message)
            pipe.send("")
        except Exception as error:
            import traceback

            traceback.print_exc(file=file)
            pipe.send(f"{type(error).__name__}: {error}".strip().split("\n")[0][:300])


def _end(child: Any) -> None:
    """End the child and all it has started."""
    with suppress(ProcessLookupError, PermissionError):
        if os.name == "posix":
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()
    child.join()
