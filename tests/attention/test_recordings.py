"""GPT-2's recorded attention: it is the reference's, says what it is, and makes way for a model."""

import numpy as np
import pytest
import torch

from lablib import attention as at
from lablib import models
from lablib.attention.compute.recordings import _FILE, RECORDED
from lablib.attention.panel.bertviz import bertviz_panel
from lablib.attention.panel.heads import CHANGE, RANDOM, heads_panel
from tests.sampling.panels import opened, run_code

DATA, ARTIFICIAL = (
    "Data visualization empowers users to",
    "Artificial Intelligence is transforming the",
)


@pytest.fixture(params=[heads_panel, bertviz_panel])
def panel(request, gpt2):
    panel = request.param("Once upon", model=opened(gpt2))
    assert panel.wait()
    return panel


def choose(panel, name):
    panel._on_head(None, {"open": name}, None)
    assert panel.wait() and panel.state == "ready", panel.foot.details


@pytest.mark.parametrize(
    ("text", "file"), [(DATA, "data-visualization"), (ARTIFICIAL, "artificial-intelligence")]
)
def test_it_is_what_the_real_model_gave(shared, text, file):
    reference = np.load(shared / "gpt2_reference" / f"{file}.npz")
    found = at.recorded(text)
    assert np.array_equal(found.weights.numpy(), reference["weights"])
    assert found.queries.ids == tuple(reference["ids"]) and found.kind == "causal"


@pytest.mark.parametrize("text", at.recorded_prompts())
def test_its_tokens_are_gpt2s_and_its_rows_sum_to_one(text):
    found = at.recorded(text)
    assert list(found.queries.ids) == models.load_tokenizer("gpt2").encode(text)
    assert "".join(found.tokens) == text
    torch.testing.assert_close(found.weights.sum(-1), torch.ones(12, 12, len(found.tokens)))
    assert not found.weights.triu(1).any()


@pytest.mark.parametrize("text", at.recorded_prompts())
def test_head_4_11_looks_at_the_previous_token_before_all_others(text):
    found = at.recorded(text)
    (layer, head, _), (_, _, second) = at.head_metrics(found).top("previous_token", 2)
    assert (layer, head) == (4, 11) and second < 0.95
    by_hand = found.weights.diagonal(-1, -2, -1).mean(-1)
    assert by_hand[4, 11] > 0.999


def test_it_is_small_and_names_its_source():
    assert _FILE.stat().st_size < 100_000
    licence = (_FILE.parent / "LICENSE").read_text()
    assert "MIT License" in licence and "transformer-explainer" in licence


def test_no_other_text_is_recorded():
    assert at.recorded("Once upon") is None and at.recorded(f" {DATA}\n") is not None


@pytest.mark.live
def test_the_recording_is_chosen_like_a_model_and_says_what_it_is(panel):
    assert panel.head.choices[-1]["name"] == RECORDED
    choose(panel, RECORDED)
    assert panel.text.value == DATA
    assert panel.head.model_name == RECORDED and "recorded" in panel.head.why
    assert "recorded for this sentence" in panel.text.note
    assert "at.recorded(text)" in panel.foot.code and "models" not in panel.foot.code


@pytest.mark.live
def test_another_recorded_sentence_stays_recorded_and_any_other_is_the_models(panel, gpt2):
    choose(panel, RECORDED)
    panel.text.value = ARTIFICIAL
    assert panel.wait() and panel.head.model_name == RECORDED
    panel.text.value = "She opened the door"
    assert panel.wait() and panel.state == "ready"
    assert panel.head.model_name == panel.choice.badge()[0] and panel.text.note == ""
    assert "at.maps(m, text)" in panel.foot.code
    panel.text.value = DATA
    assert panel.wait() and panel.head.model_name == panel.choice.badge()[0]


@pytest.mark.live
def test_the_model_that_was_open_can_be_chosen_again(panel):
    live = panel.choice.chosen
    choose(panel, RECORDED)
    panel.choice._open = lambda slot, name: (panel.choice.loaded, live)
    choose(panel, live)
    assert panel.text.value == DATA and panel.head.model_name == panel.choice.badge()[0]
    assert panel.text.note == ""


@pytest.mark.live
def test_all_its_heads_are_on_the_map_and_what_needs_the_model_is_left_open(gpt2, monkeypatch):
    panel = heads_panel("Once upon", model=opened(gpt2))
    assert panel.wait()
    choose(panel, RECORDED)
    assert panel.map.size == [12, 12] and panel.view.size == [12, 6, 6]
    assert torch.equal(panel.maps.weights, at.recorded(DATA).weights)
    (values, _), _ = run_code(panel, monkeypatch)
    torch.testing.assert_close(values, at.head_metrics(at.recorded(DATA)).previous_token)
    for metric in (RANDOM, CHANGE):
        panel.map.metric = metric
        assert panel.wait() and panel.state == "ready", panel.foot.details


@pytest.mark.live
def test_a_head_that_only_gpt2_has_is_left_with_it(gpt2):
    panel = heads_panel("Once upon", model=opened(gpt2))
    assert panel.wait()
    choose(panel, RECORDED)
    panel.map.opened = [11, 11]
    assert (panel.view.layer, panel.view.heads) == (11, [11])
    panel.text.value = "She opened the door"
    assert panel.wait() and panel.state == "ready", panel.foot.details
    layers, heads = panel.maps.layers, panel.maps.heads
    assert panel.view.layer < layers and all(head < heads for head in panel.view.heads)
    assert panel.map.opened == [] or panel.map.opened[0] < layers
