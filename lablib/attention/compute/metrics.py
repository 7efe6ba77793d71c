"""One number per head: what kind of head it is.

Every metric is a mean over the tokens that look (the queries), so it can be compared between texts
and models. A metric a text says nothing about (whether a head finds repeated tokens, in a text
where none is repeated) is not-a-number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from transformers import PreTrainedModel

from lablib.attention.compute.heads import AttentionMaps, Kind, maps
from lablib.attention.compute.steps import entropy
from lablib.attention.compute.text import Reading
from lablib.models import LoadedModel
from lablib.models.text import positions, vectors
from lablib.models.watching import watchable
from lablib.numbers import require_count


class Metric(NamedTuple):
    """What a metric tells: its name for people, what it is, its unit, and who it is from."""

    title: str
    meaning: str
    unit: str
    source: str


METRICS = {
    "entropy": Metric(
        "Entropy",
        "How spread out the attention is: 0 on one token, log2(n) on n tokens alike.",
        "bits",
        "Ghader and Monz 2017, What does Attention in Neural Machine Translation Pay Attention to?",
    ),
    "previous_token": Metric(
        "Previous token",
        "The attention paid to the token just before.",
        "weight",
        "Clark et al. 2019, What Does BERT Look At?",
    ),
    "next_token": Metric(
        "Next token",
        "The attention paid to the token just after; always 0 where no token sees what comes.",
        "weight",
        "Clark et al. 2019, What Does BERT Look At?",
    ),
    "first_token": Metric(
        "First token (sink)",
        "The attention paid to the very first token; where it gets much it is called a sink.",
        "weight",
        "Xiao et al. 2023, Efficient Streaming Language Models with Attention Sinks",
    ),
    "special_token": Metric(
        "Special tokens",
        "The attention paid to the model's own marks, such as [CLS] and [SEP].",
        "weight",
        "Clark et al. 2019, What Does BERT Look At?",
    ),
    "same_token": Metric(
        "Same token",
        "The attention paid to other places of the same token, by tokens that have such a place.",
        "weight",
        "Wang et al. 2022, Interpretability in the Wild (duplicate token heads)",
    ),
    "induction": Metric(
        "Induction",
        "The attention paid to what followed the same token before, by tokens seen before.",
        "weight",
        "Olsson et al. 2022, In-context Learning and Induction Heads (prefix matching)",
    ),
    "distance": Metric(
        "Mean distance",
        "How many tokens away the attention goes, on average.",
        "tokens",
        "Vig and Belinkov 2019, Analyzing the Structure of Attention in a Transformer",
    ),
}
"""Every metric of `HeadMetrics`, in the order to show them."""

TEXTS = (
    "The cook put salt in the soup and tasted it again.",
    "When the rain stopped, two children ran down to the river.",
    "She wrote a letter to her brother, but she never sent it.",
    "Every night the old lamp at the corner goes out at ten.",
    "He asked why the train was late, and nobody knew.",
    "A small boat with a red sail came slowly into the harbour.",
)
"""Some sentences that have little in common, to see which heads do the same whatever they read."""


OF_THE_REST = (
    "Some heads give a part of their attention to no token: entropy and mean distance are those of "
    "the part that goes to tokens."
)
"""What is said where metrics need rows that sum to 1 and rows do not."""

BYTES = 4 * 2**20
"""The most bytes of weights to measure at once: layers together where they are small."""


@dataclass(frozen=True, eq=False)
class HeadMetrics:
    """Each metric for every head, [layers, heads]; what they are is said in `METRICS`.

    Where heads give a part of their attention to no token (see `AttentionMaps.missing`), `entropy`
    and `distance` are those of the rest, and the `note` says so; the other metrics are weights as
    they are.
    """

    entropy: Tensor
    previous_token: Tensor
    next_token: Tensor
    first_token: Tensor
    special_token: Tensor
    same_token: Tensor
    induction: Tensor
    distance: Tensor
    note: str = ""

    def top(self, name: str, k: int = 5) -> list[tuple[int, int, float]]:
        """The k heads with the highest value of a metric: layer, head, value."""
        return top_heads(getattr(self, name), k)


def head_metrics(maps: AttentionMaps) -> HeadMetrics:
    """Every metric of every head for one text.

    Raises:
        ValueError: for cross-attention, where the tokens that look and those that are looked at
            are of different texts.

    Example:
        >>> from lablib import attention as at, models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> maps = at.maps(m, "The cat sat")
        >>> at.head_metrics(maps).entropy.shape == maps.weights.shape[:2]
        True
    """
    if maps.kind == "cross":
        raise ValueError(
            "These metrics compare places in one text; cross-attention goes from one to another."
        )
    together = max(1, BYTES // (4 * maps.weights[0].numel()))
    parts = zip(maps.weights.split(together), maps.missing.split(together), strict=True)
    layers = [_metrics(some.float(), missing, maps.queries, maps.kind) for some, missing in parts]
    stacked = {name: torch.cat([each[name] for each in layers]) for name in METRICS}
    return HeadMetrics(**stacked, note=OF_THE_REST if maps.missing.any() else "")


def _metrics(weights: Tensor, missing: Tensor, text: Reading, kind: Kind) -> dict[str, Tensor]:
    """Every metric for the heads of some layers, [layer, head, query, key] → [layer, head] each;
    `missing` is [layer, head, query].
    """
    to_tokens = (1 - missing).clamp(min=torch.finfo(weights.dtype).tiny)[..., None]
    shares = torch.where(missing[..., None] > 0, weights / to_tokens, weights)
    ids, marks = torch.tensor(text.ids), torch.tensor(text.special)
    behind = _behind(len(ids))
    in_reach = behind != 0 if kind == "encoder" else behind > 0
    return {
        **_scores(weights, ids),
        "entropy": entropy(shares).mean(-1),
        "next_token": weights.diagonal(1, -2, -1).mean(-1),
        "special_token": (weights * marks).sum(-1).mean(-1),
        "same_token": _paid(weights, in_reach & (ids[:, None] == ids)),
        "distance": (shares * behind.abs()).sum(-1).mean(-1),
    }


def _scores(weights: Tensor, ids: Tensor) -> dict[str, Tensor]:
    """The metrics that also make sense for random tokens, […, query, key] → […] each."""
    behind = _behind(len(ids))
    seen_before = (behind > 0) & (ids[:, None] == ids)
    return {
        "previous_token": weights.diagonal(-1, -2, -1).mean(-1),
        "first_token": _paid(weights, (behind > 0) & (torch.arange(len(ids)) == 0)),
        "induction": _paid(weights, _key_before(seen_before)),
    }


def _behind(tokens: int) -> Tensor:
    """How far before its query a key lies, [query, key]; below 0 if it comes after."""
    places = torch.arange(tokens)
    return places[:, None] - places


def _key_before(where: Tensor) -> Tensor:
    """Whether it is so for the key before, [query, key] of bool → the same.

    >>> _key_before(torch.tensor([[True, False, True]]))
    tensor([[False, True, False]])
    """
    return torch.nn.functional.pad(where, (1, 0))[..., :-1]


def _paid(weights: Tensor, where: Tensor) -> Tensor:
    """The mean attention queries pay to the keys they have in `where`, [query, key] → […, head];
    queries without such keys are left out, and not-a-number if none is left.

    >>> weights = torch.tensor([[[1.0, 0.0], [0.25, 0.75]]])
    >>> _paid(weights, torch.tensor([[False, False], [True, False]]))
    tensor([0.2500])
    """
    return (weights * where).sum(-1)[..., where.any(-1)].mean(-1)


@torch.inference_mode()
def head_scores(model: PreTrainedModel, length: int = 48, rows: int = 8) -> dict[str, Tensor]:
    """How far each head does one thing, whatever the text: scores [layers, heads] from 0 to 1.

    The text is random tokens, repeated once: nothing in it can be known but from the first half.
    The scores are `previous_token`, `first_token` and `induction` (see `METRICS`).

    Args:
        length: how many random tokens there are before they are repeated.
        rows: over how many such texts the scores are averaged.

    Example:
        >>> from lablib import attention as at, models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> sorted(at.head_scores(m.model, length=8, rows=2))
        ['first_token', 'induction', 'previous_token']
    """
    require_count("length", length)
    require_count("rows", rows)
    length = min(length, (positions(model) or 2 * length) // 2)
    rng = torch.Generator().manual_seed(0)
    half = torch.randint(1, vectors(model), (rows, length), generator=rng)
    texts = torch.cat([half, half], dim=1)
    output = watchable(model)(texts.to(model.device), output_attentions=True)
    weights = torch.stack(output.attentions).float().cpu()  # [layers, rows, heads, query, key]
    found = [_scores(weights[:, row], texts[row]) for row in range(rows)]
    return {name: torch.stack([row[name] for row in found]).mean(0) for name in found[0]}


def induction_scores(m: LoadedModel, length: int = 48, rows: int = 8) -> Tensor:
    """How far each head is an induction head, [layers, heads], on random tokens repeated once.

    An induction head looks at what followed the present token last time, and so can continue a
    repetition (Olsson et al. 2022). On random tokens nothing else would lead it there.

    Raises:
        ValueError: for an encoder-decoder model.

    Example:
        >>> from lablib import attention as at, models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> scores = at.induction_scores(m, length=8, rows=2)
        >>> scores.ndim, bool((scores <= 1).all())
        (2, True)
    """
    if m.model.config.is_encoder_decoder:
        raise ValueError(
            f"{m.card.name} reads and writes in two parts, and this looks at models of one: choose "
            "another model, such as pocket-gpt2."
        )
    return head_scores(m.model, length, rows)["induction"]


def change(m: LoadedModel, texts: Sequence[str] = TEXTS) -> Tensor:
    """How much each head's attention depends on what the text says, [layers, heads], in bits.

    For every place of a text: how far the texts' rows of weights are from their mean row (the
    Jensen-Shannon divergence; Lin 1991, "Divergence Measures Based on the Shannon Entropy"),
    averaged over the places all texts have. 0: the head looks at the same places whatever stands
    there, as a previous-token head does. At most log2 of the number of texts.

    Raises:
        ValueError: if there are fewer than two texts.

    Example:
        >>> from lablib import attention as at, models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> change = at.change(m, ["The cat sat", "A king came"])
        >>> change.ndim, bool((change >= -1e-6).all() and (change <= 1 + 1e-6).all())
        (2, True)
    """
    if len(texts) < 2:
        raise ValueError("To see what changes with the text there must be two texts or more.")
    found = [maps(m, text) for text in texts]
    shortest = min(len(each.tokens) for each in found)
    rows = torch.stack([_first(each.weights.float(), shortest) for each in found])
    divergence = entropy(rows.mean(0)) - entropy(rows).mean(0)  # [layers, heads, query]
    return divergence.clamp(min=0).mean(-1)


def _first(weights: Tensor, tokens: int) -> Tensor:
    """The attention among the first tokens, each row made to sum to 1 again."""
    part = weights[..., :tokens, :tokens]
    return part / part.sum(-1, keepdim=True).clamp(min=torch.finfo(part.dtype).tiny)


def top_heads(scores: Tensor, k: int = 5) -> list[tuple[int, int, float]]:
    """The k heads with the highest of the scores [layers, heads]: layer, head (from 0) and score.

    A score that is not a number comes in no list.

    >>> top_heads(torch.tensor([[0.0, 0.25], [0.5, float("nan")]]), 2)
    [(1, 0, 0.5), (0, 1, 0.25)]
    """
    flat = scores.flatten()
    known = flat.isfinite().nonzero().flatten()
    best = known[flat[known].argsort(descending=True)][:k]
    heads = scores.shape[1]
    return [(int(i) // heads, int(i) % heads, float(flat[i])) for i in best]
