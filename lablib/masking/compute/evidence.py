"""Which words carry a guess? Take each away in turn, and see what becomes of the guess."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import torch
from torch import Tensor

from lablib.attention.compute.heads import maps
from lablib.attention.compute.text import reading
from lablib.masking.compute.fill import chain_questions, token_text
from lablib.masking.compute.gaps import Gap, word_in_gap
from lablib.masking.compute.reading import Rows, log_probabilities, logits_at
from lablib.masking.compute.text import MaskedText, Word, prepare
from lablib.models.hub import Progress

if TYPE_CHECKING:
    from lablib.models import LoadedModel

How = Literal["mask", "replace"]


@dataclass(frozen=True)
class Evidence:
    """How much each other word does for a guess.

    Attributes:
        read: the text as the model read it, with a mask for each piece of the answer.
        place: the position of the (first) mask that the answer fills.
        answer: the word guessed.
        log_probability: of the answer with all words there, natural.
        words: the other words, in order, [words].
        replacements: what stood in the place of each word when it was taken away, [words].
        ablated_log_probs: the answer's log-probability then, natural, [words].
    """

    read: MaskedText
    place: int
    answer: str
    log_probability: float
    words: tuple[Word, ...]
    replacements: tuple[str, ...]
    ablated_log_probs: tuple[float, ...]

    @property
    def changes(self) -> tuple[float, ...]:
        """By how much each word raises the answer's log-probability, in nats, [words]: positive
        for a word that speaks for the answer, negative for one that speaks against it.
        """
        return tuple(self.log_probability - chance for chance in self.ablated_log_probs)

    def top(self, k: int | None = None) -> list[tuple[str, float]]:
        """The k words that change the most, either way, with their changes."""
        ranked = sorted(zip(self.words, self.changes, strict=True), key=lambda pair: -abs(pair[1]))
        return [(word.text, change) for word, change in ranked[:k]]

    def table(self) -> list[dict[str, Any]]:
        """One row per word: `word`, `instead`, `without` and `change`."""
        columns = (self.words, self.replacements, self.ablated_log_probs, self.changes)
        return [
            {"word": word.text, "instead": other, "without": chance, "change": change}
            for word, other, chance, change in zip(*columns, strict=True)
        ]


def evidence(
    m: "LoadedModel",
    text: str | MaskedText,
    answer: str | None = None,
    mask: int = 0,
    how: How = "mask",
    progress: Progress | None = None,
) -> Evidence:
    """Take away each other word in turn, and ask for the answer again, all in one batch.

    Args:
        answer: the word whose probability is followed; None for the model's best guess.
        mask: which mask it fills, counted from 0.
        how: "mask" hides each word (all its pieces); "replace" puts the model's favourite other
            word in its place, so that the sentence stays a sentence. The first asks what the word
            adds to knowing nothing, the second what it adds to another word.

    Raises:
        ValueError: if there is no such mask, no other word, or the answer is not in the vocabulary.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-bert", kind="masked")
        >>> found = evidence(m, "The cat sat on the [MASK].", "table")
        >>> [word.text for word in found.words], len(found.changes)
        (['The', 'cat', 'sat', 'on', 'the', '.'], 6)
    """
    if how not in get_args(How):
        raise ValueError(f"how is mask or replace, not {how!r}.")
    gap = word_in_gap(m, text, answer, mask) if answer else _best_guess(m, text, mask)
    read, places, ids = gap.read, gap.places, gap.ids
    words = tuple(word for word in read.words if word.text and not word.masked)
    if not words:
        raise ValueError("There is no other word that could carry the guess: type some.")
    rows = _with(read, words, [[m.tokenizer.mask_token_id] * len(word.places) for word in words])
    if how == "replace":
        rows = _with(read, words, _favourites(m, read, words, rows))
    questions = [q for row in (read.ids, *rows) for q in chain_questions(row, places, ids)]
    log_probs = log_probabilities(m, questions, progress).view(-1, len(ids)).sum(1).tolist()
    instead = [row[word.first : word.last] for row, word in zip(rows, words, strict=True)]
    return Evidence(
        read=read,
        place=places[0],
        answer=answer.strip() if answer else token_text(m, *ids),
        log_probability=log_probs[0],
        words=words,
        replacements=tuple(token_text(m, *pieces) for pieces in instead),
        ablated_log_probs=tuple(log_probs[1:]),
    )


def _best_guess(m: "LoadedModel", text: str | MaskedText, mask: int) -> Gap:
    read = prepare(m, text)
    place = read.require_mask(mask)
    return Gap(read, (place,), (int(logits_at(m, [read.ids], [[place]]).argmax()),))


def _with(read: MaskedText, words: Sequence[Word], others: Rows) -> list[tuple[int, ...]]:
    """The text once for each word, with other tokens in the place of the word's pieces."""
    return [
        (*read.ids[: word.first], *other, *read.ids[word.last :])
        for word, other in zip(words, others, strict=True)
    ]


def _favourites(
    m: "LoadedModel", read: MaskedText, words: Sequence[Word], hidden: Rows
) -> list[list[int]]:
    """For each word the likeliest other token in the place of each of its pieces."""
    scores = logits_at(m, hidden, [list(word.places) for word in words])  # [pieces, vocab]
    own = torch.tensor([[read.ids[place]] for word in words for place in word.places])
    special = torch.tensor(m.tokenizer.all_special_ids)
    others = scores.scatter(1, own, float("-inf")).index_fill(1, special, float("-inf"))
    parts = others.argmax(-1).split([len(word.places) for word in words])
    return [part.tolist() for part in parts]


def attention_from_mask(m: "LoadedModel", found: Evidence) -> Tensor:
    """How much the answer's (first) mask looks at each word: the mean over all layers and heads,
    summed over the word's pieces, [words].

    Attention says where information may flow; `Evidence.changes` says what it did to the answer.
    They need not agree (Jain and Wallace 2019, "Attention is not Explanation"; Wiegreffe and Pinter
    2019, "Attention is not not Explanation").

    Example:
        >>> from lablib import masking as mk, models
        >>> m = models.load("pocket-bert", kind="masked", device="cpu")
        >>> found = mk.evidence(m, "The cat sat on the [MASK].")
        >>> mk.attention_from_mask(m, found).ndim
        1
    """
    weights = maps(m, reading(m.tokenizer, list(found.read.ids))).weights
    looks = weights[:, :, found.place].float().mean((0, 1))  # [key]
    return torch.stack([looks[word.first : word.last].sum() for word in found.words])
