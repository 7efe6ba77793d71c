"""The widgets, pressed as a browser presses them: by the message of a click."""

import tempfile
from dataclasses import replace

import ipywidgets
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from lablib import exercises as ex
from lablib.exercises import Event, ExerciseError, ProgressFile, cards
from tests.examples import examples
from tests.exercises import toy


def press(view, do, value=None):
    card = getattr(view, "card", view)
    card._handle_custom_msg({"do": do, "value": value, "press": 1}, [])


def blocks(view, type):
    card = getattr(view, "card", view)
    return [block for block in card.content["blocks"] if block["type"] == type]


def notes(view):
    return [(note["tone"], note["title"], note["text"]) for note in blocks(view, "note")]


def buttons(view):
    return [one["do"] for block in blocks(view, "actions") for one in block["buttons"]]


def happened():
    return [(event.id, event.what, event.value, event.right) for event in ProgressFile().events()]


# Predictions


def test_the_answer_is_recorded_before_the_picture_is_made():
    seen = []

    def picture():
        seen.extend(happened())
        return ipywidgets.IntSlider()

    view = ex.predict("toy/choice", then=picture)
    assert len(view.children) == 1 and not seen
    press(view, "answer", "Yes")
    assert seen == [("toy/choice", "predicted", "Yes", False)]
    assert isinstance(view.children[1], ipywidgets.IntSlider)
    assert notes(view) == [("wrong", "Not yet", "It does <i>not</i>.")]
    (choices,) = blocks(view, "choices")
    marks = {option["value"]: option["marks"] for option in choices["options"]}
    assert marks == {"Yes": ["your answer"], "No": ["right"]}


def test_an_earlier_answer_shows_at_once_and_can_be_forgotten():
    press(ex.predict("toy/choice"), "answer", "No")
    view = ex.predict("toy/choice", then=ipywidgets.IntSlider)
    assert len(view.children) == 2 and notes(view)[0][0] == "right"
    press(view, "forget")
    assert len(view.children) == 1 and "skip" in buttons(view)
    assert len(ex.predict("toy/choice", then=ipywidgets.IntSlider).children) == 1
    assert [what for _, what, _, _ in happened()] == ["predicted", "forgot"]


def test_just_showing_counts_as_skipped():
    view = ex.predict("toy/choice", then=ipywidgets.IntSlider)
    press(view, "skip")
    assert len(view.children) == 2
    assert notes(view) == [("info", "Skipped", "Indeed.")]
    assert happened() == [("toy/choice", "skipped", None, None)]


def test_a_number_is_guessed():
    view = ex.predict("toy/number")
    press(view, "answer", 20)
    assert notes(view) == [("wrong", "Not yet", "Fewer.")]
    assert blocks(ex.predict("toy/number"), "text")[1]["text"] == "You said 20 eggs."


@pytest.mark.parametrize("bad", ["Perhaps", None, [1]])
def test_an_answer_that_is_none_is_said_on_the_card(bad):
    for id in ("toy/choice", "toy/number"):
        view = ex.predict(id, then=ipywidgets.IntSlider)
        press(view, "answer", bad)
        assert notes(view)[0][:2] == ("error", "This did not work")
        assert len(view.children) == 1
    assert happened() == []


def test_a_picture_that_fails_says_so_on_the_card():
    view = ex.predict("toy/choice", then=lambda: 1 / 0)
    press(view, "answer", "No")
    error = blocks(view, "note")[-1]
    assert error["title"] == "The picture could not be made"
    assert "ZeroDivisionError" in error["text"] and "Traceback" in error["folded"]


def test_a_picture_may_be_anything_a_cell_shows():
    view = ex.predict("toy/choice", then=lambda: "some words")
    press(view, "skip")
    assert view.children[1].outputs[0]["data"]["text/plain"] == "'some words'"


def test_an_answer_that_an_update_reworded_is_asked_again():
    ProgressFile().add(Event("toy/choice", "predicted", "Oh yes", False))
    assert "skip" in buttons(ex.predict("toy/choice"))


def order(view):
    (choices,) = blocks(view, "choices")
    return [option["text"] for option in choices["options"]]


def test_each_learner_has_an_order_of_options_and_keeps_it(monkeypatch, tmp_path):
    seen = set()
    for learner in range(20):
        monkeypatch.setenv("LABLIB_PROGRESS", str(tmp_path / f"{learner}.jsonl"))
        view = ex.predict("toy/choice")
        first = order(view)
        press(view, "answer", "No")
        assert order(view) == first
        press(view, "forget")
        assert order(view) == order(ex.predict("toy/choice")) == first
        seen.add(tuple(first))
    assert seen == {("Yes", "No"), ("No", "Yes")}


