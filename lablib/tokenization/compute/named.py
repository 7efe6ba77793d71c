"""Tokenizers by name: those of models, and three that cut text in the plainest ways there are."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias, Union

from tokenizers import Tokenizer, decoders, pre_tokenizers
from tokenizers.models import BPE, WordLevel

from lablib import models
from lablib.tokenization.compute.today import TODAY, installed, open_today

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

AnyTokenizer: TypeAlias = Union[
    str, "os.PathLike[str]", "PreTrainedTokenizerBase", Tokenizer, models.LoadedModel
]
"""A name, hub id or folder, a tokenizer, or a model that has one."""

UNKNOWN = "[UNK]"
EVERYWHERE = ("characters", "bytes")
"""Tokenizers that cut at every place."""


@dataclass(frozen=True)
class TokenizerCard:
    """A line of the menu: a tokenizer's name and what it is."""

    name: str
    summary: str


_PLAIN = {
    "characters": "One token a character; a new script is no problem, long texts are.",
    "bytes": "One token a byte: 256 entries write everything.",
    "words": "What is between spaces; a word it does not know is lost.",
}
_REAL = {
    "gpt2": "GPT-2's byte-level BPE, 50,257 entries.",
    "bert-base-uncased": "BERT's WordPiece for lower-cased English, 30,522 entries.",
    "pocket-gpt2": "The byte-level BPE of the small GPT-2 that comes with the labs.",
    "pocket-bert": "The WordPiece of the small BERT that comes with the labs.",
    "bert-base-chinese": "BERT's WordPiece for Chinese, one token a character (from the hub).",
    "t5-small": "T5's unigram model over SentencePiece, 32,100 entries (from the hub).",
}


def menu() -> list[TokenizerCard]:
    """The tokenizers to choose from; any other hub name and any folder can be given as well. Those
    of `TODAY` are among them where their package is installed.

    Example:
        >>> [card.name for card in menu()][:2]
        ['gpt2', 'bert-base-uncased']
    """
    there = {card.name for card in models.catalogue()}
    real = {name: summary for name, summary in _REAL.items() if name in there}
    today = {name: recipe.summary for name, recipe in TODAY.items() if installed()}
    return [TokenizerCard(name, summary) for name, summary in (real | today | _PLAIN).items()]


def as_tokenizer(tokenizer: AnyTokenizer) -> PreTrainedTokenizerBase:
    """The tokenizer that is meant: itself, that of a model, or the one of this name.

    Raises:
        ValueError: if it cannot tell where its tokens stand, or there is none of that name.

    Example:
        >>> as_tokenizer("bytes").encode("né")
        [110, 195, 169]
    """
    if isinstance(tokenizer, (str, os.PathLike)):
        name = os.fspath(tokenizer)
        return _own(name) if name in (*_PLAIN, *TODAY) else _fast(models.load_tokenizer(tokenizer))
    if isinstance(tokenizer, models.LoadedModel):
        return _fast(tokenizer.tokenizer)
    return _fast(tokenizer)


def each_of(tokenizers: Iterable[AnyTokenizer]) -> list[AnyTokenizer]:
    """Some tokenizers as a list; a lone name is one of them, and not a list of letters.

    >>> each_of("gpt2"), each_of(["gpt2", "bytes"])
    (['gpt2'], ['gpt2', 'bytes'])
    """
    return [tokenizers] if isinstance(tokenizers, str) else list(tokenizers)


def _fast(tokenizer: Any) -> PreTrainedTokenizerBase:
    from transformers import PreTrainedTokenizerBase, PreTrainedTokenizerFast

    if isinstance(tokenizer, Tokenizer):
        return PreTrainedTokenizerFast(tokenizer_object=tokenizer)
    if not isinstance(tokenizer, PreTrainedTokenizerBase):
        raise ValueError(
            f"A tokenizer is given by its name, as a model or as a tokenizer, not as {tokenizer!r}."
        )
    if not tokenizer.is_fast:
        raise ValueError(
            f"{type(tokenizer).__name__} cannot tell where its tokens stand in the text: choose a "
            "tokenizer that has a tokenizer.json."
        )
    return tokenizer


@cache
def _own(name: str) -> PreTrainedTokenizerBase:
    """One that is made here, of `_PLAIN` or `TODAY`."""
    from transformers import PreTrainedTokenizerFast

    make = {"characters": _characters, "bytes": _bytes, "words": _words}.get(name)
    unknown = {"unk_token": UNKNOWN} if name in ("characters", "words") else {}
    made = make() if make else open_today(name)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=made, **unknown)
    tokenizer.name_or_path = name
    return tokenizer


def _characters() -> Tokenizer:
    """BPE before its first merge, over all assigned characters; an id is the code point."""
    vocabulary = {
        chr(code): code
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) not in ("Cn", "Co", "Cs")
    }
    vocabulary[UNKNOWN] = sys.maxunicode + 1
    tokenizer = Tokenizer(BPE(vocabulary, [], unk_token=UNKNOWN))
    tokenizer.decoder = decoders.Fuse()
    return tokenizer


def _bytes() -> Tokenizer:
    """Byte-level BPE before its first merge; an id is the byte."""
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    tokenizer = Tokenizer(BPE({letter: byte for byte, letter in bytes_to_unicode().items()}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def _words() -> Tokenizer:
    """Whitespace-separated words; it knows those that GPT-2 has as one token after a space."""
    known = models.load_tokenizer("gpt2").get_vocab()
    by_id = sorted((id, name[1:]) for name, id in known.items() if name[0] == "Ġ")
    words = [UNKNOWN, *(word for _, word in by_id if word.isascii() and word.isalpha())]
    tokenizer = Tokenizer(WordLevel({word: i for i, word in enumerate(words)}, UNKNOWN))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return tokenizer


def name_of(tokenizer: AnyTokenizer) -> str:
    """What to call a tokenizer.

    >>> name_of("gpt2"), name_of(as_tokenizer("bytes"))
    ('gpt2', 'bytes')
    """
    if isinstance(tokenizer, (str, os.PathLike)):
        return os.fspath(tokenizer)
    if isinstance(tokenizer, models.LoadedModel):
        return tokenizer.card.name
    return getattr(tokenizer, "name_or_path", "") or type(tokenizer).__name__
