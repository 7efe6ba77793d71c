"""The teacher's table, from files in whatever state."""

import csv
import io

import pytest

from lablib.exercises import Event, Prediction, ProgressFile, lab
from lablib.exercises.__main__ import main
from lablib.exercises.report import as_markdown, learners, table, tally

PREDICTIONS = [r.id for r in lab("sampling").values() if isinstance(r, Prediction)]
FIRST = PREDICTIONS[0]
EXERCISE = "sampling/softmax-temperature"
BUG = "sampling/softmax-of-the-cut"
DONE = [
    Event(FIRST, "predicted", "a", False),
    Event(PREDICTIONS[1], "predicted", "b", True),
    Event(PREDICTIONS[2], "skipped"),
    Event(EXERCISE, "checked", right=False),
    Event(EXERCISE, "checked", right=True),
    Event(BUG, "line", 3, True),
]


def write(path, events):
    for event in events:
        ProgressFile(path).add(event)


def test_counts_of_one_lab():
    counts = tally(DONE, "sampling")
    assert (counts.predictions, counts.right, counts.exercises, counts.bugs) == (2, 1, 1, 1)
    assert tally(DONE, "attention") == tally([], "attention")


def test_a_mended_bug_counts_like_one_whose_line_was_clicked():
    assert tally([Event(BUG, "checked", right=True)], "sampling").bugs == 1


def test_each_way_files_are_kept_gives_a_row(tmp_path):
    write(tmp_path / "cy.jsonl", DONE)
    write(tmp_path / "bea/progress.jsonl", DONE[:1])
    write(tmp_path / "jupyter-ann/.local/share/lablib/progress.jsonl", [])
    write(tmp_path / "jupyter-ann/.local/share/lablib/progress.jsonl", DONE[:2])
    (tmp_path / "cy-damaged-20260101.jsonl").write_text("{")
    (tmp_path / "notes.txt").write_text("no file of ours")
    assert [(one.name, one.labs["sampling"].predictions) for one in learners(tmp_path)] == [
        ("bea", 1),
        ("cy", 2),
        ("jupyter-ann", 2),
    ]


def test_damaged_files_cost_their_damaged_lines_only_and_are_left_alone(tmp_path):
    write(tmp_path / "ann.jsonl", DONE)
    with (tmp_path / "ann.jsonl").open("ab") as file:
        file.write(b'\xff\x00 no text\n{"id": 3}\n[]\n{"id": "sampling/cut')
    before = (tmp_path / "ann.jsonl").read_bytes()
    (tmp_path / "bea.jsonl").mkdir()
    (tmp_path / "cy.jsonl").write_bytes(b"")
    for lock in tmp_path.glob("*.lock"):
        lock.unlink()
    rows = table(learners(tmp_path))
    assert [(row[0], row[-1]) for row in rows[1:]] == [
        ("ann", "4"),
        ("bea", "file cannot be opened"),
        ("cy", "0"),
    ]
    assert (tmp_path / "ann.jsonl").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "ann.jsonl",
        "bea.jsonl",
        "cy.jsonl",
    ]


def test_the_command_prints_csv_with_as_many_cells_as_the_head(tmp_path, capsys):
    write(tmp_path / "ann.jsonl", DONE)
    assert main(["report", str(tmp_path)]) == 0
    head, row = csv.reader(io.StringIO(capsys.readouterr().out))
    assert len(head) == len(row)
    found = dict(zip(head, row, strict=True))
    assert found["learner"] == "ann"
    assert found[f"sampling: predictions (of {len(PREDICTIONS)})"] == "2"
    assert found["sampling: right"] == "1"
    assert found["last seen"] == max(event.time for event in DONE)


def test_the_command_prints_markdown(tmp_path, capsys):
    write(tmp_path / "ann.jsonl", DONE)
    assert main(["report", str(tmp_path), "--format", "markdown"]) == 0
    assert capsys.readouterr().out == as_markdown(table(learners(tmp_path)))


@pytest.mark.parametrize(("folder", "says"), [("none", "no folder"), (".", "no progress files")])
def test_nothing_to_report_is_said_in_a_sentence(tmp_path, folder, says, capsys):
    assert main(["report", str(tmp_path / folder)]) == 1
    assert says in capsys.readouterr().err
