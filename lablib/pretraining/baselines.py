"""What a neural model must beat: counting words, and compressing files."""

import lzma
import math
from dataclasses import dataclass

import numpy as np


def xz_bits_per_byte(train: str, heldout: str) -> float:
    """Bits per byte `xz -9e` needs for the held-out text once it has packed the training text."""
    preset = 9 | lzma.PRESET_EXTREME
    known, new = train.encode(), heldout.encode()
    grown = len(lzma.compress(known + new, preset=preset)) - len(
        lzma.compress(known, preset=preset)
    )
    return 8 * grown / len(new)


@dataclass(frozen=True)
class _Level:
    """The n-grams of one order, in numbers: `grams` and `contexts` are sorted keys.

    Attributes:
        grams, counts: each n-gram and its (continuation) count, [n-grams].
        contexts, totals, types: each context, the sum of its counts and how many words follow it,
            [contexts].
        discount: what is taken off every count.
    """

    grams: np.ndarray
    counts: np.ndarray
    contexts: np.ndarray
    totals: np.ndarray
    types: np.ndarray
    discount: float


class KneserNey:
    """Interpolated Kneser-Ney: count n-grams, take a little off each count, and give it to the
    shorter context, where a word counts by how many different words it has followed (Kneser and
    Ney 1995; Chen and Goodman 1999, section 3).

    An n-gram of ids is kept as one 64-bit number, so that counting is sorting.

    Args:
        stream: training ids [tokens], each below `vocab_size`.

    Raises:
        ValueError: if `order` ids of this vocabulary do not fit into 64 bits.
    """

    def __init__(self, stream: np.ndarray, vocab_size: int, order: int = 5) -> None:
        self.bits = max(1, math.ceil(math.log2(vocab_size)))
        if order * self.bits > 64:
            raise ValueError(
                f"{order} ids of {self.bits} bits do not fit into 64: lower the order."
            )
        self.vocab_size = vocab_size
        self.order = order
        grams, counts = np.unique(self._keys(stream, order), return_counts=True)
        self.levels = [self._level(grams, counts)]
        for length in range(order - 1, 0, -1):
            # Without its first word each longer n-gram is one way to come to the shorter one.
            shorter = grams & np.uint64((1 << (length * self.bits)) - 1)
            grams, counts = np.unique(shorter, return_counts=True)
            self.levels.append(self._level(grams, counts))

    def _keys(self, stream: np.ndarray, length: int) -> np.ndarray:
        """Every run of `length` ids as one number, the last id in the lowest bits."""
        ids = stream.astype(np.uint64)
        count = len(ids) - length + 1
        keys = np.zeros(count, dtype=np.uint64)
        for i in range(length):
            keys = (keys << np.uint64(self.bits)) | ids[i : i + count]
        return keys

    def _level(self, grams: np.ndarray, counts: np.ndarray) -> _Level:
        contexts, starts = np.unique(grams >> np.uint64(self.bits), return_index=True)
        totals = np.add.reduceat(counts, starts)
        types = np.diff(np.append(starts, len(grams)))
        once, twice = (counts == 1).sum(), (counts == 2).sum()
        discount = float(once / (once + 2 * twice)) if once else 0.5
        return _Level(grams, counts, contexts, totals, types, discount)

    def probabilities(self, stream: np.ndarray) -> np.ndarray:
        """The probability of each id of `stream` given those before it, [tokens - order + 1]."""
        chance = np.full(len(stream) - self.order + 1, 1 / self.vocab_size)
        for length, level in zip(range(1, self.order + 1), reversed(self.levels), strict=True):
            keys = self._keys(stream, length)[self.order - length :]
            counts = _look_up(keys, level.grams, level.counts)
            context = keys >> np.uint64(self.bits)
            totals = _look_up(context, level.contexts, level.totals)
            types = _look_up(context, level.contexts, level.types)
            kept = np.maximum(counts - level.discount, 0) + level.discount * types * chance
            chance = np.where(totals > 0, kept / np.maximum(totals, 1), chance)
        return chance

    def bits_per_byte(self, stream: np.ndarray, byte_count: int) -> float:
        """Bits for each byte of a text with these ids [tokens], the first few ids left out."""
        scored = len(stream) - self.order + 1
        share = scored / len(stream)
        return float(-np.log2(self.probabilities(stream)).sum() / (byte_count * share))


def _look_up(keys: np.ndarray, known: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The value of each key, 0 where it is not among the sorted `known` ones."""
    place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.where(known[place] == keys, values[place], 0)
