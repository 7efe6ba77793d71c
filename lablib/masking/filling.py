"""Filling a gap: which tokens the model expects there, and how much it expects a given word."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from torch import Tensor

from lablib.masking.reading import Question, log_probabilities, logits_at
from lablib.masking.text import MASK, MaskedText, prepare
from lablib.models.hub import Progress

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


def fill(m: "LoadedModel", text: str, k: int = 10) -> Fill:
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
    if k < 1:
        raise ValueError(f"k is how many guesses to show, 1 or more, and it was {k}.")
    read = prepare(m, text)
    read.require_mask()
    probabilities = logits_at(m, [read.ids], [read.masks]).softmax(-1)
    best = probabilities.topk(min(k, probabilities.shape[1]))
    guesses = tuple(
        tuple(Guess(id, token_text(m, id), p) for id, p in zip(ids, chances, strict=True))
        for ids, chances in zip(best.indices.tolist(), best.values.tolist(), strict=True)
    )
    return Fill(read, probabilities, guesses)


def token_text(m: "LoadedModel", *ids: int) -> str:
    """Tokens as a text of their own."""
    return str(m.tokenizer.decode(list(ids)))


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


def score_word(m: "LoadedModel", text: str, word: str, mask: int = 0) -> WordScore:
    """How probable a given word is at a mask: "how probable is rhinoceros here?"

    A word of n pieces gets n masks in the place of the one, and its probability is the product of
    its pieces from left to right, each given the context, the pieces before it, and masks for those
    after it. Words of different numbers of pieces are answers to different questions (how many
    masks there are tells the model how long the word is): compare them with care.

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
    ids = word_ids(m, word)
    read, places = widen(m, text, mask, len(ids))
    chances = chain(m, read.ids, places, [ids])[0].tolist()
    return WordScore(word, ids, pieces(m, ids), tuple(chances))


def pieces(m: "LoadedModel", ids: Sequence[int]) -> tuple[str, ...]:
    """The text of each token alone."""
    return tuple(token_text(m, id) for id in ids)


def word_ids(m: "LoadedModel", word: str) -> tuple[int, ...]:
    """The pieces of a word as it stands inside a text.

    Raises:
        ValueError: if it is empty or outside the vocabulary.
    """
    # A byte-level tokenizer writes a word after a space differently; for WordPiece it is the same.
    ids = tuple(m.tokenizer(" " + word.strip(), add_special_tokens=False)["input_ids"])
    if not word.strip() or not ids:
        raise ValueError("Type a word to ask how probable it is.")
    if m.tokenizer.unk_token_id in ids or m.tokenizer.mask_token_id in ids:
        raise ValueError(
            f"“{word.strip()}” is not in this model's vocabulary, not even in pieces, "
            "so the model cannot guess it: ask for another word."
        )
    return ids


def widen(m: "LoadedModel", text: str, mask: int, count: int) -> tuple[MaskedText, tuple[int, ...]]:
    """The text with `count` masks in the place of one, and their positions.

    Raises:
        ValueError: if there is no such mask, or they do not all fit into the context.
    """
    read = prepare(m, text)
    place = read.require_mask(mask)
    if count > 1:
        word = next(word for word in read.words if word.first == place)
        read = prepare(m, read.text[: word.start] + MASK * count + read.text[word.end :])
        mask = sum(other.masked and other.start < word.start for other in read.words)
    places = read.masks[mask : mask + count]
    if len(places) < count:
        raise ValueError("The text is too long for the model to take a word of so many pieces.")
    return read, places


def chain(
    m: "LoadedModel",
    ids: Sequence[int],
    places: Sequence[int],
    fillings: Sequence[Sequence[int]],
    progress: Progress | None = None,
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
    return log_probabilities(m, questions, progress).view(len(fillings), len(places))


def chain_questions(
    ids: Sequence[int], places: Sequence[int], values: Sequence[int]
) -> list[Question]:
    """The questions whose answers multiply to p(v₁) · p(v₂ | v₁) · …: the i-th is asked with the
    values before it filled in and masks at the other places.

    >>> [question.row for question in chain_questions([2, 4, 4, 3], [1, 2], [8, 9])]
    [(2, 4, 4, 3), (2, 8, 4, 3)]
    """
    row, questions = list(ids), []
    for place, value in zip(places, values, strict=True):
        questions.append(Question(tuple(row), place, value))
        row[place] = value
    return questions