def test_an_answer_from_before_orders_differed_still_counts(progress_path):
    progress_path.write_text(
        '{"id": "toy/choice", "what": "predicted", "value": "No", "right": true, "time": ""}\n'
    )
    view = ex.predict("toy/choice")
    (choices,) = blocks(view, "choices")
    marks = {option["text"]: option["marks"] for option in choices["options"]}
    assert marks == {"Yes": [], "No": ["your answer", "right"]}
    assert happened() == [("toy/choice", "predicted", "No", True)]


def test_a_card_as_text_is_what_it_says():
    assert repr(ex.check("toy/double", lambda x: x * x)).splitlines()[:4] == [
        "Check: Double it",
        "Write double(x).",
        "Not yet",
        "Squared.",
    ]
    assert {"- Yes", "- No"} <= set(repr(ex.predict("toy/choice")).splitlines())


def test_words_of_ours_are_marked_up_and_what_a_learner_wrote_is_not():
    def double(x):
        return __double__ * x  # noqa: F821 (a learner's slip)

    (said,) = blocks(ex.check("toy/double", double), "note")
    assert ["return __double__ * x  # noqa: F821 (a learner's slip)", "code"] in said["parts"][0]
    assert "NameError: name '__double__' is not defined" in said["text"]
    (said,) = blocks(ex.check("toy/value", "*a* `b`"), "note")
    assert "`" not in said["text"].replace("*a* `b`", "")


# Exercises


def test_a_check_tells_and_records():
    view = ex.check("toy/double", lambda x: x * x)
    assert view.verdict.state == "wrong"
    assert notes(view) == [("wrong", "Not yet", "Squared.")]
    assert "yours gives  9" in blocks(view, "note")[0]["code"]
    assert happened() == [("toy/double", "checked", "Squared.", False)]


def test_a_right_answer_gets_its_lesson():
    view = ex.check("toy/value", 4)
    assert notes(view)[0][0] == "right"
    assert [block["text"] for block in blocks(view, "text")] == ["2 × 2?", "Four."]


def test_an_unanswered_cell_is_friendly_and_not_recorded():
    view = ex.check("toy/double", ...)
    assert notes(view)[0][:2] == ("info", "Not answered yet")
    assert happened() == []


def test_hints_open_one_by_one_and_stay_open_in_the_next_try():
    view = ex.check("toy/double", lambda x: 0)
    press(view, "hint")
    assert [title for _, title, _ in notes(view)[1:]] == ["Hint 1 of 2"]
    again = ex.check("toy/double", lambda x: 1)
    assert [title for _, title, _ in notes(again)[1:]] == ["Hint 1 of 2"]
    press(again, "hint")
    assert "hint" not in buttons(again)


def test_opening_the_solution_is_recorded_and_it_can_be_hidden():
    view = ex.check("toy/double", lambda x: 0)
    assert blocks(view, "code") == []
    press(view, "solution")
    assert blocks(view, "code")[0]["text"] == toy.DOUBLE.solution
    press(view, "hide")
    assert blocks(view, "code") == []
    assert [what for _, what, _, _ in happened()] == ["checked", "solution"]


# Bugs


def test_the_line_is_looked_for_and_found():
    view = ex.spot_the_bug("toy/bug")
    press(view, "line", 3)
    assert notes(view) == [("wrong", "Not line 3", "It returns what it has.")]
    press(view, "line", 2)
    assert notes(view) == [("right", "That is the line", "Three is not two.")]
    assert blocks(view, "lines")[0]["marks"] == {"3": "wrong", "2": "right"}
    assert [value for _, _, value, _ in happened()] == [3, 2]
    assert "It is line 2" in notes(ex.spot_the_bug("toy/bug"))[0]


def test_the_line_can_be_shown_and_looked_for_again():
    view = ex.spot_the_bug("toy/bug")
    press(view, "show")
    assert blocks(view, "lines")[0]["marks"] == {"2": "right"}
    press(view, "forget")
    assert blocks(view, "lines")[0]["marks"] == {} and notes(view) == []


def test_each_of_several_right_lines_is_right_and_all_are_shown():
    bug = replace(toy.BUG, line=("3 * x", "return y"), correct_lines={})
    for clicked in ([2], [3]):
        content = cards.bug(bug, clicked, found=True, shown=False)
        said = next(block for block in content["blocks"] if block["type"] == "note")
        assert (said["title"], said["text"]) == ("That is the line", "Three is not two.")
    lines = next(block for block in content["blocks"] if block["type"] == "lines")
    assert lines["marks"] == {"2": "right", "3": "right"}
    given_away = cards.bug(bug, [], found=False, shown=True)
    assert "It is line 2 or 3" in [block.get("title") for block in given_away["blocks"]]


