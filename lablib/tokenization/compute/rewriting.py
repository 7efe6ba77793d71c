"""One text written in other ways: some look just the same, and are not.

Every function takes any text and returns it rewritten; what it has no use for stays as it is.
"""

import re
import unicodedata


def with_a_capital(text: str) -> str:
    """One space, then the text with its first letter large.

    >>> with_a_capital("dog")
    ' Dog'
    """
    rest = text.lstrip(" ")
    return " " + rest[:1].upper() + rest[1:]


def one_more(text: str) -> str:
    """Every number of up to 18 digits counted up by one.

    >>> one_more("from 1999 to 2023")
    'from 2000 to 2024'
    """
    return re.sub(r"(?<!\d)[0-9]{1,18}(?!\d)", lambda found: str(int(found[0]) + 1), text)


def in_threes(text: str) -> str:
    """Every number with a comma between its thousands.

    >>> in_threes("1234567 and 42")
    '1,234,567 and 42'
    """
    return re.sub(r"(?<=[0-9])(?=(?:[0-9]{3})+(?![0-9]))", ",", text)


def indented(text: str, level: str) -> str:
    """The text with `level` for every four spaces at the start of a line.

    >>> indented("if x:\\n    y\\n      z", "\\t")
    'if x:\\n\\ty\\n\\t  z'
    """
    return re.sub(r"(?m)^(?: {4})+", lambda found: level * (len(found[0]) // 4), text)


def unix_lines(text: str) -> str:
    """Line ends as Unix writes them: one new line.

    >>> unix_lines("a\\r\\nb\\rc")
    'a\\nb\\nc'
    """
    return text.replace("\r\n", "\n").replace("\r", "\n")


def windows_lines(text: str) -> str:
    """Line ends as Windows writes them: a carriage return and a new line."""
    return unix_lines(text).replace("\n", "\r\n")


def composed(text: str) -> str:
    """A letter and its accent as one character, where Unicode has one (NFC)."""
    return unicodedata.normalize("NFC", text)


def decomposed(text: str) -> str:
    """A letter, then its accents one by one (NFD).

    >>> len(composed("é")), len(decomposed("é"))
    (1, 2)
    """
    return unicodedata.normalize("NFD", text)
