"""The writing panel without a browser: a row for each token, steps, its code, any prompt."""

import pytest
import torch

from lablib import sampling as sp
from lablib.attention.panel.writing import writing_panel
from tests.sampling.panels import opened, run_code


@pytest.fixture
def panel(gpt2):
    panel = writing_panel("Once", 5, opened(gpt2))
    assert panel.wait()
    return panel


def test_the_text_and_the_maps_are_those_of_greedy_writing(panel, gpt2):
    assert panel.state == "ready", panel.foot.details
    steps = list(sp.generate(gpt2, "Once", sp.Knobs(temperature=0), max_new_tokens=5))
    ids = [token["id"] for token in panel.strip.tokens]
    assert ids[4:] == [step.id for step in steps]
    assert [token.get("mark") for token in panel.strip.tokens[:5]] == ["prompt"] * 4 + [None]
    assert panel.maps.queries.ids == tuple(ids)
    assert (panel.view.written_from, panel.view.size[1]) == (4, 9)


def test_a_chosen_token_shows_the_rows_it_was_chosen_from(panel):
    panel.strip.selected = [6]
    assert panel.view.step == 6
    panel.strip.selected = [1]
    assert panel.view.step == 0


def test_the_code_gives_what_is_drawn(panel, monkeypatch):
    panel.view.layer = 1
    weights, _ = run_code(panel, monkeypatch)
    torch.testing.assert_close(weights, panel.maps.weights[1, [0]])


def test_more_tokens(panel):
    panel.tokens.value = 8
    assert panel.wait() and len(panel.strip.tokens) == 12


def test_an_encoder_is_refused_in_a_sentence(bert):
    panel = writing_panel("Once", 3, opened(bert))
    assert panel.wait() and panel.state == "failed"
    assert "Error" not in panel.foot.message and panel.foot.message.endswith(".")


@pytest.mark.parametrize("text", ["", "a", "\x00<script>$x$", "\ud800", "word " * 20_000])
def test_any_prompt(panel, text):
    panel.text.value = text
    assert panel.wait() and panel.state == "ready", panel.foot.details
    assert ("left out" in panel.text.note) == (len(text) > 1000)
