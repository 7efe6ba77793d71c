"""What the attention lab teaches, seen without its checks.

`tests/exercises/test_rooms.py` holds each question to its right answer and typical wrong ones.
"""

import copy
import math

import numpy as np
import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention

from lablib import attention as at
from lablib.attention.exercises import solutions
from lablib.exercises import Bug, Exercise, Prediction, grade, lab, loader
from lablib.exercises.practice import practice_model

broken = loader.broken("attention")

ID = "attention/"


@pytest.fixture(scope="module")
def gpt2(shared):
    """The real GPT-2's numbers for "Data visualization empowers users to"."""
    arrays = np.load(shared / "gpt2_reference/data-visualization.npz", allow_pickle=True)
    return {name: torch.tensor(arrays[name]) for name in ("scores", "masked", "weights")}


def test_the_lab_asks_as_much_as_it_promises():
    kinds = [type(record) for record in lab("attention").values()]
    assert kinds.count(Prediction) >= 8
    assert kinds.count(Exercise) >= 8
    assert kinds.count(Bug) >= 5


# What each bug does.


@pytest.mark.parametrize("tokens", [6, 128])
def test_a_softmax_of_a_softmax_never_looks_at_one_token(tokens):
    scores = torch.eye(tokens) * 100
    most = math.e / (math.e + tokens - 1)
    assert broken.attention_weights(scores).max() == pytest.approx(most)
    assert solutions.attention_weights(scores[:, :6] * 0.5).max() > 0.99
    torch.testing.assert_close(broken.attention_weights(scores), scores.softmax(-1).softmax(-1))


def test_a_sum_over_queries_makes_columns_sum_to_one():
    scores = torch.randn(4, 4)
    torch.testing.assert_close(broken.shares(scores).sum(0), torch.ones(4))
    torch.testing.assert_close(solutions.shares(scores).sum(1), torch.ones(4))


def test_a_late_mask_lets_the_future_leak_into_the_past():
    scores = torch.randn(5, 5)
    other = scores.clone()
    other[:, -1] += 3
    late, early = broken.weights_of_the_past, solutions.weights_of_the_past
    assert not torch.allclose(late(scores)[:-1], late(other)[:-1])
    torch.testing.assert_close(early(scores)[:-1], early(other)[:-1])


def test_heads_cut_by_reshape_hold_whole_tokens():
    x = torch.arange(1.0, 9.0).view(2, 4)
    assert broken.split_heads(x, 2)[0].flatten().tolist() == [1, 2, 3, 4]
    assert solutions.split_heads(x, 2)[0].flatten().tolist() == [1, 2, 5, 6]
    torch.testing.assert_close(solutions.merge_heads(solutions.split_heads(x, 2)), x)


def test_sdpa_gives_no_weights_and_eager_does():
    model, tokenizer = copy.deepcopy(practice_model()[0]), practice_model()[1]
    assert broken.all_weights(model, tokenizer, "Once") == []
    (weights,) = solutions.all_weights(model, tokenizer, "Once")
    torch.testing.assert_close(weights.sum(-1), torch.ones(weights.shape[:-1]))
    assert practice_model()[0].config._attn_implementation == "sdpa"


# The solutions against torch and the lab.


def test_the_formula_is_that_of_torch_and_of_the_lab():
    q, k, v = (torch.randn(5, 8) for _ in range(3))
    output = solutions.attention(q, k, v)
    torch.testing.assert_close(output, scaled_dot_product_attention(q, k, v))
    torch.testing.assert_close(output, at.steps(q, k, v, causal=False).output)


def test_the_row_by_hand_is_that_of_the_lab():
    q = torch.tensor([[2.0, 0, 0, 1]])
    k = torch.tensor([[1.0, 1, 0, 0], [0, 1, 1, 0], [-1, 0, 0, 0]])
    weights = at.steps(q, k, k, causal=False).weights[0]
    assert grade(ID + "row-by-hand", weights).state == "right"


def test_the_mask_by_hand_is_that_of_the_lab():
    scores = torch.tensor([0.0, 3.0, 4.0]).log().nan_to_num(neginf=0.0).expand(3, 3)
    assert grade(ID + "mask-by-hand", solutions.weights_of_the_past(scores)[1]).state == "right"


def test_scaled_scores_are_those_of_the_lab():
    x, wq, wk = torch.randn(5, 8), torch.randn(8, 8), torch.randn(8, 8)
    q, k = solutions.split_heads(x @ wq, 4), solutions.split_heads(x @ wk, 4)
    expected = at.steps(q, k, k, causal=False).scaled
    torch.testing.assert_close(solutions.scaled_scores(x, wq, wk, 4), expected)


def test_entropy_and_the_hidden_sink_are_those_of_the_lab():
    weights = torch.randn(6, 6).softmax(-1)
    expected = at.entropy(weights)
    assert [solutions.row_entropy(row) for row in weights] == pytest.approx(expected.tolist())
    causal = solutions.weights_of_the_past(torch.randn(6, 6))
    first = torch.arange(6) == 0
    torch.testing.assert_close(
        solutions.without_first(causal), at.hide(causal, first, renormalise=True)
    )


def test_muting_by_hand():
    output = torch.tensor([[1.0, 2.0], [3.0, 0.0]])
    before, after = torch.tensor([3.0, -1.0]) @ output, torch.tensor([3.0, 0.0]) @ output
    assert grade(ID + "muted-by-hand", after - before).state == "right"


def test_rollout_keeps_rows_of_one_and_one_layer_is_half_residual():
    layers = torch.randn(3, 5, 5).softmax(-1)
    torch.testing.assert_close(solutions.rollout(layers).sum(-1), torch.ones(5))
    once = solutions.rollout(layers[:1])
    torch.testing.assert_close(once, (layers[0] + torch.eye(5)) / 2)


# The figures in the questions.

EVEN = 1 / torch.arange(2, 7)
"""What the first token gets from the others of six, if each spreads its attention evenly."""


def test_the_product_of_64_numbers_spreads_by_8():
    products = (torch.randn(20_000, 64) * torch.randn(20_000, 64)).sum(-1)
    assert lab("attention")[ID + "spread-of-a-product"].answer.value == pytest.approx(
        float(products.std()), rel=0.05
    )


def test_45_weights_are_zero():
    weights = solutions.weights_of_the_past(torch.randn(10, 10))
    assert lab("attention")[ID + "weights-that-are-zero"].answer.value == int((weights == 0).sum())


def test_gpt2s_figures_are_as_told(gpt2):
    weights, unscaled = gpt2["weights"], (gpt2["masked"] * 8).softmax(-1)
    before, after = (float(at.entropy(each).mean()) for each in (weights, unscaled))
    right = next(o for o in lab("attention")[ID + "without-the-scale"].answer if o.right)
    assert f"{before:.2f} bits become {after:.2f}" in right.feedback
    first, even = (100 * float(each.mean()) for each in (weights[..., 1:, 0], EVEN))
    told = lab("attention")[ID + "where-heads-look"].answer.right
    assert f"{first:.0f} % of another sentence (even: {even:.0f})" in told
    assert solutions.previous_token_score(weights[4, 11]) > 0.9998
    twice = gpt2["masked"][4, 11].softmax(-1).softmax(-1)
    assert twice.max() == pytest.approx(0.35, abs=0.005)
