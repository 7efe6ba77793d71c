"""Filling a gap: which tokens the model expects there, and how much it expects a given word."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from torch import Tensor

from lablib.masking.compute.gaps import word_in_gap
from lablib.masking.compute.reading import MaskedQuery, log_probabilities, logits_at
from lablib.masking.compute.text import MaskedText, prepare
from lablib.models.vocabulary import Entry, entries
from lablib.numbers import require_count

if TYPE_CHECKING:
    from lablib.models import LoadedModel


class Guess(NamedTuple):
    """A token that may fill a gap: its id, its text, its probability."""

    id: int
    text: str
    probability: float


@dataclass(frozen=True, eq=False)
class Fill:
    """What the model expects at each mask of a text, each on its own.

    Attributes:
        read: the text as the model read it; `read.note` says what was cut.
        probabilities: over the whole vocabulary, [masks, vocab] float32.
        guesses: for each mask its k most probable tokens, the best first.
    """

    read: MaskedText
    probabilities: Tensor
    guesses: tuple[tuple[Guess, ...], ...]

    def top(self, k: int | None = None, mask: int = 0) -> tuple[Guess, ...]:
        """The k best guesses for one mask, counted from 0; all that were kept if k is None."""
        return self.guesses[mask][:k]

    def table(self) -> list[dict[str, Any]]:
        """One row per guess: `mask`, `id`, `text`, `probability`."""
        return [
            {"mask": mask, **guess._asdict()}
            for mask, guesses in enumerate(self.guesses)
            for guess in guesses
        ]


def fill(m: "LoadedModel", text: str | MaskedText, k: int = 10) -> Fill:
    """The k most probable tokens for each mask of a text.

    Each mask is guessed on its own, as if the others stayed masks: see `fill_joint` for guesses
    that fit together. For one mask these are the probabilities of the fill-mask pipeline of
    `transformers`.

    Raises:
        ValueError: if there is no mask, the model does not fill in masks, or k is below 1.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-bert", kind="masked")
        >>> guesses = fill(m, "The cat sat on the [MASK].", k=5).top()
        >>> len(guesses), guesses[0].probability >= guesses[1].probability
        (5, True)
    """
    says = f"k is how many guesses to show, 1 or more, and it was {k}."
    require_count("k", k, says=says)
    read = prepare(m, text)
    read.require_mask()
    probabilities = logits_at(m, [read.ids], [read.masks]).softmax(-1)
    best = probabilities.topk(min(k, probabilities.shape[1]))
    texts = token_texts(m, best.indices.flatten().tolist())
    guesses = tuple(
        tuple(Guess(id, texts[id], p) for id, p in zip(ids, values, strict=True))
        for ids, values in zip(best.indices.tolist(), best.values.tolist(), strict=True)
    )
    return Fill(read, probabilities, guesses)


def token_text(m: "LoadedModel", *ids: int) -> str:
    """Tokens as a text of their own, with the space that the first of them has in it.

    A decoder of SentencePiece leaves that space out, and so makes one of `▁house` and `house`.
    """
    first = entries(ids[:1], m.tokenizer)
    return _spaced(str(m.tokenizer.decode(list(ids))), *first.values())


def token_texts(m: "LoadedModel", ids: Iterable[int]) -> dict[int, str]:
    """The text of each of many tokens, by its id, as `token_text` gives it."""
    known = entries(ids, m.tokenizer).items()
    return {id: _spaced(str(m.tokenizer.decode([id])), entry) for id, entry in known}


def _spaced(text: str, *first: Entry) -> str:
    """A text with the space that its first token stands for, where the decoder left it out."""
    spaced = any(entry.bytes.startswith(b" ") for entry in first)
    return f" {text}" if spaced and not text.startswith(" ") else text


@dataclass(frozen=True)
class WordScore:
    """How probable a word is in a gap.

    Attributes:
        word: the word asked about.
        ids, pieces: its tokens and their texts, [pieces].
        log_probabilities: of each piece, natural, given the context and the pieces before it.
    """

    word: str
    ids: tuple[int, ...]
    pieces: tuple[str, ...]
    log_probabilities: tuple[float, ...]

    @property
    def log_probability(self) -> float:
        """Of the whole word, natural: the sum over its pieces."""
        return sum(self.log_probabilities)

    @property
    def probability(self) -> float:
        """Of the whole word: the product over its pieces.

        >>> WordScore("ab", (5, 6), ("a", "##b"), (-1.0, -2.0)).log_probability
        -3.0
        """
        return math.exp(self.log_probability)


def score_word(m: "LoadedModel", text: str | MaskedText, word: str, mask: int = 0) -> WordScore:
    """How probable a given word is at a mask: "how probable is rhinoceros here?"

    The word is asked for with the pieces that it has in this text: at the text's beginning or after
    a bracket many models write it otherwise than after a space. A word of n pieces gets n masks in
    the place of the one, and its probability is the product of its pieces from left to right, each
    given the context, the pieces before it, and masks for those after it. Words of different
    numbers of pieces are answers to different questions (how many masks there are tells the model
    how long the word is): compare them with care.

    Args:
        mask: which mask of the text, counted from 0; the others stay masks.

    Raises:
        ValueError: if there is no such mask, the word is empty, or has a character that is not in
            the model's vocabulary.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-bert", kind="masked")
        >>> score = score_word(m, "The cat sat on the [MASK].", "table")
        >>> score.probability < 1
        True
    """
    gap = word_in_gap(m, text, word, mask)
    log_probs = chain_rule_log_probs(m, gap.read.ids, gap.places, [gap.ids])[0].tolist()
    return WordScore(word, gap.ids, pieces(m, gap.ids), tuple(log_probs))


def pieces(m: "LoadedModel", ids: Sequence[int]) -> tuple[str, ...]:
    """The text of each token alone."""
    return tuple(token_text(m, id) for id in ids)


def chain_rule_log_probs(
    m: "LoadedModel",
    ids: Sequence[int],
    places: Sequence[int],
    fillings: Sequence[Sequence[int]],
) -> Tensor:
    """The log-probability of each value of some fillings, given the values before it.

    Args:
        ids: a row with masks at `places`, [tokens].
        places: where the values stand, in the order in which they are filled in, [places].
        fillings: the values, [fillings][places].

    Returns:
        Natural log-probabilities, [fillings, places].
    """
    questions = [q for values in fillings for q in chain_questions(ids, places, values)]
    return log_probabilities(m, questions).view(len(fillings), len(places))


def chain_questions(
    ids: Sequence[int], places: Sequence[int], values: Sequence[int]
) -> list[MaskedQuery]:
    """The questions whose answers multiply to p(v₁) · p(v₂ | v₁) · …: the i-th is asked with the
    values before it filled in and masks at the other places.

    >>> [question.row for question in chain_questions([2, 4, 4, 3], [1, 2], [8, 9])]
    [(2, 4, 4, 3), (2, 8, 4, 3)]
    """
    row, questions = list(ids), []
    for place, value in zip(places, values, strict=True):
        questions.append(MaskedQuery(tuple(row), place, value))
        row[place] = value
    return questions
