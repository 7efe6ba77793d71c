"""The cross-entropy of a large vocabulary, without ever holding all of its scores.

GPT-2 has 50,257 scores for each token. In 32 bits those of 8 × 1,024 tokens are 1.65 GB, and as
much again for their gradient. Here the scores are made for a few hundred tokens at a time, and
turned into the loss and its gradients at once.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.utils.checkpoint import checkpoint

from lablib.masking.compute import IGNORED

CHUNK = 256
"""Rows whose scores exist at one time. Measured on GPT-2's shape: fewer make small products, more
do not fit the caches and are no faster."""


def cross_entropy(
    hidden: Tensor, weight: Tensor, labels: Tensor, bias: Tensor | None = None, chunk: int = CHUNK
) -> Tensor:
    """The sum of the losses of predicting `labels` from what the last layer says.

    Gradients are those of `F.cross_entropy(hidden @ weight.T + bias, labels, reduction="sum")`,
    computed together with the loss as in Hsu et al. 2024, "Liger Kernel". Under autocast the
    products are in its precision, and the softmax in 32 bits.

    Args:
        hidden: the head's input, [rows, width].
        weight: the head's matrix, [vocabulary, width].
        labels: the right entries, int64 [rows]; `IGNORED` where nothing is asked.
        bias: the head's, [vocabulary].
        chunk: rows at a time.

    Returns:
        A scalar in 32 bits, in nats.

    Example:
        >>> hidden, weight, labels = torch.zeros(3, 2), torch.zeros(4, 2), torch.tensor([0, 1, 3])
        >>> cross_entropy(hidden, weight, labels)  # 3 · ln 4
        tensor(4.1589)
    """
    if not torch.is_grad_enabled():
        return score(hidden, weight, labels, bias, chunk)[0]
    return _CrossEntropy.apply(hidden, weight, labels, bias, chunk)


def cross_entropy_of(logits: Tensor, labels: Tensor, chunk: int = CHUNK) -> Tensor:
    """The sum of the losses where there are only scores [rows, vocabulary], in any precision.

    Their copy in 32 bits is made a chunk at a time, forgotten, and made again for the gradient.

    >>> cross_entropy_of(torch.zeros(3, 4), torch.tensor([0, 1, IGNORED]))  # 2 · ln 4
    tensor(2.7726)
    """
    parts = zip(logits.split(chunk), labels.split(chunk), strict=True)
    losses = [checkpoint(_summed, *part, use_reentrant=False) for part in parts]
    return torch.stack(losses).sum()


def _summed(logits: Tensor, labels: Tensor) -> Tensor:
    return nn.functional.cross_entropy(
        logits.float(), labels, ignore_index=IGNORED, reduction="sum"
    )


@torch.no_grad()
def score(
    hidden: Tensor, weight: Tensor, labels: Tensor, bias: Tensor | None = None, chunk: int = CHUNK
) -> tuple[Tensor, Tensor]:
    """The sum of the losses, and how often the highest score was the right one (two scalars)."""
    nats = torch.zeros((), device=hidden.device)
    right = torch.zeros((), device=hidden.device)
    for _, logits, target in _chunks(hidden, weight, labels, bias, chunk):
        nats += _summed(logits, target)
        right += (logits.argmax(-1) == target).sum()
    return nats, right


def _chunks(
    hidden: Tensor, weight: Tensor, labels: Tensor, bias: Tensor | None, chunk: int
) -> Iterator[tuple[slice, Tensor, Tensor]]:
    """Which rows, their scores in 32 bits [chunk, vocabulary], and their labels [chunk]."""
    dtype = product_dtype(hidden)
    matrix = weight.to(dtype).t()
    for start in range(0, len(hidden), chunk):
        rows = slice(start, start + chunk)
        logits = (hidden[rows].to(dtype) @ matrix).float()
        yield rows, logits if bias is None else logits.add_(bias), labels[rows]


def product_dtype(tensor: Tensor) -> torch.dtype:
    """The precision of a matrix product here: autocast's where it is on."""
    kind = tensor.device.type
    return torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else tensor.dtype


class _CrossEntropy(torch.autograd.Function):
    """Loss and gradients in one go: the gradient of a sum's parts does not depend on the rest."""

    @staticmethod
    def forward(
        ctx: Any, hidden: Tensor, weight: Tensor, labels: Tensor, bias: Tensor | None, chunk: int
    ) -> Tensor:
        wanted = ctx.needs_input_grad
        nats = torch.zeros((), device=hidden.device)
        to_hidden = torch.empty_like(hidden) if wanted[0] else None
        to_weight = torch.zeros_like(weight) if wanted[1] else None
        to_bias = torch.zeros_like(bias) if bias is not None and wanted[3] else None
        dtype = product_dtype(hidden)
        matrix = weight.to(dtype)
        for rows, logits, target in _chunks(hidden, matrix, labels, bias, chunk):
            nats += _loss_then_gradient(logits, target)
            slope = logits.to(dtype)  # [chunk, vocabulary]
            if to_hidden is not None:
                to_hidden[rows] = slope @ matrix
            if to_weight is not None:
                _add_product(to_weight, slope.t(), hidden[rows].to(dtype))
            if to_bias is not None:
                to_bias += logits.sum(0)
        ctx.gradients = to_hidden, to_weight, to_bias
        return nats

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, scale: Tensor) -> tuple[Tensor | None, ...]:
        to_hidden, to_weight, to_bias = (
            None if gradient is None else gradient.mul_(scale) for gradient in ctx.gradients
        )
        ctx.gradients = None
        return to_hidden, to_weight, None, to_bias, None


def _loss_then_gradient(logits: Tensor, target: Tensor) -> Tensor:
    """The summed loss of scores [rows, vocabulary]; the scores become its gradient, softmax minus
    one at the label, in place.
    """
    asked = target != IGNORED
    place = target.where(asked, 0)[:, None]
    norm = logits.logsumexp(-1, keepdim=True)
    losses = (norm - logits.gather(1, place)).squeeze(1) * asked
    logits.sub_(norm).exp_()
    logits.scatter_add_(1, place, torch.full_like(norm, -1.0))
    logits.mul_(asked[:, None])
    return losses.sum()


def _add_product(total: Tensor, a: Tensor, b: Tensor) -> None:
    """Add a @ b to a total, with no third matrix where all are of one precision."""
    if total.dtype == a.dtype:
        total.addmm_(a, b)
    else:
        total.add_(a @ b)
