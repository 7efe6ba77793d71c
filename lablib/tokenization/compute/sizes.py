"""What a larger vocabulary buys: how many tokens a text takes at every size of a vocabulary.

A BPE of N entries differs from one of N - 1 by one merge, so one pass over the merges counts all
sizes: each is applied to the words of the text where the one before left them. The other two kinds
cut each word anew at every size, so they are measured at some sizes only.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lablib.tokenization.compute.pipeline import backend, pretokens
from lablib.tokenization.compute.training import Trained, sample, size_of
from lablib.unicode import well_formed

MEASURED_BYTES = 200_000
"""Of a longer text a sample of this size is counted."""
SLICE = 4096
"""Characters that such a sample takes in one piece."""
SIZES = 32
"""At how many sizes a WordPiece or a unigram is measured."""
_BETWEEN = -1
"""Stands between words, which no merge crosses."""


@dataclass(frozen=True, eq=False)
class VocabularyCurve:
    """How many tokens a text takes as the vocabulary grows.

    Attributes:
        sizes: of the vocabulary, ascending, int64 [sizes].
        tokens: how many the text takes at each, int64 [sizes]. A word cut to [UNK] is one token.
        bytes: how many the text has in UTF-8.
    """

    sizes: np.ndarray
    tokens: np.ndarray
    bytes: int

    @property
    def bytes_per_token(self) -> np.ndarray:
        """The mean length of a token at each size, float64 [sizes]; more is a shorter sequence."""
        return self.bytes / np.maximum(self.tokens, 1)

    def table(self) -> list[dict[str, float]]:
        """One row per size: the tokens, and their mean length in bytes."""
        rows = zip(self.sizes.tolist(), self.tokens.tolist(), self.bytes_per_token, strict=True)
        return [{"size": size, "tokens": n, "bytes_per_token": float(b)} for size, n, b in rows]


def growth(trained: Trained, text: str) -> VocabularyCurve:
    """Count the tokens of a text at every size (BPE), or at 32 sizes (WordPiece, unigram).

    Of a text over 200 kB a sample from all over it is counted.

    Example:
        >>> from lablib.tokenization.compute.training import train_bpe
        >>> trained = train_bpe(["low lower lowest"], 258)
        >>> growth(trained, "low slow").tokens.tolist()
        [8, 6, 4]
    """
    text = "".join(sample([well_formed(text)], MEASURED_BYTES, SLICE))
    sizes = grid(trained)
    count = _tokens_by_merges if trained.kind == "BPE" else _tokens_by_size
    return VocabularyCurve(sizes, count(trained, text, sizes), size_of([text]))


def grid(trained: Trained) -> np.ndarray:
    """The sizes at which a text is counted: closer together where the vocabulary is small."""
    first, last = trained.smallest, len(trained.entries)
    if trained.kind == "BPE":
        return np.arange(first, last + 1)
    return np.unique(np.geomspace(first, last, SIZES).round().astype(np.int64))


def _tokens_by_size(trained: Trained, text: str, sizes: Sequence[int] | np.ndarray) -> np.ndarray:
    lines = text.splitlines(keepends=True)
    return np.array([_count(trained, int(size), lines) for size in sizes])


def _count(trained: Trained, size: int, lines: list[str]) -> int:
    encodings = backend(trained.at(size)).encode_batch(lines, add_special_tokens=False)
    return sum(len(encoding.ids) for encoding in encodings)


def _tokens_by_merges(trained: Trained, text: str, sizes: np.ndarray) -> np.ndarray:
    numbers = {token: number for number, token in enumerate(trained.entries)}
    ids, weights = _words(text, trained, numbers)
    tokens = np.zeros(len(sizes), np.int64)
    tokens[0] = weights[ids != _BETWEEN].sum()
    place = 0
    for left, right in trained.merges:
        made = numbers[left + right]
        ids, weights, saved = merge_everywhere(ids, weights, (numbers[left], numbers[right]), made)
        place = max(place, made + 1 - trained.smallest)  # two merges may make the same entry
        tokens[place] -= saved
    return np.cumsum(tokens)


def _words(text: str, trained: Trained, numbers: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """All different words one after the other as bytes, [bytes], and how often each is there."""
    counts = Counter(part.text for part in pretokens(text, trained.tokenizer))
    ids = [number for word in counts for number in (*(numbers[b] for b in word), _BETWEEN)]
    weights = [count for word, count in counts.items() for _ in range(len(word) + 1)]
    return np.array(ids, np.int32), np.array(weights, np.int64)


def merge_everywhere(
    ids: np.ndarray, weights: np.ndarray, pair: tuple[int, int], made: int
) -> tuple[np.ndarray, np.ndarray, int]:
    """Put `made` for every occurrence of a pair, from the left; also how many tokens that saves.

    >>> ids, weights = np.array([1, 1, 1, -1, 1, 1]), np.array([5, 5, 5, 5, 1, 1])
    >>> merge_everywhere(ids, weights, (1, 1), 2)[0].tolist()
    [2, 1, -1, 2]
    """
    places = np.flatnonzero((ids[:-1] == pair[0]) & (ids[1:] == pair[1]))
    if pair[0] == pair[1]:
        places = _without_overlaps(places)
    if not len(places):
        return ids, weights, 0
    ids = ids.copy()
    ids[places] = made
    saved = int(weights[places].sum())
    return np.delete(ids, places + 1), np.delete(weights, places + 1), saved


def _without_overlaps(places: np.ndarray) -> np.ndarray:
    """Of places that stand side by side every other one, from the first.

    >>> _without_overlaps(np.array([0, 1, 2, 5, 6])).tolist()
    [0, 2, 5]
    """
    begins = np.flatnonzero(np.diff(places, prepend=-2) != 1)
    run = np.repeat(begins, np.diff(begins, append=len(places)))
    return places[(np.arange(len(places)) - run) % 2 == 0]
