"""Text with masks: what the model reads, which pieces make a word, and hiding a word.

In a text a mask is always written `[MASK]`, whatever the model's own mask token is (RoBERTa's is
`<mask>`), so that the same text can be given to any model.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, takewhile
from typing import TYPE_CHECKING, Any

from lablib.models.text import context_length
from lablib.models.vocabulary import CONTINUES, text_bytes, writes_spaces
from lablib.numbers import require_place
from lablib.unicode import well_formed

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from lablib.models import LoadedModel

MASK = "[MASK]"
"""How a mask is written in a text."""


@dataclass(frozen=True)
class Word:
    """A word of a text, or a mask, or a punctuation mark: what the tokenizer splits first.

    Attributes:
        text: as it stands in the text.
        start, end: its characters in the text, `end` not included.
        first, last: its tokens among the ids the model reads, `last` not included.
        masked: whether it is a mask.
    """

    text: str
    start: int
    end: int
    first: int
    last: int
    masked: bool

    @property
    def places(self) -> range:
        """The positions of its pieces."""
        return range(self.first, self.last)


@dataclass(frozen=True)
class MaskedText:
    """A text as the model will read it.

    Attributes:
        text: the text, its masks written `[MASK]`.
        ids: the token ids, [CLS] and [SEP] included.
        words: its words and masks in order; those that were cut off are not among them.
        before, after: how many tokens were cut off at the beginning and at the end.
        context: how many tokens the model can read, None if it has no limit.
    """

    text: str
    ids: tuple[int, ...]
    words: tuple[Word, ...]
    before: int = 0
    after: int = 0
    context: int | None = None

    @property
    def masks(self) -> tuple[int, ...]:
        """The positions of the masks among the ids."""
        return tuple(word.first for word in self.words if word.masked)

    @property
    def note(self) -> str:
        """What was cut, in a sentence; empty if nothing was."""
        if not (self.before or self.after):
            return ""
        size = len(self.ids) + self.before + self.after
        cut = [
            f"the {where} {count:,}"
            for where, count in (("first", self.before), ("last", self.after))
            if count
        ]
        return (
            f"The text has {size:,} tokens and the model reads at most {self.context:,}: "
            f"{' and '.join(cut)} were left out{', around the mask' if self.masks else ''}."
        )

    def require_mask(self, number: int = 0) -> int:
        """The position of a mask, counted from 0.

        Raises:
            ValueError: with a sentence that says what to do, if there is no such mask.
        """
        masks = self.masks
        if not masks:
            raise ValueError(
                f"There is no mask in this text: click a word to hide it, or type {MASK} "
                "where the model should guess."
            )
        _require_mask(number, len(masks))
        return masks[number]


def prepare(m: "LoadedModel", text: str | MaskedText) -> MaskedText:
    """The text's token ids and words, cut to what the model can read; once prepared, it stays so.

    What is too long is cut around its masks (around the first, if they lie too far apart), else at
    its end. `[mask]` in any case and the model's own mask token both count as masks. A lone
    surrogate becomes U+FFFD.

    Raises:
        ValueError: if the model does not fill in masks.

    Example:
        >>> from lablib import models
        >>> prepared = prepare(models.load("pocket-bert", kind="masked"), "The cat sat on [mask].")
        >>> [word.text for word in prepared.words], prepared.masks
        (['The', 'cat', 'sat', 'on', '[MASK]', '.'], (5,))
    """
    if isinstance(text, MaskedText):
        return text
    require_masked(m)
    return read_pieces(m, pieces_of(m, clean(text, m.tokenizer.mask_token)))


@dataclass(frozen=True)
class Pieces:
    """The tokens of a whole text, each with the characters it comes from.

    Attributes:
        text: the text, its masks written `[MASK]`.
        ids: the token ids, [CLS] and [SEP] included, [tokens].
        spans: start and end of each in the text, with or without the space before it, [tokens].
        numbers: of which word it is a piece, None for a token that stands for no text, [tokens].
    """

    text: str
    ids: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    numbers: tuple[int | None, ...]


def pieces_of(m: "LoadedModel", text: str) -> Pieces:
    """The tokens of a text that writes every mask `[MASK]`.

    Raises:
        ValueError: if the tokenizer cannot tell where its tokens stand.
    """
    if not m.tokenizer.is_fast:
        raise ValueError(
            f"{type(m.tokenizer).__name__} cannot tell where its tokens stand in the text: choose "
            "a model that has a tokenizer.json."
        )
    mask = m.tokenizer.mask_token
    own = text.replace(MASK, mask)
    encoding = m.tokenizer(own, return_offsets_mapping=True, verbose=False)
    ends = [found.end() for found in re.finditer(re.escape(mask), own)]
    longer = len(mask) - len(MASK)
    spans = tuple(
        (start - longer * bisect_right(ends, start), end - longer * bisect_right(ends, end))
        for start, end in encoding["offset_mapping"]
    )
    return Pieces(text, tuple(encoding["input_ids"]), spans, tuple(encoding.word_ids()))


def read_pieces(m: "LoadedModel", pieces: Pieces) -> MaskedText:
    """Pieces as words, cut to what the model can read."""
    words = _words(pieces, m.tokenizer.mask_token_id)
    return _cut(MaskedText(pieces.text, pieces.ids, words, context=context_length(m)))


def require_masked(m: "LoadedModel") -> None:
    """Refuse a model that does not fill in masks.

    Raises:
        ValueError: with a sentence that says what to do.
    """
    guesses = m.tokenizer.mask_token is not None and m.model.get_output_embeddings() is not None
    if not (guesses and _reads_both_sides(m.model)):
        raise ValueError(
            f"{type(m.model).__name__} does not fill in masks: it has no word for a gap. "
            "Choose a masked-word model, such as minilm-masked or pocket-bert."
        )


def _reads_both_sides(model: "PreTrainedModel") -> bool:
    """Whether it was made for gaps; FlauBERT's and XLM's class for that can write text as well."""
    from transformers import MODEL_FOR_MASKED_LM_MAPPING

    made_for_gaps: Any = MODEL_FOR_MASKED_LM_MAPPING.get(type(model.config), None)
    both = type(model) is made_for_gaps and not model.config.is_encoder_decoder
    return both or not model.can_generate()


def clean(text: str, mask_token: str) -> str:
    """The text without lone surrogates, every way to write a mask turned into one.

    >>> clean("a <MASK> and a [mask]", "<mask>")
    'a [MASK] and a [MASK]'
    """
    masks = f"{re.escape(MASK)}|{re.escape(mask_token)}"
    return re.sub(masks, MASK, well_formed(text), flags=re.IGNORECASE)


def _words(pieces: Pieces, mask_id: int) -> tuple[Word, ...]:
    words = []
    for number, group in groupby(range(len(pieces.ids)), key=pieces.numbers.__getitem__):
        if number is not None:
            first, *rest = group
            last = rest[-1] if rest else first
            start, end = trimmed(pieces.text, pieces.spans[first][0], pieces.spans[last][1])
            masked = pieces.ids[first] == mask_id
            words.append(Word(pieces.text[start:end], start, end, first, last + 1, masked))
    return tuple(words)


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    r"""A stretch of a text without the space it begins with, which is how many tokenizers count.

    >>> trimmed("the cat", 3, 7), trimmed("the\n", 3, 4)
    ((4, 7), (4, 4))
    """
    return end - len(text[start:end].lstrip()), end


def _cut(whole: MaskedText) -> MaskedText:
    """The part that fits the context, whole words only, with the special tokens round it."""
    if whole.context is None or len(whole.ids) <= whole.context or not whole.words:
        return whole
    first, last = whole.words[0].first, whole.words[-1].last
    head, tail = whole.ids[:first], whole.ids[last:]
    room = whole.context - len(head) - len(tail)
    start = _window(first, last, room, whole.masks)
    kept = [word for word in whole.words if start <= word.first and word.last <= start + room]
    begin, end = (kept[0].first, kept[-1].last) if kept else (first, first)
    back = begin - len(head)
    words = tuple(replace(w, first=w.first - back, last=w.last - back) for w in kept)
    ids = head + whole.ids[begin:end] + tail
    return MaskedText(whole.text, ids, words, begin - first, last - end, whole.context)


def _window(first: int, last: int, room: int, masks: Sequence[int]) -> int:
    """Where a window of `room` tokens begins that has the masks in its middle.

    >>> _window(1, 101, 20, [50, 53]), _window(1, 101, 20, []), _window(1, 101, 20, [2, 99])
    (41, 1, 1)
    """
    if not masks:
        return first
    together = [place for place in masks if place < masks[0] + room]
    middle = (together[0] + together[-1]) // 2
    return max(first, min(middle - room // 2, last - room))


def put(text: str, number: int, word: str, m: "LoadedModel | None" = None) -> str:
    """The text with a word in the place of its mask, counted from 0.

    A WordPiece that goes on with the word before it (`##s`) is joined to that word.

    Args:
        word: a word, or a guess as its model writes it.
        m: the model whose guess it is. RoBERTa's tokens, and those of SentencePiece, have the space
            before them in them: then `" house"` is a word of its own, and `"house"` is joined to
            what stands before the mask.

    Raises:
        ValueError: if there is no such mask.

    Example:
        >>> put("The [MASK] [MASK].", 1, "sat"), put("The cat [MASK].", 0, "##s")
        ('The [MASK] sat.', 'The cats.')
    """
    before, after = _around(text, number)
    if m is not None and writes_spaces(m.tokenizer):
        return _with_piece(before, word, m.tokenizer) + after
    if word.startswith(CONTINUES) and before.strip():
        return before.rstrip() + word.removeprefix(CONTINUES) + after
    return before + word.strip() + after


def _around(text: str, number: int) -> tuple[str, str]:
    """What stands before a mask, and what after it."""
    parts = text.split(MASK)
    _require_mask(number, len(parts) - 1)
    return MASK.join(parts[: number + 1]), MASK.join(parts[number + 1 :])


def _require_mask(number: int, there: int) -> None:
    says = f"This text has no mask number {number}: it has {there}, counted from 0."
    require_place("mask", number, there, says=says)


def _with_piece(before: str, piece: str, tokenizer: "PreTrainedTokenizerBase") -> str:
    """A text and a token that goes on with it, where tokens have their spaces in them."""
    if not piece.startswith(" "):
        return (before if _keeps_space(tokenizer) else before.rstrip(" ")) + piece
    spaced = before[-1:].isspace() if before else _begins_with_space(tokenizer)
    return before + (piece[1:] if spaced else piece)


def _begins_with_space(tokenizer: "PreTrainedTokenizerBase") -> bool:
    """Whether it reads a text as if a space stood before it."""
    return text_bytes("a", tokenizer)[0].startswith(b" ")


def _keeps_space(tokenizer: "PreTrainedTokenizerBase") -> bool:
    """Whether a space before a mask is a token; for most the mask token takes it with it."""
    mask = tokenizer.mask_token
    return mask is not None and text_bytes(f"a {mask}", tokenizer)[-2] == b" "


def hide(text: str, word: Word) -> str:
    """The text with one of its words hidden behind a mask: one, however many pieces it has.

    >>> hide("The cat sat.", Word("cat", 4, 7, 2, 3, masked=False))
    'The [MASK] sat.'
    """
    return text[: word.start] + MASK + text[word.end :]


def unhide(text: str, number: int, word: str) -> str:
    """The text with a word that `hide` hid as it stood there.

    >>> unhide("The [MASK] sat.", 0, "cat")
    'The cat sat.'
    """
    before, after = _around(text, number)
    return before + word + after


def hidden_words(before: str, now: str, hidden: Sequence[str | None]) -> list[str | None]:
    """Which word each mask of a text hides, once the text was changed; None where it is not known.

    What both texts begin and end with keeps the words behind its masks. A mask that took the place
    of a word hides that word. So it does not matter whether a click or the keyboard hid it.

    Args:
        before: the text as it was, with the words its masks hide in `hidden`, [masks].
        now: the text as it is.

    Example:
        >>> hidden_words("The cat sat.", "The [MASK] sat.", [])
        ['cat']
        >>> hidden_words("The [MASK] sat.", "The [MASK] sat [MASK].", ["cat"])
        ['cat', None]
    """
    head = _common(before, now)
    tail = _common(before[head:][::-1], now[head:][::-1])
    old, new = (text[head : len(text) - tail] for text in (before, now))
    first, last = now[:head].count(MASK), now[len(now) - tail :].count(MASK)
    between: list[str | None] = [None] * (now.count(MASK) - first - last)
    if new.strip() == MASK and old.strip() and MASK not in old:
        between = [old.strip()]
    return [*hidden[:first], *between, *hidden[len(hidden) - last :]]


def _common(first: str, second: str) -> int:
    """How many characters both begin with."""
    pairs = zip(first, second, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
