"""What the entries of a vocabulary stand for: every tokenizer has its own way to write bytes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from lablib.unicode import well_formed

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

CONTINUES = "##"
"""What WordPiece puts before a piece that goes on with the word before it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a vocabulary.

    Attributes:
        id: its number.
        name: how the vocabulary itself writes it ("Ġsat", "##ing", "▁the").
        text: how people read it; bytes that are no whole character stand as `\\xNN`, and a piece
            that continues a word keeps the ## with which WordPiece writes it.
        bytes: the bytes of text it stands for.
        special: whether it is a control token, which no text should be able to write.
    """

    id: int
    name: str
    text: str
    bytes: bytes
    special: bool

    @property
    def partial(self) -> bool:
        """Whether it is a part of a character only.

        >>> Entry(0, "Ã", "\\\\xc3", b"\\xc3", False).partial
        True
        """
        return self.bytes.decode("utf-8", "replace").encode("utf-8") != self.bytes


def entries(ids: Iterable[int], tokenizer: PreTrainedTokenizerBase) -> dict[int, Entry]:
    """The entries of these ids, each once.

    Raises:
        ValueError: for an id outside the vocabulary.

    Example:
        >>> from lablib.models import load_tokenizer
        >>> entries([3332, 3332], load_tokenizer("gpt2"))[3332]
        Entry(id=3332, name='Ġsat', text=' sat', bytes=b' sat', special=False)
    """
    special, spelling = set(tokenizer.all_special_ids), _Spelling.of(tokenizer)
    unique = list(dict.fromkeys(ids))
    names = dict(zip(unique, _names(unique, tokenizer), strict=True))
    return {id: spelling.entry(id, name, id in special) for id, name in names.items()}


def vocabulary(tokenizer: PreTrainedTokenizerBase) -> list[Entry]:
    """All entries of a tokenizer's vocabulary in the order of their ids.

    Example:
        >>> from lablib.models import load_tokenizer
        >>> len(vocabulary(load_tokenizer("gpt2")))
        50257
    """
    special, spelling = set(tokenizer.all_special_ids), _Spelling.of(tokenizer)
    by_id = sorted((id, name) for name, id in tokenizer.get_vocab().items())
    return [spelling.entry(id, name, id in special) for id, name in by_id]


def text_bytes(text: str, tokenizer: PreTrainedTokenizerBase) -> list[bytes]:
    """The bytes that each token of a text stands for, without the tokenizer's own marks.

    >>> from lablib.models import load_tokenizer
    >>> text_bytes("a cat", load_tokenizer("gpt2"))
    [b'a', b' cat']
    """
    ids = tokenizer(well_formed(text), add_special_tokens=False)["input_ids"]
    known = entries(ids, tokenizer)
    return [known[id].bytes for id in ids]


def writes_spaces(tokenizer: PreTrainedTokenizerBase) -> bool:
    """Whether its tokens have the space before a word in them, as byte-level BPE's and
    SentencePiece's do; WordPiece's have not.

    >>> from lablib.models import load_tokenizer
    >>> writes_spaces(load_tokenizer("gpt2"))
    True
    """
    return any(piece.startswith(b" ") for piece in text_bytes("a a", tokenizer))


@dataclass(frozen=True)
class _Spelling:
    """How a tokenizer writes the entries of its vocabulary.

    Attributes:
        decoder: in words: it may be a sequence of several, and `repr` names them all.
        added: the tokens that were added to the vocabulary.
    """

    decoder: str
    added: frozenset[str]

    @classmethod
    def of(cls, tokenizer: PreTrainedTokenizerBase) -> _Spelling:
        backend = getattr(tokenizer, "backend_tokenizer", None)
        # The tokenizers written in Python have no decoder to ask; of those, SentencePiece's use ▁.
        decoder = repr(backend.decoder) if backend else "▁"
        return cls(decoder, frozenset(tokenizer.get_added_vocab()))

    def entry(self, id: int, name: str, special: bool) -> Entry:
        raw = self.bytes_of(name)
        text = name if self.continues_word(name) else raw.decode("utf-8", "backslashreplace")
        return Entry(id, name, text, raw, special)

    def bytes_of(self, name: str) -> bytes:
        """The bytes of text that an entry stands for.

        Byte-level BPE writes each byte as a letter (GPT-2's `bytes_to_unicode`), WordPiece puts ##
        before a piece that continues a word, SentencePiece writes a space as ▁ and a lone byte as
        <0xNN>. A token added to the vocabulary is plain text.

        >>> from transformers import GPT2Tokenizer
        >>> tokenizer = GPT2Tokenizer(vocab={"Ġ": 0, "Ã": 1, "ĠÃ": 2}, merges=[("Ġ", "Ã")])
        >>> _Spelling.of(tokenizer).bytes_of("ĠÃ")
        b' \\xc3'
        """
        if name in self.added:
            return name.encode()
        if "ByteLevel" in self.decoder and _byte_of_letter().keys() >= set(name):
            return bytes(_byte_of_letter()[letter] for letter in name)
        if "ByteFallback" in self.decoder and name.startswith("<0x"):
            return bytes.fromhex(name[3:5])
        if self.continues_word(name):
            return name.removeprefix(CONTINUES).encode()
        return (name.replace("▁", " ") if "▁" in self.decoder else name).encode()

    def continues_word(self, name: str) -> bool:
        return "WordPiece" in self.decoder and name.startswith(CONTINUES) and name not in self.added


def _names(ids: list[int], tokenizer: PreTrainedTokenizerBase) -> list[str]:
    # Tokenizers count in 32 bits and answer numbers beyond with an error of their own.
    countable = [id if 0 <= id < 2**31 else 2**31 - 1 for id in ids]
    names: list[str | None] = [*tokenizer.convert_ids_to_tokens(countable)]
    for id, name in zip(ids, names, strict=True):
        if name is None:
            size = len(tokenizer)
            raise ValueError(f"Token id {id} is not in the vocabulary, which has {size} tokens.")
    return [name for name in names if name is not None]


@lru_cache
def _byte_of_letter() -> dict[str, int]:
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    return {letter: byte for byte, letter in bytes_to_unicode().items()}
