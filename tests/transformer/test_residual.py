"""Shares of a score add up to it, each one by the formula; units are those of the feed-forward."""

import pytest
import torch

from lablib import models
from lablib import transformer as tf
from lablib.transformer.compute.residual import unit_vectors
from tests.transformer.conftest import TEXT


@pytest.mark.parametrize("token", [-1, 10**6])
def test_a_token_without_a_score_is_refused(gpt2, token):
    with pytest.raises(ValueError, match=f"There is no token {token}: this model scores"):
        tf.attribution(gpt2, "Once", token)


@pytest.mark.parametrize("name", ["gpt2", "llama", "qwen2", "qwen3", "mistral", "gemma2"])
def test_shares_add_up_to_the_score(make, name):
    m = make(name)
    if name == "gemma2":
        m.model.config.final_logit_softcapping = None
    found = tf.attribution(m, TEXT)
    with torch.inference_mode():
        logits = m.model(**found.tokens.inputs(m)).logits[0, -1]
    assert found.token == int(logits.argmax())
    assert found.score == pytest.approx(float(logits.max() - logits.mean()), abs=1e-4)
    assert float(found.added.sum()) == pytest.approx(found.score, rel=1e-3, abs=1e-4)
    assert found.probability == pytest.approx(float(logits.softmax(-1).max()), abs=1e-5)
    assert found.names == (
        "embeddings", "attention 0", "feed-forward 0", "attention 1", "feed-forward 1", "last norm"
    )  # fmt: skip


@pytest.mark.parametrize("name", ["gpt2", "llama"])
def test_each_share_by_the_formula(make, name):
    m = make(name)
    found, seen = tf.attribution(m, TEXT, token=7), tf.parts(m, TEXT)
    head = m.model.get_output_embeddings().weight.detach()
    row, whole = head[7] - head.mean(0), seen.blocks[-1].output[-1]
    norm = m.model.transformer.ln_f if name == "gpt2" else m.model.model.norm
    for share, part in zip(
        found.added,
        [seen.embeddings, *(x for block in seen.blocks for x in (block.attention, block.mlp))],
        strict=False,
    ):
        part = part[-1]
        if name == "gpt2":
            scaled = (part - part.mean()) / whole.std(unbiased=False)
        else:
            scaled = part / whole.square().mean().sqrt()
        assert float(share) == pytest.approx(float(scaled * norm.weight.detach() @ row), abs=1e-4)


def test_the_bias_of_the_last_norm_has_a_share(make):
    m = make("gpt2")
    bias = torch.linspace(-1, 1, 32)
    with torch.no_grad():
        m.model.transformer.ln_f.bias.copy_(bias)
    found = tf.attribution(m, TEXT, token=3)
    head = m.model.get_output_embeddings().weight.detach()
    assert float(found.added[-1]) == pytest.approx(float(bias @ (head[3] - head.mean(0))), abs=1e-4)
    assert float(found.added.sum()) == pytest.approx(found.score, abs=1e-3)


def test_where_scores_are_no_sum_it_says_so(make, bert):
    with pytest.raises(ValueError, match="no sum of parts before its scores"):
        tf.attribution(bert, TEXT)
    with pytest.raises(ValueError, match="changes its scores after"):
        tf.attribution(make("gemma2", final_logit_softcapping=0.5), TEXT)


@pytest.mark.parametrize("name", ["gpt2", "llama", "bert", "distilbert"])
def test_units_times_their_vectors_are_the_feed_forward(make, name):
    m = make(name)
    with torch.no_grad():
        for module_name, bias in m.model.named_parameters():
            if module_name.endswith("bias") and "ln" not in module_name.lower():
                bias.zero_()
    seen = tf.parts(m, TEXT)
    found = tf.units(m, TEXT, block=1)
    vectors = unit_vectors(m, 1)
    torch.testing.assert_close(
        found.activations @ vectors, seen.blocks[1].mlp, rtol=1e-4, atol=1e-5
    )
    torch.testing.assert_close(found.strength[0, 5], (found.activations[0, 5] * vectors[5]).norm())


def test_the_strongest_units_and_how_many_fire(gpt2):
    found = tf.units(gpt2, TEXT, block=0)
    strongest = int(found.strength.max(0).values.argmax())
    assert found.top(3)[0] == strongest and len(found.top(3)) == 3
    firing = sum(float(x) > 0 for x in found.activations.flatten())
    assert found.share_firing == pytest.approx(firing / found.activations.numel())
    with pytest.raises(ValueError, match="blocks 0 to 1, and 5 was asked for"):
        tf.units(gpt2, TEXT, block=5)


def test_the_words_of_a_unit(make):
    m = models.load("pocket-gpt2", device="cpu")
    weight = m.model.transformer.h[5].mlp.c_proj.weight.detach()[7]
    norm = m.model.transformer.ln_f.weight.detach()
    raised = m.model.lm_head.weight.detach() @ ((weight - weight.mean()) * norm)
    best = [m.tokenizer.decode([i]) for i in raised.topk(4).indices]
    assert list(tf.unit_words(m, block=5, unit=7, k=4)) == best
    bert = make("bert")
    bert.model = bert.model.base_model
    with pytest.raises(ValueError, match="gives no scores"):
        tf.unit_words(bert, 0, 0)


@pytest.mark.parametrize(
    ("block", "unit", "said"),
    [
        (6, 0, "blocks 0 to 5, and 6"),
        (-1, 0, "and -1"),
        (0, 1024, "units 0 to 1023"),
        (0, -1, "-1"),
    ],
)
def test_a_unit_that_is_not_there(block, unit, said):
    with pytest.raises(ValueError, match=said):
        tf.unit_words(models.load("pocket-gpt2", device="cpu"), block, unit)


def test_more_words_than_there_are():
    m = models.load("pocket-gpt2", device="cpu")
    assert len(tf.unit_words(m, 0, 0, k=9999)) == 4096
    assert tf.unit_words(m, 0, 0, k=-1) == () == tf.neighbours(m, "king", k=-1).texts
