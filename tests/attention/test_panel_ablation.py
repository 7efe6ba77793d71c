"""The ablation panel without a browser: mute, sweep, stop, its code, any text and model."""

import numpy as np
import pytest
import torch

from lablib import attention as at
from lablib.attention.panel.ablation import ablation_panel
from lablib.numbers import percent
from tests.sampling.panels import opened, run_code


@pytest.fixture
def panel(gpt2):
    panel = ablation_panel("Once upon", model=opened(gpt2))
    assert panel.wait()
    return panel


def coloured(map, name):
    """The numbers behind one metric of the map, [layers, heads]."""
    place = [metric["name"] for metric in map.metrics].index(name)
    return torch.tensor(np.frombuffer(map.values, "float32").reshape(-1, *map.size)[place])


def test_the_sweep_colours_the_map(panel, gpt2):
    assert panel.state == "ready", panel.foot.details
    *_, effects = at.sweep(gpt2, "Once upon")
    torch.testing.assert_close(coloured(panel.map, "divergence"), effects.divergence)
    torch.testing.assert_close(coloured(panel.map, "loss_change"), effects.loss_change)
    maps = at.maps(gpt2, "Once upon")
    torch.testing.assert_close(coloured(panel.map, "entropy"), at.head_metrics(maps).entropy)
    assert "No head is muted" in panel.words.value


def test_a_head_worth_looking_at_is_open_after_the_sweep(panel):
    top = at.top_heads(panel.effects.divergence, 1)[0][:2]
    assert tuple(panel.map.opened) == (panel._idle or top)
    assert [panel.view.layer, *panel.view.heads] == panel.map.opened


def test_muted_heads_change_what_the_model_says(panel, gpt2):
    panel.map.muted = [[0, 1], [1, 2]]
    assert panel.wait() and panel.state == "ready", panel.foot.details
    expected = at.ablate(gpt2, "Once upon", [(0, 1), (1, 2)])
    assert panel.result.heads == ((0, 1), (1, 2))
    torch.testing.assert_close(panel.result.after, expected.after)
    assert f"{expected.divergence:.3f} bits" in panel.words.value
    assert percent(expected.changes[0].after, 1) in panel.table.value
    assert panel.effects is not None, "the sweep is of the same text and stays"


def test_the_code_gives_what_is_drawn(panel, monkeypatch):
    panel.map.muted = [[1, 0]]
    assert panel.wait()
    (changes, loss_change), _ = run_code(panel, monkeypatch)
    assert changes == panel.result.changes
    assert loss_change == pytest.approx(panel.result.loss_change)


def test_another_text_makes_the_sweep_unknown_until_it_is_asked_for(panel):
    panel.text.value = "She opened"
    assert panel.wait()
    assert coloured(panel.map, "divergence").isnan().all()
    assert not coloured(panel.map, "entropy").isnan().any()
    panel.sweep.click()
    assert panel.wait() and not coloured(panel.map, "divergence").isnan().any()


def test_a_striking_head_is_named_and_shown(panel, monkeypatch):
    found = (1, 3, "previous_token")
    monkeypatch.setattr(
        "lablib.attention.panel.ablation.clear_pattern_low_effect_head", lambda *_: found
    )
    panel.sweep.click()
    assert panel.wait() and "Layer 1, head 3" in panel.idle.value
    assert panel.idle_button.layout.display is None
    panel.idle_button.click()
    assert panel.wait()
    assert panel.map.muted == [[1, 3]] and (panel.view.layer, panel.view.heads) == (1, [3])


def test_a_masked_model_is_asked_for_its_masked_word(bert):
    panel = ablation_panel("Once [MASK] a", model=opened(bert))
    assert panel.wait() and panel.state == "ready", panel.foot.details
    assert panel.result.tokens.tokens[panel.result.position] == "[MASK]"


def test_the_heads_that_were_given_are_muted_until_another_model_is_opened(gpt2, bert):
    panel = ablation_panel("Once upon", [(0, 1)], opened(gpt2))
    assert panel.wait() and panel.map.muted == [[0, 1]]
    assert "With 1 head muted" in panel.words.value
    assert panel.map.opened == [0, 1] and (panel.view.layer, panel.view.heads) == (0, [1])
    panel.choice.loaded = opened(bert).loaded
    assert panel.wait() and panel.map.muted == []


def test_an_encoder_is_refused_in_a_sentence(make):
    m = make("bert")
    m.model = m.model.bert
    panel = ablation_panel("Once", model=opened(m))
    assert panel.wait() and panel.state == "failed"
    assert "choose" in panel.foot.message


@pytest.mark.parametrize("text", ["", "a", "\x00<script>$x$", "\ud800", "word " * 20_000])
def test_any_text(panel, text):
    panel.text.value = text
    assert panel.wait() and panel.state == "ready", panel.foot.details
    assert "<script" not in panel.table.value
