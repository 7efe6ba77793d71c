"""Every room's questions: the right answer is right, and every typical wrong one is told apart."""

import ast
import inspect
import re
from collections import Counter

import pytest

from lablib.exercises import (
    Bug,
    Exercise,
    FunctionCheck,
    Guess,
    Option,
    Prediction,
    grade,
    lab,
    rooms,
)
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


HEDGE = re.compile(
    r"\b(about|nearly|almost|hardly|mostly|may|might|usually|a little|probably|often|if any)\b",
    re.IGNORECASE,
)


def hedged(options):
    """Whether the right one of some options is the only one that hedges: it can be told by that."""
    cautious = [option.right for option in options if HEDGE.search(option.text)]
    return cautious == [True]


@by_id([record for record in PREDICTIONS if not isinstance(record.answer, Guess)])
def test_the_right_option_is_not_the_only_cautious_one(record):
    assert not hedged(record.answer)


def test_an_option_between_two_absolutes_is_found():
    texts = ["It falls apart", "It can stay nearly as it was", "It always gets better"]
    options = [Option(text, text, right="nearly" in text) for text in texts]
    assert hedged(options)
    assert not hedged([*options, Option("It stays about half as good", "")])


def test_the_longest_option_is_seldom_the_right_one():
    chosen = [record.answer for record in PREDICTIONS if not isinstance(record.answer, Guess)]
    longest = [max(options, key=lambda one: len(one.text)).right for options in chosen]
    assert sum(longest) / len(longest) < 0.4


def test_no_question_has_the_title_of_another():
    titles = Counter(record.title for record in RECORDS)
    assert [title for title, times in titles.items() if times > 1] == []


def without_names(code):
    """Code with its names, docstrings and layout left out: what it does."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        for field in ("id", "arg", "name"):
            if hasattr(node, field):
                setattr(node, field, "")
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node):
            node.body = node.body[1:]
    return ast.dump(tree)


def test_no_exercise_stands_twice():
    """A bug is what is wrong with the code, whatever it should be."""
    asked = [one.code if isinstance(one, Bug) else one.solution for one in FUNCTIONS]
    times = Counter(map(without_names, asked))
    assert [code for code, count in times.items() if count > 1] == []
    twice = "def f(a):\n    return a + 1", "def g(b):\n    'One more.'\n    return b + 1"
    assert without_names(twice[0]) == without_names(twice[1])


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
