"""How likely is a sentence? Each word is hidden in turn, and the model is asked for it.

A masked-word model gives no probability to a sentence as a whole. The sum of the log-probabilities
of its tokens, each guessed from all the others, stands in for it: the pseudo-log-likelihood
(Salazar et al. 2020, "Masked Language Model Scoring").
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from lablib.masking.compute.fill import pieces
from lablib.masking.compute.reading import MaskedQuery, log_probabilities
from lablib.masking.compute.text import MaskedText, Word, prepare
from lablib.models.hub import Progress

if TYPE_CHECKING:
    from lablib.models import LoadedModel


@dataclass(frozen=True)
class PseudoLogLikelihood:
    """What the model thinks of each token of a sentence, given all the others.

    Attributes:
        read: the sentence as the model read it; `read.note` says what was cut.
        places: the positions that were scored: all but special tokens and masks, [tokens].
        pieces: their texts, [tokens].
        log_probabilities: of each of them, natural, [tokens].
    """

    read: MaskedText
    places: tuple[int, ...]
    pieces: tuple[str, ...]
    log_probabilities: tuple[float, ...]

    @property
    def total(self) -> float:
        """The sentence's score: the sum, in nats. Longer sentences have lower ones."""
        return sum(self.log_probabilities)

    @property
    def per_token(self) -> float:
        """The mean over the tokens, in nats."""
        return self.total / len(self.places)

    @property
    def pseudo_perplexity(self) -> float:
        """As hard to guess, on average, as one of so many equally likely tokens."""
        return math.exp(-self.per_token)

    @property
    def words(self) -> tuple[tuple[Word, float], ...]:
        """Each word with its log-probability: the sum over its pieces."""
        chance = dict(zip(self.places, self.log_probabilities, strict=True))
        scored = [word for word in self.read.words if word.first in chance]
        return tuple((word, sum(chance[place] for place in word.places)) for word in scored)

    def table(self) -> list[dict[str, Any]]:
        """One row per word: `word`, `log_probability`."""
        return [{"word": word.text, "log_probability": chance} for word, chance in self.words]


def pseudo_log_likelihood(
    m: "LoadedModel",
    text: str | MaskedText,
    whole_words: bool = False,
    progress: Progress | None = None,
) -> PseudoLogLikelihood:
    """Hide each token in turn and ask for it, all places in one batch (or a few, if it is long).

    Args:
        whole_words: also hide the pieces of the same word that come after the token asked for.
            With Salazar's rule (False) the model sees the rest of the word and guesses rare words
            too easily; with this one it does not (Kauf and Ivanova 2023, "A Better Way to Do Masked
            Language Model Scoring").
        progress: called as `progress(done, total, text)` between batches; raise from it to stop.

    Raises:
        ValueError: if there is no word to score, or the model does not fill in masks.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-bert", kind="masked")
        >>> score = pseudo_log_likelihood(m, "The old man sat down.")
        >>> len(score.words), score.total < 0
        (6, True)
    """
    read = prepare(m, text)
    words = [word for word in read.words if not word.masked]
    places = [place for word in words for place in word.places]
    if not places:
        raise ValueError("There is no word to score: type a sentence.")
    questions = [
        _question(m, read, place, word.last if whole_words else place + 1)
        for word in words
        for place in word.places
    ]
    log_probs = log_probabilities(m, questions, progress).tolist()
    ids = [question.id for question in questions]
    return PseudoLogLikelihood(read, tuple(places), pieces(m, ids), tuple(log_probs))


def _question(m: "LoadedModel", read: MaskedText, place: int, last: int) -> MaskedQuery:
    """Which token is at `place`, everything from there to before `last` hidden?"""
    masks = [m.tokenizer.mask_token_id] * (last - place)
    return MaskedQuery((*read.ids[:place], *masks, *read.ids[last:]), place, read.ids[place])


@dataclass(frozen=True)
class WordPair:
    """A word of one sentence and the word in the same place of the other.

    Attributes:
        first, second: the words; empty where only one sentence has one.
        first_log_probability, second_log_probability: natural; None where there is no word.
    """

    first: str
    second: str
    first_log_probability: float | None
    second_log_probability: float | None

    @property
    def same(self) -> bool:
        """Whether both have the same word here."""
        return self.first.casefold() == self.second.casefold()

    @property
    def difference(self) -> float:
        """By how much the second is the more likely, in nats; a missing word counts as 0."""
        return (self.second_log_probability or 0.0) - (self.first_log_probability or 0.0)


@dataclass(frozen=True)
class Comparison:
    """Two sentences, word by word.

    Attributes:
        first, second: how likely each is.
        pairs: their words side by side, in order.
    """

    first: PseudoLogLikelihood
    second: PseudoLogLikelihood
    pairs: tuple[WordPair, ...]

    @property
    def difference(self) -> float:
        """By how much the second sentence is the more likely, in nats."""
        return self.second.total - self.first.total

    def table(self) -> list[dict[str, Any]]:
        """One row per pair: its fields and the `difference`."""
        return [{**vars(pair), "difference": pair.difference} for pair in self.pairs]


def compare_sentences(
    m: "LoadedModel",
    first: str | MaskedText,
    second: str | MaskedText,
    whole_words: bool = False,
    progress: Progress | None = None,
) -> Comparison:
    """How likely two sentences are, and which of their words make the difference.

    Sentences of different lengths have different numbers of words to lose points on: then compare
    `per_token` too.

    Raises:
        ValueError: if one of them has no word.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-bert", kind="masked")
        >>> pair = compare_sentences(m, "The boys is here.", "The boys are here.")
        >>> [(p.first, p.second) for p in pair.pairs if not p.same]
        [('is', 'are')]
    """
    a, b = (
        pseudo_log_likelihood(m, sentence, whole_words, progress) for sentence in (first, second)
    )
    return Comparison(a, b, tuple(_pairs(a.words, b.words)))


def _pairs(
    first: Sequence[tuple[Word, float]], second: Sequence[tuple[Word, float]]
) -> list[WordPair]:
    """The words side by side: the same ones together, others in the order they come."""
    one_key, two_key = ([word.text.casefold() for word, _ in words] for words in (first, second))
    matcher = SequenceMatcher(None, one_key, two_key, autojunk=False)
    pairs = []
    for _, a, a_end, b, b_end in matcher.get_opcodes():
        sides = zip_longest(first[a:a_end], second[b:b_end], fillvalue=(None, None))
        for (one, chance), (two, other) in sides:
            words = one.text if one else "", two.text if two else ""
            pairs.append(WordPair(*words, chance, other))
    return pairs
