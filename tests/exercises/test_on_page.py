"""The questions on a page: its scripts draw the cards of the lab and read its progress files."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lablib.exercises import Bug, Exercise, Guess, Prediction, cards, lab, on_page, rooms
from lablib.exercises.progress import Event, ProgressFile, QuestionStatus, read_events, standing
from lablib.exercises.records import ExerciseError
from tests.examples import examples
from tests.exercises import toy
from tests.scripts import script

STATIC = "lablib/exercises/static"
IDS = ("toy/choice", "toy/double", "other/one")
WHATS = ("predicted", "skipped", "forgot", "checked", "line", "hint", "solution", "seed", "odd")
VALUES = st.none() | st.integers(0, 5) | st.text(max_size=5)
EVENTS = st.builds(
    Event,
    st.sampled_from(IDS),
    st.sampled_from(WHATS),
    VALUES,
    st.none() | st.booleans(),
    st.sampled_from(["2026-11-01T10:00:00+00:00", "2026-11-01T10:00:01+00:00"]),
) | st.builds(Event, st.just("toy/"), st.just("afresh"))


@pytest.fixture(scope="module")
def questions():
    with script(f"{STATIC}/page_questions.js") as ask:
        yield ask


@pytest.fixture(scope="module")
def text():
    with script(f"{STATIC}/progress_text.js") as ask:
        yield ask


@pytest.fixture(scope="module")
def stand():
    with script(f"{STATIC}/standing.js") as ask:
        yield ask


def of_kind(kind):
    """The questions of this kind in all rooms."""
    return [one for room in rooms() for one in lab(room).values() if type(one) is kind]


def content(questions, asked, events=(), **local):
    """The card that the page draws."""
    learner = {"events": [vars(event) for event in events], "seed": 1, "where": "Here."}
    return questions("m.KINDS[a[0].kind].content(...a)", asked, learner, local)


def ordered(card):
    """A card with its options in the order of their texts: a page has another way to shuffle."""
    blocks = [
        {**one, "options": sorted(one["options"], key=lambda option: option["value"])}
        if one["type"] == "choices"
        else one
        for one in card["blocks"]
    ]
    return {**card, "blocks": blocks}


@given(st.lists(EVENTS, max_size=12), st.sampled_from(IDS))
def test_a_page_sums_up_events_as_the_library_does(stand, events, id):
    assert stand("m.standing(...a)", [vars(event) for event in events], id) == vars(
        standing(events, id)
    )


def test_the_cards_of_predictions_are_those_of_the_lab(questions):
    for record in [toy.CHOICE, toy.NUMBER, *of_kind(Prediction)]:
        asked = on_page.prediction(record)
        guess = record.answer if isinstance(record.answer, Guess) else None
        answers = (
            [guess.value, guess.value - 2 * guess.tolerance - 1.25, guess.value * 2 + 9]
            if guess
            else [option.text for option in record.answer]
        )
        happened = [[], [Event(record.id, "skipped")]]
        happened += [
            [Event(record.id, "predicted", one, record.judge(one).state == "right")]
            for one in answers
        ]
        for events in happened:
            drawn = content(questions, asked, events)
            assert ordered(drawn) == ordered(
                cards.prediction(record, standing(events, record.id), seed=0)
            )


def test_the_cards_of_bugs_are_those_of_the_lab(questions):
    for record in [toy.BUG, *of_kind(Bug)]:
        asked = on_page.bug(record)
        lines = range(1, len(record.code.splitlines()) + 1)
        wrong = [line for line in lines if line not in record.line_numbers]
        clicks = [[], *([line] for line in lines), [wrong[0], wrong[-1]]]
        for clicked, shown in itertools.product(clicks, (False, True)):
            found = any(line in record.line_numbers for line in clicked)
            drawn = content(questions, asked, clicked=clicked, found=found, shown=shown)
            fix = {} if not (found or shown) else {"fix": on_page._FIX}
            assert drawn == cards.bug(record, clicked, found, shown, **fix)


def test_hints_and_solutions_open_one_by_one(questions):
    for record in [toy.DOUBLE, toy.VALUE, *of_kind(Exercise)]:
        asked = on_page.exercise(record)
        events = []
        for count in range(len(record.hints) + 1):
            drawn = content(questions, asked, events)
            notes = [one["title"] for one in drawn["blocks"] if one["type"] == "note"]
            expected = [f"Hint {n} of {len(record.hints)}" for n in range(1, count + 1)]
            assert notes == ["Not checked here", *expected]
            events.append(Event(record.id, "hint", count + 1))
        assert not any(one["type"] == "code" for one in drawn["blocks"])
        opened = content(questions, asked, events, solution=True)["blocks"]
        assert [one["text"] for one in opened if one["type"] == "code"] == [record.solution]


@pytest.mark.parametrize(
    "record, action, value, noted",
    [
        (toy.CHOICE, "answer", "No", {"what": "predicted", "value": "No", "right": True}),
        (toy.CHOICE, "answer", "Yes", {"what": "predicted", "value": "Yes", "right": False}),
        (toy.CHOICE, "skip", None, {"what": "skipped"}),
        (toy.CHOICE, "forget", None, {"what": "forgot"}),
        (toy.NUMBER, "answer", 12.5, {"what": "predicted", "value": 12.5, "right": True}),
        (toy.NUMBER, "answer", 12.6, {"what": "predicted", "value": 12.6, "right": False}),
        (toy.BUG, "line", 2, {"what": "line", "value": 2, "right": True}),
        (toy.BUG, "line", 3, {"what": "line", "value": 3, "right": False}),
        (toy.BUG, "show", None, {"what": "solution"}),
        (toy.DOUBLE, "hint", None, {"what": "hint", "value": 1}),
        (toy.DOUBLE, "solution", None, {"what": "solution"}),
        (toy.DOUBLE, "hide", None, None),
    ],
)
def test_what_is_pressed_is_noted_as_the_lab_does(questions, record, action, value, noted):
    make = {Prediction: on_page.prediction, Bug: on_page.bug, Exercise: on_page.exercise}
    asked = make[type(record)](record)
    learner = {"events": []}
    assert questions("m.KINDS[a[0].kind].press(...a)", asked, learner, {}, action, value) == noted


@given(st.lists(EVENTS.filter(lambda one: one.what != "seed"), max_size=8))
def test_the_table_says_what_the_lab_says(questions, events):
    drawn = content(questions, on_page.table("toy", toy.LAB.RECORDS), events)
    expected = cards.table(toy.LAB.RECORDS, events, "")
    assert drawn["title"] == expected["title"]
    assert drawn["blocks"][0] == expected["blocks"][0]


def test_every_learner_has_an_order_of_options_and_keeps_it(questions):
    asked = on_page.prediction(toy.CHOICE)
    code = "m.KINDS.prediction.content(a[0], { events: [], seed: a[1] }).blocks[1].options[0].value"
    first = [questions(code, asked, seed) for seed in range(200)]
    assert first == [questions(code, asked, seed) for seed in range(200)]
    assert 60 < first.count("Yes") < 140  # half of them, give or take 5 deviations


LINES = st.one_of(
    st.recursive(
        st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
        max_leaves=4,
    ).map(json.dumps),
    st.fixed_dictionaries(
        {},
        optional={
            name: VALUES | st.booleans() | st.just([1]) for name in ("id", "what", "value", "time")
        },
    ).map(json.dumps),
    EVENTS.map(lambda event: json.dumps(vars(event))),
    st.sampled_from(["{", "", "  ", "\u2028", "nonsense"]),
)


@given(st.lists(LINES, max_size=6))
def test_a_page_reads_the_lines_that_the_library_reads(text, tmp_path_factory, lines):
    path = tmp_path_factory.getbasetemp() / "lines.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8", newline="")
    events, unreadable = read_events(path)
    found = text("m.readProgress(a[0])", "\n".join(lines))
    assert found["unreadable"] == unreadable
    read = [(one["id"], one["what"], one["value"]) for one in found["events"]]
    assert [one for one in read if one[1] != "seed"] == [(e.id, e.what, e.value) for e in events]


@examples(20)
@given(st.lists(EVENTS, max_size=8), st.lists(EVENTS, max_size=8))
def test_a_page_joins_two_files_as_the_library_does(text, tmp_path_factory, own, other):
    folder = tmp_path_factory.mktemp("progress")
    write(folder / "own.jsonl", own)
    write(folder / "other.jsonl", other)
    new, unreadable = ProgressFile(folder / "own.jsonl").take_in(folder / "other.jsonl")
    after, _ = read_events(folder / "own.jsonl")
    merged = text("m.merged(...a)", [vars(e) for e in own], [vars(e) for e in other])
    assert unreadable == 0 and new == len(merged) - len(own)
    assert [vars(one) for one in after] == [one for one in merged if one["what"] != "seed"]


def write(path, events):
    path.write_text("".join(json.dumps(vars(event)) + "\n" for event in events), encoding="utf-8")


def test_taking_in_a_file_twice_adds_it_once(tmp_path):
    file, other = ProgressFile(tmp_path / "own.jsonl"), tmp_path / "other.jsonl"
    file.add(Event("toy/choice", "skipped", time="2026-11-02"))
    write(other, [Event("toy/choice", "predicted", "No", True, "2026-11-01")])
    other.write_text(other.read_text() + "{broken\n")
    assert file.take_in(other) == (1, 1)
    assert file.take_in(other) == (0, 1)
    assert [event.what for event in file.events()] == ["predicted", "skipped"]


def test_a_file_that_cannot_be_read_changes_nothing(tmp_path):
    file = ProgressFile(tmp_path / "own.jsonl")
    file.add(Event("toy/choice", "skipped"))
    before = file.path.read_bytes()
    with pytest.raises(OSError):
        file.take_in(tmp_path / "missing.jsonl")
    assert file.path.read_bytes() == before


def test_an_answer_that_is_no_longer_offered_leaves_the_question_open(questions):
    drawn = content(
        questions,
        on_page.prediction(toy.CHOICE),
        [Event("toy/choice", "predicted", "Maybe", False)],
    )
    assert ordered(drawn) == ordered(cards.prediction(toy.CHOICE, QuestionStatus(), seed=0))
    with pytest.raises(ExerciseError):
        toy.CHOICE.judge("Maybe")