def test_the_code_as_it_was_is_no_try():
    def double(x):
        y = 3 * x
        return y

    view = ex.check("toy/bug", double)
    assert view.verdict.state == "unanswered"
    assert "fix it" in view.verdict.message
    assert ProgressFile().events() == []


def test_the_mended_bug_is_checked_like_an_exercise():
    assert ex.check("toy/bug", lambda x: 2 * x).verdict.state == "right"


# Progress and trouble


def test_a_card_and_the_table_say_which_questions_are_essential():
    draw, beams = ex.find("sampling/draw"), ex.find("sampling/beams-or-greedy")
    assert (draw.essential, beams.essential) == (True, False)
    about = [cards.card("Check", record, [])["about"] for record in (draw, beams)]
    assert about == ["4 minutes, ★ easy, essential", "1 minute, ★ easy"]
    table = cards.table([draw, beams], [], "a file")
    assert [row[1] for row in table["blocks"][0]["rows"]] == ["exercise, essential", "prediction"]


def test_the_table_shows_every_question_and_its_state(progress_path):
    press(ex.predict("toy/choice"), "answer", "No")
    press(ex.check("toy/double", lambda x: 0), "hint")
    press(ex.spot_the_bug("toy/bug"), "line", 2)
    card = ex.progress("toy")
    (table,) = blocks(card, "table")
    assert [len(row) for row in table["rows"]] == [len(table["head"])] * 5
    states = {row[0]: row[3:] for row in table["rows"]}
    assert states["Heads?"] == ["right", "1", "–", "–"]
    assert states["Double it"] == ["tried", "1", "1", "–"]
    assert states["Not double"] == ["line found", "1", "0", "–"]
    assert card.content["title"] == "1 of 5 right"
    assert str(progress_path) in blocks(card, "text")[0]["text"]


def test_a_damaged_file_is_said_where_it_is_found(progress_path):
    progress_path.write_text("nonsense\n")
    assert "set aside" in notes(ex.progress("toy"))[0][1]
    progress_path.write_text("nonsense\n")
    assert "set aside" in notes(ex.check("toy/double", ...))[-1][1]


def test_a_folder_that_cannot_be_written_costs_nothing_and_is_said(monkeypatch, tmp_path):
    view = answered_without_a_place_of_its_own(monkeypatch, tmp_path, spare=tmp_path)
    assert "Kept for a while only" in [title for _, title, _ in notes(view)]
    assert [what for _, what, *_ in happened()] == ["predicted"]


def test_where_nothing_can_be_written_the_record_is_lost_and_not_the_lab(monkeypatch, tmp_path):
    view = answered_without_a_place_of_its_own(monkeypatch, tmp_path, spare=tmp_path / "file")
    assert "could not be saved" in notes(view)[-1][1]
    assert ex.check("toy/double", lambda x: 2 * x).verdict.state == "right"


def answered_without_a_place_of_its_own(monkeypatch, tmp_path, spare):
    """A prediction that was answered where the progress file cannot be written."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LABLIB_PROGRESS", str(tmp_path / "file" / "progress.jsonl"))
    monkeypatch.setattr(tempfile, "tempdir", str(spare))
    view = ex.predict("toy/choice", then=ipywidgets.IntSlider)
    press(view, "answer", "No")
    assert len(view.children) == 2
    return view


def test_a_file_that_cannot_be_read_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("LABLIB_PROGRESS", str(tmp_path))
    assert "could not be read" in notes(ex.progress("toy"))[0][1]
    assert "could not be read" in notes(ex.check("toy/double", ...))[-1][1]


@pytest.mark.parametrize("call", [ex.predict, ex.spot_the_bug])
def test_a_question_of_another_kind_is_refused_in_words(call):
    with pytest.raises(ExerciseError, match="of another kind than this call asks for: exercise"):
        call("toy/double")


def test_grading_shows_and_records_nothing():
    assert ex.grade("toy/double", lambda x: 2 * x).state == "right"
    assert happened() == []


@given(st.text(), st.none() | st.text() | st.integers() | st.lists(st.integers()))
@examples(30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_message_from_a_page_breaks_a_card(do, value):
    for view in (ex.predict("toy/choice"), ex.check("toy/double", ...), ex.spot_the_bug("toy/bug")):
        press(view, do, value)
        assert view.card.content["blocks"]


def test_a_lone_surrogate_can_be_sent():
    view = ex.check("toy/value", "\ud800")
    view.card.get_state("content")["content"]["blocks"][0]["text"].encode()
