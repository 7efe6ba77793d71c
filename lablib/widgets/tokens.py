"""How a token is shown: one rule for every strip, tree and figure of every lab.

Browsers get text that already went through `visible`. Only a page without a kernel, on which a
person types, has the rule once more (`lablib/pages/stand_ins/chips.js`); a test holds it to this.
"""

import math
import sys
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lablib.models.vocabulary import Entry, entries

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_PICTURES = {chr(code): chr(0x2400 + code) for code in range(32)} | {"\x7f": "␡"}
_MARKS = _PICTURES | {" ": "␣", "\n": "⏎", "\t": "⇥"}
_NAMES = {" ": "space", "\n": "new line", "\t": "tab"}
# Letters and marks by their category that no font draws: fillers, joiners, variation selectors.
_EMPTY = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0") | {
    chr(code) for code in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
}


def visible(text: str) -> str:
    """The text with a mark for every character that would not be seen.

    Space, new line and tab have their usual marks, other control characters their Unicode control
    picture, and everything else without a shape (format characters, variation selectors, odd
    spaces, unassigned code points, lone surrogates) its code point. A combining mark with nothing
    to sit on gets a dotted circle. What is visible already stays, so
    `visible(visible(text)) == visible(text)`.

    >>> visible(" a\\n"), visible("\\0"), visible("\\u200d"), visible("\\u0301")
    ('␣a⏎', '␀', '‹200D›', '◌́')
    """
    return "".join(map(_visible_character, text, " " + text))


def _visible_character(character: str, before: str) -> str:
    if character in _MARKS:
        return _MARKS[character]
    if not _has_shape(character):
        return f"‹{ord(character):04X}›"
    combining = unicodedata.category(character).startswith("M")
    stands_alone = before in _MARKS or not _has_shape(before)
    return "◌" + character if combining and stands_alone else character


def _has_shape(character: str) -> bool:
    return character.isprintable() and character not in _EMPTY


def spoken(text: str) -> str:
    """The text in words that a screen reader says, where it would pass over a mark.

    >>> spoken(" sat"), spoken("\\n\\n"), spoken("\\u200d")
    ('space sat', 'new line new line', 'zero width joiner')
    """
    words = "".join(c if _has_shape(c) and c != " " else f" {_name(c)} " for c in text)
    return " ".join(words.split())


def _name(character: str) -> str:
    if character in _NAMES:
        return _NAMES[character]
    picture = _PICTURES.get(character, character)
    name = unicodedata.name(picture, f"U+{ord(character):04X}")
    return name.removeprefix("SYMBOL FOR ").lower()


@lru_cache
def shapeless_names() -> dict[str, str]:
    """What `spoken` calls each character that has no shape of its own, where Unicode names it.

    >>> shapeless_names()["\\u200d"], "a" in shapeless_names()
    ('zero width joiner', False)
    """
    every = map(chr, range(sys.maxunicode + 1))
    bare = (c for c in every if c == " " or not _has_shape(c))
    return {c: _name(c) for c in bare if unicodedata.name(_PICTURES.get(c, c), "") or c in _NAMES}


def power_of_ten(exponent: int) -> str:
    """A power of ten as it is written by hand.

    >>> power_of_ten(23), power_of_ten(-94)
    ('10²³', '10⁻⁹⁴')
    """
    return f"10{str(exponent).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def scientific(value: float, digits: int = 3) -> str:
    """A number as a power of ten, to so many figures.

    >>> scientific(3.15e23), scientific(0.0, 2)
    ('3.15 × 10²³', '0.0 × 10⁰')
    """
    figures, exponent = f"{value:.{digits - 1}e}".split("e")
    return f"{figures} × {power_of_ten(int(exponent))}"


def times(ratio: float) -> str:
    """How many times, in words.

    >>> times(1.26), times(12.4), times(1e9)
    ('1.3 times', '12 times', 'over a million times')
    """
    if ratio > 1e6:
        return "over a million times"
    return f"{ratio:.1f} times" if ratio < 10 else f"{ratio:,.0f} times"


