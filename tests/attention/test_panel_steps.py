"""The steps panel without a browser: what it sends to the view, its code, any text, any model."""

import numpy as np
import pytest
import torch

from lablib import attention as at
from lablib.attention.panel.steps import MOST_TOKENS, steps_panel
from tests.sampling.panels import opened, run_code

TEXTS = ["", "a", "  ", "\x00<script>$x$", "\ud800", "👩🏽‍🚀 é", "word " * 20_000]


@pytest.fixture
def panel(gpt2):
    panel = steps_panel("Once upon", layer=1, head=2, model=opened(gpt2))
    assert panel.wait()
    return panel


def sent(view, name):
    """One of the view's matrices, [token, size]."""
    return torch.tensor(np.frombuffer(getattr(view, name), "float32")).view(view.shape[0], -1)


def test_the_head_that_was_chosen_is_shown(panel, gpt2):
    assert panel.state == "ready", panel.foot.details
    expected = at.vectors(gpt2, "Once upon", 1)
    torch.testing.assert_close(sent(panel.view, "q"), expected.query[2])
    torch.testing.assert_close(sent(panel.view, "v"), expected.value[2])
    panel.place.children[0].value, panel.place.children[1].value = 0, 3
    assert panel.wait()
    expected = at.vectors(gpt2, "Once upon", 0)
    torch.testing.assert_close(sent(panel.view, "k"), expected.key[3])


@pytest.mark.parametrize(
    "switches", [{}, {"use_scale": False}, {"use_mask": False}, {"temperature": 2.0}]
)
def test_the_code_gives_what_is_drawn(panel, gpt2, monkeypatch, switches):
    for name, value in switches.items():
        setattr(panel.view, name, value)
    weights, _ = run_code(panel, monkeypatch)
    view = panel.view
    q, k, v = (sent(view, name) for name in "qkv")
    scale = view.scale if view.use_scale else False
    expected = at.steps(q, k, v, view.use_mask, scale, view.temperature).weights
    torch.testing.assert_close(weights, expected)


def test_a_smaller_model_has_the_last_head_it_has(make, panel):
    panel.choice.loaded = opened(make("bert")).loaded
    assert panel.wait() and panel.state == "ready", panel.foot.details
    assert not panel.view.causal
    layers, heads = (slider.max for slider in panel.place.children)
    assert (layers, heads) == (1, 3)


@pytest.mark.parametrize("text", TEXTS)
def test_any_text(panel, text):
    panel.text.value = text
    assert panel.wait()
    assert panel.state == "ready", panel.foot.details
    assert 1 <= panel.view.shape[0] <= MOST_TOKENS
    assert ("left out" in panel.text.note) == (len(text) > 1000)


@pytest.mark.parametrize("name", ["mamba", "bloom"])
def test_a_model_that_cannot_be_shown_is_said(make, name):
    panel = steps_panel("Once", model=opened(make(name)))
    assert panel.wait() and panel.state == "failed"
    assert panel.foot.message.endswith(".")
    assert "Error" not in panel.foot.message
