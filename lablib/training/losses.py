"""The cross-entropy of a large vocabulary, with one copy of its scores instead of four.

GPT-2 has 50,257 scores for each token. In 32 bits those of 8 × 1,024 tokens are 1.65 GB; a usual
loop keeps them in 16 bits and in 32, and the gradients of both. Here scores are made for a block of
tokens at a time, in the precision of the products, and are overwritten by their own gradient; only
a few rows of them are ever there in 32 bits.
"""

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.utils.checkpoint import checkpoint

from lablib.numbers import require_count
from lablib.training.corruption import IGNORE_INDEX

if TYPE_CHECKING:
    from transformers import PreTrainedModel

BLOCK = 1024
"""Rows whose scores exist at one time: enough for products to be fast. GPT-2's are 103 MB."""

CPU_ROWS = 16
"""Rows that are there in 32 bits at one time on a CPU: they stay in its cache."""


def cross_entropy(
    hidden: Tensor, weight: Tensor, labels: Tensor, bias: Tensor | None = None, block: int = BLOCK
) -> Tensor:
    """The sum of the losses of predicting `labels` from what the last layer says.

    Gradients are those of `F.cross_entropy(hidden @ weight.T + bias, labels, reduction="sum")`,
    computed together with the loss as in Hsu et al. 2024, "Liger Kernel". Under autocast the
    products are in its precision, and the softmax in 32 bits.

    Args:
        hidden: the head's input, [rows, width].
        weight: the head's matrix, [vocabulary, width].
        labels: the right entries, int64 [rows]; `IGNORE_INDEX` where nothing is asked.
        bias: the head's, [vocabulary].
        block: rows at a time.

    Returns:
        A scalar in 32 bits, in nats.

    Example:
        >>> hidden, weight, labels = torch.zeros(3, 2), torch.zeros(4, 2), torch.tensor([0, 1, 3])
        >>> cross_entropy(hidden, weight, labels)  # 3 · ln 4
        tensor(4.1589)
    """
    if not torch.is_grad_enabled():
        return score(hidden, weight, labels, bias, block)[0]
    return _CrossEntropy.apply(hidden, weight, labels, bias, block)


def cross_entropy_of(logits: Tensor, labels: Tensor, block: int = BLOCK) -> Tensor:
    """The sum of the losses where there are only scores [rows, vocabulary], in any precision.

    Their copy in 32 bits is made a block at a time, forgotten, and made again for the gradient.

    >>> cross_entropy_of(torch.zeros(3, 4), torch.tensor([0, 1, IGNORE_INDEX]))  # 2 · ln 4
    tensor(2.7726)
    """
    parts = zip(logits.split(block), labels.split(block), strict=True)
    losses = [checkpoint(_summed, *part, use_reentrant=False) for part in parts]
    return torch.stack(losses).sum()


def _summed(logits: Tensor, labels: Tensor) -> Tensor:
    return nn.functional.cross_entropy(
        logits.float(), labels, ignore_index=IGNORE_INDEX, reduction="sum"
    )


@torch.no_grad()
def score(
    hidden: Tensor, weight: Tensor, labels: Tensor, bias: Tensor | None = None, block: int = BLOCK
) -> tuple[Tensor, Tensor]:
    """The sum of the losses, and how often the highest score was the right one (two scalars)."""
    dtype = product_dtype(hidden)
    matrix = weight.to(dtype).t()
    sums = torch.zeros(2, device=hidden.device)
    for part, target in zip(hidden.split(block), labels.split(block), strict=True):
        logits = (part.to(dtype) @ matrix).float()
        logits = logits if bias is None else logits.add_(bias)
        sums += torch.stack([_summed(logits, target), (logits.argmax(-1) == target).sum()])
    return sums[0], sums[1]


def product_dtype(tensor: Tensor) -> torch.dtype:
    """The precision of a matrix product here: autocast's where it is on."""
    kind = tensor.device.type
    return torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else tensor.dtype


