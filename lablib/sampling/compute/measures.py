"""Figures about texts a model wrote: how varied, how repetitive, and what a token costs."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from lablib.models import LoadedModel
from lablib.numbers import require_count
from lablib.sampling.compute.generation import Step
from lablib.sampling.compute.reading import Reader
from lablib.sampling.compute.text import Prompt, prepare

REPEATS = 3
"""How often each time is taken; the middle one counts."""


def first_divergence(texts: Sequence[Sequence[int]]) -> int | None:
    """The first position at which the token lists are not all the same, None if they are.

    A list that has ended differs from one that goes on.

    Example:
        >>> first_divergence([[5, 6, 7], [5, 6, 8], [5, 6, 7]])
        2
        >>> first_divergence([[5, 6], [5, 6]]) is None
        True
    """
    for position in range(max(map(len, texts), default=0)):
        if len({tuple(ids[position : position + 1]) for ids in texts}) > 1:
            return position
    return None


def distinct_n(texts: Sequence[Sequence[int]], n: int) -> float:
    """The share of different n-grams among all n-grams of the token lists together (Li et al. 2016,
    "A Diversity-Promoting Objective Function for Neural Conversation Models").

    From near 0 (always the same) to 1 (nothing occurs twice); 0 if there is no n-gram at all.

    Raises:
        ValueError: if n is below 1.

    Example: of the pairs (1, 2), (2, 1), (1, 2) and (1, 2), two are different.
        >>> distinct_n([[1, 2, 1, 2], [1, 2]], 2)
        0.5
    """
    require_count("n", n)
    grams = [tuple(ids[i : i + n]) for ids in texts for i in range(len(ids) - n + 1)]
    return len(set(grams)) / len(grams) if grams else 0.0


def repetition(ids: Sequence[int], n: int = 4) -> float:
    """The share of a text's n-grams that occurred in it before (Welleck et al. 2020, "Neural Text
    Generation with Unlikelihood Training", seq-rep-4); 0 for a text shorter than n.

    Example: of the pairs (1, 2), (2, 1), (1, 2), one is a repetition.
        >>> round(repetition([1, 2, 1, 2], 2), 3)
        0.333
    """
    require_count("n", n)
    return 1.0 - distinct_n([ids], n) if len(ids) >= n else 0.0


@dataclass(frozen=True)
class Diversity:
    """How varied the texts of one setting are.

    Attributes:
        distinct_1: share of different tokens among all.
        distinct_2: share of different pairs of tokens.
        distinct_3: share of different groups of three.
        repetition: share of groups of 4 tokens that repeat an earlier one in their own text (mean).
        entropy: of the distributions the tokens were drawn from, in bits (mean over tokens).
    """

    distinct_1: float
    distinct_2: float
    distinct_3: float
    repetition: float
    entropy: float


def diversity(runs: Sequence[Sequence[Step]]) -> Diversity:
    """The figures for the texts one setting wrote with several seeds; all 0 if nothing was written.

    The steps may have been made without their logits (`generate_rows(…, keep_logits=False)`).

    Example:
        >>> from lablib import models, sampling as sp
        >>> sp.diversity([]).distinct_1
        0.0
    """
    texts = [[step.id for step in run] for run in runs]
    entropies = [step.entropy for run in runs for step in run]
    return Diversity(
        distinct_1=distinct_n(texts, 1),
        distinct_2=distinct_n(texts, 2),
        distinct_3=distinct_n(texts, 3),
        repetition=fmean(map(repetition, texts)) if texts else 0.0,
        entropy=fmean(entropies) if entropies else 0.0,
    )


@dataclass(frozen=True)
class Timing:
    """What one more token costs after `length` tokens, in seconds.

    Attributes:
        length: how many tokens came before.
        cached: reading only the new token, keys and values of the others remembered.
        uncached: reading all tokens again.
    """

    length: int
    cached: float
    uncached: float


def cache_timing(m: LoadedModel, prompt: str | Prompt, lengths: Sequence[int]) -> Iterator[Timing]:
    """Measure the time per token with the key-value cache on and off, at each length, live.

    The text is the prompt, repeated as often as needed: what it says does not change the time.
    Lengths the model cannot read are left out.

    Raises:
        ValueError: if the model has no cache that can be used.

    Example:
        >>> from lablib import models, sampling as sp
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> [timing.length for timing in sp.cache_timing(m, "Once upon a time", [4, 8])]
        [4, 8]
    """
    prepared = prepare(m, prompt)
    reader = Reader(m.model)
    if not reader.way.cached:
        raise ValueError(
            f"{type(m.model).__name__} remembers no keys and values that it could go on from: it "
            "reads the whole text again for every token. Choose another model, such as GPT-2 or "
            "Llama."
        )
    for length in lengths:
        if length < 1 or (prepared.context is not None and length >= prepared.context):
            continue
        ids = (prepared.ids * (length // len(prepared.ids) + 1))[: length + 1]
        times = [_time_both(reader, ids) for _ in range(REPEATS)]
        cached, uncached = (median(column) for column in zip(*times, strict=True))
        yield Timing(length, cached, uncached)


def _time_both(reader: Reader, ids: Sequence[int]) -> tuple[float, float]:
    """Seconds to read the last id after the others, and to read all of them."""
    reader.clear()
    reader.read([ids[:-1]])
    cached = _seconds(reader, ids[-1:])
    reader.clear()
    return cached, _seconds(reader, ids)


def _seconds(reader: Reader, ids: Sequence[int]) -> float:
    start = time.perf_counter()
    reader.read([ids])
    return time.perf_counter() - start
