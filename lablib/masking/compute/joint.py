"""Filling several gaps so that the words fit together.

A masked-word model says what it expects at each gap while the other gaps are still open. Taken one
by one, such guesses clash: in "[MASK] [MASK] is the capital of France" two gaps may both expect
the same half of a name. To let one guess know of another, the first is written down and the model
reads the text again:

    p(v₁, v₂, … | text) = p(v₁ | text) · p(v₂ | text, v₁) · …

This product over the gaps from left to right is what is called the joint probability here. It is a
true distribution over all combinations, but not the only one: a masked-word model was never taught
that its conditionals agree, so another order of the gaps gives somewhat other numbers (Goyal et al.
2022, "Exposing the Implicit Energy Networks behind Masked Language Models"; Torroba Hennigen and
Kim 2023, "Deriving Language Models from Masked Language Models").
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import torch
from torch import Tensor

from lablib.masking.compute.fill import chain_rule_log_probs, pieces
from lablib.masking.compute.reading import logits_at
from lablib.masking.compute.text import MaskedText, prepare
from lablib.models.hub import Progress
from lablib.numbers import require_count

if TYPE_CHECKING:
    from lablib.models import LoadedModel

Order = Literal["independent", "left to right", "most certain first"]
ORDERS: tuple[Order, ...] = get_args(Order)
"""How `fill_in_order` can go about several gaps."""

TOKENS = 16_384
"""How many tokens a search for the best combinations may read before it stops widening."""
NARROWEST = 16
"""With how many beams the search begins."""


@dataclass(frozen=True)
class Filling:
    """A word for every gap.

    Attributes:
        ids, pieces: the tokens and their texts, [masks], in the order of the text.
        seen: of each token, natural log, as the model saw it when the token was chosen, [masks].
        order: the gaps in the order in which they were filled, [masks].
        log_probability: of all of them together, natural: the joint probability from left to right.
    """

    ids: tuple[int, ...]
    pieces: tuple[str, ...]
    seen: tuple[float, ...]
    order: tuple[int, ...]
    log_probability: float

    @property
    def probability(self) -> float:
        """Of all tokens together."""
        return math.exp(self.log_probability)

    @property
    def claimed(self) -> float:
        """What the guesses themselves promise: the product of their probabilities as seen."""
        return math.exp(sum(self.seen))


@dataclass(frozen=True)
class JointFill:
    """The most probable combinations of words for the gaps of a text.

    Attributes:
        read: the text as the model read it.
        fillings: the best combinations, the most probable first.
        exact: whether it is certain that no better combination was missed.
        beams: how many beginnings were kept at each gap.
    """

    read: MaskedText
    fillings: tuple[Filling, ...]
    exact: bool
    beams: int

    def top(self, k: int | None = None) -> tuple[Filling, ...]:
        """The k best combinations; all that were kept if k is None."""
        return self.fillings[:k]

    def table(self) -> list[dict[str, Any]]:
        """One row per combination: its `pieces` and their joint `probability`."""
        return [
            {"pieces": filling.pieces, "probability": filling.probability}
            for filling in self.fillings
        ]


def fill_joint(
    m: "LoadedModel", text: str | MaskedText, k: int = 5, progress: Progress | None = None
) -> JointFill:
    """The k most probable combinations of tokens for all masks of a text together.

    Beam search from left to right: at each mask only the most probable beginnings go on. No
    continuation is more probable than its beginning, so if the k-th result is at least as probable
    as every beginning that was dropped, it is certain that nothing better was missed. If not, the
    search begins anew with four times the beams, until it is certain or has read `TOKENS` tokens.

    Args:
        progress: called as `progress(done, total, text)`; raise from it to stop.

    Raises:
        ValueError: if there is no mask, the model does not fill in masks, or k is below 1.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-bert", kind="masked")
        >>> found = fill_joint(m, "The [MASK] sat on the [MASK].", k=3)
        >>> best, second, third = found.fillings
        >>> len(best.pieces), best.probability >= second.probability >= third.probability
        (2, True)
    """
    says = f"k is how many combinations to find, 1 or more, and it was {k}."
    require_count("k", k, says=says)
    read = prepare(m, text)
    read.require_mask()
    beams, budget = max(k, NARROWEST), TOKENS
    for wider in _widths(beams, len(read.masks) * len(read.ids), budget):
        beams = wider
        found, exact = _search(m, read, beams, k, progress)
        if exact:
            break
    return JointFill(read, found, exact, beams)


def _widths(first: int, cost: int, budget: int) -> Iterator[int]:
    """Numbers of beams to try, each four times the last, while the budget lasts; one at least.

    >>> list(_widths(16, 20, 2000)), list(_widths(16, 1000, 2000))
    ([16, 64], [16])
    """
    yield first
    while (spent := first * cost) <= budget and 4 * spent + spent <= budget:
        first *= 4
        budget -= spent
        yield first


def _search(
    m: "LoadedModel", read: MaskedText, beams: int, k: int, progress: Progress | None
) -> tuple[tuple[Filling, ...], bool]:
    """One beam search; the k best fillings, and whether nothing better can have been dropped."""
    values = torch.empty(1, 0, dtype=torch.long)  # [beams, masks filled]
    seen = torch.zeros(1, 0)  # their log-probabilities, [beams, masks filled]
    dropped = -math.inf
    for number, place in enumerate(read.masks):
        if progress:
            progress(number, len(read.masks), f"gaps, {beams} beams")
        scores = _next_scores(m, read, values, place)  # [beams, vocab]
        likely = scores.topk(min(beams + 1, scores.shape[1]))  # no other can be among the best
        totals = (seen.sum(1, keepdim=True) + likely.values).flatten()
        best = totals.topk(min(beams + 1, len(totals)))
        if len(best.values) > beams:
            dropped = max(dropped, float(best.values[beams]))
        kept = best.indices[:beams]
        rows, columns = kept // likely.values.shape[1], kept % likely.values.shape[1]
        values = torch.cat([values[rows], likely.indices[rows, columns, None]], dim=1)
        seen = torch.cat([seen[rows], likely.values[rows, columns, None]], dim=1)
    fillings = tuple(_filling(m, v, s) for v, s in zip(values[:k], seen[:k], strict=True))
    return fillings, len(fillings) == k and fillings[-1].log_probability >= dropped - 1e-6


def _next_scores(m: "LoadedModel", read: MaskedText, values: Tensor, place: int) -> Tensor:
    """The log-probabilities at a mask for each of some beginnings, [beams, vocab]."""
    rows = torch.tensor(read.ids).repeat(len(values), 1)
    rows[:, list(read.masks[: values.shape[1]])] = values
    return logits_at(m, rows.tolist(), [[place]] * len(rows)).log_softmax(-1)


def _filling(m: "LoadedModel", values: Tensor, seen: Tensor) -> Filling:
    ids = tuple(values.tolist())
    total = float(seen.sum())
    return Filling(ids, pieces(m, ids), tuple(seen.tolist()), tuple(range(len(ids))), total)


def fill_in_order(
    m: "LoadedModel", text: str | MaskedText, order: Order = "left to right"
) -> Filling:
    """Fill every mask with the token the model finds most probable, in one of three `ORDERS`.

    "independent": all at once, none knows of the others. "left to right": each knows what stands
    in the gaps before it. "most certain first": whichever gap has the most probable token is filled
    next, and the text read again.

    The filling's `log_probability` is the joint one from left to right whatever the order, so that
    fillings can be compared; `claimed` is what the guesses promised.

    Raises:
        ValueError: if there is no mask, or no such order.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-bert", kind="masked")
        >>> filling = fill_in_order(m, "The [MASK] sat on the [MASK].", "most certain first")
        >>> sorted(filling.order)
        [0, 1]
    """
    if order not in ORDERS:
        raise ValueError(f"The order is one of {', '.join(ORDERS)}, not {order!r}.")
    read = prepare(m, text)
    read.require_mask()
    row, left, chosen = list(read.ids), list(range(len(read.masks))), {}
    while left:
        places = [read.masks[mask] for mask in left]
        best = logits_at(m, [row], [places]).log_softmax(-1).max(-1)
        now = range(len(left)) if order == "independent" else [0]
        if order == "most certain first":
            now = [int(best.values.argmax())]
        for at in now:
            row[places[at]] = int(best.indices[at])
            chosen[left[at]] = float(best.values[at])
        left = [mask for mask in left if mask not in chosen]
    ids = tuple(row[place] for place in read.masks)
    seen = tuple(chosen[mask] for mask in range(len(ids)))
    total = float(chain_rule_log_probs(m, read.ids, read.masks, [ids]).sum())
    return Filling(ids, pieces(m, ids), seen, tuple(chosen), total)


def compare_orders(
    m: "LoadedModel", text: str | MaskedText, k: int = 5, progress: Progress | None = None
) -> tuple[dict[Order, Filling], JointFill]:
    """What each of the three `ORDERS` puts into the gaps, and the k best combinations.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-bert", kind="masked")
        >>> orders, joint = compare_orders(m, "The [MASK] sat on the [MASK].")
        >>> best = joint.fillings[0].log_probability
        >>> all(filling.log_probability <= best + 1e-4 for filling in orders.values())
        True
    """
    fillings = {order: fill_in_order(m, text, order) for order in ORDERS}
    return fillings, fill_joint(m, text, k, progress)
