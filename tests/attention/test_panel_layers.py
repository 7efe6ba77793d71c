"""The layers panel without a browser: lens and rollout, their code, any text, other models."""

import pytest
import torch

from lablib import attention as at
from lablib.attention.panel.layers import LENS, ROLLOUT, layers_panel
from lablib.widgets.html import escape
from lablib.widgets.tokens import visible
from tests.sampling.panels import opened, run_code


@pytest.fixture
def panel(gpt2):
    panel = layers_panel("Once upon", model=opened(gpt2))
    assert panel.wait()
    return panel


def test_the_lens_says_what_the_model_says_in_the_end(panel, gpt2):
    assert panel.state == "ready", panel.foot.details
    ids = torch.tensor([panel.lens.tokens.ids])
    with torch.no_grad():
        said = int(gpt2.model(ids).logits[0, -1].argmax())
    assert int(panel.lens.ids[-1, -1, 0]) == said
    assert escape(visible(panel.lens.texts[-1][-1][0])) in panel.words.value
    assert panel.table.value.count("<tr>") == 1 + len(panel.lens.texts)
    assert panel.view.layout.display == "none"


def test_the_rollout_is_shown_layer_by_layer(panel, gpt2, monkeypatch):
    panel.choose.value = ROLLOUT
    assert panel.wait() and panel.state == "ready", panel.foot.details
    panel.view.layer = 1
    reached, _ = run_code(panel, monkeypatch)
    torch.testing.assert_close(reached, panel.reached.weights[1, 0])
    torch.testing.assert_close(reached, at.rollout(at.maps(gpt2, "Once upon"))[1])
    assert panel.table.layout.display == "none" and panel.view.layout.display is None


def test_the_code_of_the_lens(panel, monkeypatch):
    (texts, probabilities), _ = run_code(panel, monkeypatch)
    assert texts == panel.lens.texts
    torch.testing.assert_close(probabilities, panel.lens.probabilities)


def test_an_encoder_has_a_rollout_and_is_told_why_no_lens(make):
    m = make("bert")
    m.model = m.model.bert
    panel = layers_panel("Once", LENS, opened(m))
    assert panel.wait() and panel.state == "failed" and "next-word" in panel.foot.message
    panel.choose.value = ROLLOUT
    assert panel.wait() and panel.state == "ready", panel.foot.details


@pytest.mark.parametrize("view", [LENS, ROLLOUT])
@pytest.mark.parametrize("text", ["", "\x00<script>$x$", "\ud800", "word " * 20_000])
def test_any_text(panel, text, view):
    panel.choose.value, panel.text.value = view, text
    assert panel.wait() and panel.state == "ready", panel.foot.details
    assert "<script" not in panel.table.value + panel.words.value
