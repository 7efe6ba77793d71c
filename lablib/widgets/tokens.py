"""How a token is shown: one rule for every strip, tree and figure of every lab.

Browsers get text that already went through `visible`, so the rule has no second copy in JavaScript.
"""

import math
import sys
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

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


def number(value: float) -> str:
    """A number to three figures, with a real minus sign.

    >>> number(0.12345), number(-12.0), number(float("inf"))
    ('0.123', '−12', '∞')
    """
    return f"{value:.3g}".replace("-", "−").replace("inf", "∞")


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
    special = set(tokenizer.all_special_ids)
    known = {index: _describe(index, tokenizer, index in special) for index in set(ids)}
    return [
        {**known[index], "value": None if value is None else float(value)}
        for index, value in zip(ids, numbers, strict=True)
    ]


def _describe(index: int, tokenizer: "PreTrainedTokenizerBase", special: bool) -> dict[str, Any]:
    # Tokenizers count in 32 bits and answer numbers beyond with an error of their own.
    entry = tokenizer.convert_ids_to_tokens([index])[0] if 0 <= index < 2**31 else None
    if entry is None:
        size = len(tokenizer)
        raise ValueError(f"Token id {index} is not in the vocabulary, which has {size} tokens.")
    raw = token_bytes(entry, tokenizer)
    text = raw.decode("utf-8", errors="backslashreplace")
    return {
        "id": index,
        # A piece that continues a word keeps the sign of it: that is how WordPiece writes it.
        "text": entry if _continues_word(entry, tokenizer) else text,
        "bytes": raw.hex(" "),
        "special": special,
        "note": "" if text.encode("utf-8") == raw else "part of a character",
    }


def token_bytes(entry: str, tokenizer: "PreTrainedTokenizerBase") -> bytes:
    """The bytes of text that one entry of a vocabulary stands for.

    Byte-level BPE writes each byte as a letter (GPT-2's `bytes_to_unicode`), WordPiece puts ##
    before a piece that continues a word, SentencePiece writes a space as ▁ and a lone byte as
    <0xNN>. A token added to the vocabulary is plain text.

    >>> from transformers import GPT2Tokenizer
    >>> tokenizer = GPT2Tokenizer(vocab={"Ġ": 0, "Ã": 1, "ĠÃ": 2}, merges=[("Ġ", "Ã")])
    >>> token_bytes("ĠÃ", tokenizer)
    b' \\xc3'
    """
    decoder = _decoder(tokenizer)
    if entry in tokenizer.get_added_vocab():
        return entry.encode()
    if "ByteLevel" in decoder and _byte_of_letter().keys() >= set(entry):
        return bytes(_byte_of_letter()[letter] for letter in entry)
    if "ByteFallback" in decoder and entry.startswith("<0x"):
        return bytes.fromhex(entry[3:5])
    if _continues_word(entry, tokenizer):
        return entry[2:].encode()
    return (entry if "WordPiece" in decoder else entry.replace("▁", " ")).encode()


def _continues_word(entry: str, tokenizer: "PreTrainedTokenizerBase") -> bool:
    return "WordPiece" in _decoder(tokenizer) and entry.startswith("##")


def _decoder(tokenizer: "PreTrainedTokenizerBase") -> str:
    """The decoder in words: it may be a sequence of several, and `repr` names them all."""
    return repr(getattr(getattr(tokenizer, "backend_tokenizer", None), "decoder", None))


@lru_cache
def _byte_of_letter() -> dict[str, int]:
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    return {letter: byte for byte, letter in bytes_to_unicode().items()}
