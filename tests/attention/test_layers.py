"""Rollout by hand; the lens ends at what the model says, and follows its own head before."""

import copy

import pytest
import torch

from lablib import attention as at
from tests.attention.conftest import CAUSAL, ENCODER_DECODER, MASKED, UNWATCHABLE
from tests.attention.test_metrics import maps_of
from tests.panels import hooks_left

TEXT = "Hello, you."


def test_rollout_by_hand():
    first, second = torch.tensor([[1.0, 0.0], [1.0, 0.0]]), torch.tensor([[1.0, 0.0], [0.5, 0.5]])
    same = torch.stack([first, second])[:, None].expand(2, 3, 2, 2)  # three heads alike
    found = at.rollout(maps_of(same))
    assert found[0].tolist() == [[1, 0], [0.5, 0.5]]
    # In the second layer 3/4 stays in place and 1/4 comes from the first token.
    assert found[1].tolist() == [[1, 0], [0.25 + 0.75 * 0.5, 0.75 * 0.5]]
    alone = at.rollout(maps_of(same), residual=1)
    assert alone[1].tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize("name", ["gpt2", "bert"])
def test_rolled_out_rows_are_shares_of_the_text(make, name):
    found = at.rollout(at.maps(make(name), TEXT))
    assert found.sum(-1).allclose(torch.ones(()))
    if name == "gpt2":
        assert (found.triu(1) == 0).all()


def test_rollout_refuses_what_it_cannot_follow(make, gpt2):
    with pytest.raises(ValueError, match="cross-attention has two"):
        at.rollout(at.encoder_decoder_maps(make("bart"), "a", "b").cross)
    with pytest.raises(ValueError, match="share from 0 to 1"):
        at.rollout(at.maps(gpt2, "ab"), residual=2)


@pytest.mark.parametrize("name", CAUSAL | MASKED | UNWATCHABLE)
def test_the_last_row_of_the_lens_is_what_the_model_says(make, name):
    m = make(name)
    found = at.logit_lens(m, TEXT, k=3)
    with torch.inference_mode():
        output = m.model(**found.tokens.inputs(m))
    scores = output["logits"] if "logits" in output else output["prediction_logits"]
    expected = scores[0].softmax(-1).topk(3)
    assert found.ids.shape == found.probabilities.shape == (3, len(found.tokens), 3)
    torch.testing.assert_close(found.probabilities[-1], expected.values, rtol=0, atol=1e-6)
    assert found.ids[-1].equal(expected.indices)
    assert found.entropy.shape == (3, len(found.tokens))
    assert found.texts[-1][0][0] == m.tokenizer.decode([int(found.ids[-1, 0, 0])])


@pytest.mark.parametrize("name", ["gpt2", "llama", "opt", "bert"])
def test_a_row_is_what_a_model_without_the_later_layers_says(make, name):
    m = make(name)
    found = at.logit_lens(m, TEXT)
    shorter = copy.deepcopy(m.model)
    body = shorter.base_model
    body = getattr(body, "encoder", None) or getattr(body, "decoder", None) or body
    layers = next(part for n, part in body.named_children() if n in ("h", "layers", "layer"))
    del layers[1:]
    shorter.config.num_hidden_layers = 1
    with torch.inference_mode():
        scores = shorter(**found.tokens.inputs(m)).logits
    expected = scores[0].softmax(-1).topk(5).values
    torch.testing.assert_close(found.probabilities[1], expected, rtol=0, atol=1e-6)


def test_of_a_long_text_the_lens_sees_the_end(gpt2, monkeypatch):
    whole = at.logit_lens(gpt2, TEXT)
    monkeypatch.setattr("lablib.attention.compute.layers.SCORE_BYTES", 4 * 257 * 3 * 5)
    found = at.logit_lens(gpt2, TEXT)
    assert (found.start, found.ids.shape[1]) == (len(found.tokens) - 5, 5)
    assert found.note == "Only the last 5 tokens are looked at."
    torch.testing.assert_close(found.probabilities, whole.probabilities[:, -5:])


@pytest.mark.parametrize("name", ENCODER_DECODER)
def test_the_lens_says_where_it_does_not_apply(make, name):
    with pytest.raises(ValueError, match="no layer-by-layer guess"):
        at.logit_lens(make(name), TEXT)


def test_an_encoder_alone_has_no_words_to_say(make):
    m = make("bert")
    m.model = m.model.base_model
    with pytest.raises(ValueError, match="no layer-by-layer guess"):
        at.logit_lens(m, TEXT)
    with pytest.raises(ValueError, match="does not say which token"):
        at.ablate(m, TEXT, [])


def test_the_lens_leaves_the_model_alone(gpt2):
    at.logit_lens(gpt2, TEXT)
    assert not hooks_left(gpt2.model)
