"""Attention from scratch: softmax(QKᵀ/√d_k)V, stage by stage.

Every token asks a question (its *query*) and offers an answer to others' questions (its *key*).
The dot product of the two says how well they fit: the *score*. Scores are divided by √d_k, those of
later tokens are removed (the causal mask), and the softmax turns each row into weights that sum to
1. With these weights the tokens' *values* are averaged. Source: Vaswani et al. 2017, "Attention Is
All You Need", section 3.2.1.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

HIDDEN = -math.inf
"""The score of a key that a query may not see."""
COLDEST = 1e-30
"""The lowest temperature: scores divided by less are too large for 32 bits."""


@dataclass(frozen=True, eq=False)
class AttentionSteps:
    """Every stage of one attention, for any leading dims (…) such as layers and heads.

    Attributes:
        scores: how well each key fits each query, QKᵀ, […, query, key].
        scaled: the scores times `scale`, divided by the temperature, plus the bias.
        masked: the same, with minus infinity where a query may not look.
        weights: after the softmax: each row sums to 1.
        output: the weighted sum of the values, [..., query, value size].
        scale: what the scores were multiplied by; 1/√d_k by default.
    """

    scores: Tensor
    scaled: Tensor
    masked: Tensor
    weights: Tensor
    output: Tensor
    scale: float

    @property
    def entropy(self) -> Tensor:
        """How spread out each query's attention is, in bits, […, query] (see `entropy`)."""
        return entropy(self.weights)


def steps(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    causal: bool = True,
    scale: bool | float = True,
    temperature: float = 1.0,
    *,
    bias: Tensor | None = None,
    hidden: Tensor | None = None,
) -> AttentionSteps:
    """Compute attention, and keep every stage of it.

    Args:
        q: queries, […, query, d_k].
        k: keys, […, key, d_k]; the leading dims are those of the queries.
        v: values, […, key, value size].
        causal: whether a token sees only itself and what came before. With fewer queries than keys
            the queries are the last tokens.
        scale: True for 1/√d_k, False for none, or the number itself.
        temperature: divides the scaled scores: below 1 sharpens the attention, above 1 spreads it.
        bias: what some models add to the scaled scores (T5 by the distance of two tokens),
            broadcast to […, query, key].
        hidden: what else may not be seen, True there, broadcast to […, query, key]: padding, or
            what lies outside a sliding window.

    Returns:
        The stages, in float32 for 16-bit inputs, else in the precision of the inputs.

    Raises:
        ValueError: if the shapes do not fit, or a number cannot be used.

    Example: two tokens. The first sees only itself, the second both.
        >>> q = k = torch.tensor([[2.0, 0.0], [0.0, 2.0]])
        >>> result = steps(q, k, v=torch.tensor([[1.0], [0.0]]), scale=0.5)
        >>> result.masked
        tensor([[2., -inf],
                [0., 2.]])
        >>> result.weights
        tensor([[1.0000, 0.0000],
                [0.1192, 0.8808]])
        >>> result.output
        tensor([[1.0000],
                [0.1192]])
    """
    _check(q, k, v, causal)
    factor = _factor(scale, q.shape[-1])
    if not (isinstance(temperature, int | float) and COLDEST <= temperature < math.inf):
        raise ValueError(
            f"temperature must be a number above 0, {COLDEST:g} at least, and it was "
            f"{temperature!r}."
        )
    q, k, v = (part.to(torch.promote_types(part.dtype, torch.float32)) for part in (q, k, v))
    scores = q @ k.transpose(-1, -2)
    scaled = scores * factor
    scaled = (scaled if bias is None else scaled + bias) / temperature
    masked = scaled.masked_fill(_future(q, k), HIDDEN) if causal else scaled
    masked = masked if hidden is None else masked.masked_fill(hidden, HIDDEN)
    weights = masked.softmax(-1)
    return AttentionSteps(scores, scaled, masked, weights, weights @ v, factor)


def _check(q: Tensor, k: Tensor, v: Tensor, causal: bool) -> None:
    """Refuse shapes that do not fit, in a sentence."""
    shapes = f"q {list(q.shape)}, k {list(k.shape)}, v {list(v.shape)}"
    if min(q.ndim, k.ndim, v.ndim) < 2 or 0 in (*q.shape, *k.shape, *v.shape):
        raise ValueError(f"q, k and v must be […, tokens, size] and not empty, not {shapes}.")
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"Queries and keys must be of one size to be multiplied, not {shapes}.")
    if k.shape[:-1] != v.shape[:-1] or q.shape[:-2] != k.shape[:-2]:
        raise ValueError(f"Every key needs one value, and q, k, v the same heads, not {shapes}.")
    if causal and q.shape[-2] > k.shape[-2]:
        raise ValueError(f"With a causal mask there must be a key for every query, not {shapes}.")


def _factor(scale: bool | float, size: int) -> float:
    """The number to multiply the scores by.

    >>> _factor(True, 64), _factor(False, 64), _factor(0.5, 64)
    (0.125, 1.0, 0.5)
    """
    if isinstance(scale, bool):
        return size**-0.5 if scale else 1.0
    if not math.isfinite(scale):
        raise ValueError(f"scale must be True, False or a number, and it was {scale!r}.")
    return float(scale)


def _future(q: Tensor, k: Tensor) -> Tensor:
    """Where a key comes after its query, [query, key]; the queries are the last of the tokens."""
    queries, keys = q.shape[-2], k.shape[-2]
    return torch.ones(queries, keys, dtype=torch.bool, device=q.device).triu(keys - queries + 1)


def entropy(weights: Tensor) -> Tensor:
    """How spread out attention is, in bits: -Σ w log2 w over the keys.
    […, query, key] → […, query].

    0 for one key alone; log2(n) for n keys alike. Not-a-number stays not-a-number.

    Example:
        >>> entropy(torch.tensor([[1.0, 0.0], [0.5, 0.5]]))
        tensor([0., 1.])
    """
    nats: Tensor = torch.special.entr(weights.to(torch.promote_types(weights.dtype, torch.float32)))
    return nats.sum(-1).clamp(min=0) / math.log(2)


def hide(weights: Tensor, keys: Tensor, renormalise: bool = False) -> Tensor:
    """The weights without some of the keys: their columns are set to 0. […, query, key] → the same.

    Many heads rest on the first token or on [SEP] when they have nothing to do (Xiao et al. 2023,
    "Efficient Streaming Language Models with Attention Sinks"); without those columns the rest of
    the picture can be seen. It is a picture only: the model computed with all of them.

    Args:
        keys: which columns to hide, [key] of bool.
        renormalise: whether to divide what is left of each row by its sum; a row of which nothing
            is left stays 0.

    Example:
        >>> weights = torch.tensor([[1.0, 0.0], [0.75, 0.25]])
        >>> hide(weights, torch.tensor([True, False]))
        tensor([[0.0000, 0.0000],
                [0.0000, 0.2500]])
        >>> hide(weights, torch.tensor([True, False]), renormalise=True)
        tensor([[0., 0.],
                [0., 1.]])
    """
    left = weights.masked_fill(keys.to(weights.device), 0)
    if not renormalise:
        return left
    total = left.sum(-1, keepdim=True)
    return torch.where(total > 0, left / total, left)
