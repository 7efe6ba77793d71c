"""A model without a part, held against the same model with that part taken out by hand."""

import copy
import math

import pytest
import torch
from torch import nn

from lablib import transformer as tf
from tests.panels import hooks_left
from tests.transformer.conftest import NORM_FIRST, NORM_LAST, TEXT


def scores(m, model, tokens):
    with torch.inference_mode():
        output = model(**tokens.inputs(m))
    return (output["logits"] if "logits" in output else output["prediction_logits"])[0]


def agree(m, changed, found):
    wanted = scores(m, changed, found.tokens)
    place = found.position - 1 if m.model.can_generate() else found.position
    torch.testing.assert_close(found.after, wanted[place].softmax(-1), rtol=1e-4, atol=1e-6)
    if m.model.can_generate():
        ids = torch.tensor(found.tokens.ids[1:])
        loss = nn.functional.cross_entropy(wanted[:-1], ids) / math.log(2)
        assert found.loss_after == pytest.approx(float(loss), rel=1e-4)


def changed(m, change):
    model = copy.deepcopy(m.model)
    with torch.no_grad():
        change(model)
    return model


def test_nothing_left_out_changes_nothing(gpt2):
    found = tf.ablate(gpt2, TEXT)
    assert found.before.equal(found.after) and found.loss_before == found.loss_after
    agree(gpt2, gpt2.model, found)


def test_gpt2_without_positions(gpt2):
    found = tf.ablate(gpt2, TEXT, ["positions"])
    agree(gpt2, changed(gpt2, lambda model: model.transformer.wpe.weight.zero_()), found)


def test_llama_without_positions(make):
    m = make("llama")
    found = tf.ablate(m, TEXT, ["positions"])
    agree(m, changed(m, lambda model: model.model.rotary_emb.inv_freq.zero_()), found)
    assert not found.after.allclose(found.before)


def test_bert_without_positions(bert):
    found = tf.ablate(bert, TEXT, ["positions"])
    without = changed(bert, lambda model: model.bert.embeddings.position_embeddings.weight.zero_())
    agree(bert, without, found)


@pytest.mark.parametrize("part, module", [("attention", "attn"), ("feed-forward", "mlp")])
def test_gpt2_without_a_part_that_adds(gpt2, part, module):
    def silence(model):
        for block in model.transformer.h:
            getattr(block, module).c_proj.weight.zero_()
            getattr(block, module).c_proj.bias.zero_()

    agree(gpt2, changed(gpt2, silence), tf.ablate(gpt2, TEXT, [part]))


@pytest.mark.parametrize("block", [0, 1])
def test_a_model_without_a_block(gpt2, block):
    def shorten(model):
        del model.transformer.h[block]

    agree(gpt2, changed(gpt2, shorten), tf.ablate(gpt2, TEXT, blocks=[block]))


def test_gpt2_without_norms(gpt2):
    def no_norms(model):
        model.transformer.ln_f = nn.Identity()
        for block in model.transformer.h:
            block.ln_1 = block.ln_2 = nn.Identity()

    agree(gpt2, changed(gpt2, no_norms), tf.ablate(gpt2, TEXT, ["norm"]))


def test_gpt2_without_residuals(gpt2):
    body, found = gpt2.model.transformer, tf.ablate(gpt2, TEXT, ["residual"])
    with torch.inference_mode():
        ids = torch.tensor([found.tokens.ids])
        x = body.wte(ids) + body.wpe(torch.arange(len(found.tokens)))
        for block in body.h:
            x = block.attn(block.ln_1(x))[0]
            x = block.mlp(block.ln_2(x))
        wanted = gpt2.model.lm_head(body.ln_f(x))[0, -1].softmax(-1)
    torch.testing.assert_close(found.after, wanted, rtol=1e-4, atol=1e-6)


def test_bert_without_residuals(bert):
    found = tf.ablate(bert, TEXT, ["residual"])
    body = bert.model.bert
    with torch.inference_mode():
        x = body.embeddings(torch.tensor([found.tokens.ids]))
        for layer in body.encoder.layer:
            heads = layer.attention.self(x)[0]
            x = layer.attention.output.LayerNorm(layer.attention.output.dense(heads))
            x = layer.output.LayerNorm(layer.output.dense(layer.intermediate(x)))
        wanted = bert.model.cls(x)[0, found.position].softmax(-1)
    torch.testing.assert_close(found.after, wanted, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", NORM_FIRST + NORM_LAST)
@pytest.mark.parametrize("part", tf.PARTS)
def test_every_part_of_every_architecture_can_be_left_out(make, name, part):
    found = tf.ablate(make(name), TEXT, [part], k=3)
    assert not found.after.allclose(found.before, atol=1e-7)
    assert found.parts == (part,) and len(found.changes) >= 3
    assert math.isfinite(found.loss_after)


def test_a_model_of_norms_and_scores_alone(gpt2):
    """Without both that adds, what is left is the embeddings."""
    both = tf.ablate(gpt2, TEXT, ["attention", "feed-forward"])
    blocks = tf.ablate(gpt2, TEXT, blocks=[0, 1])
    torch.testing.assert_close(both.after, blocks.after)


def test_what_is_not_there_is_refused(gpt2):
    with pytest.raises(ValueError, match="'heads' is none of them"):
        tf.ablate(gpt2, TEXT, ["heads"])
    with pytest.raises(ValueError, match="blocks 0 to 1, and 2 was asked for"):
        tf.ablate(gpt2, TEXT, blocks=[2])


def test_the_shared_model_stays_as_it_was(gpt2):
    tf.ablate(gpt2, TEXT, tf.PARTS, blocks=[0])
    assert not hooks_left(gpt2.model)
