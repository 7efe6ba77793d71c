"""Counting words: an n-gram model is a table of what followed what, and how often.

It works on token ids, so that it can be compared byte for byte with a neural model that has the
same tokens. An n-gram is kept as a pair of numbers, that of its context and its last id: the
context is an (n−1)-gram and has a number itself. So any vocabulary and any length fit, and counting
is sorting.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from lablib.numbers import require_above, require_count

SMOOTHINGS = ("none", "add-k", "backoff", "witten-bell", "kneser-ney")
"""What to do about n-grams that were never counted.

`none`: nothing; what was not seen is impossible (the maximum-likelihood estimate).
`add-k`: add k to every count (Laplace for k = 1).
`backoff`: ask the shorter context, and take 0.4 of its answer ("stupid backoff", Brants et al.
    2007). Its scores do not sum to 1, so they are no probabilities.
`witten-bell`: mix with the shorter context, the more the more kinds of words followed this one
    (Witten and Bell 1991, in the form of Chen and Goodman 1999).
`kneser-ney`: take a little off each count and give it to the shorter context, where a word counts
    by how many different words it has followed (Kneser and Ney 1995; Chen and Goodman 1999,
    section 3, interpolated).
"""

BACKOFF = 0.4
"""What the score of a shorter context is multiplied with."""


@dataclass(frozen=True)
class Level:
    """The n-grams of one length, in order of their keys (context number × vocabulary + last id).

    Attributes:
        grams: keys, sorted, [n-grams].
        counts: how often each was seen, [n-grams].
        weights: what the smoothing counts: `counts`, or for Kneser and Ney's shorter n-grams how
            many different ids stood before each, [n-grams].
        occurrences: how often each context was seen with something after it, [contexts].
        totals, types: the sum of the weights after each context, and how many ids have one,
            [contexts].
        discount: what Kneser and Ney take off every weight.
    """

    grams: np.ndarray
    counts: np.ndarray
    weights: np.ndarray
    occurrences: np.ndarray
    totals: np.ndarray
    types: np.ndarray
    discount: float

    def find(self, keys: np.ndarray) -> np.ndarray:
        """The number of each n-gram, −1 for those never seen."""
        place = np.minimum(np.searchsorted(self.grams, keys), len(self.grams) - 1)
        return np.where(self.grams[place] == keys, place, -1)


@dataclass(frozen=True)
class Seen:
    """How well a context is known.

    Attributes:
        ids: the context.
        times: how often the training text goes on after it; 0 if it never occurred.
        types: how many different ids followed it.
    """

    ids: tuple[int, ...]
    times: int
    types: int


class NGrams:
    """An n-gram model: the probability of an id given the `order` − 1 ids before it.

    Args:
        ids: the training text [tokens], each id below `vocab_size`.
        order: n, the length of the longest n-grams counted.
        smoothing: one of `SMOOTHINGS`.
        k: what `add-k` adds.

    Raises:
        ValueError: for an unknown smoothing, an order below 1, a k that is not above 0, or a text
            of fewer than `order` ids.

    Example: after 0 came 1, twice, and 2, once.
        >>> model = NGrams([0, 1, 0, 1, 0, 2], vocab_size=3, order=2, smoothing="none")
        >>> model.distribution([0]).round(2)
        array([0.  , 0.67, 0.33])
        >>> model.distribution([2])  # what follows 2 was never seen
        array([0., 0., 0.])
    """

    def __init__(
        self,
        ids: ArrayLike,
        vocab_size: int,
        order: int = 5,
        smoothing: str = "kneser-ney",
        k: float = 0.1,
    ) -> None:
        stream = np.asarray(ids, dtype=np.int64)
        _check(len(stream), order, smoothing, k)
        self.vocab_size, self.order, self.smoothing, self.k = vocab_size, order, smoothing, k
        self.levels = _count(stream, vocab_size, order, kinds=smoothing == "kneser-ney")
        mixes: dict[str, Callable[[_Found], np.ndarray]] = {
            "none": _relative,
            "add-k": partial(_add_k, k=k, vocab_size=vocab_size),
            "backoff": _back_off,
            "witten-bell": _witten_bell,
            "kneser-ney": _kneser_ney,
        }
        self._mix = mixes[smoothing]
        # What an id has before anything is counted: interpolation ends with equal probabilities.
        self._floor = 1 / vocab_size if smoothing in ("witten-bell", "kneser-ney") else 0.0

    def probabilities(self, ids: ArrayLike) -> np.ndarray:
        """The probability of each id of a text given those before it, [tokens].

        The first ids, which have fewer than `order` − 1 before them, are given what there is.
        """
        stream = np.asarray(ids, dtype=np.int64)
        chance = np.full(len(stream), self._floor)
        contexts = np.zeros(len(stream), dtype=np.int64)
        for length, level in enumerate(self.levels):
            grams = level.find(contexts * self.vocab_size + stream)
            chance[length:] = self._mix(_found(level, grams, contexts, chance))[length:]
            contexts = np.concatenate([[-1], grams[:-1]])
        return chance

    def distribution(self, context: Sequence[int]) -> np.ndarray:
        """The probability of every id after a context, of which the end is read: [vocabulary].

        All 0 where the model has no answer; for `backoff` they are scores with another sum than 1.
        """
        chance = np.full(self.vocab_size, self._floor)
        for length, level in enumerate(self.levels[: len(context) + 1]):
            number = self._number(context[len(context) - length :])
            keys = number * self.vocab_size + np.arange(self.vocab_size)
            chance = self._mix(_found(level, level.find(keys), np.array(number), chance))
        return chance

    def seen(self, context: Sequence[int]) -> tuple[Seen, ...]:
        """How well the model knows the context, from its longest usable end to nothing at all.

        >>> NGrams([0, 1, 0, 1, 0, 2], 3, order=3).seen([1, 0])[0]
        Seen(ids=(1, 0), times=2, types=2)
        """
        rows = []
        for length in reversed(range(min(self.order, len(context) + 1))):
            level, end = self.levels[length], tuple(context[len(context) - length :])
            number = self._number(end)
            keys = number * self.vocab_size + np.arange(self.vocab_size)
            times = int(_pick(level.occurrences, np.array(number)))
            rows.append(Seen(end, times, int((level.find(keys) >= 0).sum())))
        return tuple(rows)

    def bits_per_byte(self, ids: ArrayLike, byte_count: int) -> float:
        """How many bits a text with these ids [tokens] costs for each of its bytes; ∞ if the model
        holds one of them for impossible.

        Raises:
            ValueError: for `backoff`, whose scores are no probabilities.
        """
        if self.smoothing == "backoff":
            raise ValueError("Backoff's scores do not sum to 1, so they cost no number of bits.")
        with np.errstate(divide="ignore"):
            return float(-np.log2(self.probabilities(ids)).sum() / byte_count)

    def _number(self, context: Sequence[int]) -> int:
        """The number of a context of at most `order` − 1 ids, −1 if it was never seen."""
        number = 0
        for level, last in zip(self.levels, context, strict=False):
            number = int(level.find(np.array(number * self.vocab_size + last)))
        return number


def likeliest(scores: np.ndarray, k: int) -> list[int]:
    """The ids of the best of the scores [vocabulary], best first: `k`, or all above 0 if fewer are.

    >>> likeliest(np.array([0.0, 0.2, 0.5, 0.2]), 8)
    [2, 1, 3]
    """
    best = np.argsort(-scores, kind="stable")[:k]
    return best[scores[best] > 0].tolist()


def _check(length: int, order: int, smoothing: str, k: float) -> None:
    if smoothing not in SMOOTHINGS:
        raise ValueError(f"The smoothing is one of {', '.join(SMOOTHINGS)}, not {smoothing!r}.")
    says = f"An n-gram has at least one token, so n cannot be {order}."
    require_count("n", order, says=says)
    require_above("k", k, says=f"Add something above 0 to each count, not {k}.")
    if length < order:
        raise ValueError(
            f"The text has {length} tokens, too few for n = {order}: give a longer one."
        )


def _count(stream: np.ndarray, vocab_size: int, order: int, kinds: bool) -> list[Level]:
    """The n-grams of every length up to `order`; with `kinds` the shorter ones are weighed by how
    many different ids stood before them.
    """
    levels: list[Level] = []
    numbers = np.zeros(len(stream), dtype=np.int64)  # of the n-gram that begins at each place
    found: list[tuple[np.ndarray, np.ndarray]] = []
    before: list[np.ndarray] = []
    for length in range(1, order + 1):
        keys = numbers[: len(stream) - length + 1] * vocab_size + stream[length - 1 :]
        grams, first, inverse, counts = np.unique(
            keys, return_index=True, return_inverse=True, return_counts=True
        )
        if length > 1:
            # Without its first id each n-gram is one more way to come to the shorter one.
            before.append(np.bincount(numbers[first + 1], minlength=len(found[-1][0])))
        found.append((grams, counts))
        numbers = inverse
    before.append(found[-1][1])
    contexts = 1
    for (grams, counts), ways in zip(found, before, strict=True):
        levels.append(_level(grams, counts, ways if kinds else counts, vocab_size, contexts))
        contexts = len(grams)
    return levels


def _level(
    grams: np.ndarray, counts: np.ndarray, weights: np.ndarray, vocab_size: int, contexts: int
) -> Level:
    context = grams // vocab_size
    occurrences, totals, types = (
        np.bincount(context, column, minlength=contexts)
        for column in (counts, weights, weights > 0)
    )
    once, twice = (weights == 1).sum(), (weights == 2).sum()
    discount = float(once / (once + 2 * twice)) if once else 0.5
    return Level(grams, counts, weights, occurrences, totals, types, discount)


def _pick(values: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """The value at each number, 0 for the number −1."""
    return np.where(numbers >= 0, values[numbers], 0)


# One step of each smoothing: from the answer of the shorter context to that of the longer one.


class _Found(NamedTuple):
    """What was counted after a context, for some ids or for all of them: see `Level`.

    `shorter` is the answer of the context without its first id.
    """

    counts: np.ndarray
    total: np.ndarray
    types: np.ndarray
    shorter: np.ndarray
    discount: float


def _found(level: Level, grams: np.ndarray, contexts: np.ndarray, shorter: np.ndarray) -> _Found:
    """What a level holds of these n-grams and contexts, given by their numbers."""
    total, types = _pick(level.totals, contexts), _pick(level.types, contexts)
    return _Found(_pick(level.weights, grams), total, types, shorter, level.discount)


def _share(part: np.ndarray, whole: np.ndarray, otherwise: ArrayLike) -> np.ndarray:
    return np.where(whole > 0, part / np.maximum(whole, 1), otherwise)


def _relative(found: _Found) -> np.ndarray:
    return _share(found.counts, found.total, 0.0)


def _add_k(found: _Found, k: float, vocab_size: int) -> np.ndarray:
    return (found.counts + k) / (found.total + k * vocab_size)


def _back_off(found: _Found) -> np.ndarray:
    return np.where(found.counts > 0, _relative(found), BACKOFF * found.shorter)


def _witten_bell(found: _Found) -> np.ndarray:
    mixed = found.counts + found.types * found.shorter
    return _share(mixed, found.total + found.types, found.shorter)


def _kneser_ney(found: _Found) -> np.ndarray:
    kept = np.maximum(found.counts - found.discount, 0)
    given = found.discount * found.types * found.shorter
    return _share(kept + given, found.total, found.shorter)
