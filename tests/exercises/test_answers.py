"""Every exercise and bug, tried with answers that others would give (see `answers`)."""

import pytest

from lablib.exercises import Exercise, FunctionCheck, find, lab, rooms
from tests.exercises.answers import tried
from tests.exercises.notebooks import pasted

TRIED = tried()
CHECKED = [
    record for room in rooms() for record in lab(room).values() if isinstance(record, Exercise)
]
RIGHT = [(id, code) for id, one in TRIED.items() for code in one.right]
WRONG = [(id, code, said) for id, one in TRIED.items() for code, said in one.wrong.items()]


@pytest.fixture(scope="module", autouse=True)
def remembered():
    """What a check compares answers with, the right one and the mistakes, is run once for all."""
    run, known = FunctionCheck._outcomes, {}

    def once(check, function, *form):
        if function is not check.right and all(function is not m.answer for m in check.mistakes):
            return run(check, function, *form)
        key = (check.cases, function, *form)
        if key not in known:
            known[key] = run(check, function, *form)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FunctionCheck, "_outcomes", once)
        yield


def judged(id, code):
    """The verdict on code that somebody wrote into the notebook."""
    record = find(id)
    name = record.check.right.__name__ if isinstance(record.check, FunctionCheck) else "answer"
    return record.judge(pasted(record, code if name != "answer" else f"answer = {code}")[name])


@pytest.mark.parametrize("record", CHECKED, ids=lambda record: record.id)
def test_two_right_and_two_wrong_answers_are_tried(record):
    assert len(set(TRIED[record.id].right)) >= 2
    assert len(TRIED[record.id].wrong) >= 2


@pytest.mark.parametrize(("id", "code"), RIGHT, ids=[id for id, _ in RIGHT])
def test_another_right_answer_is_right(id, code):
    verdict = judged(id, code)
    assert verdict.state == "right", (verdict, code)


@pytest.mark.parametrize(("id", "code", "said"), WRONG, ids=[id for id, *_ in WRONG])
def test_a_wrong_answer_is_wrong_and_told_of_no_mistake_but_its_own(id, code, said):
    verdict = judged(id, code)
    assert verdict.state == "wrong", (verdict, code)
    mistakes = getattr(find(id).check, "mistakes", ())
    known = [
        mistake.feedback for mistake in mistakes if verdict.message.startswith(mistake.feedback)
    ]
    assert said in verdict.message and bool(said) >= bool(known), (verdict, code)
