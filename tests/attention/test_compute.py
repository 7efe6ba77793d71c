"""Every stage of attention, by hand, against the real GPT-2 and against torch."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lablib import attention as at

INFINITY = math.inf


@pytest.mark.parametrize("prompt", ["data-visualization", "artificial-intelligence"])
def test_every_stage_is_that_of_the_real_gpt2_in_all_144_heads(shared, prompt):
    reference = np.load(shared / "gpt2_reference" / f"{prompt}.npz")
    scores, scaled, masked, weights = (
        torch.from_numpy(reference[name]) for name in ("scores", "scaled", "masked", "weights")
    )
    tokens = torch.eye(scores.shape[-1]).expand_as(scores)  # a query may be any row of numbers
    found = at.steps(scores, tokens, tokens, scale=64**-0.5)
    assert found.weights.shape[:2] == (12, 12)
    for stage, expected in [(found.scores, scores), (found.scaled, scaled)]:
        torch.testing.assert_close(stage, expected, rtol=1e-5, atol=1e-4)
    assert torch.equal(found.masked.isneginf(), masked.isneginf())
    torch.testing.assert_close(found.masked, masked, rtol=1e-5, atol=1e-4)
    torch.testing.assert_close(found.weights, weights, rtol=1e-4, atol=1e-5)
    assert torch.equal(found.output, found.weights)


def test_a_row_by_hand():
    q, k = torch.tensor([[1.0, 1.0]]), torch.tensor([[1.0, 0.0], [1.0, 1.0]])
    v = torch.tensor([[4.0], [8.0]])
    found = at.steps(q, k, v, causal=False, scale=math.log(2))
    assert found.scores.tolist() == [[1.0, 2.0]]
    assert found.weights.tolist() == [[pytest.approx(1 / 3), pytest.approx(2 / 3)]]
    assert found.output.item() == pytest.approx(4 / 3 + 16 / 3)


@given(
    st.integers(1, 3), st.integers(1, 5), st.integers(1, 5), st.booleans(), st.integers(0, 2**31)
)
def test_it_is_what_torch_computes(heads, queries, more, causal, seed):
    torch.manual_seed(seed)
    keys = queries + more
    q = torch.randn(2, heads, queries, 4)
    k, v = torch.randn(2, heads, keys, 4), torch.randn(2, heads, keys, 3)
    seen = torch.ones(queries, keys).tril(keys - queries).bool() if causal else None
    expected = torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=seen)
    found = at.steps(q, k, v, causal=causal)
    torch.testing.assert_close(found.output, expected, rtol=1e-5, atol=1e-5)
    assert found.weights.sum(-1).allclose(torch.ones(()))
    if causal:
        assert (found.weights[~seen.expand_as(found.weights)] == 0).all()


def test_without_the_scale_softmax_saturates():
    torch.manual_seed(0)
    q, k = torch.randn(2, 64, 64)
    scaled, plain = (at.steps(q, k, k, causal=False, scale=on) for on in (True, False))
    assert (scaled.scale, plain.scale) == (0.125, 1.0)
    assert plain.entropy.mean() < 1 < 4 < scaled.entropy.mean()


def test_temperature_divides_the_scaled_scores_and_the_bias():
    torch.manual_seed(0)
    q, bias = torch.randn(3, 8), torch.randn(3, 3)
    cold = at.steps(q, q, q, temperature=0.5, bias=bias)
    assert cold.scaled.allclose((q @ q.T * 8**-0.5 + bias) / 0.5)
    assert at.steps(q, q, q, temperature=1e6, causal=False).entropy.allclose(
        torch.tensor(3.0).log2()
    )


def test_what_is_hidden_gets_no_weight():
    q = torch.ones(2, 2)
    found = at.steps(q, q, q, causal=False, hidden=torch.tensor([[False, True], [False, False]]))
    assert found.masked[0].tolist() == [pytest.approx(2**0.5), -INFINITY]
    assert found.weights.tolist() == [[1, 0], [0.5, 0.5]]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_16_bit_vectors_are_computed_with_in_32(dtype):
    q = torch.full((2, 4), 100.0, dtype=dtype)  # the scores are beyond float16
    found = at.steps(q, q, q)
    assert found.weights.dtype == torch.float32
    assert found.scores[0, 0] == 40_000
    assert found.weights[1].tolist() == [0.5, 0.5]


def test_not_a_number_stays_not_a_number():
    q = torch.tensor([[1.0], [math.nan]])
    assert at.steps(q, q, q).weights.isnan().tolist() == [[False, False], [True, True]]
    assert at.steps(q, q, q).entropy.isnan().tolist() == [False, True]


@pytest.mark.parametrize(
    ("shapes", "settings", "words"),
    [
        (((2, 3), (2, 4), (2, 4)), {}, "one size"),
        (((2, 3), (2, 3), (3, 3)), {}, "one value"),
        (((2, 2, 3), (1, 2, 3), (1, 2, 3)), {}, "the same heads"),
        (((3, 3), (2, 3), (2, 3)), {}, "a key for every query"),
        (((0, 3), (2, 3), (2, 3)), {}, "not empty"),
        (((3,), (3,), (3,)), {}, "tokens, size"),
        (((2, 3), (2, 3), (2, 3)), {"temperature": 0}, "above 0"),
        (((2, 3), (2, 3), (2, 3)), {"temperature": math.nan}, "above 0"),
        (((2, 3), (2, 3), (2, 3)), {"scale": math.inf}, "True, False or a number"),
    ],
)
def test_what_cannot_be_computed_is_said(shapes, settings, words):
    with pytest.raises(ValueError, match=words):
        at.steps(*(torch.ones(shape) for shape in shapes), **settings)


def test_hiding_keys_can_leave_rows_empty_and_keeps_the_rest():
    weights = torch.tensor([[1.0, 0.0, 0.0], [0.6, 0.4, 0.0], [0.5, 0.2, 0.3]])
    first = torch.tensor([True, False, False])
    assert at.hide(weights, first).tolist() == [
        [0, 0, 0],
        [0, approx(0.4), 0],
        [0, approx(0.2), approx(0.3)],
    ]
    again = at.hide(weights, first, renormalise=True)
    assert again.sum(-1).tolist() == [0, approx(1), approx(1)]
    assert again[2].tolist() == [0, approx(0.4), approx(0.6)]
    assert weights[0, 0] == 1, "the weights given are left alone"


approx = pytest.approx


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9).filter(sum))
def test_entropy_is_between_none_and_that_of_all_alike(row):
    weights = torch.tensor(row, dtype=torch.float64)
    bits = float(at.entropy(weights / weights.sum()))
    assert 0 <= bits <= math.log2(len(row)) + 1e-9
