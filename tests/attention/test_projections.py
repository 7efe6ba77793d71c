"""Queries, keys and values of stock models explain their attention; the heads' parts add up."""

import pytest
import torch

from lablib import attention as at
from lablib import models
from tests.attention.conftest import CAUSAL, MASKED, UNWATCHABLE, output_projections

TEXT = "Hello, you."
EXACT = [name for name in (*CAUSAL, *MASKED, "t5", "bart") if name != "gemma2"]


@pytest.mark.parametrize("name", EXACT)
def test_steps_of_the_vectors_are_the_models_attention(make, name):
    m = make(name)
    maps = at.maps(m, TEXT)
    for layer in range(maps.layers):
        found = at.vectors(m, TEXT, layer)
        assert found.query.shape == found.key.shape == (4, len(maps.tokens), 8)
        weights = found.steps().weights
        torch.testing.assert_close(weights, maps.weights[layer], rtol=0, atol=1e-5)
        for head in range(4):  # and so are the plain stages, with nothing but what is shown
            one = at.steps(
                found.query[head],
                found.key[head],
                found.value[head],
                causal=found.causal,
                scale=found.scale,
                bias=found.added(head),
            )
            torch.testing.assert_close(one.weights, maps.weights[layer, head], rtol=0, atol=1e-5)


@pytest.mark.parametrize("name, options", [("pocket-gpt2", {}), ("minilm", {"kind": "encoder"})])
def test_every_head_of_real_models(name, options):
    try:
        m = models.load(name, device="cpu", **options)
    except models.ModelError as error:
        pytest.skip(str(error))
    text = "The whale swam away, and the sea was calm."
    maps = at.maps(m, text)
    for layer in range(maps.layers):
        weights = at.vectors(m, text, layer).steps().weights
        torch.testing.assert_close(weights, maps.weights[layer], rtol=0, atol=1e-5)


def test_the_mask_is_named_where_it_is_the_causal_one(make):
    assert at.vectors(make("gpt2"), TEXT, 0).causal
    assert not at.vectors(make("bert"), TEXT, 0).causal
    window = at.vectors(make("mistral"), TEXT, 0)
    assert (
        not window.causal and window.hidden[0, 5].tolist() == [True] * 3 + [False] * 3 + [True] * 5
    )
    assert at.vectors(make("mistral"), "abc", 0).causal, "the window is as long as the text"
    assert at.vectors(make("t5"), TEXT, 1).bias.shape == (4, 13, 13)


def test_switches_take_the_mask_and_the_scale_off(gpt2):
    found = at.vectors(gpt2, TEXT, 1)
    assert found.steps(masked=False).weights[0, 0, 1:].gt(0).all()
    assert found.steps(scale=False).scale == 1
    assert found.steps(scale=False).entropy.mean() < found.steps().entropy.mean()
    assert found.steps(temperature=9).entropy.mean() > found.steps().entropy.mean()


def test_the_inputs_make_the_queries(make):
    m = make("gpt2")
    found = at.vectors(m, TEXT, 1)
    layer = m.model.transformer.h[1].attn.c_attn
    with torch.inference_mode():
        query = layer(found.inputs)[:, :32].unflatten(1, (4, 8)).transpose(0, 1)
    torch.testing.assert_close(found.query, query)


@pytest.mark.parametrize("name", EXACT)
def test_parts_and_bias_are_the_output_of_the_layer(make, name):
    m = make(name)
    found = at.head_parts(m, TEXT, 1)
    assert found.parts.shape == (4, len(found.tokens), 32)
    assert found.shares.sum(0).allclose(torch.ones(()))
    beside = at.vectors(m, TEXT, 1).steps().output.transpose(0, 1).flatten(1)
    with torch.inference_mode():
        expected = output_projections(m.model)[1](beside)
    torch.testing.assert_close(found.parts.sum(0) + found.bias, expected, rtol=1e-4, atol=1e-5)


def test_half_the_heads_are_half_the_parts(make):
    m = make("gpt2")
    bias = torch.linspace(-1, 1, 32)
    with torch.no_grad():
        m.model.transformer.h[1].attn.c_proj.bias.copy_(bias)
        m.model.transformer.h[1].attn.c_proj.weight[:16] = 0  # heads 0 and 1 lead nowhere
    found = at.head_parts(m, TEXT, 1)
    torch.testing.assert_close(found.bias, bias)
    assert found.parts[:2].abs().max() < 1e-6 < found.parts[2:].abs().max()
    assert found.shares[:2].max() < 1e-5


@pytest.mark.parametrize("name", UNWATCHABLE)
def test_other_attention_is_refused_in_a_sentence(make, name):
    for look in (at.vectors, at.head_parts):
        with pytest.raises(ValueError, match="in a way of its own"):
            look(make(name), TEXT, 0)


def test_more_than_a_softmax_is_refused_in_a_sentence(make):
    with pytest.raises(ValueError, match="is more than softmax"):
        at.vectors(make("gemma2", attn_logit_softcapping=1.0), TEXT, 0)


@pytest.mark.parametrize("layer", [-1, 2])
def test_a_layer_that_is_not_there(gpt2, layer):
    with pytest.raises(ValueError, match=f"layers 0 to 1, and {layer} was asked for"):
        at.vectors(gpt2, TEXT, layer)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_16_bit_models(make, dtype):
    found = at.vectors(make("llama", dtype=dtype), TEXT, 1)
    assert found.query.dtype == torch.float32
    assert (found.steps().weights - found.weights).abs().max() < 0.03


def test_a_pair_of_texts(bert):
    found = at.vectors(bert, "ab", 0, pair="cd")
    torch.testing.assert_close(found.weights, at.maps(bert, "ab", "cd").weights[0])
