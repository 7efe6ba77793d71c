"""The knob panel without a browser: what it sends to the page, and the code it shows."""

import json

import pytest
import torch

from lablib.sampling import Knobs, distribution, next_logits, prepare, top
from lablib.sampling.panel.knobs import knob_panel
from tests.sampling.panels import opened, run_code


@pytest.fixture
def panel(m):
    panel = knob_panel("Once", opened(m), Knobs(temperature=0.7, top_p=0.9))
    assert panel.wait()
    return panel


def sent(panel):
    return torch.frombuffer(bytearray(panel.view.logits), dtype=torch.float32)


def test_the_page_gets_the_whole_distribution(panel, m):
    assert panel.state == "ready", panel.foot.details
    assert torch.equal(sent(panel), next_logits(m, "Once"))
    assert panel.view.previous == list(prepare(m, "Once").ids)
    assert len(json.loads(panel.view.vocabulary)) == len(sent(panel))


def test_typing_asks_the_model_again(panel, m):
    panel.text.value = "Twice"
    assert panel.wait()
    assert torch.equal(sent(panel), next_logits(m, "Twice"))


def test_a_picked_token_joins_the_prompt(panel, m):
    panel.view.picked = m.tokenizer("x")["input_ids"][0]
    assert panel.wait()
    assert panel.text.value == "Oncex"
    assert torch.equal(sent(panel), next_logits(m, "Oncex"))


def test_the_code_gives_what_is_drawn(panel, m, monkeypatch):
    best, names = run_code(panel, monkeypatch)
    knobs = Knobs(temperature=0.7, top_p=0.9)
    expected = distribution(sent(panel), knobs, panel.view.previous)
    assert torch.equal(names["probabilities"], expected)
    assert best == top(m, expected, 10)


def test_the_code_follows_knobs_and_order(panel, monkeypatch):
    order = list(reversed(panel.view.order))
    panel.view.knobs, panel.view.order = {"top_k": 3}, order
    panel.view.summary = {"kept": 3}
    _, names = run_code(panel, monkeypatch)
    assert names["knobs"] == Knobs(top_k=3)
    expected = distribution(sent(panel), Knobs(top_k=3), panel.view.previous, order)
    assert torch.equal(names["probabilities"], expected)


def test_another_model_answers(panel, tiny):
    other = tiny(seed=7)
    panel.choice.loaded = opened(other).loaded
    assert panel.wait()
    assert torch.equal(sent(panel), next_logits(other, "Once"))


def test_a_model_that_cannot_be_had_leaves_the_one_before(panel, m, tmp_path):
    before = panel.choice.loaded
    panel._on_head(None, {"open": str(tmp_path)}, None)
    assert panel.wait()
    assert panel.state == "failed"
    assert str(tmp_path) in panel.foot.message
    assert panel.choice.loaded is before
    panel.text.value = "again"
    assert panel.wait()
    assert panel.state == "ready"


@pytest.mark.parametrize(
    "prompt", ["", "   ", "\x00<script>$x$", "\ud800", "مرحبا 👋🏽", "word " * 20_000]
)
def test_any_prompt(prompt, m):
    panel = knob_panel(prompt, opened(m))
    assert panel.wait()
    assert panel.state == "ready", panel.foot.details
    assert ("left out" in panel.text.note) == (len(prompt) > 1000)
