"""Metrics by hand, on the real GPT-2, and on models built to have one kind of head."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from lablib import attention as at
from lablib.attention.compute.text import Reading


def maps_of(weights, ids=None, kind="causal", special=None):
    """Maps with these weights, [layers, heads, query, key]."""
    size = weights.shape[-1]
    ids = tuple(ids or range(size))
    special = tuple(special or [False] * size)
    tokens = Reading(ids, tuple(map(str, ids)), special, (0,) * size)
    return at.AttentionMaps(weights, tokens, tokens, kind, "")


def one_head(rows, **settings):
    """The metrics of one head with these weights, [query, key]."""
    found = at.head_metrics(
        maps_of(torch.tensor(rows, dtype=torch.float32)[None, None], **settings)
    )
    return SimpleNamespace(**{name: float(getattr(found, name)) for name in at.METRICS})


@pytest.mark.parametrize("prompt", ["data-visualization", "artificial-intelligence"])
def test_head_4_11_of_the_real_gpt2_is_first_in_previous_token_by_far(shared, prompt):
    reference = np.load(shared / "gpt2_reference" / f"{prompt}.npz")
    weights = torch.from_numpy(reference["weights"])
    found = at.head_metrics(maps_of(weights, reference["ids"].tolist()))
    first, second = found.top("previous_token", 2)
    assert first[:2] == (4, 11) and first[2] > 0.99
    assert second[2] < 0.9
    assert found.previous_token.shape == (12, 12)
    assert found.first_token.median() > 0.4, "most heads of GPT-2 rest on the first token"


def test_every_metric_by_hand():
    found = one_head(
        [[1, 0, 0, 0], [0.5, 0.5, 0, 0], [0, 0.25, 0.75, 0], [0.25, 0.5, 0.25, 0]], ids=[7, 8, 9, 7]
    )
    assert found.previous_token == pytest.approx((0.5 + 0.25 + 0.25) / 3)
    assert found.first_token == pytest.approx((0.5 + 0 + 0.25) / 3)
    assert found.same_token == pytest.approx(0.25), "the last 7 looks at the first"
    assert found.induction == pytest.approx(0.5), "and at the 8 that followed it"
    assert found.next_token == found.special_token == 0
    assert found.distance == pytest.approx((0 + 0.5 + 0.25 + 0.75 + 1 + 0.25) / 4)
    two_thirds = -0.25 * math.log2(0.25) - 0.75 * math.log2(0.75)
    assert found.entropy == pytest.approx((0 + 1 + two_thirds + 1.5) / 4)


def test_a_model_that_looks_both_ways():
    rows = [[0, 1, 0], [0, 0.5, 0.5], [0.5, 0, 0.5]]
    found = one_head(rows, ids=[1, 5, 1], kind="encoder", special=[True, False, True])
    assert found.next_token == pytest.approx((1 + 0.5) / 2)
    assert found.special_token == pytest.approx((0 + 0.5 + 1) / 3)
    assert found.same_token == pytest.approx((0 + 0.5) / 2), "both places of the 1 have another"


def test_what_a_text_says_nothing_about_is_not_a_number():
    found = one_head([[1, 0], [0.5, 0.5]], ids=[1, 2])
    assert math.isnan(found.same_token) and math.isnan(found.induction)
    alone = one_head([[1.0]])
    assert math.isnan(alone.previous_token) and math.isnan(alone.first_token)
    assert (alone.entropy, alone.distance) == (0, 0)


def test_maps_in_16_bits_have_the_same_metrics(gpt2):
    found = at.maps(gpt2, "abcabc")
    half = at.AttentionMaps(found.weights.half(), found.queries, found.keys, found.kind, "")
    for name in at.METRICS:
        expected, metric = (getattr(at.head_metrics(each), name) for each in (found, half))
        torch.testing.assert_close(metric, expected, rtol=1e-2, atol=1e-3)


def test_cross_attention_has_no_places_to_compare(make):
    cross = at.encoder_decoder_maps(make("bart"), "ab", "c").cross
    with pytest.raises(ValueError, match="from one to another"):
        at.head_metrics(cross)


def test_broken_heads_are_in_no_list():
    weights = torch.rand(1, 3, 4, 4)
    weights[0, 1, 2, 2] = math.nan
    found = at.head_metrics(maps_of(weights))
    assert found.entropy.isnan().tolist() == [[False, True, False]]
    assert {head for _, head, _ in found.top("entropy")} == {0, 2}


@pytest.mark.parametrize("name", ["gpt2", "bert", "llama", "bloom"])
def test_head_scores_are_shares(make, name):
    m = make(name)
    scores = at.head_scores(m.model, length=4, rows=3)
    assert list(scores) == ["previous_token", "first_token", "induction"]
    assert all(s.shape == (2, 4) and (s >= 0).all() and (s <= 1).all() for s in scores.values())
    assert at.induction_scores(m, length=4, rows=3).equal(scores["induction"])


def test_head_scores_are_the_metrics_of_random_tokens_seen_twice(gpt2):
    scores = at.head_scores(gpt2.model, length=9, rows=1)
    rng = torch.Generator().manual_seed(0)
    half = torch.randint(1, gpt2.model.config.vocab_size, (9,), generator=rng).tolist()
    tokens = Reading(tuple(half * 2), ("",) * 18, (False,) * 18, (0,) * 18)
    expected = at.head_metrics(at.maps(gpt2, tokens))
    for name, score in scores.items():
        torch.testing.assert_close(score, getattr(expected, name))


def test_a_head_that_knows_only_places_does_not_change_with_the_text(make):
    m = make("gpt2")
    attention, width = m.model.transformer.h[0].attn.c_attn, 32
    with torch.no_grad():  # head 0 of layer 0 has neither queries nor keys: it looks at all alike
        for start in (0, width):
            attention.weight[:, start : start + 8] = 0
            attention.bias[start : start + 8] = 0
    found = at.change(m, ["abcdef", "ghijkl", "mnopqr"])
    assert found[0, 0] == pytest.approx(0, abs=1e-6)
    assert (found[0, 1:] > 0.01).all() and (found < math.log2(3)).all()


def test_change_is_scipys_divergence_averaged_over_the_places(gpt2):
    from scipy.spatial.distance import jensenshannon

    texts = ["Once upon", "The cats "]
    first, second = (at.maps(gpt2, text).weights.double().numpy() for text in texts)
    places = min(first.shape[-1], second.shape[-1])
    expected = [
        jensenshannon(first[..., i, : i + 1], second[..., i, : i + 1], base=2, axis=-1) ** 2
        for i in range(places)
    ]
    np.testing.assert_allclose(at.change(gpt2, texts), np.mean(expected, 0), atol=1e-5)


def test_change_needs_texts_to_compare(gpt2):
    with pytest.raises(ValueError, match="two texts or more"):
        at.change(gpt2, ["a"])
