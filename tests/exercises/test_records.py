import pkgutil
from types import SimpleNamespace

import pytest

import lablib
from lablib.exercises import Exercise, ExerciseError, Prediction, find, lab
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
    assert toy.BUG.line_number == 2
    assert toy.BUG.judge_line(2).message == "Three is not two."
    assert toy.BUG.judge_line(3).message == "It returns what it has."
    assert toy.BUG.judge_line(1).state == "wrong"


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
            assert record.minutes > 0 and record.question.count("`") % 2 == 0
            if isinstance(record, Prediction) and isinstance(record.answer, tuple):
                assert [option.right for option in record.answer].count(True) == 1
            if isinstance(record, Exercise):
                assert record.hints and record.solution and record.lesson
            if isinstance(record, Bug):
                assert record.line_number > 0
    assert found
