"""Every room's questions: the right answer is right, and every typical wrong one is told apart."""

import inspect
import re

import pytest

from lablib.exercises import Bug, Exercise, FunctionCheck, Guess, Prediction, grade, lab, rooms
from tests.exercises.notebooks import announced, cells, pasted

ROOMS = rooms()
RECORDS = [record for room in ROOMS for record in lab(room).values()]
PREDICTIONS = [record for record in RECORDS if isinstance(record, Prediction)]
CHECKED = [record for record in RECORDS if isinstance(record, Exercise)]
BUGS = [record for record in RECORDS if isinstance(record, Bug)]
FUNCTIONS = [record for record in CHECKED if isinstance(record.check, FunctionCheck)]


def by_id(records):
    return pytest.mark.parametrize("record", records, ids=lambda record: record.id)


@pytest.mark.parametrize("room", ROOMS)
def test_ids_tell_the_room_and_the_notebook_asks_every_question(room):
    code = "\n".join(cells(room))
    assert [id for id in lab(room) if not id.startswith(f"{room}/")] == []
    assert [id for id in lab(room) if f'"{id}"' not in code] == []


@pytest.mark.parametrize("room", ROOMS)
def test_the_notebook_gives_each_question_the_stars_of_its_difficulty(room):
    for text, ids in announced(room):
        stars = {len(run) for run in re.findall("★+", text)}
        assert stars == {lab(room)[id].difficulty for id in ids}, (text, ids)


@by_id(PREDICTIONS)
def test_a_prediction_has_one_right_answer_and_a_word_for_every_other(record):
    if isinstance(record.answer, Guess):
        far = 10 * record.answer.tolerance
        given = [record.answer.value, record.answer.value - far, record.answer.value + far]
        assert [record.judge(one).state for one in given] == ["right", "wrong", "wrong"]
    else:
        given = [option.text for option in record.answer]
        assert [record.judge(one).state for one in given].count("right") == 1
    assert len({record.judge(one).message for one in given}) == len(given)


@by_id(FUNCTIONS)
def test_the_shown_solution_passes_the_check(record):
    answer = pasted(record, record.solution)[record.check.right.__name__]
    assert grade(record.id, answer).state == "right"


@by_id([record for record in CHECKED if record not in FUNCTIONS])
def test_a_shown_value_passes_the_check(record):
    answer = pasted(record, f"answer = {record.solution}")["answer"]
    assert grade(record.id, answer).state == "right"


@by_id(CHECKED)
def test_each_typical_mistake_gets_its_own_message(record):
    for mistake in getattr(record.check, "mistakes", ()):
        verdict = record.check(mistake.answer)
        assert verdict.state == "wrong"
        assert verdict.message.startswith(mistake.feedback)
        assert record not in FUNCTIONS or "should give" in verdict.case


@by_id(CHECKED)
def test_what_is_left_open_is_not_answered_yet(record):
    assert grade(record.id, ...).state == "unanswered"


@by_id(FUNCTIONS)
def test_an_empty_function_is_not_answered_yet(record):
    number = len(inspect.signature(record.check.right).parameters)
    empty = eval(f"lambda {', '.join('abcdefgh'[:number])}: ...")
    assert grade(record.id, empty).state == "unanswered"


@by_id(BUGS)
def test_the_shown_code_has_the_bug_and_the_right_line_is_named(record):
    buggy = pasted(record, record.code)[record.check.right.__name__]
    assert grade(record.id, buggy).message.startswith(record.check.mistakes[0].feedback)
    for number in range(1, len(record.code.splitlines()) + 1):
        expected = "right" if number in record.line_numbers else "wrong"
        assert record.judge_line(number).state == expected
    for piece, reason in record.correct_lines.items():
        lines = [n for n, text in enumerate(record.code.splitlines(), 1) if piece in text]
        assert any(record.judge_line(n).message == reason for n in lines), piece


@by_id(BUGS)
def test_the_code_to_mend_stands_in_a_cell_with_its_check(record):
    check = f'ex.check("{record.id}", {record.check.right.__name__})'
    below = [cell for cell in cells(record.id.partition("/")[0]) if check in cell]
    assert [record.code in cell for cell in below] == [True]
