"""BLEU: how much of a translation stands in a reference, in pieces of one to four words.

The score is sacrebleu's (Post 2018; Papineni et al. 2002): the geometric mean of four precisions
times a penalty for being shorter than the reference. Here each word is told which pieces it is in.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sacrebleu.metrics.bleu import BLEU

from lablib.unicode import well_formed

LONGEST = 4


@dataclass(frozen=True)
class Bleu:
    """A candidate held against one reference.

    Attributes:
        score: from 0 to 100, as sacrebleu gives it for one sentence (orders for which the candidate
            is too short are left out).
        precisions: for n = 1 to 4 the share of the candidate's n-grams that are matched, 0 to 1.
        matched, total: the counts behind them.
        penalty: for a short candidate, at most 1.
        candidate, reference: the words, as sacrebleu cuts them.
        candidate_longest, reference_longest: for each word the length of the longest matched n-gram
            it is part of, 0 for none.
    """

    score: float
    precisions: tuple[float, ...]
    matched: tuple[int, ...]
    total: tuple[int, ...]
    penalty: float
    candidate: tuple[str, ...]
    reference: tuple[str, ...]
    candidate_longest: tuple[int, ...]
    reference_longest: tuple[int, ...]


def bleu(candidate: str, reference: str) -> Bleu:
    """Score a candidate, and say which of its words are in a matched n-gram.

    Raises:
        ValueError: if one of the texts has no word.

    Example: "the" is matched twice at most, because the reference has it twice.
        >>> found = bleu("the the the cat", "the cat saw the dog")
        >>> found.matched, found.total
        ((3, 1, 0, 0), (4, 3, 2, 1))
        >>> found.candidate_longest
        (1, 0, 2, 2)
    """
    metric = BLEU(effective_order=True)
    cut = metric.tokenizer
    ours, theirs = (tuple(cut(well_formed(one)).split()) for one in (candidate, reference))
    if not ours or not theirs:
        raise ValueError("BLEU compares two texts: type a candidate and a reference.")
    score = metric.sentence_score(candidate, [reference])
    return Bleu(
        score=score.score,
        precisions=tuple(_share(*pair) for pair in zip(score.counts, score.totals, strict=True)),
        matched=tuple(score.counts),
        total=tuple(score.totals),
        penalty=score.bp,
        candidate=ours,
        reference=theirs,
        candidate_longest=_longest(ours, theirs),
        reference_longest=_longest(theirs, ours),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _longest(words: Sequence[str], other: Sequence[str]) -> tuple[int, ...]:
    """For each word the length of the longest matched n-gram it is part of.

    Each n-gram of the other text is matched once. Of equal ones those are taken whose words are in
    longer matches already, then the first.
    """
    longest = [0] * len(words)
    for n in range(LONGEST, 0, -1):
        left = Counter(tuple(other[i : i + n]) for i in range(len(other) - n + 1))
        starts = range(len(words) - n + 1)
        for start in sorted(starts, key=lambda start: -min(longest[start : start + n])):
            gram = tuple(words[start : start + n])
            if left[gram]:
                left[gram] -= 1
                longest[start : start + n] = [max(n, old) for old in longest[start : start + n]]
    return tuple(longest)
