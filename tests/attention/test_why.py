"""Why this token: each way held against a slow computation of its own, agreement against scipy."""

import math

import pytest
import torch
from scipy.stats import spearmanr

from lablib import attention as at
from lablib.sampling.compute import attribution as module
from lablib.sampling.figures.attribution import attribution_words
from tests.attention.conftest import ENCODER_DECODER, UNWATCHABLE
from tests.panels import hooks_left

TEXT = "Hello, you."
MODELS = ("gpt2", "llama", "qwen3", "gpt_neox", "mistral")


def log_probability(m, ids, token):
    with torch.inference_mode():
        return float(m.model(torch.tensor([ids])).logits[0, -1].log_softmax(-1)[token])


@pytest.mark.parametrize("name", MODELS)
def test_occlusion_is_reading_again_without_each_token(make, name):
    m = make(name)
    found = at.why(m, TEXT)
    ids = list(found.tokens.ids)
    whole = log_probability(m, ids, found.token)
    assert found.log_probability == pytest.approx(whole, abs=1e-5)
    for place in range(len(ids)):
        rest = log_probability(m, ids[:place] + ids[place + 1 :], found.token)
        assert float(found.occlusion[place]) == pytest.approx(whole - rest, abs=1e-4)


@pytest.mark.parametrize("name", MODELS)
def test_the_gradient_is_a_difference_quotient_along_each_vector(make, name):
    m = make(name)
    found = at.why(m, TEXT)
    model = m.model.double()
    ids = torch.tensor([found.tokens.ids])
    vectors = model.get_input_embeddings()(ids).detach()

    def value(scale, place):
        changed = vectors.clone()
        changed[0, place] *= scale
        with torch.no_grad():
            logits = model(inputs_embeds=changed).logits[0, -1]
        return float(logits.log_softmax(-1)[found.token])

    step = 3e-3  # RMSNorm computes in 32 bits whatever it is given: less would be rounding
    for place in range(0, len(found.tokens), 3):
        expected = (value(1 + step, place) - value(1 - step, place)) / (2 * step)
        assert float(found.gradient[place]) == pytest.approx(expected, abs=2e-3, rel=5e-3)
    m.model.float()


def test_rollout_is_the_last_row_of_the_room_s_own(gpt2):
    found = at.why(gpt2, TEXT)
    torch.testing.assert_close(found.rollout, at.rollout(at.maps(gpt2, TEXT))[-1][-1])


def test_what_follows_is_the_likeliest_or_what_stands_there(gpt2):
    found = at.why(gpt2, TEXT)
    with torch.inference_mode():
        logits = gpt2.model(torch.tensor([found.tokens.ids])).logits[0, -1]
    assert found.token == int(logits.argmax())
    inside = at.why(gpt2, TEXT, place=4)
    assert inside.tokens.tokens == tuple("Hell") and inside.text == "o"
    assert inside.log_probability == pytest.approx(
        log_probability(gpt2, inside.tokens.ids, inside.token), abs=1e-5
    )
    other = at.why(gpt2, TEXT, place=4, token=7)
    assert other.token == 7 and other.tokens == inside.tokens


def test_one_token_is_compared_with_the_start_of_a_text(gpt2):
    found = at.why(gpt2, "a")
    start = log_probability(gpt2, [gpt2.tokenizer.bos_token_id], found.token)
    assert float(found.occlusion[0]) == pytest.approx(found.log_probability - start, abs=1e-5)
    assert math.isnan(found.agreement("occlusion", "gradient"))


def test_marks_are_not_left_out(gpt2):
    found = at.why(gpt2, "")
    assert found.tokens.special == (True,) and found.occlusion.isnan().all()
    assert found.gradient.isfinite().all()


@pytest.mark.parametrize("pair", [("occlusion", "gradient"), ("gradient", "rollout")])
def test_agreement_is_scipys_rank_correlation_of_the_sizes(gpt2, pair):
    found = at.why(gpt2, TEXT)
    expected = spearmanr(*(getattr(found, way).abs().numpy() for way in pair)).statistic
    assert found.agreement(*pair) == pytest.approx(float(expected), abs=1e-5)
    assert found.agreement(*pair) == pytest.approx(found.agreement(*pair[::-1]))


def test_equal_values_share_their_rank():
    from scipy.stats import rankdata

    values = torch.tensor([0.5, 0.1, 0.5, 0.0, 0.1, 0.5])
    assert module._ranks(values).tolist() == rankdata(values.numpy()).tolist()


def test_the_top_counts_pushes_either_way(gpt2):
    found = at.why(gpt2, TEXT)
    values = found.occlusion.tolist()
    expected = sorted(range(len(values)), key=lambda place: -abs(values[place]))[:3]
    assert [place for place, _ in found.top("occlusion")] == expected


@pytest.mark.parametrize("at_once", [1, 4])
def test_texts_are_read_in_batches(gpt2, monkeypatch, at_once):
    whole = at.why(gpt2, TEXT)
    monkeypatch.setattr(module, "SCORE_BYTES", at_once * 4 * 10 * len(gpt2.tokenizer))
    torch.testing.assert_close(at.why(gpt2, TEXT).occlusion, whole.occlusion, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("place", [0, 11, -1])
def test_a_place_with_nothing_before_it_is_refused(gpt2, place):
    with pytest.raises(ValueError, match="from place 1 to 10"):
        at.why(gpt2, TEXT, place=place)


@pytest.mark.parametrize("name", ["bert", *ENCODER_DECODER])
def test_models_that_do_not_go_on_are_refused(make, name):
    with pytest.raises(ValueError, match="choose a next-word model"):
        at.why(make(name), TEXT)


@pytest.mark.parametrize("name", UNWATCHABLE)
def test_models_with_attention_of_their_own_are_asked_all_the_same(make, name):
    found = at.why(make(name), TEXT)
    assert found.occlusion.isfinite().all() and found.rollout.sum() == pytest.approx(1, abs=1e-4)


def test_a_model_without_attention_is_asked_in_the_other_ways(make):
    found = at.why(make("mamba"), TEXT)
    assert found.rollout.isnan().all() and math.isnan(found.agreement("gradient", "rollout"))
    assert found.gradient.isfinite().all() and found.occlusion.isfinite().all()
    assert "rollout" not in attribution_words(found, found.tokens.tokens, found.text)


def test_the_shared_model_stays_as_it_was(gpt2):
    at.why(gpt2, TEXT)
    assert not hooks_left(gpt2.model)
    assert all(weight.grad is None for weight in gpt2.model.parameters())


@pytest.mark.parametrize("token", [-1, 10**9])
def test_a_token_that_is_none_is_refused(gpt2, token):
    with pytest.raises(ValueError, match=f"Token {token} is not one of this model's"):
        at.why(gpt2, "The cat", token=token)
