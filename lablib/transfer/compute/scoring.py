"""How good a classifier is: not one number but who is taken for whom. By scikit-learn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lablib.transfer.compute.classifier import Prediction


@dataclass(frozen=True)
class ClassScore:
    """How one class fares.

    Attributes:
        name: the class.
        precision: of the texts that were called so, the share that is; 0 if none was.
        recall: of the texts that are so, the share that was called so.
        f1: the harmonic mean of the two.
        support: how many texts are so.
    """

    name: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, eq=False)
class Scores:
    """How a classifier did on some texts.

    Attributes:
        names: the classes.
        confusion: how many texts of class i were called j, int64 [class, called].
        accuracy: the share that was called right.
        macro_f1: the mean of the classes' F1, each counting the same.
        classes: one `ClassScore` each.
    """

    names: tuple[str, ...]
    confusion: np.ndarray
    accuracy: float
    macro_f1: float
    classes: tuple[ClassScore, ...]

    def table(self) -> list[dict[str, Any]]:
        """One row per class: `name`, `precision`, `recall`, `f1`, `support`."""
        return [vars(each) for each in self.classes]


def score(predictions: Sequence[Prediction], labels: Sequence[int]) -> Scores:
    """Hold predictions against the true labels.

    Args:
        labels: the number of the true class of each text, [texts].

    Raises:
        ValueError: if there are none, or another number of labels, or if a text may have several.

    Example:
        >>> said = [Prediction("", ("no", "yes"), p) for p in ((0.9, 0.1), (0.2, 0.8), (0.4, 0.6))]
        >>> scores = score(said, [0, 1, 0])
        >>> scores.confusion.tolist(), [round(each.f1, 2) for each in scores.classes]
        ([[1, 1], [0, 1]], [0.67, 0.67])
    """
    from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

    if not predictions or len(predictions) != len(labels):
        raise ValueError("Every prediction needs its label, and there has to be one at least.")
    if predictions[0].several:
        raise ValueError(
            "This classifier may give a text several labels at once, and here each text has one: "
            "look at its probabilities instead."
        )
    names = predictions[0].names
    called = [np.argmax(each.probabilities) for each in predictions]
    numbers = range(len(names))
    columns = precision_recall_fscore_support(labels, called, labels=numbers, zero_division=0.0)
    classes = tuple(
        ClassScore(name, float(p), float(r), float(f), int(n))
        for name, p, r, f, n in zip(names, *columns, strict=True)
    )
    return Scores(
        names=names,
        confusion=confusion_matrix(labels, called, labels=numbers),
        accuracy=float(accuracy_score(labels, called)),
        macro_f1=sum(each.f1 for each in classes) / len(classes),
        classes=classes,
    )


def worst(predictions: Sequence[Prediction], labels: Sequence[int], k: int = 10) -> list[int]:
    """The places of the k worst mistakes: the surer of something wrong, the worse.

    >>> said = [Prediction("", ("no", "yes"), p) for p in ((0.9, 0.1), (0.2, 0.8), (0.4, 0.6))]
    >>> worst(said, [1, 1, 0])
    [0, 2]
    """
    wrong = [
        (each.probabilities[label], place)
        for place, (each, label) in enumerate(zip(predictions, labels, strict=True))
        if each.names[label] != each.label
    ]
    return [place for _, place in sorted(wrong)[:k]]
