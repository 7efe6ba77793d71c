"""A gate in front of a model: a classifier that refuses a text from a threshold on, and whom it
refuses wrongly.

Wherever the threshold stands, one of two errors is made: what is unwanted passes, or what is
harmless is refused.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from math import exp

from lablib import models
from lablib.transfer.compute.classifier import AT_ONCE
from lablib.transfer.compute.data import Examples, LabelledSet
from lablib.transfer.compute.growth import mean_vectors
from lablib.transfer.compute.naive_bayes import count_words

FOLDS = 4
CLASSIFIERS: dict[str, str] = {
    "counting": "Words are counted (naive Bayes).",
    "frozen": "A linear head on the mean of a frozen encoder's vectors.",
}
"""What scores the texts."""


@dataclass(frozen=True)
class Judged:
    """A text at the gate.

    Attributes:
        text: it.
        unwanted: whether it is, as its label says.
        score: the probability that the gate gives to that, from 0 to 1.
    """

    text: str
    unwanted: bool
    score: float


def judge_all(
    labelled: LabelledSet,
    unwanted: str = "pirate",
    classifier: str = "counting",
    model: str = "minilm",
) -> Iterator[list[Judged] | None]:
    """Judge every text of a set by a gate that has not learned from it; yields None in between, so
    that whoever waits can stop, and all texts at the end, those of the training part first.

    The texts are divided into four; each quarter is judged by what was learned from the other
    three (cross-validation).

    Args:
        unwanted: the class that is to be refused.
        classifier: one of `CLASSIFIERS`.
        model: an encoder, for "frozen".

    Raises:
        ValueError: for an unknown class or classifier, or a class of fewer than four texts.

    Example:
        >>> from lablib.transfer import read_labelled
        >>> *_, judged = judge_all(read_labelled("pirate"))
        >>> len(judged), judged[0].unwanted, judged[0].score > 0.99
        (160, True, True)
    """
    every = Examples(
        labelled.train.texts + labelled.test.texts, labelled.train.labels + labelled.test.labels
    )
    if unwanted not in labelled.names:
        raise ValueError(f"There is no class {unwanted!r}: choose {' or '.join(labelled.names)}.")
    if classifier not in CLASSIFIERS:
        raise ValueError(f"The classifier is {' or '.join(CLASSIFIERS)}, not {classifier!r}.")
    yes = [int(label == labelled.names.index(unwanted)) for label in every.labels]
    if min(sum(yes), len(yes) - sum(yes)) < FOLDS:
        raise ValueError(f"Give at least {FOLDS} texts that are {unwanted} and {FOLDS} others.")
    if classifier == "counting":
        scores = _by_counting(every.texts, yes)
    else:
        vectors: list[list[float]] = []
        m = models.load(model, kind="encoder")
        for start in range(0, len(yes), AT_ONCE):
            vectors += mean_vectors(m, every.texts[start : start + AT_ONCE]).tolist()
            yield None
        scores = _by_vectors(vectors, yes)
    triples = zip(every.texts, yes, scores, strict=True)
    yield [Judged(text, bool(is_so), score) for text, is_so, score in triples]


def folds_of(labels: Sequence[int]) -> list[int]:
    """The quarter of each text: the texts of a class take turns.

    >>> folds_of([1, 1, 0, 1, 0, 1, 1])
    [0, 1, 0, 2, 1, 3, 0]
    """
    turns = {0: count(), 1: count()}
    return [next(turns[label]) % FOLDS for label in labels]


def _by_counting(texts: Sequence[str], labels: Sequence[int]) -> list[float]:
    folds = folds_of(labels)
    counted = []
    for fold in range(FOLDS):
        others = [i for i, other in enumerate(folds) if other != fold]
        counted.append(count_words([texts[i] for i in others], [labels[i] for i in others], 2))
    return [
        probability(counted[fold].scores(text)) for text, fold in zip(texts, folds, strict=True)
    ]


def _by_vectors(vectors: Sequence[Sequence[float]], labels: Sequence[int]) -> list[float]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import PredefinedSplit, cross_val_predict

    head = LogisticRegression(C=10.0, max_iter=2000)
    split = PredefinedSplit(folds_of(labels))
    said = cross_val_predict(head, vectors, labels, cv=split, method="predict_proba")
    return [float(score) for score in said[:, 1]]


def probability(scores: Sequence[float]) -> float:
    """That of the second of two classes, from the logarithms of both.

    >>> probability([-2.0, -2.0]), probability([-2000.0, 0.0])
    (0.5, 1.0)
    """
    no, yes = scores
    return 1 / (1 + exp(min(no - yes, 700.0)))


def wrongly(judged: Sequence[Judged], threshold: float) -> tuple[list[Judged], list[Judged]]:
    """Innocent texts that a gate with this threshold refuses, and unwanted ones that it lets
    through, the surest mistakes first.

    >>> judged = [Judged("Ahoy.", True, 0.2), Judged("The sea.", False, 0.7)]
    >>> [[one.text for one in each] for each in wrongly(judged, 0.5)]
    [['The sea.'], ['Ahoy.']]
    """
    refused = [one for one in judged if one.score >= threshold and not one.unwanted]
    passed = [one for one in judged if one.score < threshold and one.unwanted]
    return (
        sorted(refused, key=lambda one: -one.score),
        sorted(passed, key=lambda one: one.score),
    )
