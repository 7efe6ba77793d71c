"""How long a notebook takes: what is counted, where, and what the command prints."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from lablib.exercises import ExerciseError, find, minutes
from lablib.exercises.__main__ import main

PREDICT = """ex.predict(
    "sampling/temperature-order",
    then=lambda: sp.knob_panel("The old woman"),
)"""
BUG = 'ex.spot_the_bug("sampling/softmax-of-the-cut")'
MEND = 'ex.check("sampling/softmax-of-the-cut", most_likely)'
WRITE = 'ex.check("sampling/softmax-temperature", softmax)'
HARD = 'ex.check("sampling/cache-cost", positions)'


@pytest.fixture
def book():
    cells = [
        new_markdown_cell("# A lab\n\n**12 minutes** for it's [all](of_it.ipynb) of it."),
        new_code_cell("sp.knob_panel()"),
        new_markdown_cell("Last words.\n\n## One · a\nWaiting: 2\nminutes.\n### deeper"),
        new_code_cell(PREDICT),
        new_code_cell(BUG),
        new_code_cell(MEND),
        new_markdown_cell("## Two"),
        new_code_cell(WRITE),
        new_code_cell(HARD),
        new_code_cell("mk.side_by_side(mk.fill_panel, 'The cat')"),
    ]
    return nbformat.v4.new_notebook(cells=cells)


def test_everything_is_counted_in_the_section_where_it_stands(book):
    first, second, third = minutes.sections(book)
    assert [one.title for one in (first, second, third)] == ["Beginning", "One · a", "Two"]
    assert (first.panels, first.questions, first.waiting) == (1, (), 0)
    assert first.words == 11  # A lab 12 minutes for it's all of it Last words
    asked = [one.id.partition("/")[2] for one in second.questions]
    assert asked == ["temperature-order", "softmax-of-the-cut"]
    assert (second.panels, second.predictions, second.bugs, second.one_star) == (1, 1, 1, 0)
    assert second.waiting == 2
    assert (third.panels, third.predictions, third.bugs, third.one_star) == (1, 0, 0, 1)


def test_the_minutes_are_the_records_three_a_panel_the_words_and_the_waiting(book):
    ids = ("temperature-order", "softmax-of-the-cut", "softmax-temperature", "cache-cost")
    records = sum(find(f"sampling/{id}").minutes for id in ids)
    whole = minutes.total(minutes.sections(book), "All")
    assert whole.minutes == pytest.approx(records + 3 * 3 + whole.words / 190 + 2)
    assert minutes.said(book) == 12


def test_a_notebook_may_say_nothing_and_must_not_ask_what_is_not_there():
    empty = nbformat.v4.new_notebook(cells=[])
    assert minutes.said(empty) is None
    assert minutes.total(minutes.sections(empty), "All").minutes == 0
    wrong = nbformat.v4.new_notebook(cells=[new_code_cell('ex.check("sampling/no-such", 1)')])
    with pytest.raises(ExerciseError, match="no question"):
        minutes.sections(wrong)


def test_the_command_prints_a_row_for_each_section_and_one_for_all(book, tmp_path, capsys):
    (tmp_path / "further").mkdir()
    nbformat.write(book, tmp_path / "further/01_toy.ipynb")
    assert main(["minutes", str(tmp_path), "--format", "csv"]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.startswith("notebook,section,minutes,panels")
    assert [row.split(",")[:2] for row in rows] == [
        ["further/01_toy", "Beginning"],
        ["further/01_toy", "One · a"],
        ["further/01_toy", "Two"],
        ["further/01_toy", "All (says 12)"],
    ]
