"""The parts of stock models are the models' own numbers, and add up to them."""

import pytest
import torch
from torch import nn

from lablib import attention as at
from lablib import models
from lablib import transformer as tf
from tests.panels import hooks_left
from tests.transformer.conftest import NORM_FIRST, NORM_LAST, OTHERS, TEXT


def outputs(m, tokens):
    with torch.inference_mode():
        return m.model(**tokens.inputs(m), output_hidden_states=True)


def close(one, other):
    torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", NORM_FIRST + NORM_LAST)
def test_the_stream_and_the_scores_are_the_models_own(make, name):
    m = make(name)
    found = tf.parts(m, TEXT)
    wanted = outputs(m, found.tokens)
    states = [state[0] for state in wanted.hidden_states]
    close(found.embeddings, states[0])
    close(found.blocks[0].output, states[1])
    close(found.last_norm if found.last_norm is not None else found.blocks[1].output, states[2])
    scores = wanted["logits"] if "logits" in wanted else wanted["prediction_logits"]
    close(found.logits, scores[0])
    assert len(found.blocks) == 2 and found.stream.shape == (3, len(found.tokens), 32)


@pytest.mark.parametrize("name", [*NORM_FIRST[:5], *NORM_LAST])
def test_attention_is_the_sum_of_its_heads(make, name):
    m = make(name)
    found = tf.parts(m, TEXT)
    for layer, block in enumerate(found.blocks):
        heads = at.head_parts(m, found.tokens, layer)
        torch.testing.assert_close(
            heads.parts.sum(0) + heads.bias, block.attention, rtol=1e-4, atol=1e-5
        )


@pytest.mark.parametrize("name", NORM_FIRST)
def test_with_the_norm_first_parts_add_up(make, name):
    found = tf.parts(make(name), TEXT)
    for before, block in zip(found.stream, found.blocks, strict=False):
        close(before + block.attention, block.after_attention)
        close(block.after_attention + block.mlp, block.output)
    assert found.architecture.norm_first


@pytest.mark.parametrize("name", NORM_LAST)
def test_with_the_norm_last_sums_are_normed(make, name):
    m = make(name)
    norms = [part for part in m.model.base_model.modules() if isinstance(part, nn.LayerNorm)][1:]
    found = tf.parts(m, TEXT)
    with torch.inference_mode():
        for i, block in enumerate(found.blocks):
            close(norms[2 * i](found.stream[i] + block.attention), block.after_attention)
            close(norms[2 * i + 1](block.after_attention + block.mlp), block.output)
    assert not found.architecture.norm_first and found.last_norm is None


def test_gpt2s_norms_and_units_and_embeddings(gpt2):
    found = tf.parts(gpt2, TEXT)
    body = gpt2.model.transformer
    with torch.inference_mode():
        for i, block in enumerate(found.blocks):
            close(body.h[i].ln_1(found.stream[i]), block.norms[0])
            close(body.h[i].ln_2(block.after_attention), block.norms[1])
            close(body.h[i].mlp.act(body.h[i].mlp.c_fc(block.norms[1])), block.units)
            close(body.h[i].mlp(block.norms[1]), block.mlp)
    close(body.wte.weight[list(found.tokens.ids)].detach(), found.token_vectors)
    close(body.wpe.weight[: len(found.tokens)].detach(), found.position_vectors)
    close(found.token_vectors + found.position_vectors, found.embeddings)


def test_a_gated_feed_forward_has_the_product_of_its_branches(make):
    m = make("llama")
    found = tf.parts(m, TEXT)
    mlp = m.model.model.layers[1].mlp
    with torch.inference_mode():
        read = found.blocks[1].norms[1]
        close(mlp.act_fn(mlp.gate_proj(read)) * mlp.up_proj(read), found.blocks[1].units)
    assert found.position_vectors is None


@pytest.mark.parametrize(
    "name, positions, norm, norm_first, activation, gated",
    [
        ("gpt2", "learned", "LayerNorm", True, "gelu_new", False),
        ("llama", "rotary", "RMSNorm", True, "silu", True),
        ("qwen3", "rotary", "RMSNorm", True, "silu", True),
        ("gemma2", "rotary", "RMSNorm", True, "gelu_pytorch_tanh", True),
        ("bert", "learned", "LayerNorm", False, "gelu", False),
        ("distilbert", "learned", "LayerNorm", False, "gelu", False),
    ],
)
def test_parts_are_named_as_what_they_are(
    make, name, positions, norm, norm_first, activation, gated
):
    found = tf.parts(make(name), "ab").architecture
    assert found == tf.Architecture(positions, norm, norm_first, activation, gated)


@pytest.mark.parametrize("name", OTHERS)
def test_other_models_are_refused_in_a_sentence(make, name):
    with pytest.raises(ValueError, match="choose a model built like GPT-2, Llama, Qwen or BERT"):
        tf.parts(make(name), TEXT)


def test_a_model_that_does_more_than_add_is_refused(make):
    m = make("llama")
    last = m.model.model.layers[1]
    last.register_forward_hook(lambda _, __, output: 2 * output)
    with pytest.raises(ValueError, match="do not simply add up"):
        tf.parts(m, TEXT)
    last._forward_hooks.clear()


def test_the_shared_model_stays_as_it_was(gpt2):
    gpt2.model.train()
    tf.parts(gpt2, TEXT)
    assert not hooks_left(gpt2.model)
    assert gpt2.model.training
    gpt2.model.eval()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_16_bits(make, dtype):
    found = tf.parts(make("llama", dtype=dtype), TEXT)
    assert found.logits.dtype == found.blocks[0].mlp.dtype == torch.float32


def test_an_encoder_without_scores_has_parts(make):
    m = make("bert")
    m.model = m.model.base_model
    found = tf.parts(m, TEXT)
    assert found.logits is None
    close(found.blocks[1].output, outputs(m, found.tokens).last_hidden_state[0])


def test_a_long_text_is_cut_where_its_scores_take_too_much(gpt2, monkeypatch):
    monkeypatch.setattr("lablib.transformer.compute.parts.SCORE_BYTES", 4 * 257 * 5)
    assert tf.parts(gpt2, TEXT).logits.shape == (5, 257)


def test_the_pocket_model():
    m = models.load("pocket-gpt2", device="cpu")
    found = tf.parts(m, "The whale swam away.")
    wanted = outputs(m, found.tokens)
    close(found.stream[:-1], torch.cat(wanted.hidden_states[:-1]))
    close(found.logits, wanted.logits[0])
