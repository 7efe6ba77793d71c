"""What a class has done, for its teacher: a row for each learner, columns for each lab.

Learners' files are only read: nothing is locked, mended or set aside in somebody else's folder.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lablib.exercises.progress import Event, read_events, standing
from lablib.exercises.records import lab, rooms

WHERE = ("*.jsonl", "*/progress.jsonl", "*/.local/share/lablib/progress.jsonl")
"""Where progress files are looked for: collected as `ann.jsonl`, in a folder for each learner, or
in the home folders of a server."""


@dataclass(frozen=True)
class Tally:
    """What one learner has done in one lab.

    Attributes:
        predictions: how many were answered. right: how many of these hold.
        exercises: how many were passed. bugs: of how many the line was found or mended.
    """

    predictions: int = 0
    right: int = 0
    exercises: int = 0
    bugs: int = 0


@dataclass(frozen=True)
class Learner:
    """One learner's row.

    Attributes:
        name: of the file, or of the folder it lies in.
        labs: a tally for each lab, by its name.
        last: when something was last done, ISO 8601 in UTC; "" for never.
        unreadable: lines of the file that could not be understood; -1 if it could not be opened.
    """

    name: str
    labs: dict[str, Tally]
    last: str
    unreadable: int


def tally(events: Sequence[Event], name: str) -> Tally:
    """Count what was done in the lab `name`.

    >>> tally([Event("sampling/softmax-temperature", "checked", right=True)], "sampling")
    Tally(predictions=0, right=0, exercises=1, bugs=0)
    """
    asked, written, bugs = (
        [standing(events, id) for id, record in lab(name).items() if record.kind == kind]
        for kind in ("prediction", "exercise", "bug")
    )
    return Tally(
        predictions=sum(one.answer is not None for one in asked),
        right=sum(one.state == "right" for one in asked),
        exercises=sum(one.state == "right" for one in written),
        bugs=sum(one.line_found or one.state == "right" for one in bugs),
    )


def read_class(folder: Path | str) -> dict[str, tuple[list[Event], int]]:
    """What stands in each progress file in `folder` (see `WHERE`), by the learner's name.

    With the events comes how many lines could not be understood, -1 for a file that cannot be
    opened.

    Raises:
        ValueError: if there is no such folder, or no progress file in it.
    """
    root = Path(folder)
    if not root.is_dir():
        raise ValueError(f"There is no folder {str(root)!r}: give the one with the progress files.")
    files = {path for pattern in WHERE for path in root.glob(pattern)}
    named = {
        path.relative_to(root).parts[0].removesuffix(".jsonl"): path
        for path in sorted(files)
        if "-damaged-" not in path.name
    }
    if not named:
        raise ValueError(f"There are no progress files in {str(root)!r} ({' or '.join(WHERE)}).")
    return {name: _read(named[name]) for name in sorted(named)}


def _read(path: Path) -> tuple[list[Event], int]:
    try:
        return read_events(path)
    except OSError:
        return [], -1


def learners(folder: Path | str) -> list[Learner]:
    """Everybody whose progress file is found in `folder`, by name. Raises as `read_class`."""
    return [_learner(name, *read) for name, read in read_class(folder).items()]


def _learner(name: str, events: Sequence[Event], unreadable: int) -> Learner:
    last = max((event.time for event in events), default="")
    return Learner(name, {room: tally(events, room) for room in rooms()}, last, unreadable)


def table(found: Iterable[Learner]) -> list[list[str]]:
    """The report as rows of cells, the first of them the head, which says out of how many."""
    head = ["learner", *(column for room in rooms() for column in _columns(room))]
    return [[*head, "last seen", "unreadable lines"], *map(_row, found)]


def _columns(room: str) -> list[str]:
    there = Counter(record.kind for record in lab(room).values())
    return [
        f"{room}: predictions (of {there['prediction']})",
        f"{room}: right",
        f"{room}: exercises (of {there['exercise']})",
        f"{room}: bugs (of {there['bug']})",
    ]


def _row(learner: Learner) -> list[str]:
    counts = [
        str(count)
        for one in learner.labs.values()
        for count in (one.predictions, one.right, one.exercises, one.bugs)
    ]
    bad = "file cannot be opened" if learner.unreadable < 0 else str(learner.unreadable)
    return [learner.name, *counts, learner.last, bad]


def as_csv(rows: Sequence[Sequence[str]]) -> str:
    """The rows as CSV. A name that a spreadsheet would take for a formula gets an apostrophe.

    >>> as_csv([["learner", "right"], ["=ann", "3"]]).splitlines()
    ['learner,right', "'=ann,3"]
    """
    out = io.StringIO()
    safe = [[f"'{cell}" if cell[:1] in tuple("=+-@") else cell for cell in row] for row in rows]
    csv.writer(out, lineterminator="\n").writerows(safe)
    return out.getvalue()


def as_markdown(rows: Sequence[Sequence[str]]) -> str:
    """The rows as a Markdown table.

    >>> print(as_markdown([["learner", "right"], ["a|b", "3"]]), end="")
    | learner | right |
    | --- | --- |
    | a\\|b | 3 |
    """
    lines = [" | ".join(cell.replace("|", "\\|") for cell in row) for row in rows]
    lines.insert(1, " | ".join("---" for _ in rows[0]))
    return "".join(f"| {line} |\n" for line in lines)
