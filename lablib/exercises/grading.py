"""Grades for a class: what progress files claim, held against the answers themselves.

A prediction and a line that was named are judged again from what was chosen. What is written in
code is judged again where the learner's notebook is there (see `rechecking`). A file that was
edited is found so; whoever attacks the check from inside the notebook is not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lablib.exercises.progress import Event, standing
from lablib.exercises.rechecking import recheck
from lablib.exercises.records import Bug, Prediction, Record, lab
from lablib.exercises.report import read_class
from lablib.exercises.teacher_copies import notebooks


@dataclass(frozen=True)
class Grade:
    """One learner's results.

    Attributes:
        name: of the learner.
        points: by the question's id, 1 where the answer holds and 0 where it does not; a question
            that was never answered is not in it.
        remarks: what does not fit together, and what could not be looked at.
    """

    name: str
    points: Mapping[str, int]
    remarks: tuple[str, ...]


def grades(folder: Path | str, name: str) -> list[Grade]:
    """The grades in the lab `name` of everybody whose progress file is found in `folder`, by name.

    A learner's notebooks are looked for in the folder that has the learner's name. Their code is
    run, with the rights of whoever grades.

    Raises:
        ValueError: if there is no such folder, or no progress file in it.
        ExerciseError: if there is no such lab.
    """
    records = lab(name).values()
    return [
        _grade(records, learner, events, sorted(notebooks(Path(folder) / learner)))
        for learner, (events, _) in read_class(folder).items()
    ]


def _grade(
    records: Iterable[Record], name: str, events: Sequence[Event], books: Sequence[Path]
) -> Grade:
    verdicts: dict[str, bool] = {}
    remarks = []
    for book in books:
        again, remark = recheck(book, {record.id for record in records})
        verdicts |= again
        remarks += [f"{book.name}: {remark}"] if remark else []
    points = {}
    for record in records:
        claimed = _claimed(record, events)
        right = _holds(record, events, verdicts)
        if claimed is not None or right:
            points[record.id] = int(right)
        if claimed and not right:
            remarks.append(f"{record.id}: right in the progress file, but the answer is not")
    return Grade(name, points, tuple(remarks))


def _claimed(record: Record, events: Sequence[Event]) -> bool | None:
    """What the progress file says of a question; None if it was never answered."""
    status = standing(events, record.id)
    return (status.state == "right" or status.line_found) if status.tries else None


def _holds(record: Record, events: Sequence[Event], verdicts: Mapping[str, bool]) -> bool:
    """Whether the answer is right, as far as it can be judged again; else what is claimed."""
    if isinstance(record, Prediction):
        verdict = record.judge_earlier(standing(events, record.id).answer)
        return verdict is not None and verdict.state == "right"
    own = [event for event in events if event.id == record.id]
    if isinstance(record, Bug) and any(
        event.what == "line" and event.value in record.line_numbers for event in own
    ):
        return True
    if record.id in verdicts:
        return verdicts[record.id]
    return any(event.what == "checked" and bool(event.right) for event in own)


def table(found: Iterable[Grade], name: str) -> list[list[str]]:
    """The grades as rows of cells, the first of them the head: a column for each question's id.

    A cell is empty where a question was not answered; the total counts it as 0.
    """
    ids = list(lab(name))
    rows = [
        [
            one.name,
            str(sum(one.points.values())),
            *(str(one.points.get(id, "")) for id in ids),
            "; ".join(one.remarks),
        ]
        for one in found
    ]
    return [["learner", f"total (of {len(ids)})", *ids, "remarks"], *rows]
