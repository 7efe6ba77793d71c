"""What one person has done: a file with one line of JSON for each thing that happened.

Lines are only ever added, under a lock, so that several kernels writing at once lose nothing and a
teacher can read back how somebody came to an answer.
"""

import json
import os
import secrets
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock
from platformdirs import user_data_path

from lablib.exercises.markup import code
from lablib.writable import temporary


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True)
class Event:
    """One thing a learner did with the question `id` (which starts with its lab's name).

    `what` is "predicted", "skipped", "forgot", "checked", "hint", "solution" or "line"; `value`
    is the prediction, the message of a check, or the number of the hint or the line; `right` says
    whether it was; `time` is in UTC, ISO 8601. "afresh" opens all questions of the lab again. A
    line with "seed" is about no question: its number is the learner's seed.
    """

    id: str
    what: str
    value: str | float | None = None
    right: bool | None = None
    time: str = field(default_factory=_now)

    @property
    def lab(self) -> str:
        """The lab this belongs to."""
        return self.id.partition("/")[0]


@dataclass(frozen=True)
class QuestionStatus:
    """Where a learner stands with one question.

    `state` is "new", "skipped", "wrong" or "right" (once right, an exercise stays so); `answer` is
    the prediction; `tries` counts checks and clicked lines; `hints` is how many were opened.
    """

    state: Literal["new", "skipped", "wrong", "right"] = "new"
    answer: str | float | None = None
    tries: int = 0
    hints: int = 0
    solution: bool = False
    line_found: bool = False


def standing(events: Iterable[Event], id: str) -> QuestionStatus:
    """Sum up all events about the question `id`, in the order they happened.

    >>> seen = [Event("a/b", "checked", right=False), Event("a/b", "checked", right=True)]
    >>> standing(seen, "a/b").state, standing(seen, "a/b").tries, standing(seen, "a/c").state
    ('right', 2, 'new')
    """
    state = QuestionStatus()
    for event in events:
        if event.what == "afresh" and event.lab == id.partition("/")[0]:
            state = QuestionStatus()
        elif event.id == id:
            state = _after(state, event)
    return state


def _after(before: QuestionStatus, event: Event) -> QuestionStatus:
    changes: dict[str, Any] = {}
    verdict = "right" if event.right else "wrong"
    if event.what == "predicted":
        changes = {"state": verdict, "answer": event.value, "tries": before.tries + 1}
    elif event.what == "skipped":
        changes = {"state": "skipped"}
    elif event.what == "forgot":
        changes = {"state": "new", "answer": None}
    elif event.what == "checked":
        state = "right" if before.state == "right" else verdict
        changes = {"state": state, "tries": before.tries + 1}
    elif event.what == "line":
        state = "wrong" if before.state == "new" else before.state
        found = before.line_found or bool(event.right)
        changes = {"state": state, "tries": before.tries + 1, "line_found": found}
    elif event.what == "hint":
        number = event.value if isinstance(event.value, int) else 0
        changes = {"hints": max(before.hints, number)}
    elif event.what == "solution":
        changes = {"solution": True}
    return replace(before, **changes)


