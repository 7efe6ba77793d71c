"""The ladder from what a person calls a character down to bytes, and up again to tokens."""

import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from lablib.numbers import require_whole
from lablib.tokenization.compute.tokens import Encoding, byte_offsets
from lablib.unicode import grapheme_starts


@dataclass(frozen=True)
class TextUnit:
    """A part of a text on one level of the ladder.

    Attributes:
        text: what stands there: a character, a code point, a byte in hexadecimal, a token.
        note: what is known of it: a code point's name, a token's id.
        start, end: its bytes, counted from the beginning of the ladder's own text.
    """

    text: str
    note: str
    start: int
    end: int


@dataclass(frozen=True)
class Ladder:
    """A piece of text on four levels; each level is cut elsewhere.

    Attributes:
        text: the piece.
        start, end: which characters of the whole text it is.
        characters: what people call characters (grapheme clusters), which may be several of …
        code_points: … Unicode's code points, each of which is one to four of …
        bytes: … the bytes of UTF-8.
        tokens: the tokens that come from these bytes. Two may come from the same ones.
    """

    text: str
    start: int
    end: int
    characters: tuple[TextUnit, ...]
    code_points: tuple[TextUnit, ...]
    bytes: tuple[TextUnit, ...]
    tokens: tuple[TextUnit, ...]


def ladder(encoding: Encoding, start: int = 0, end: int | None = None) -> Ladder:
    """The ladder of `encoding.text[start:end]`, widened to whole characters as people count them.

    A token that reaches beyond the piece is cut off at its ends.

    Example: one letter for the reader, two code points, three bytes, three tokens.
        >>> from lablib.tokenization import encode
        >>> steps = ladder(encode("e\\u0301", "gpt2"))
        >>> [len(level) for level in (steps.characters, steps.code_points, steps.bytes)]
        [1, 2, 3]
        >>> [(rung.text, rung.start, rung.end) for rung in steps.tokens]
        [('e', 0, 1), ('\\\\xcc', 1, 2), ('\\\\x81', 2, 3)]
    """
    end = len(encoding.text) if end is None else end
    require_whole(start=start, end=end)
    starts = _starts_near(encoding.text, start, end)
    first, last = _widened(starts, start, end)
    text = encoding.text[first:last]
    offsets = byte_offsets(text).tolist()
    cuts = [place - first for place in starts if first <= place <= last]
    return Ladder(
        text=text,
        start=first,
        end=last,
        characters=tuple(
            TextUnit(text[a:b], "", offsets[a], offsets[b]) for a, b in pairwise(cuts)
        ),
        code_points=tuple(
            TextUnit(f"U+{ord(c):04X}", code_point_name(c), *place)
            for c, place in zip(text, pairwise(offsets), strict=True)
        ),
        bytes=tuple(TextUnit(f"{byte:02x}", "", i, i + 1) for i, byte in enumerate(text.encode())),
        tokens=_token_rungs(encoding, first, last),
    )


def _starts_near(text: str, start: int, end: int) -> list[int]:
    """Where graphemes start in the lines of a stretch, and where the last one ends: no grapheme
    goes on after a line feed, so the rest of a long text need not be looked at.

    >>> _starts_near("one\\ntwo\\nthree", 5, 6)
    [4, 5, 6, 7, 8]
    """
    start, end = sorted((min(max(start, 0), len(text)), min(max(end, 0), len(text))))
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end) + 1 or len(text)
    return [first + place for place in grapheme_starts(text[first:last])]


def _widened(starts: list[int], start: int, end: int) -> tuple[int, int]:
    """The stretch from `start` to `end` widened to whole graphemes."""
    lowest, highest = starts[0], starts[-1]
    start, end = sorted((min(max(start, lowest), highest), min(max(end, lowest), highest)))
    return starts[bisect_right(starts, start) - 1], starts[bisect_left(starts, end)]


def _token_rungs(encoding: Encoding, first: int, last: int) -> tuple[TextUnit, ...]:
    before, size = (len(encoding.text[:place].encode()) for place in (first, last))
    tokens = [encoding.between(i, i + 1)[0] for i in encoding.touching(first, last)]
    return tuple(
        TextUnit(
            token.text,
            str(token.id),
            max(token.byte_start, before) - before,
            min(token.byte_end, size) - before,
        )
        for token in tokens
    )


def code_point_name(character: str) -> str:
    """Unicode's name of a character, or what kind of code point it is.

    Raises:
        ValueError: for more or less than one character.

    >>> code_point_name("é"), code_point_name("\\0"), code_point_name("\\U000e1000")
    ('LATIN SMALL LETTER E WITH ACUTE', 'control character', 'not assigned')
    """
    if len(character) != 1:
        raise ValueError(f"Give one character, not {len(character):,}.")
    kinds = {"Cc": "control character", "Cn": "not assigned", "Co": "private use"}
    return unicodedata.name(character, kinds.get(unicodedata.category(character), ""))


def sharing(encoding: Encoding) -> np.ndarray:
    """Which tokens share a character, as people count them, with another token, bool [tokens].

    Example: the flag is one character, and none of its tokens is the whole of it.
        >>> from lablib.tokenization import encode
        >>> sharing(encode("a🇫🇷", "gpt2")).tolist()[:2]
        [False, True]
    """
    if not len(encoding):
        return np.zeros(0, dtype=bool)
    bounds = byte_offsets(encoding.text)[grapheme_starts(encoding.text)]
    start, end = encoding.byte_spans.T
    stands = end > start
    before = np.append(0, np.maximum.accumulate(np.where(stands, end, 0))[:-1])
    starts_after = np.where(stands, start, bounds[-1])[::-1]
    after = np.append(np.minimum.accumulate(starts_after)[::-1][1:], bounds[-1])
    first = bounds[np.maximum(np.searchsorted(bounds, start, "right") - 1, 0)]
    last = bounds[np.searchsorted(bounds, end, "left")]
    return stands & ((before > first) | (after < last))
