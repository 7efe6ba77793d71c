"""What the comparison panel shows of a result."""

from collections.abc import Sequence
from itertools import pairwise

from lablib.sampling.compute.measures import first_divergence

Texts = Sequence[Sequence[int]]


def divergence_positions(texts: Texts) -> list[int | None]:
    """For each text the first position at which it differs from the one above it; None if it does
    not, and for the first.

    >>> divergence_positions([[1, 2, 3], [1, 2, 4], [1, 5, 4]])
    [None, 2, 1]
    """
    return [None, *(first_divergence(pair) for pair in pairwise(texts))][: len(texts)]


def divergence_words(texts: Texts) -> str:
    """Where texts written with the same draws stop being the same.

    >>> divergence_words([[1, 2, 3], [1, 2, 4]])
    'The first 2 tokens are the same under every setting; then the texts part.'
    """
    place = first_divergence(texts)
    if place is None:
        return "Every setting writes the same text." if len(texts) > 1 else ""
    if place == 0:
        return "The texts part at the very first token."
    same = "The first token is" if place == 1 else f"The first {place} tokens are"
    return f"{same} the same under every setting; then the texts part."
