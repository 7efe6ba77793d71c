"""Text as Unicode has it: what can be encoded, and what a person calls a character."""

import regex


def well_formed(text: str) -> str:
    """The text with U+FFFD for every lone surrogate, which no UTF-8 can hold.

    Raises:
        TypeError: for what is no text; every call that reads one begins here.

    >>> well_formed("a\\ud800b")
    'a�b'
    """
    if not isinstance(text, str):
        raise TypeError(f"A text is needed here, such as 'The cat sat', and this is {text!r:.80}.")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def graphemes(text: str) -> list[str]:
    """The text cut into what people call characters: Unicode's extended grapheme clusters.

    A letter with its accents, an emoji with its skin tone, a Hangul syllable of three letters are
    one each, however many code points they have (Unicode Standard Annex 29; the `regex` library).

    >>> graphemes("e\\u0301👩🏽‍🚀\\r\\n") == ["e\\u0301", "👩🏽‍🚀", "\\r\\n"]
    True
    """
    return regex.findall(r"\X", text)


def grapheme_starts(text: str) -> list[int]:
    """Where each of `graphemes(text)` begins, and at the end where the last one ends.

    >>> grapheme_starts("ae\\u0301!")
    [0, 1, 3, 4]
    """
    if text.isascii() and "\r\n" not in text:
        return list(range(len(text) + 1))
    return [*(match.start() for match in regex.finditer(r"\X", text)), len(text)]
