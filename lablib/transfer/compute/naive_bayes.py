"""Naive Bayes: classes told apart by counting words, in milliseconds and without a network.

What anything that learns has to be compared with (Maron 1961; Manning, Raghavan and Schütze 2008,
chapter 13).
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from lablib.numbers import require_count


@dataclass(frozen=True)
class NaiveBayes:
    """What was counted in labelled texts.

    Attributes:
        texts: how many there are of each class, [classes].
        words: how often each word stands in those of each class, [classes].
    """

    texts: tuple[int, ...]
    words: tuple[Counter[str], ...]

    def scores(self, text: str) -> list[float]:
        """For each class the logarithm of its probability together with the text, in nats
        [classes]: how frequent the class is, times how frequent each word is in it.

        One is added to every count, so that a word that a class has not had is only unlikely there.
        Words that no class has had say nothing.

        >>> count_words(["good film", "bad film"], [0, 1], 2).scores("a good film")
        [-2.5..., -3.2...]
        """
        known = set().union(*self.words)
        found = [word for word in words_of(text) if word in known]
        return [
            math.log(number / sum(self.texts))
            + sum(math.log((counts[w] + 1) / (counts.total() + len(known))) for w in found)
            for number, counts in zip(self.texts, self.words, strict=True)
        ]

    def label(self, text: str) -> int:
        """The likeliest class, the first of several."""
        scores = self.scores(text)
        return scores.index(max(scores))


def count_words(texts: Sequence[str], labels: Sequence[int], classes: int) -> NaiveBayes:
    """Count the words of labelled texts.

    Args:
        texts: the texts, [examples].
        labels: the number of the class of each, [examples].
        classes: how many classes there are.

    Raises:
        ValueError: if a class has no text, or a text has not its own label.

    >>> count_words(["good film", "bad film", "bad"], [0, 1, 1], 2).texts
    (1, 2)
    """
    require_count("classes", classes)
    if len(texts) != len(labels) or not set(labels) <= set(range(classes)):
        raise ValueError(
            f"Give a label from 0 to {classes - 1} for each text: there are {len(texts)} texts and "
            f"{len(labels)} labels."
        )
    numbers, words = Counter(labels), [Counter[str]() for _ in range(classes)]
    for text, label in zip(texts, labels, strict=True):
        words[label].update(words_of(text))
    if empty := [label for label in range(classes) if not numbers[label]]:
        raise ValueError(f"Class {empty[0]} has no text: give at least one of each.")
    return NaiveBayes(tuple(numbers[label] for label in range(classes)), tuple(words))


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, in order.

    >>> words_of("It's GOOD!")
    ['it', 's', 'good']
    """
    return re.findall(r"\w+", text.lower())
