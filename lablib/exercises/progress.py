"""What one person has done: a file with one line of JSON for each thing that happened.

Lines are only ever added, under a lock, so that several kernels writing at once lose nothing and a
teacher can read back how somebody came to an answer.
"""

import errno
import hashlib
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
from lablib.writable import put, temporary, unused


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
    folder, which restarts and updates leave alone. A user without a home has a temporary one. What
    cannot be written there (a full disk, a folder one may not write in) goes into a temporary file
    (`spare`), and from there to its place as soon as that can be written again. `notice` is a
    sentence if a damaged file was found and set aside by this object.
    """

    def __init__(self, path: Path | str | None = None) -> None:
        named = path or os.environ.get("LABLIB_PROGRESS")
        folder, self._homeless = (Path(), "") if named else _own_folder()
        self.path = Path(named) if named else folder / "progress.jsonl"
        place = hashlib.sha256(os.fsencode(self.path.absolute())).hexdigest()[:16]
        self.spare = temporary() / f"progress-{place}.jsonl"
        self.notice = ""

    @property
    def elsewhere(self) -> str:
        """A sentence that says so where not everything is in a file that lasts; else empty."""
        if self._homeless or not self.spare.exists():
            return self._homeless
        return (
            f"Nothing can be written to your progress file ({code(self.path)}), so what you do now "
            f"is kept in {code(self.spare)}, which may be emptied when the machine starts again. "
            "Make room, or set the environment variable `LABLIB_PROGRESS` to a file of your own."
        )

    def add(self, event: Event) -> None:
        """Write one event at the end of the file, or of the spare one.

        Raises `OSError` where neither can be written.
        """
        try:
            with _lock(self.path):
                self._bring_back()
                _append(self.path, _line(event))
        except (OSError, NotImplementedError):
            with _lock(self.spare):
                _append(self.spare, _line(event))

    def events(self) -> list[Event]:
        """All that happened with questions, oldest first. Raises `OSError` for an unreadable file.

        If some lines cannot be understood, the file is copied aside and goes on with the others.
        """
        parsed = _there(self.path)
        if any(event is None for _, event in parsed):
            parsed = self._mended()
        return _happened(parsed + _there(self.spare))

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
        with _lock(self.path):
            self._bring_back()
            own = _understood(_there(self.path))
            new = [event for event in _understood(others) if event not in own]
            both = sorted([*own, *new], key=lambda event: event.time)
            put(self.path, b"".join(_line(event) + b"\n" for event in both))
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
        lines = _there(self.path) + _there(self.spare)
        values = (event.value for _, event in lines if event is not None and event.what == "seed")
        return [int(value) for value in values if isinstance(value, int | float)]

    def _bring_back(self) -> None:
        """Put what the spare file holds where it belongs; called with the file held."""
        if not self.spare.exists():
            return
        with _lock(self.spare):
            if lines := [line for line, event in _parsed(self.spare) if event is not None]:
                _append(self.path, b"\n".join(lines))
            self.spare.unlink()

    def _mended(self) -> list[tuple[bytes, Event | None]]:
        """The lines of a damaged file, which is set aside; where that cannot be, it stays."""
        try:
            with _lock(self.path):
                parsed = _parsed(self.path)
                good = [line for line, event in parsed if event is not None]
                if len(good) < len(parsed):  # nobody was just writing a line
                    self._set_aside(good)
        except (OSError, NotImplementedError):
            return _parsed(self.path)
        return parsed

    def _set_aside(self, good: list[bytes]) -> None:
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
        aside = unused(self.path.with_name(f"{self.path.stem}-damaged-{stamp}{self.path.suffix}"))
        shutil.copy2(self.path, aside)
        put(self.path, b"".join(line + b"\n" for line in good))
        self.notice = (
            f"Part of your progress file could not be read. It was kept as {code(aside.name)}, "
            f"beside {code(self.path)}; what could be read still counts ({len(good)} lines)."
        )


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


def _there(path: Path) -> list[tuple[bytes, Event | None]]:
    return _parsed(path) if path.exists() else []


def _parsed(path: Path) -> list[tuple[bytes, Event | None]]:
    lines = path.read_bytes().splitlines()
    return [(line, _parse(line)) for line in lines if line.strip()]


def _line(event: Event) -> bytes:
    """An event as a line of the file, without its end."""
    return json.dumps({k: v for k, v in asdict(event).items() if v is not None}).encode()


def _understood(parsed: list[tuple[bytes, Event | None]]) -> list[Event]:
    return [event for _, event in parsed if event is not None]


def _happened(parsed: list[tuple[bytes, Event | None]]) -> list[Event]:
    return [event for event in _understood(parsed) if event.what != "seed"]


def _lock(path: Path) -> FileLock:
    path.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(f"{path}.lock", timeout=10)


def _append(path: Path, line: bytes) -> None:
    """Add a line to a file that is held, whole or not at all.

    One that another process was killed in the middle of must not swallow it.
    """
    with path.open("ab", buffering=0) as file:
        before = file.tell()
        start = b"\n" if before and not _ends_a_line(path) else b""
        whole = start + line + b"\n"
        if file.write(whole) < len(whole):  # the disk is full now, and half a line is damage
            file.truncate(before)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))


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
