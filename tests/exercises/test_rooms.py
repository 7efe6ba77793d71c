"""What holds for every question of every room: the right answer, and every typical wrong one."""

import inspect
import math
import random
from importlib import import_module

import pytest
import torch

from lablib.exercises import Bug, Exercise, FunctionCheck, Guess, Prediction, grade, lab
from tests.conftest import ROOT

ROOMS = sorted(path.parent.name for path in (ROOT / "lablib").glob("*/exercises/"))
RECORDS = [record for room in ROOMS for record in lab(room).values()]
PREDICTIONS = [record for record in RECORDS if isinstance(record, Prediction)]
CHECKED = [record for record in RECORDS if isinstance(record, Exercise)]
BUGS = [record for record in RECORDS if isinstance(record, Bug)]
FUNCTIONS = [record for record in CHECKED if isinstance(record.check, FunctionCheck)]
ALIASES = {"attention": "at", "masking": "mk", "sampling": "sp", "tokenization": "tk"}


@pytest.fixture(autouse=True, scope="module")
def one_core():
    """What is computed here is too small to be worth sharing out."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def by_id(records):
    return pytest.mark.parametrize("record", records, ids=lambda record: record.id)


def notebook_names():
    """What a lab's notebook has imported when its exercises are done."""
    rooms = {ALIASES[room]: import_module(f"lablib.{room}") for room in ROOMS}
    return {"math": math, "random": random, "torch": torch, **rooms}


def run_as_a_cell(code: str, name: str):
    """What a learner gets who pastes shown code into the lab's notebook."""
    namespace = notebook_names()
    exec(code, namespace)
    return namespace[name]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_asks_enough_for_its_story(room):
    records = lab(room).values()
    bugs = [record for record in records if isinstance(record, Bug)]
    assert len([record for record in records if isinstance(record, Prediction)]) >= 6
    assert len([r for r in records if isinstance(r, Exercise)]) - len(bugs) >= 6
    assert len(bugs) >= 4
    assert all(record.id.startswith(f"{room}/") for record in records)


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
    answer = run_as_a_cell(record.solution, record.check.right.__name__)
    assert grade(record.id, answer).state == "right"


@by_id([record for record in CHECKED if record not in FUNCTIONS])
def test_a_shown_value_passes_the_check(record):
    assert grade(record.id, eval(record.solution, notebook_names())).state == "right"


@by_id(CHECKED)
def test_each_typical_mistake_gets_its_own_message(record):
    for mistake in getattr(record.check, "mistakes", ()):
        verdict = grade(record.id, mistake.answer)
        assert verdict.state == "wrong"
        assert verdict.message.startswith(mistake.says)
        assert record not in FUNCTIONS or "should give" in verdict.case


@by_id(FUNCTIONS)
def test_an_empty_function_is_not_answered_yet(record):
    number = len(inspect.signature(record.check.right).parameters)
    empty = eval(f"lambda {', '.join('abcd'[:number])}: ...")
    assert grade(record.id, empty).state == "unanswered"
    assert grade(record.id, ...).state == "unanswered"


@by_id(BUGS)
def test_the_shown_code_has_the_bug_and_the_right_line_is_named(record):
    buggy = run_as_a_cell(record.code, record.check.right.__name__)
    assert grade(record.id, buggy).message.startswith(record.check.mistakes[0].says)
    for number, text in enumerate(record.code.splitlines(), 1):
        expected = "right" if record.line in text else "wrong"
        assert record.judge_line(number).state == expected
    for piece, reason in record.innocent.items():
        lines = [n for n, text in enumerate(record.code.splitlines(), 1) if piece in text]
        assert any(record.judge_line(n).message == reason for n in lines), piece
