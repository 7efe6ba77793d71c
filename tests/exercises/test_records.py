import pkgutil
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import pytest

import lablib
from lablib.exercises import Exercise, ExerciseError, Option, Prediction, find, lab, rooms
from lablib.exercises.records import Bug
from tests.exercises import toy


def test_a_question_is_found_by_its_id():
    assert find("toy/double") is toy.DOUBLE
    assert list(lab("toy")) == ["toy/choice", "toy/number", "toy/double", "toy/value", "toy/bug"]


@pytest.mark.parametrize(
    ("id", "said"),
    [("toy/duble", "toy/double"), ("nowhere/x", "no lab 'nowhere'"), ("", "no lab ''")],
)
def test_an_id_that_does_not_exist_is_told_so(id, said):
    with pytest.raises(ExerciseError, match=said):
        find(id)


def test_an_id_used_twice_is_refused(monkeypatch):
    monkeypatch.setitem(
        __import__("sys").modules,
        "lablib.twice.exercises",
        SimpleNamespace(RECORDS=(toy.VALUE, toy.VALUE)),
    )
    with pytest.raises(ExerciseError, match="twice"):
        lab("twice")


def test_an_error_inside_a_lab_is_not_hidden(monkeypatch, tmp_path):
    room = tmp_path / "leaky"
    room.mkdir()
    (room / "__init__.py").write_text("")
    (room / "exercises.py").write_text("import a_module_that_is_not_there")
    monkeypatch.setattr(lablib, "__path__", [*lablib.__path__, str(tmp_path)])
    with pytest.raises(ModuleNotFoundError, match="a_module_that_is_not_there"):
        lab("leaky")


def test_a_prediction_judges_options_and_numbers():
    assert toy.CHOICE.judge("No").state == "right"
    assert toy.CHOICE.judge("Yes").message == "It does <i>not</i>."
    assert [toy.NUMBER.judge(n).message for n in (1, 12.4, 13)] == ["More.", "A dozen.", "Fewer."]


@pytest.mark.parametrize(
    ("record", "given"), [(toy.CHOICE, "Maybe"), (toy.NUMBER, None), (toy.NUMBER, "many")]
)
def test_a_prediction_refuses_what_is_no_answer(record, given):
    with pytest.raises(ExerciseError):
        record.judge(given)


def test_not_a_number_is_no_right_guess():
    assert toy.NUMBER.judge(float("nan")).state == "wrong"


def test_a_bug_knows_its_line():
    assert toy.BUG.line_numbers == (2,)
    assert toy.BUG.judge_line(2).message == "Three is not two."
    assert toy.BUG.judge_line(3).message == "It returns what it has."
    assert toy.BUG.judge_line(1).state == "wrong"


def test_a_bug_may_be_named_by_several_lines():
    code = "def f(x):\n    y = x\n    z = y\n    return z"
    bug = replace(toy.BUG, code=code, line=("z = y", "y = x"))
    assert bug.line_numbers == (2, 3)
    states = [bug.judge_line(number).state for number in (1, 2, 3, 4)]
    assert states == ["wrong", "right", "right", "wrong"]


def test_a_piece_of_a_bug_stands_in_one_line():
    with pytest.raises(ValueError, match="'y' is in 2 lines"):
        replace(toy.BUG, line="y").line_numbers  # noqa: B018 (a property that raises)


def test_every_option_has_every_place_for_as_many_learners():
    options = tuple(Option(name, name, name == "b") for name in "abc")
    question = replace(toy.CHOICE, answer=options)
    places = Counter(
        (option.text, place)
        for seed in range(3000)
        for place, option in enumerate(question.options(seed))
    )
    assert len(places) == 9
    # A third of 3000, give or take four standard deviations of such a count (26).
    assert all(abs(count - 1000) < 104 for count in places.values())


def test_the_right_option_of_the_labs_has_no_favourite_place():
    asked = [
        record
        for room in rooms()
        for record in lab(room).values()
        if isinstance(record, Prediction) and len(record.options(0)) == 3
    ]
    places = Counter(
        [option.right for option in record.options(seed)].index(True)
        for record in asked
        for seed in range(100)
    )
    expected = 100 * len(asked) / 3
    assert len(asked) > 30
    assert all(abs(places[place] - expected) < 0.1 * expected for place in range(3))


def test_every_lab_is_sound():
    rooms = [one.name for one in pkgutil.iter_modules(lablib.__path__) if one.ispkg]
    found = 0
    for room in rooms:
        try:
            records = lab(room).values()
        except ExerciseError as error:
            assert "no lab" in str(error)
            continue
        found += 1
        for record in records:
            assert record.id.startswith(f"{room}/")
            assert record.minutes > 0 and record.question
            if isinstance(record, Prediction) and isinstance(record.answer, tuple):
                assert [option.right for option in record.answer].count(True) == 1
            if isinstance(record, Exercise):
                assert record.hints and record.solution and record.lesson
            if isinstance(record, Bug):
                assert record.line_numbers
    assert found
