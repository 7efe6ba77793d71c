"""The forcing panel: both losses, and what follows a wrong token."""

import pytest

from lablib import seq2seq as ss
from tests.seq2seq.panels import opened, ready, run_code

TEXT, TARGET = "Hello", "You do"


@pytest.fixture
def panel(tiny):
    return ready(ss.forcing_panel(TEXT, TARGET, place=2, model=opened(tiny("t5"))))


def test_both_losses_of_each_token(panel, tiny, monkeypatch):
    wanted = ss.teacher_forcing(tiny("t5"), TEXT, TARGET)
    forced, free = panel.plot.data
    assert list(forced.y) == pytest.approx(wanted.forced.tolist())
    assert list(free.y) == pytest.approx(wanted.free.tolist(), nan_ok=True)
    assert len(panel.plot.layout.xaxis.ticktext) == len(wanted.target)
    assert f"Up to token {wanted.first_difference + 1}," in panel.words.value
    (first, _, text), _ = run_code(panel, monkeypatch)
    assert first.tolist() == pytest.approx(wanted.forced.tolist())
    assert text == ss.slip(tiny("t5"), TEXT, 1).after.text


def test_the_wrong_token_moves_with_its_slider(panel, tiny):
    panel.wrong.value = 4
    ready(panel)
    assert panel.slip.place == 3
    assert panel.slip.after.ids == ss.slip(tiny("t5"), TEXT, 3).after.ids
    assert "Token 4 was made" in panel.slipped.value


@pytest.mark.parametrize("target", ["", "<b>", "a much longer answer than the others"])
def test_any_answer(tiny, target):
    panel = ready(ss.forcing_panel("<img src=x>", target, place=8, model=opened(tiny("marian"))))
    assert "<img" not in panel.words.value + panel.table.value + panel.slipped.value


def test_an_answer_that_is_right():
    panel = ready(ss.forcing_panel("plural: the dog", "the dogs", model="pocket-t5"))
    assert "both losses are the same" in panel.words.value
    assert list(panel.plot.data[0].y) == pytest.approx(list(panel.plot.data[1].y))


def test_a_line_has_a_gap_where_the_models_own_text_has_ended():
    panel = ready(ss.forcing_panel(model="pocket-t5"))
    _, free = panel.plot.get_state()["_widget_data"]
    assert free["y"][-1] is None and free["y"][0] is not None
