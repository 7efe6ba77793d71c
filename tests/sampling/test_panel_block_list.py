"""The block-list panel without a browser: two texts, what got past, its code, bad input."""

import pytest

from lablib import models
from lablib.sampling import got_past
from lablib.sampling.panel.block_list import FOUND, TEXTS, block_list_panel
from tests.sampling.panels import opened, run_code


@pytest.fixture(scope="module")
def pocket():
    return models.load("pocket-gpt2", device="cpu")


@pytest.fixture
def panel(pocket):
    panel = block_list_panel(model=opened(pocket))
    panel.length.value = 8
    assert panel.wait()
    return panel


def written(panel, runs):
    return ["".join(step.text for step in run) for run in runs]


def test_the_strips_show_one_text_without_the_list_and_with_it(panel):
    assert panel.state == "ready", panel.foot.details
    assert len(panel.free) == len(panel.blocked) == TEXTS
    for index in (0, 3):
        panel.shown.value = index + 1
        for strip, runs in zip(panel.strips, (panel.free, panel.blocked), strict=True):
            assert [token["id"] for token in strip.tokens] == [step.id for step in runs[index]]
    assert panel.strips[1].tokens[0]["value"] == pytest.approx(panel.blocked[3][0].banned_mass)
    assert panel.strips[0].tokens[0].get("value") is None


def test_the_word_gets_past_a_list_of_what_was_typed_and_not_past_all_forms(panel):
    """The prompt makes ` king` likely, which is another token than `king`."""
    panel.words.value = "king, queen, old"
    assert panel.wait()
    typed = written(panel, panel.blocked)
    panel.way.value = "all forms"
    assert panel.wait()
    forms = written(panel, panel.blocked)
    words = ["king", "queen", "old"]
    exact = [sum(p.exact for t in texts for p in got_past(t, words)) for texts in (typed, forms)]
    assert exact[0] > exact[1] == 0


def test_what_got_past_is_marked(panel):
    panel.words.value = " e , THE,"
    assert panel.wait()
    found = []
    for index, text in enumerate(written(panel, panel.free)):
        panel.shown.value = index + 1
        found.append(any(token.get("mark") == FOUND for token in panel.strips[0].tokens))
        assert found[-1] == bool(got_past(text, ["e", "the"]))
    assert any(found)


def test_its_code_gives_what_it_shows(panel, monkeypatch):
    found, _ = run_code(panel, monkeypatch)
    texts = written(panel, panel.blocked)
    assert found == [got_past(text, ["prince", "king"]) for text in texts]


def test_the_text_at_first_is_one_in_which_a_word_got_past(panel):
    panel.length.value = 40
    assert panel.wait()
    passed = [
        any(place.exact for place in got_past(text, ["prince", "king"]))
        for text in written(panel, panel.blocked)
    ]
    assert panel.shown.value == passed.index(True) + 1
    assert FOUND in [token.get("mark") for token in panel.strips[1].tokens]


def test_no_word_is_said_and_nothing_is_lost(panel):
    tokens = panel.strips[1].tokens
    panel.words.value = " , "
    assert panel.wait()
    assert panel.state == "failed" and "at least one word" in panel.foot.message
    assert panel.strips[1].tokens == tokens
    panel.shown.value = 4  # still of the list that was written with
    assert len(panel.strips[1].tokens) == len(panel.blocked[3])
    marks = [token.get("mark") for token in panel.strips[0].tokens]
    text = written(panel, panel.free)[3]
    assert (FOUND in marks) == bool(got_past(text, ["prince", "king"]))
    panel.words.value = "<img src=x>"
    assert panel.wait()
    assert panel.state == "ready" and "<img" not in panel.said.value + panel.counts.value