class _CrossEntropy(torch.autograd.Function):
    """Loss and gradients in one go: the gradient of a sum's parts does not depend on the rest."""

    @staticmethod
    def forward(
        ctx: Any, hidden: Tensor, weight: Tensor, labels: Tensor, bias: Tensor | None, block: int
    ) -> Tensor:
        wanted, dtype = ctx.needs_input_grad, product_dtype(hidden)
        matrix = weight.to(dtype)
        nats = torch.zeros((), device=hidden.device)
        to_hidden, to_weight, to_bias = [], None, None
        for rows, target in zip(hidden.split(block), labels.split(block), strict=True):
            rows = rows.to(dtype)
            grad_logits = rows @ matrix.t()  # scores [block, vocabulary], then their gradient
            nats += _to_gradient(grad_logits, target, bias)
            if wanted[0]:
                to_hidden.append(grad_logits @ matrix)
            if wanted[1]:
                to_weight = _plus(to_weight, grad_logits.t() @ rows)
            if wanted[3]:
                to_bias = _plus(to_bias, grad_logits.sum(0, dtype=torch.float32))
        ctx.gradients = torch.cat(to_hidden) if to_hidden else None, to_weight, to_bias
        ctx.dtypes = hidden.dtype, weight.dtype, torch.float32
        return nats

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, scale: Tensor) -> tuple[Tensor | None, ...]:
        to_hidden, to_weight, to_bias = (
            None if gradient is None else gradient.to(dtype).mul_(scale)
            for gradient, dtype in zip(ctx.gradients, ctx.dtypes, strict=True)
        )
        ctx.gradients = None
        return to_hidden, to_weight, None, to_bias, None


def _plus(total: Tensor | None, part: Tensor) -> Tensor:
    """A running sum, kept in 32 bits as soon as there is something to add up."""
    return part if total is None else total.float().add_(part)


def _to_gradient(scores: Tensor, labels: Tensor, bias: Tensor | None) -> Tensor:
    """The summed loss of scores [rows, vocabulary], which become its gradient in place."""
    rows = CPU_ROWS if scores.device.type == "cpu" else len(scores)
    losses = []
    for part, target in zip(scores.split(rows), labels.split(rows), strict=True):
        logits = part.float()
        if bias is not None:
            logits.add_(bias)
        losses.append(_softmax_minus_one(logits, target))
        if part.dtype != logits.dtype:
            part.copy_(logits)
    return torch.cat(losses).sum()


def _softmax_minus_one(logits: Tensor, target: Tensor) -> Tensor:
    """The losses [rows] of scores in 32 bits [rows, vocabulary], which become their gradients: the
    softmax, minus one at the label.
    """
    asked = target != IGNORE_INDEX
    place = target.where(asked, 0)[:, None]
    logits.sub_(logits.amax(-1, keepdim=True))
    chosen = logits.gather(1, place)
    total = logits.exp_().sum(-1, keepdim=True)
    logits.mul_(asked[:, None] / total)
    logits.scatter_add_(1, place, -asked[:, None].float())
    return (total.log() - chosen).squeeze(1) * asked


# --- of a text --------------------------------------------------------------------------------


@torch.inference_mode()
def token_losses(model: "PreTrainedModel", ids: Tensor, context: int) -> Tensor:
    """The loss of every id but the first given those before it, in nats, [tokens − 1] on the CPU.

    Every token is predicted once, with at least half a context before it (but for the first ones):
    windows of the whole context move on by half of it.

    Args:
        ids: [tokens].
        context: how many tokens the model reads at once, 1 or more.

    Raises:
        ValueError: if `context` is below 1.

    Example: after "He shook his" the last word was to be expected.
        >>> from lablib import models
        >>> m = models.load("pocket-gpt2")
        >>> ids = torch.tensor(m.tokenizer("He shook his head")["input_ids"])
        >>> losses = token_losses(m.model, ids, context=8)
        >>> losses.shape, bool(losses[-1] < 0.5)
        (torch.Size([3]), True)
    """
    require_count("context", context)
    losses, scored = [], 1
    while scored < len(ids):
        start = max(0, scored - max(context // 2, 1))
        window = ids[start : start + context + 1].to(model.device)
        logits = model(window[None, :-1]).logits[0].float()
        nats = nn.functional.cross_entropy(logits, window[1:], reduction="none")
        losses.append(nats[scored - start - 1 :].cpu())
        scored = start + len(window)
    return torch.cat(losses) if losses else torch.zeros(0)