class ProgressFile:
    """The file of one person.

    Where it is: `path`, else the environment variable LABLIB_PROGRESS, else the user's own data
    folder, which restarts and updates leave alone. A user without a home has a temporary one, and
    `elsewhere` is a sentence that says so. `notice` is a sentence if a damaged file was found and
    set aside by this object.
    """

    def __init__(self, path: Path | str | None = None) -> None:
        named = path or os.environ.get("LABLIB_PROGRESS")
        folder, self.elsewhere = (Path(), "") if named else _own_folder()
        self.path = Path(named) if named else folder / "progress.jsonl"
        self.notice = ""

    def add(self, event: Event) -> None:
        """Write one event at the end of the file. Raises `OSError` where that cannot be done."""
        line = _line(event)
        with self._lock(), self.path.open("ab+") as file:
            # A line that another process was killed in the middle of must not swallow this one.
            if file.tell() and not _ends_a_line(self.path):
                line = b"\n" + line
            file.write(line)

    def events(self) -> list[Event]:
        """All that happened with questions, oldest first. Raises `OSError` for an unreadable file.

        If some lines cannot be understood, the file is copied aside and goes on with the others.
        """
        if not self.path.exists():
            return []
        with self._lock():
            parsed = _parsed(self.path)
            if any(event is None for _, event in parsed):
                self._set_aside([line for line, event in parsed if event is not None])
        return _happened(parsed)

    def take_in(self, path: Path | str) -> tuple[int, int]:
        """Add what stands in another progress file, such as one that a page gave.

        What both hold stands once; all of it is then in the order of its times.

        Returns:
            How many events were new, and how many lines of the other could not be understood.

        Raises:
            OSError: if the other file cannot be read, or this one cannot be written. It is then as
                it was.
        """
        others = _parsed(Path(path))
        self.events()  # sets aside what is damaged
        with self._lock():
            own = _understood(_parsed(self.path)) if self.path.exists() else []
            new = [event for event in _understood(others) if event not in own]
            self._rewrite(map(_line, sorted([*own, *new], key=lambda event: event.time)))
        return len(new), sum(event is None for _, event in others)

    def seed(self) -> int:
        """The learner's own number, by which options are put in order; drawn when first asked for.

        Raises `OSError` if the file can be neither read nor written.
        """
        if not self._seeds():
            self.add(Event("learner", "seed", secrets.randbelow(2**32)))
        # Of two kernels that draw at once, the one that wrote first is right for both.
        return self._seeds()[0]

    def _seeds(self) -> list[int]:
        lines = _parsed(self.path) if self.path.exists() else []
        values = (event.value for _, event in lines if event is not None and event.what == "seed")
        return [int(value) for value in values if isinstance(value, int | float)]

    def _lock(self) -> FileLock:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return FileLock(f"{self.path}.lock", timeout=10)

    def _set_aside(self, good: list[bytes]) -> None:
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
        aside = self.path.with_name(f"{self.path.stem}-damaged-{stamp}{self.path.suffix}")
        shutil.copy2(self.path, aside)
        self._rewrite(line + b"\n" for line in good)
        self.notice = (
            f"Part of your progress file could not be read. It was kept as {code(aside.name)}, "
            f"beside {code(self.path)}; what could be read still counts ({len(good)} lines)."
        )

    def _rewrite(self, lines: Iterable[bytes]) -> None:
        """Put these lines in place of the file: all of them, or none."""
        fresh = self.path.with_name(f"{self.path.name}.new")
        fresh.write_bytes(b"".join(lines))
        fresh.replace(self.path)


def _own_folder() -> tuple[Path, str]:
    """The user's own data folder; without a home a temporary one, and a sentence about it."""
    try:
        return user_data_path("lablib"), ""
    except RuntimeError:
        folder = temporary()
    return folder, (
        f"You have no home folder here, so your progress is kept in {code(folder)}, which may be "
        "emptied when the machine starts again. To keep it, set the environment variable "
        "`LABLIB_PROGRESS` to a file of your own."
    )


def read_events(path: Path) -> tuple[list[Event], int]:
    """The events in anybody's progress file, and how many of its lines could not be understood.

    The file is left as it is. Raises `OSError` if it cannot be read.
    """
    parsed = _parsed(path)
    return _happened(parsed), sum(event is None for _, event in parsed)


def _parsed(path: Path) -> list[tuple[bytes, Event | None]]:
    lines = path.read_bytes().splitlines()
    return [(line, _parse(line)) for line in lines if line.strip()]


def _line(event: Event) -> bytes:
    """An event as a line of the file."""
    return json.dumps({k: v for k, v in asdict(event).items() if v is not None}).encode() + b"\n"


def _understood(parsed: list[tuple[bytes, Event | None]]) -> list[Event]:
    return [event for _, event in parsed if event is not None]


def _happened(parsed: list[tuple[bytes, Event | None]]) -> list[Event]:
    return [event for event in _understood(parsed) if event.what != "seed"]


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _parse(line: bytes) -> Event | None:
    """The event in a line, or `None`. Fields that a later version may add are left out."""
    try:
        found = json.loads(line)
        event = Event(**{one.name: found[one.name] for one in fields(Event) if one.name in found})
    except (ValueError, TypeError, RecursionError):
        return None
    sound = isinstance(event.value, str | int | float | None)
    texts = all(isinstance(one, str) for one in (event.id, event.what, event.time))
    return event if sound and texts else None
