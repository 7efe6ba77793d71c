"""The queries and keys of a head on a plane: what it looks for, and what it finds there."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from lablib.attention.compute.heads import Head
from lablib.attention.compute.multihead import vectors
from lablib.attention.compute.text import Reading
from lablib.models import LoadedModel
from lablib.numbers import require_place


@dataclass(frozen=True, eq=False)
class HeadPlane:
    """The queries and keys of a head in some passages, on one plane.

    Attributes:
        head: which one, layer and number.
        tokens: the token of each point.
        places: its place in its passage.
        queries: where its query lies, [tokens, 2].
        keys: where its key lies, [tokens, 2].
        shares: which share of all differences each direction of the plane keeps, [2].
    """

    head: Head
    tokens: tuple[str, ...]
    places: tuple[int, ...]
    queries: Tensor
    keys: Tensor
    shares: Tensor


def head_plane(m: LoadedModel, passages: Sequence[Reading], head: Head) -> HeadPlane:
    """The plane that keeps most of the differences between a head's queries and between its keys
    (PCA; Pearson 1901).

    A query gives most attention to the keys that lie furthest in its direction from the middle.
    Keys are taken from their own mean, which adds the same to all scores of a query and so changes
    no attention, and queries from theirs: else the plane would show little but which are which.
    Both are as the scores are made from them, so turned by their place where positions are rotary.

    Args:
        passages: what is read, as those of a `Scan`.

    Raises:
        ValueError: if there are no passages or there is no such head, or the model's attention is
            more than a softmax of products of queries and keys.

    Example:
        >>> from lablib import attention as at, models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> found = at.head_plane(m, [at.read(m, "The king and the queen")], (2, 3))
        >>> found.queries.shape == found.keys.shape == (5, 2), bool(found.shares.sum() <= 1)
        (True, True)
    """
    if not passages:
        raise ValueError("Give at least one passage whose queries and keys are to be shown.")
    layer, number = head
    seen = [vectors(m, passage, layer) for passage in passages]
    require_place("head", number, len(seen[0].query), "This layer has")
    queries, keys = (
        torch.cat([getattr(each, name)[number] for each in seen]) for name in ("query", "key")
    )
    both = torch.cat([queries - queries.mean(0), keys - keys.mean(0)])
    left, sizes, _ = torch.linalg.svd(both, full_matrices=False)
    points = left[:, :2] * sizes[:2]
    read = [each.tokens for each in seen]
    return HeadPlane(
        head=head,
        tokens=tuple(token for one in read for token in one.tokens),
        places=tuple(place for one in read for place in range(len(one))),
        queries=points[: len(queries)],
        keys=points[len(queries) :],
        shares=sizes[:2].square() / sizes.square().sum().clamp(min=torch.finfo().tiny),
    )