def shortened(text: str, most: int) -> str:
    """The beginning of a text that is too long for its place.

    >>> shortened("one two three", 7)
    'one tw…'
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"


def number(value: float) -> str:
    """A number to three figures, with a real minus sign, and in full where it is large.

    >>> number(0.12345), number(-12.0), number(164_992_272.0), number(float("inf"))
    ('0.123', '−12', '165,000,000', '∞')
    """
    text = f"{value:.3g}"
    if 1_000 <= abs(float(text)) < 1e15:
        text = f"{float(text):,.0f}"
    return text.replace("-", "−").replace("inf", "∞")


def finite(value: float | None) -> float | None:
    """The nearest number that a message to a browser can carry: JSON has no infinity.

    >>> finite(float("-inf")) < -1e300, finite(float("nan"))
    (True, None)
    """
    if value is None or math.isnan(value):
        return None
    return max(-sys.float_info.max, min(float(value), sys.float_info.max))


def sendable(text: object) -> str:
    """The text without lone surrogates, which no message can carry.

    >>> sendable("a\\ud800")
    'a?'
    """
    return str(text).encode("utf-8", "replace").decode()


def scale_from_zero(values: Iterable[float], unit: str = "", least: float = 0.0) -> dict[str, Any]:
    """The colour scale of a strip for values from 0 up: to their largest, and at least to `least`.

    >>> scale_from_zero([0.5, 2.0], "bits")
    {'min': 0.0, 'max': 2.0, 'unit': 'bits'}
    """
    return {"min": 0.0, "max": max([least, *values]) or 1.0, "unit": unit}


def signed_scale(values: Iterable[float], unit: str = "", least: float = 0.0) -> dict[str, Any]:
    """The colour scale for values of both signs: as far to one side as to the other.

    >>> signed_scale([0.5, -2.0], "nats")
    {'min': -2.0, 'max': 2.0, 'unit': 'nats', 'palette': 'signed'}
    """
    scale = scale_from_zero(map(abs, values), unit, least)
    return {**scale, "min": -scale["max"], "palette": "signed"}


def token_dicts(
    ids: Iterable[int],
    tokenizer: "PreTrainedTokenizerBase",
    values: Iterable[float | None] | None = None,
) -> list[dict[str, Any]]:
    """What a `TokenStrip` needs to know of each token.

    Args:
        ids: token ids, [tokens]; a list, an array or a tensor.
        values: a number for each token, [tokens].

    Returns:
        One dict per token: `id`; `text`, where bytes that are no whole character stand as `\\xNN`;
        `bytes` in hexadecimal; `special`; `value`; `note`, which says if it is part of a character.

    Raises:
        ValueError: for an id outside the vocabulary, or another number of values than of ids.

    Example:
        >>> from transformers import BertTokenizer
        >>> words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "play", "##ing"]
        >>> tokenizer = BertTokenizer(vocab={word: i for i, word in enumerate(words)})
        >>> [(t["text"], t["bytes"]) for t in token_dicts([5, 6], tokenizer)]
        [('play', '70 6c 61 79'), ('##ing', '69 6e 67')]
        >>> [token["special"] for token in token_dicts([2, 5], tokenizer, values=[None, 0.5])]
        [True, False]
    """
    ids = [int(index) for index in ids]
    numbers = [None] * len(ids) if values is None else list(values)
    if len(numbers) != len(ids):
        raise ValueError(f"{len(ids)} tokens need as many numbers, not {len(numbers)}.")
    known = {id: entry_dict(entry) for id, entry in entries(ids, tokenizer).items()}
    return [
        {**known[index], "value": None if value is None else float(value)}
        for index, value in zip(ids, numbers, strict=True)
    ]


def entry_dict(entry: Entry) -> dict[str, Any]:
    """An entry of a vocabulary as a `TokenStrip` takes it."""
    return {
        "id": entry.id,
        "text": entry.text,
        "bytes": entry.bytes.hex(" "),
        "special": entry.special,
        "note": "part of a character" if entry.partial else "",
    }
