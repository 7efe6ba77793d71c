"""Where the same attention heads look, before a model learned something and after."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import Tensor

from lablib.attention.compute.heads import AttentionMaps, maps

if TYPE_CHECKING:
    from lablib.models import LoadedModel


@dataclass(frozen=True, eq=False)
class HeadChange:
    """Two models' attention on one text.

    Attributes:
        before, after: where every head of each looks.
        moved: the share of its attention that each head has moved elsewhere, the mean over the
            tokens that look, from 0 to 1, [layers, heads]: half the sum of the absolute
            differences of the weights (the total variation distance).
    """

    before: AttentionMaps
    after: AttentionMaps
    moved: Tensor

    def top(self, k: int = 5) -> list[tuple[int, int, float]]:
        """The heads that moved most, as (layer, head, share)."""
        best = self.moved.flatten().topk(min(k, self.moved.numel()))
        places = [divmod(int(i), self.moved.shape[1]) for i in best.indices]
        return [(*place, float(v)) for place, v in zip(places, best.values, strict=True)]


def head_change(before: "LoadedModel", after: "LoadedModel", text: str) -> HeadChange:
    """Where every head looks in two models of one shape that cut a text in the same way.

    Raises:
        ValueError: if their shapes or tokens differ, or the text cannot be read.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-gpt2")
        >>> head_change(m, m, "Once upon a time").top(1)[0][2]
        0.0
    """
    one, other = maps(before, text), maps(after, text)
    if one.weights.shape != other.weights.shape or one.queries.ids != other.queries.ids:
        raise ValueError(
            "The two models differ in their layers, heads or tokens, so there is no same head: "
            "compare a model with what was made from it."
        )
    moved = (one.weights.float() - other.weights.float()).abs().sum(-1).mean(-1) / 2
    return HeadChange(one, other, moved)
