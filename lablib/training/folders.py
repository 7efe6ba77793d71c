"""The folder of a run: it tells by itself what the run is, how far it is, and who works on it.

| file | what it holds |
| --- | --- |
| `config.toml` | the settings |
| `text.txt` | what is learned from |
| `history.jsonl` | one `Record` per line |
| `control` | one word, what a person wants: run, pause or stop |
| `state.json` | what became of it |
| `lock` | held by the process that trains: freed by the system when that process dies |
| `log.txt` | what several processes print |
| `checkpoints/`, `model/` | where to go on from, and the result |
| `adapter/` | of LoRA: what was learned alone, for `peft` |
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from threading import Lock
from typing import BinaryIO, Literal

from filelock import FileLock, Timeout

from lablib.training.config import Config, read_config
from lablib.training.records import Record
from lablib.writable import put, writable

Command = Literal["run", "pause", "stop"]
"""What a person wants of a run."""
Phase = Literal["new", "running", "paused", "interrupted", "stopped", "done", "failed"]
"""What became of it. `interrupted`: its process is gone and it was not done."""
LOCK_SECONDS = 1.0
"""How long a start waits for the folder: those who only look whether it is held hold it briefly."""


@dataclass(frozen=True)
class RunStatus:
    """What `state.json` says.

    Attributes:
        state: what became of the run; one that says "running" and has no process is interrupted.
        message: why it failed, in a sentence.
        details: the traceback of a failure.
        total: steps of the whole run; 0 before they are known.
        pid: the process that trains or trained, or that started those which will.
        threads: on how many of a CPU it computes; 0 before that is known.
    """

    state: Phase = "new"
    message: str = ""
    details: str = ""
    total: int = 0
    pid: int = 0
    threads: int = 0


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder: nobody else trains in it meanwhile, neither a thread nor a process.

    Raises:
        ValueError: if somebody does already, or nothing may be written there.
    """
    lock = FileLock(folder / "lock", timeout=LOCK_SECONDS, thread_local=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise ValueError(refusal(folder)) from error
    except OSError as error:
        raise ValueError(
            f"Nothing can be written in {str(folder)!r} ({error.strerror}): take a folder in "
            f"{str(writable(folder.parent)[0])!r}."
        ) from error
    try:
        yield
    finally:
        lock.release()


def refusal(folder: Path) -> str:
    """What a second training in a folder is told."""
    return (
        f"A training runs in {str(folder)!r} already (process {read_status(folder).pid}): wait for "
        "it, stop it, or take another folder."
    )


def is_locked(folder: Path) -> bool:
    """Whether a process trains in this folder now."""
    if not (folder / "lock").exists():
        return False
    try:
        with FileLock(folder / "lock", timeout=0):
            return False
    except Timeout:
        return True
    except OSError:  # nothing may be written there, so nobody trains there
        return False


def read_status(folder: Path) -> RunStatus:
    """What became of the run, as it was written down last, without what a later version adds."""
    known = {field.name for field in fields(RunStatus)}
    try:
        written = json.loads((folder / "state.json").read_text(encoding="utf-8"))
        return RunStatus(**{name: value for name, value in written.items() if name in known})
    except (FileNotFoundError, ValueError, AttributeError):
        return RunStatus()


def write_status(folder: Path, **changes: object) -> None:
    """Write down what became of the run; what is not named stays."""
    new = replace(read_status(folder), **{"pid": os.getpid(), **changes})  # type: ignore[arg-type]
    put(folder / "state.json", json.dumps(asdict(new), indent=1))


def phase(folder: Path) -> Phase:
    """What the run does now, by what is written down and by whether its process is there.

    >>> phase(Path("nowhere"))
    'new'
    """
    written = read_status(folder).state
    if written != "running":
        return written
    if not is_locked(folder):
        ended = read_status(folder).state  # it may have ended between the two looks
        return "interrupted" if ended == "running" else ended
    return "paused" if control(folder) == "pause" else "running"


def control(folder: Path) -> Command:
    """What a person wants of the run."""
    try:
        word = (folder / "control").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return "run"
    return word if word in ("pause", "stop") else "run"  # type: ignore[return-value]


def set_control(folder: Path, word: Command) -> None:
    """Ask the run to go on, to wait, or to end after its next step."""
    put(folder / "control", word)


class History:
    """Reads the records of a run as they are written, each line once.

    A run that goes on from a checkpoint cuts off the lines after it; then all is read anew.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "history.jsonl"
        self._reading = Lock()
        self._forget()

    def _forget(self) -> None:
        self._records: list[Record] = []
        self._end = 0
        self._last = b""

    def read(self) -> list[Record]:
        """All records so far; a line that is being written is left out."""
        with self._reading:
            try:
                with self._file.open("rb") as stream:
                    self._go_on(stream)
            except FileNotFoundError:
                self._forget()
            return list(self._records)

    def _go_on(self, stream: BinaryIO) -> None:
        stream.seek(self._end - len(self._last))
        if stream.read(len(self._last)) != self._last:
            self._forget()
            stream.seek(0)
        for line in stream:
            if line.endswith(b"\n"):
                self._records.append(read_record(line))
                self._end += len(line)
                self._last = line


def read_record(line: str | bytes) -> Record:
    """A record from its line; what a later version adds is left out.

    >>> read_record('{"step": 1, "loss": 2.5, "learning_rate": 0.1, "grad_norm": null, '
    ...             '"tokens": 8, "tokens_per_second": 4.0, "memory": 1, "seconds": 2.0}').loss
    2.5
    """
    known = {field.name for field in fields(Record)}
    return Record(**{name: value for name, value in json.loads(line).items() if name in known})


def settings(folder: Path) -> Config:
    """The settings of the run in a folder.

    Raises:
        ValueError: if there is no run in it.
    """
    if not os.path.isfile(folder / "config.toml"):  # no error for what can be no name
        raise ValueError(f"There is no run in {str(folder)!r}: it has no config.toml.")
    return read_config(folder / "config.toml")
