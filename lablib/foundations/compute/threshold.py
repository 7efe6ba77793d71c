"""From a score to yes or no: a threshold, four counts, and the measures made of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lablib.numbers import require_count, require_number, require_within

PLACES = 101
"""How many thresholds are looked at, evenly from 0 to 1."""


@dataclass(frozen=True)
class Counts:
    """What came of saying yes from a threshold on.

    Attributes:
        tp: yes, and rightly (true positives).
        fp: yes, and wrongly (false positives).
        fn: no, and wrongly (false negatives).
        tn: no, and rightly (true negatives).

    Example:
        >>> counts = Counts(tp=8, fp=2, fn=4, tn=86)
        >>> counts.accuracy, counts.precision, round(counts.recall, 3), round(counts.f1, 3)
        (0.94, 0.8, 0.667, 0.727)
    """

    tp: int
    fp: int
    fn: int
    tn: int

    @property
    def accuracy(self) -> float:
        """The share that was decided rightly."""
        return _share(self.tp + self.tn, self.tp + self.fp + self.fn + self.tn)

    @property
    def precision(self) -> float:
        """Of those said yes to, the share that was right; 0 where none was."""
        return _share(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> float:
        """Of those that should get a yes, the share that got it; 0 where there are none."""
        return _share(self.tp, self.tp + self.fn)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall: near the smaller of them."""
        return _share(2 * self.tp, 2 * self.tp + self.fp + self.fn)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def counts_at(labels: Sequence[int], scores: Sequence[float], threshold: float) -> Counts:
    """The counts for saying yes where the score is the threshold or above.

    Args:
        labels: 1 for those that should get a yes, 0 for the others, [examples].
        scores: [examples].

    Raises:
        ValueError: for another number of labels than of scores, or a label that is neither.

    Example:
        >>> counts_at([1, 1, 0, 0], [0.9, 0.4, 0.6, 0.1], threshold=0.5)
        Counts(tp=1, fp=1, fn=1, tn=1)
    """
    require_number(threshold=threshold)
    truth, said = np.asarray(labels), np.asarray(scores) >= threshold
    if truth.shape != said.shape:
        raise ValueError(f"{len(said)} scores need as many labels, not {len(truth)}.")
    if not np.isin(truth, (0, 1)).all():
        raise ValueError("A label is 1 for yes or 0 for no.")
    yes = truth == 1
    return Counts(
        int((yes & said).sum()),
        int((~yes & said).sum()),
        int((yes & ~said).sum()),
        int((~yes & ~said).sum()),
    )


def sweep(labels: Sequence[int], scores: Sequence[float]) -> list[tuple[float, Counts]]:
    """The counts at thresholds from 0 to 1, a hundredth apart.

    Raises:
        ValueError: as of `counts_at`.

    Example: at 0 everything gets a yes, at 1 hardly anything.
        >>> found = sweep([1, 1, 0, 0], [0.9, 0.4, 0.6, 0.1])
        >>> len(found), found[0]
        (101, (0.0, Counts(tp=2, fp=2, fn=0, tn=0)))
        >>> max(found, key=lambda pair: pair[1].f1)[0]  # the first of the best thresholds
        0.11
    """
    places = np.linspace(0, 1, PLACES).tolist()
    return [(place, counts_at(labels, scores, place)) for place in places]


def example_scores(
    share: float = 0.05, quality: float = 2.0, number: int = 2000, seed: int = 0
) -> tuple[list[int], list[float]]:
    """Labels and scores as a classifier might give them, made by drawing.

    Args:
        share: of the examples that should get a yes.
        quality: how far apart the two kinds lie, in spreads of one of them: 0 is guessing.

    Raises:
        ValueError: for a share outside 0 to 1, or no example.

    >>> labels, scores = example_scores(share=0.1, number=1000)
    >>> sum(labels), all(0 < score < 1 for score in scores)
    (100, True)
    """
    says = "Give a share from 0 to 1, and at least one example."
    require_within("share", share, says=says)
    require_count("number", number, says=says)
    require_number(quality=quality)
    require_count("seed", seed, 0)
    labels = np.zeros(number, dtype=int)
    labels[: round(share * number)] = 1
    # With this shift the score is the probability of a yes where both kinds are equally common.
    evidence = np.random.default_rng(seed).normal(size=number) + (labels - 0.5) * quality
    return labels.tolist(), (1 / (1 + np.exp(-quality * evidence))).tolist()
