"""The heads panel without a browser: map and view of a text, metrics, code, any text and model."""

import numpy as np
import pytest
import torch

from lablib import attention as at
from lablib.attention.panel.heads import CHANGE, RANDOM, heads_panel
from tests.sampling.panels import opened, run_code

TEXTS = ["", "a", "  ", "\x00<script>$x$", "\ud800", "👩🏽‍🚀 é", "word " * 20_000]


@pytest.fixture
def panel(gpt2):
    panel = heads_panel("Once upon", model=opened(gpt2))
    assert panel.wait()
    return panel


def coloured(map, name):
    """The numbers behind one metric of the map, [layers, heads]."""
    place = [metric["name"] for metric in map.metrics].index(name)
    values = np.frombuffer(map.values, "float32").reshape(-1, *map.size)
    return torch.tensor(values[place])


def test_the_map_and_the_view_are_of_one_text(panel, gpt2):
    assert panel.state == "ready", panel.foot.details
    maps = at.maps(gpt2, "Once upon")
    torch.testing.assert_close(panel.maps.weights, maps.weights)
    torch.testing.assert_close(coloured(panel.map, "entropy"), at.head_metrics(maps).entropy)
    assert panel.view.size == list(maps.weights.shape[1:])


def test_the_head_with_most_of_the_metric_is_open_at_first(gpt2):
    panel = heads_panel("Once upon", "distance", opened(gpt2))
    assert panel.wait()
    metrics = at.head_metrics(at.maps(gpt2, "Once upon"))
    layer, head, _ = metrics.top("distance", 1)[0]
    assert panel.map.opened == [layer, head]
    assert (panel.view.layer, panel.view.heads) == (layer, [head])


def test_where_no_head_has_a_number_none_is_opened(gpt2):
    panel = heads_panel("a", "previous_token", opened(gpt2))
    assert panel.wait() and panel.state == "ready", panel.foot.details
    assert panel.map.opened == []


def test_a_cell_opens_its_head(panel):
    panel.map.opened = [1, 3]
    assert (panel.view.layer, panel.view.heads) == (1, [3])


def test_the_text_is_followed_and_only_its_maps_are_kept(panel, gpt2):
    panel.text.value = "She opened the door"
    assert panel.wait()
    maps = at.maps(gpt2, "She opened the door")
    torch.testing.assert_close(panel.maps.weights, maps.weights)
    assert len(panel.view.query_tokens) == len(maps.tokens)


@pytest.mark.parametrize("metric", ["entropy", "previous_token", "same_token", RANDOM, CHANGE])
def test_the_code_gives_what_is_drawn(panel, monkeypatch, metric):
    panel.map.opened = [1, 2]
    panel.map.metric = metric
    assert panel.wait()
    (values, weights), _ = run_code(panel, monkeypatch)
    torch.testing.assert_close(values, coloured(panel.map, metric), equal_nan=True)
    torch.testing.assert_close(weights, panel.maps.weights[1, [2]])


def test_what_depends_on_the_model_is_measured_when_asked_for_and_once(panel, monkeypatch):
    assert coloured(panel.map, RANDOM).isnan().all()
    panel.map.metric = RANDOM
    assert panel.wait() and not coloured(panel.map, RANDOM).isnan().any()
    before = panel._of_model[RANDOM]
    panel.text.value = "Another"
    assert panel.wait() and panel._of_model[RANDOM] is before


def test_change_is_over_the_texts_given(panel, gpt2, monkeypatch):
    panel.map.metric = CHANGE
    assert panel.wait() and panel.texts.layout.display is None
    panel.texts.value = "Once upon\n\nShe sat on"
    assert panel.wait()
    expected = at.change(gpt2, ["Once upon", "She sat on"])
    torch.testing.assert_close(coloured(panel.map, CHANGE), expected)
    (values, _), _ = run_code(panel, monkeypatch)
    torch.testing.assert_close(values, expected)
    panel.texts.value = "only one"
    assert panel.wait() and panel.state == "failed" and "two texts" in panel.foot.message


def test_random_words_twice_become_the_text(panel):
    panel.button.click()
    assert panel.wait() and panel.state == "ready"
    words = panel.text.value.split()
    assert words[: len(words) // 2] == words[len(words) // 2 :]


@pytest.mark.parametrize("text", TEXTS)
def test_any_text(panel, text):
    panel.text.value = text
    assert panel.wait()
    assert panel.state == "ready", panel.foot.details
    assert panel.view.size[1] >= 1
    assert ("left out" in panel.text.note) == (len(text) > 1000)


@pytest.mark.parametrize("name", ["bert", "llama", "bloom", "t5"])
def test_any_architecture(make, name):
    panel = heads_panel("Once upon", model=opened(make(name)))
    assert panel.wait() and panel.state == "ready", panel.foot.details


def test_a_model_without_attention_is_said(make, panel):
    panel.choice.loaded = opened(make("mamba")).loaded
    assert panel.wait() and panel.state == "failed"
    assert "no attention" in panel.foot.message


def test_weights_that_are_not_numbers_are_said(make):
    m = make("gpt2")
    with torch.no_grad():
        m.model.transformer.h[1].attn.c_attn.weight.fill_(float("nan"))
    panel = heads_panel("Once upon", model=opened(m))
    assert panel.wait() and panel.state == "ready", panel.foot.details
    assert "not numbers" in panel.text.note
    assert coloured(panel.map, "entropy")[1].isnan().all()
    assert not coloured(panel.map, "entropy")[0].isnan().any()
