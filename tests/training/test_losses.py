import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from lablib.training.corruption import IGNORE_INDEX
from lablib.training.losses import cross_entropy, cross_entropy_of, score


def inputs(rows, width, vocabulary, seed, dtype=torch.float64):
    rng = torch.Generator().manual_seed(seed)
    hidden = torch.randn(rows, width, generator=rng, dtype=dtype).requires_grad_()
    weight = torch.randn(vocabulary, width, generator=rng, dtype=dtype).requires_grad_()
    bias = torch.randn(vocabulary, generator=rng, dtype=dtype).requires_grad_()
    labels = torch.randint(vocabulary, (rows,), generator=rng)
    labels[torch.rand(rows, generator=rng) < 0.3] = IGNORE_INDEX
    return hidden, weight, bias, labels


@given(
    rows=st.integers(1, 40),
    width=st.integers(1, 6),
    vocabulary=st.integers(1, 9),
    block=st.integers(1, 41),
    with_bias=st.booleans(),
    seed=st.integers(0, 999),
)
def test_loss_and_gradients_are_those_of_the_plain_one(
    rows, width, vocabulary, block, with_bias, seed
):
    hidden, weight, bias, labels = inputs(rows, width, vocabulary, seed, torch.float32)
    bias = bias if with_bias else None
    learned = [tensor for tensor in (hidden, weight, bias) if tensor is not None]
    ours = cross_entropy(hidden, weight, labels, bias, block)
    plain = F.cross_entropy(
        F.linear(hidden, weight, bias), labels, reduction="sum", ignore_index=IGNORE_INDEX
    )
    torch.testing.assert_close(ours, plain, rtol=1e-5, atol=1e-5)
    for got, expected in zip(
        torch.autograd.grad(ours * 0.5, learned),
        torch.autograd.grad(plain * 0.5, learned),
        strict=True,
    ):
        torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-5)


def test_what_does_not_learn_gets_no_gradient():
    hidden, weight, _, labels = inputs(5, 3, 7, 0, torch.float32)
    frozen = weight.detach()
    cross_entropy(hidden, frozen, labels).backward()
    assert hidden.grad is not None and frozen.grad is None


def test_without_gradients_it_is_the_score():
    hidden, weight, bias, labels = inputs(9, 4, 5, 1, torch.float32)
    nats, right = score(hidden, weight, labels, bias, block=2)
    logits = F.linear(hidden, weight, bias)
    torch.testing.assert_close(
        nats, F.cross_entropy(logits, labels, reduction="sum", ignore_index=IGNORE_INDEX)
    )
    assert right == (logits.argmax(-1) == labels).sum()
    with torch.no_grad():
        assert cross_entropy(hidden, weight, labels, bias, block=2) == nats


def test_of_scores_the_gradient_is_the_plain_one():
    hidden, _, _, labels = inputs(7, 5, 5, 2, torch.float32)
    labels = labels.clamp(max=4)
    ours = torch.autograd.grad(cross_entropy_of(hidden, labels, block=3), hidden)[0]
    plain = F.cross_entropy(hidden, labels, reduction="sum", ignore_index=IGNORE_INDEX)
    torch.testing.assert_close(ours, torch.autograd.grad(plain, hidden)[0])


def test_under_autocast_the_products_are_in_16_bits_and_the_gradients_in_32():
    hidden, weight, _, labels = inputs(64, 16, 50, 3, torch.float32)
    with torch.autocast("cpu", torch.bfloat16):
        loss = cross_entropy(hidden, weight, labels, block=20)
    assert loss.dtype == torch.float32
    loss.backward()
    assert weight.grad.dtype == torch.float32
    plain = F.cross_entropy(hidden @ weight.t(), labels, reduction="sum", ignore_index=IGNORE_INDEX)
    assert loss.item() == pytest.approx(plain.item(), rel=0.01)
    assert loss.item() != plain.item()
