"""The contrastive panel without a browser: both texts, what was weighed, its code, bad input."""

import pytest

from lablib.numbers import percent
from lablib.sampling import Knobs, contrastive_search, generate
from lablib.sampling.figures.contrastive import search_words
from lablib.sampling.panel.contrastive import contrastive_panel
from lablib.widgets.html import escape
from tests.sampling.panels import opened, run_code


@pytest.fixture
def panel(tiny):
    panel = contrastive_panel("Once", k=3, alpha=0.7, model=opened(tiny(0)))
    panel.length.value = 12
    assert panel.wait()
    return panel


def ids(strip):
    return [token["id"] for token in strip.tokens]


def test_both_texts_stand_there_with_their_penalties(panel, tiny):
    assert panel.state == "ready", panel.foot.details
    m = tiny(0)
    greedy = generate(m, "Once", Knobs(temperature=0), max_new_tokens=12)
    searched = list(contrastive_search(m, "Once", 3, 0.7, 12))
    assert ids(panel.strips[0]) == [step.id for step in greedy]
    assert ids(panel.strips[1]) == [step.id for step in searched]
    penalties = [step.candidates[step.taken].penalty for step in searched]
    assert [token["value"] for token in panel.strips[1].tokens] == pytest.approx(penalties)
    assert panel.words.value == escape(search_words(panel.greedy, panel.searched))


def test_the_step_at_which_they_part_is_told_at_first(panel):
    place = next(i for i, (a, b) in enumerate(zip(*map(ids, panel.strips), strict=True)) if a != b)
    assert panel.strips[1].selected == [place]
    assert f"They part at token {place + 1}." in panel.words.value
    assert panel.weighed.value.count("<tr>") == 1 + 3


def test_a_token_tells_what_was_weighed(panel):
    panel.strips[0].selected = [4]
    assert panel.strips[1].selected == []
    step = panel.greedy[4]
    shares = [f">{percent(one.probability, 1)}<" for one in step.candidates]
    assert all(share in panel.weighed.value for share in shares)
    back = len(step.previous) - step.candidates[0].nearest
    assert f"({back} back)" in panel.weighed.value


def test_without_a_penalty_the_texts_are_the_same(panel):
    panel.alpha.value = 0.0
    assert panel.wait()
    assert ids(panel.strips[0]) == ids(panel.strips[1])
    assert panel.words.value == "Both texts are the same."
    assert panel.strips[1].selected == [0]


def test_its_code_gives_what_it_shows(panel, monkeypatch):
    text, names = run_code(panel, monkeypatch)
    assert names["greedy"] == panel.greedy and names["searched"] == panel.searched
    assert text == "".join(step.text for step in panel.searched)


def test_a_model_that_cannot_write_is_refused_and_nothing_is_lost(panel, tiny):
    tokens = panel.strips[1].tokens
    broken = tiny(0)
    broken.model.lm_head.weight.data.fill_(float("nan"))
    panel.choice.loaded = opened(broken).loaded
    panel.redraw()
    assert panel.wait()
    assert panel.state == "failed" and panel.foot.message
    assert panel.strips[1].tokens == tokens


def test_what_a_model_writes_is_no_html(panel):
    panel.text.value = "<b><img src=x>"
    assert panel.wait()
    assert panel.state == "ready"
    assert "<img" not in panel.words.value + panel.weighed.value
