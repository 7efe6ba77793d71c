"""Was the test learned from? The stretches of words that test texts share with a training text.

A model that has read the answers looks clever. Whoever trains on much text therefore looks for the
test in it, by n-grams: GPT-3 by those of 13 words (Brown et al. 2020, appendix C).
"""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from lablib.numbers import require_count
from lablib.transfer.compute.naive_bayes import words_of

Ngram = tuple[str, ...]


@dataclass(frozen=True)
class Overlap:
    """What a text shares with others.

    Attributes:
        words: of the text, in lower case.
        shared: which of them are in a stretch of n words that the others have too, [words].
    """

    words: tuple[str, ...]
    shared: tuple[bool, ...]

    @property
    def share(self) -> float:
        """The share of its words that are."""
        return sum(self.shared) / len(self.shared) if self.shared else 0.0


def ngrams(words: Sequence[str], n: int) -> list[Ngram]:
    """All stretches of n words, in order.

    >>> ngrams(["a", "b", "c"], 2)
    [('a', 'b'), ('b', 'c')]
    """
    return [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]


def known_ngrams(texts: Sequence[str], n: int) -> set[Ngram]:
    """The stretches of n words that stand in any of some texts, punctuation and case aside."""
    return {gram for text in texts for gram in ngrams(words_of(text), n)}


def overlap(text: str, known: Collection[Ngram], n: int) -> Overlap:
    """Which words of a text are in a stretch of n that is known.

    >>> overlap("See the old dog run", known_ngrams(["The old dog sleeps."], 3), 3).shared
    (False, True, True, True, False)
    """
    words = words_of(text)
    shared = [False] * len(words)
    for place, gram in enumerate(ngrams(words, n)):
        if gram in known:
            shared[place : place + n] = [True] * n
    return Overlap(tuple(words), tuple(shared))


def overlaps(test: Sequence[str], train: Sequence[str], n: int) -> list[Overlap]:
    """What each test text shares with the training texts.

    Args:
        n: words of a stretch, at least 1. A text of fewer words shares nothing.

    Raises:
        ValueError: if n is below 1.

    >>> [one.share for one in overlaps(["a b c d", "x y z"], ["so a b c"], 3)]
    [0.75, 0.0]
    """
    require_count("n", n, says="A stretch has at least one word: n is 1 or more.")
    known = known_ngrams(train, n)
    return [overlap(text, known, n) for text in test]


def leaked(test: Sequence[str], count: int, every: int = 0, seed: int = 0) -> list[str]:
    """The first test texts as they could have come into a training text.

    Args:
        count: how many.
        every: so many words on, one is exchanged for a word of another text; 0: none is.
        seed: of the words that come in.

    >>> leaked(["One fine day.", "Two dull nights."], 1)
    ['one fine day']
    """
    for name, value in {"count": count, "every": every, "seed": seed}.items():
        require_count(name, value, 0)
    draw = random.Random(seed)
    pool = sorted({word for text in test for word in words_of(text)})
    found = []
    for text in test[:count]:
        words = words_of(text)
        if every:
            words[every - 1 :: every] = [draw.choice(pool) for _ in words[every - 1 :: every]]
        found.append(" ".join(words))
    return found
