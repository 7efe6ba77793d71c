"""What several panels of this room show alike."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lablib.models.vocabulary import Entry
from lablib.tokenization.compute.tokens import Encoding
from lablib.widgets.tokens import entry_dict

SHARED = "shares a character with another token"


ADDED = "added by the tokenizer"


MARKS = [SHARED, ADDED]
"""The marks of chips in this room, in the order of their outlines."""


def chips(encoding: Encoding, shared: np.ndarray, first: int, last: int) -> list[dict[str, Any]]:
    """The tokens number `first` up to `last` as a `TokenStrip` takes them.

    Args:
        shared: which tokens share a character with another, bool [tokens] (see `sharing`).
    """
    added = encoding.added
    return [
        {
            **entry_dict(encoding.entries[token.id]),
            "caption": str(token.id),
            "note": place_words(token.start, token.end, token.byte_start, token.byte_end),
            "mark": SHARED if shared[i] else ADDED if added[i] else "",
        }
        for i, token in enumerate(encoding.between(first, last), first)
    ]


def vocabulary_chips(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Entries of a vocabulary as a `TokenStrip` takes them."""
    return [{**entry_dict(entry), "caption": str(entry.id)} for entry in entries]


def place_words(start: int, end: int, byte_start: int, byte_end: int) -> str:
    """Where a token stands.

    >>> place_words(2, 3, 4, 6), place_words(9, 9, 9, 9)
    ('characters 2 to 3, bytes 4 to 6 of the text', 'at character 9, from none of the text')
    """
    if start == end:
        return f"at character {start:,}, from none of the text"
    return f"characters {start:,} to {end:,}, bytes {byte_start:,} to {byte_end:,} of the text"


def counted(number: int, noun: str) -> str:
    """A number of things in words.

    >>> counted(1, "token"), counted(1234, "token")
    ('1 token', '1,234 tokens')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
