"""Muting heads is zeroing their slice of what goes into the output projection, and nothing else."""

import copy
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lablib import attention as at
from tests.attention.conftest import (
    CAUSAL,
    ENCODER_DECODER,
    MASKED,
    UNWATCHABLE,
    output_projections,
)
from tests.examples import examples

TEXT = "Hello, you."


def hooked(m, heads):
    """The model with hooks that zero the heads' slices of the input of the output projection."""
    model = copy.deepcopy(m.model)

    def mute(layer):
        def zero(_, args):
            given = args[0].clone()
            for where, head in heads:
                if where == layer:
                    given[..., 8 * head : 8 * head + 8] = 0
            return (given,)

        return zero

    for layer, part in enumerate(output_projections(model)):
        part.register_forward_pre_hook(mute(layer))
    return model


@pytest.mark.parametrize("name", CAUSAL)
def test_the_distribution_and_the_loss_are_those_of_a_model_with_hooks(make, name):
    m, heads = make(name), [(0, 1), (1, 0), (1, 2)]
    found = at.ablate(m, TEXT, heads)
    ids = torch.tensor([found.tokens.ids])
    for model, said, loss in [
        (m.model, found.before, found.loss_before),
        (hooked(m, heads), found.after, found.loss_after),
    ]:
        with torch.inference_mode():
            output = model(ids, labels=ids)
        torch.testing.assert_close(said, output.logits[0, -1].softmax(-1), rtol=0, atol=1e-6)
        assert loss == pytest.approx(output.loss.item() / math.log(2), abs=1e-5)
    assert found.position == len(found.tokens)
    assert found.divergence > 0 and found.loss_change == found.loss_after - found.loss_before


@pytest.mark.parametrize("name", MASKED)
def test_a_masked_word_with_and_without_heads(make, name):
    m, heads = make(name), [(1, 3)]
    found = at.ablate(m, "Hel[MASK]o, you.", heads)
    assert found.tokens.tokens[found.position] == "[MASK]" and found.position == 4
    with torch.inference_mode():
        output = hooked(m, heads)(torch.tensor([found.tokens.ids]))
    scores = output["logits"] if "logits" in output else output["prediction_logits"]
    torch.testing.assert_close(found.after, scores[0, 4].softmax(-1), rtol=0, atol=1e-6)


def test_the_loss_of_a_masked_model_asks_for_every_token_once(bert):
    found = at.ablate(bert, TEXT, [])
    ids, losses = torch.tensor([at.read(bert, TEXT).ids]), []
    ordinary = range(1, ids.shape[1] - 1)
    for row in range(7):
        hidden = list(ordinary)[row::7]
        seen = ids.clone()
        seen[0, hidden] = bert.tokenizer.mask_token_id
        with torch.inference_mode():
            scores = bert.model(seen).logits[0].log_softmax(-1)
        losses += [-float(scores[place, ids[0, place]]) for place in hidden]
    assert len(losses) == len(TEXT)
    assert found.loss_before == pytest.approx(sum(losses) / len(losses) / math.log(2), abs=1e-5)


def test_without_a_mask_the_last_ordinary_token_is_asked_for(bert):
    found = at.ablate(bert, "ab", [])
    assert found.tokens.tokens == ("[CLS]", "a", "[MASK]", "[SEP]")
    assert found.position == 2


def test_muting_nothing_changes_nothing(gpt2, bert):
    for m in (gpt2, bert):
        found = at.ablate(m, TEXT, [])
        assert found.before.equal(found.after)
        assert found.divergence == found.loss_change == 0


@pytest.mark.parametrize("name", ["gpt2", "llama", "bert"])
@pytest.mark.parametrize("at_once", [1, 3, 100])
def test_a_sweep_is_an_ablation_of_each_head(make, monkeypatch, name, at_once):
    m = make(name)
    rows = 8 if name == "bert" else 1
    tokens = len(at.read(m, TEXT))
    size = 4 * rows * tokens * len(m.tokenizer)
    monkeypatch.setattr("lablib.attention.compute.ablation.SCORE_BYTES", at_once * size)
    states = list(at.sweep(m, TEXT))
    assert [state.done for state in states] == [*range(at_once, 8, at_once), 8]
    assert states[0].divergence.isnan().sum() == 8 - states[0].done
    last = states[-1]
    for layer in range(2):
        for head in range(4):
            one = at.ablate(m, TEXT, [(layer, head)])
            assert last.divergence[layer, head] == pytest.approx(one.divergence, abs=1e-5)
            assert last.loss_change[layer, head] == pytest.approx(one.loss_change, abs=1e-5)


def test_changes_name_the_most_probable_tokens_of_both(gpt2):
    found = at.ablate(gpt2, TEXT, [(0, 0), (0, 1), (0, 2)], k=3)
    named = {change.id for change in found.changes}
    assert named == {*found.before.topk(3).indices.tolist(), *found.after.topk(3).indices.tolist()}
    assert [change.before for change in found.changes] == sorted(
        (change.before for change in found.changes), reverse=True
    )
    best = found.changes[0]
    assert (best.before, best.after) == (float(found.before[best.id]), float(found.after[best.id]))


@pytest.mark.parametrize("head", [(2, 0), (0, 4), (-1, 0)])
def test_a_head_that_is_not_there(gpt2, head):
    with pytest.raises(ValueError, match="layers 0 to 1 with heads 0 to 3"):
        at.ablate(gpt2, TEXT, [head])


@pytest.mark.parametrize("name", UNWATCHABLE)
def test_other_attention_is_refused_in_a_sentence(make, name):
    with pytest.raises(ValueError, match="in a way of its own"):
        at.ablate(make(name), TEXT, [])


@pytest.mark.parametrize("name", ENCODER_DECODER)
def test_encoder_decoder_models_are_not_asked(make, name):
    with pytest.raises(ValueError, match="does not say which token belongs"):
        next(at.sweep(make(name), TEXT))


def test_nothing_to_mask_and_nothing_to_be_surprised_by(bert, gpt2):
    with pytest.raises(ValueError, match="nothing to mask"):
        at.ablate(bert, "", [])
    assert math.isnan(at.ablate(gpt2, "a", [(0, 0)]).loss_before)


def test_a_long_text_is_cut_to_what_its_scores_may_take(bert, gpt2, monkeypatch):
    monkeypatch.setattr(
        "lablib.attention.compute.asking.TEXT_BYTES", 4 * 8 * len(bert.tokenizer) * 20
    )
    found = at.ablate(bert, "a" * 60, [])
    assert len(found.tokens) == 20 and "42 were left out" in found.tokens.note
    assert len(at.ablate(gpt2, "a" * 60, []).tokens) == 60


@examples(25)
@given(st.text(max_size=40))
def test_any_text_has_a_next_token(gpt2, text):
    found = at.ablate(gpt2, text, [(1, 1)])
    assert float(found.after.sum()) == pytest.approx(1, abs=1e-5)


def test_a_clear_pattern_without_effect_is_found():
    zero = torch.zeros(2, 2)
    metrics = at.HeadMetrics(*[zero.clone() for _ in at.METRICS])
    metrics.previous_token[0, 1] = 0.9
    metrics.induction[1, 0] = 0.6
    tokens = None
    effects = at.Sweep(tokens, 0, torch.tensor([[0.0, 2.0], [0.5, math.nan]]), zero, 4)
    assert at.clear_pattern_low_effect_head(metrics, effects) == (1, 0, "induction")
    plain = at.HeadMetrics(*[zero.clone() for _ in at.METRICS])
    assert at.clear_pattern_low_effect_head(plain, effects) is None
