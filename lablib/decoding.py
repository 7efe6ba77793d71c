"""From bytes to text: which encoding a file is in, for every room that reads people's files.

A byte-order mark says it. Without one, UTF-8 can be told from the others, UTF-16 and UTF-32 by
their NUL bytes; what then is left may be Windows-1252, in which most old files of Western Europe
are, or cannot be told.
"""

import codecs
import re
import unicodedata
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "UTF-8"),
    (codecs.BOM_UTF32_LE, "UTF-32-LE"),  # begins as UTF-16's does
    (codecs.BOM_UTF32_BE, "UTF-32-BE"),
    (codecs.BOM_UTF16_LE, "UTF-16-LE"),
    (codecs.BOM_UTF16_BE, "UTF-16-BE"),
)
_UNMARKED = ("UTF-32-LE", "UTF-32-BE", "UTF-16-LE", "UTF-16-BE")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
"""What no text has: control characters besides white space and escape, and code points that are no
characters.
"""


@dataclass(frozen=True)
class Decoded:
    """The text of a file.

    Attributes:
        text: without the byte-order mark.
        encoding: "UTF-8", "UTF-16-LE", "Windows-1252" and the like.
        note: which encoding it was taken for, in a sentence; empty for UTF-8.
    """

    text: str
    encoding: str
    note: str = ""


def decoded(content: bytes, name: str) -> Decoded:
    r"""Bytes as text, and which encoding they were taken for.

    Args:
        content: the bytes of a file.
        name: what the file is called in an error, as "This file".

    Raises:
        ValueError: if they are no text, or in an encoding that cannot be told.

    >>> decoded("naïve".encode("utf-32"), "It")
    Decoded(text='naïve', encoding='UTF-32-LE', note='It was read as UTF-32-LE.')
    >>> decoded("Grüße, Zoë".encode("cp1252"), "It").encoding
    'Windows-1252'
    >>> decoded(b"\x89PNG\r\n\x1a\n\0\0", "It")
    Traceback (most recent call last):
    ...
    ValueError: It is a binary file and not a text: save it as plain text (UTF-8) first.
    """
    found = _marked(content) or (_wide(content) if b"\0" in content else _narrow(content))
    if found is not None:
        return found
    if b"\0" in content or not _is_text(content.decode("utf-8", "ignore")):
        raise ValueError(
            f"{name} is a binary file and not a text: save it as plain text (UTF-8) first."
        )
    raise ValueError(
        f"{name} is not in UTF-8 (byte {_first_fault(content)}), and its encoding cannot be told: "
        "save it as plain text in UTF-8."
    )


def _marked(content: bytes) -> Decoded | None:
    """The text, if it begins with a byte-order mark and is in the encoding that the mark says."""
    for mark, encoding in _MARKS:
        if content.startswith(mark) and (text := _text(content[len(mark) :], encoding)) is not None:
            return Decoded(text, encoding, _note(encoding))
    return None


def _wide(content: bytes) -> Decoded | None:
    """A text of two or four bytes a character, of which some are NUL."""
    plain = _text(content, "UTF-8")
    if (
        plain is not None
        and 3 * plain.count("\0") < len(plain)
        and _is_text(plain.replace("\0", ""))
    ):
        return None  # bytes with a NUL here and there
    read = {encoding: text for encoding in _UNMARKED if (text := _text(content, encoding))}
    texts = {encoding: text for encoding, text in read.items() if _is_text(text)}
    if not texts:
        return None
    best = max(texts, key=lambda encoding: _familiar(texts[encoding]))
    spaces, latin = _familiar(texts[best])
    if not ("32" in best or spaces or latin > 0.5) or not _all_assigned(texts[best]):
        return None
    return Decoded(texts[best], best, f"It has no byte-order mark. {_note(best)}")


def _familiar(text: str) -> tuple[int, float]:
    """How many spaces and line ends a text has, and the share of its letters that are Latin: with
    its bytes in the wrong order it has hardly any.

    >>> _familiar("a b"), _familiar("愀\u2000戀")
    ((1, 1.0), (0, 0.0))
    """
    start = text[:4096]
    spaces = sum(letter in " \r\n\t" for letter in start)
    return spaces, sum(letter < "\u0100" for letter in start) / len(start)


def _all_assigned(text: str) -> bool:
    """Whether Unicode knows all characters of the beginning: of bytes taken at random it does not.

    >>> _all_assigned("日本"), _all_assigned("\u0378")
    (True, False)
    """
    return not any(unicodedata.category(letter) in ("Cn", "Co") for letter in text[:4096])


def _narrow(content: bytes) -> Decoded | None:
    """A text of one byte a letter, or UTF-8."""
    text = _text(content, "UTF-8")
    if text is not None:
        return Decoded(text, "UTF-8")
    text = _text(content, "cp1252")
    if text is None or not _is_text(text) or _mostly_utf8(content) or not _mostly_ascii(text):
        return None
    return Decoded(
        text,
        "Windows-1252",
        "It is not in UTF-8 and was read as Windows-1252 (Western Europe): if letters with accents "
        "look wrong, save it as UTF-8.",
    )


def _mostly_utf8(content: bytes) -> bool:
    """Whether more of what is not ASCII is UTF-8 than is not: a damaged file."""
    good = content.decode("utf-8", "ignore")
    beyond = sum(1 for letter in good if not letter.isascii())
    return beyond > len(content) - len(good.encode())


def _mostly_ascii(text: str) -> bool:
    """Whether at most two letters in five have an accent: Greek or Chinese read so has more.

    >>> _mostly_ascii("déjà vu"), _mostly_ascii("Ïðèâåò")
    (True, False)
    """
    letters = [letter for letter in text if letter.isalpha() or not letter.isascii()]
    return 5 * sum(not letter.isascii() for letter in letters) <= 2 * len(letters)


def _text(content: bytes, encoding: str) -> str | None:
    """The text of bytes, None if they are not in this encoding."""
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_text(text: str) -> bool:
    return _CONTROL.search(text) is None


def _first_fault(content: bytes) -> int:
    """The first byte that is not UTF-8."""
    return len(content.decode("utf-8", "replace").partition("\ufffd")[0].encode())


def _note(encoding: str) -> str:
    return "" if encoding == "UTF-8" else f"It was read as {encoding}."
