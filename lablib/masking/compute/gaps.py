"""A word in a gap: which tokens the text would have there if the word stood in it.

The same word is written with different tokens at the beginning of a text, after a space, after a
bracket or after a hyphen: RoBERTa's `The` and `ĠThe` are two entries of its vocabulary. So the word
is put into the text, the text is cut into tokens, and those that come from the word are hidden.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lablib.masking.compute.text import (
    MASK,
    MaskedText,
    Pieces,
    clean,
    pieces_of,
    prepare,
    read_pieces,
    trimmed,
)
from lablib.models.text import require_vectors
from lablib.models.vocabulary import entries

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from lablib.models import LoadedModel


@dataclass(frozen=True)
class Gap:
    """A word that may stand in a gap.

    Attributes:
        read: the text with the word in the gap and a mask for each of the word's tokens.
        places: the positions of these masks, [tokens of the word].
        ids: the word's tokens, [tokens of the word].
    """

    read: MaskedText
    places: tuple[int, ...]
    ids: tuple[int, ...]


def word_in_gap(m: "LoadedModel", text: str | MaskedText, word: str, mask: int = 0) -> Gap:
    """The tokens of a word where a mask stands, and the text with these tokens hidden.

    Where the word would run into its neighbours ("light" and "house" may be one token together),
    the neighbours stay as they are beside a mask, and the word has the tokens that it has between
    brackets.

    Args:
        mask: which mask of the text, counted from 0; the others stay masks.

    Raises:
        ValueError: if there is no such mask, the word is empty or has a character that is not in
            the model's vocabulary, or its tokens do not all fit into the context.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-bert", kind="masked")
        >>> gap = word_in_gap(m, "The cat sat on the [MASK].", "table")
        >>> gap.read.text, gap.places, m.tokenizer.decode(gap.ids)
        ('The cat sat on the [MASK].', (6,), 'table')
    """
    read = prepare(m, text)
    place = read.require_mask(mask)
    start = next(each.start for each in read.words if each.first == place)
    before, after = read.text[:start], read.text[start + len(MASK) :]
    word = _spelled(m, word)
    filled = pieces_of(m, before + word + after)
    tokens = _tokens_of(filled, start, start + len(word), m.tokenizer)
    if tokens:
        ids = filled.ids[tokens.start : tokens.stop]
        hidden = _hidden(filled, tokens, start, len(word), m.tokenizer.mask_token_id)
    else:
        ids = _between_brackets(m, before, word)
        hidden = pieces_of(m, before + MASK * len(ids) + after)
    _require_known(m, word, ids)
    require_vectors(m, ids)
    found = read_pieces(m, hidden)
    ends = range(start, start + len(MASK) * len(ids))
    places = tuple(each.first for each in found.words if each.masked and each.start in ends)
    if len(places) < len(ids):
        raise ValueError("The text is too long for the model to take a word of so many pieces.")
    return Gap(found, places, ids)


def _spelled(m: "LoadedModel", word: str) -> str:
    """The word as it goes into a text."""
    word = clean(word, m.tokenizer.mask_token).strip()
    if not word:
        raise ValueError("Type a word to ask how probable it is.")
    return word


def _require_known(m: "LoadedModel", word: str, ids: tuple[int, ...]) -> None:
    if not ids or m.tokenizer.unk_token_id in ids or m.tokenizer.mask_token_id in ids:
        raise ValueError(
            f"“{word}” is not in this model's vocabulary, not even in pieces, "
            "so the model cannot guess it: ask for another word."
        )


def _tokens_of(
    pieces: Pieces, start: int, end: int, tokenizer: "PreTrainedTokenizerBase"
) -> range | None:
    """The tokens that a stretch of the text became; None if one of them is from outside it too."""
    spans = [trimmed(pieces.text, *span) for span in pieces.spans]
    own = [
        place
        for place, (first, last) in enumerate(spans)
        if pieces.numbers[place] is not None and first < end and last > start
    ]
    if not own or any(spans[place][0] < start or spans[place][1] > end for place in own):
        return None
    first = own[0]
    space = spans[first - 1] == (start, start) and pieces.numbers[first - 1] is not None
    if space and _alone(pieces.ids[first - 1], pieces.ids[first], tokenizer):
        first -= 1
    return range(first, own[-1] + 1)


def _alone(id: int, following: int, tokenizer: "PreTrainedTokenizerBase") -> bool:
    """Whether a token is the space before a word whose own first token has none."""
    known = entries([id, following], tokenizer)
    return known[id].bytes == b" " and not known[following].bytes.startswith(b" ")


def _hidden(pieces: Pieces, tokens: range, start: int, size: int, mask_id: int) -> Pieces:
    """The pieces with a mask for each token of a word, the word of `size` characters at `start`."""
    count = len(tokens)
    longer = count * len(MASK) - size
    masks = tuple((start + i * len(MASK), start + (i + 1) * len(MASK)) for i in range(count))
    return Pieces(
        text=pieces.text[:start] + MASK * count + pieces.text[start + size :],
        ids=(*pieces.ids[: tokens.start], *[mask_id] * count, *pieces.ids[tokens.stop :]),
        spans=(
            *pieces.spans[: tokens.start],
            *masks,
            *((first + longer, last + longer) for first, last in pieces.spans[tokens.stop :]),
        ),
        numbers=(
            *pieces.numbers[: tokens.start],
            *range(-count, 0),  # each mask is a word of its own
            *pieces.numbers[tokens.stop :],
        ),
    )


def _between_brackets(m: "LoadedModel", before: str, word: str) -> tuple[int, ...]:
    """The tokens of a word with a bracket in the place of its neighbours, or else of it alone."""
    space = "" if before and not before[-1].isspace() else " "
    opening = f"({space}" if before else ""
    start = len(opening)
    for closing in (")", ""):
        pieces = pieces_of(m, f"{opening}{word}{closing}")
        if tokens := _tokens_of(pieces, start, start + len(word), m.tokenizer):
            return pieces.ids[tokens.start : tokens.stop]
    return tuple(m.tokenizer(word, add_special_tokens=False)["input_ids"])
