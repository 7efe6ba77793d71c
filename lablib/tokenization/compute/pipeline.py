"""What happens to a text before a tokenizer's model sees it.

A fast tokenizer of the `tokenizers` library works in four stages: added tokens (such as
`<|endoftext|>`) are taken out, the rest is normalized (case, accents), pre-tokenized (cut at spaces
and punctuation), and each pretoken goes to the model (BPE, WordPiece, unigram) on its own.
This module does the first three, with the tokenizer's own parts, so that `steps` can do the fourth.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

from tokenizers import AddedToken, PreTokenizedString, Tokenizer
from tokenizers.models import BPE

from lablib.tokenization.compute.named import AnyTokenizer, as_tokenizer
from lablib.unicode import well_formed

KINDS = ("BPE", "WordPiece", "Unigram")
"""The kinds of model whose work can be shown, by the names that tokenizer files have for them."""


BYTES = 256
"""How many values a byte has."""


@dataclass(frozen=True)
class Pretoken:
    """A part of a text that is cut into tokens on its own.

    Attributes:
        text: what the model gets: normalized, and with bytes as letters for a byte-level BPE.
        start, end: its place in the text, in characters.
        added: its id, if it is an added token that no model sees; else None.
    """

    text: str
    start: int
    end: int
    added: int | None = None


def backend(tokenizer: AnyTokenizer) -> Tokenizer:
    """The `tokenizers.Tokenizer` that does the work of a tokenizer (see `as_tokenizer`).

    Raises:
        ValueError: if it has none: only fast tokenizers can be looked into.
        lablib.models.ModelError: if there is no tokenizer of that name.

    Example:
        >>> from lablib import tokenization as tk
        >>> tk.backend("gpt2").get_vocab_size()
        50257
    """
    if isinstance(tokenizer, Tokenizer):
        return tokenizer
    return as_tokenizer(tokenizer).backend_tokenizer


@lru_cache(maxsize=8)
def model_part(tokenizer: Tokenizer) -> dict[str, Any]:
    """The model of a tokenizer as its file describes it; `type` is one of `KINDS` or another.

    >>> model_part(backend("gpt2"))["merges"][0]
    ['Ġ', 't']
    """
    return json.loads(tokenizer.to_str())["model"]


def pretokens(text: str, tokenizer: AnyTokenizer) -> tuple[Pretoken, ...]:
    """The parts of a text that are cut into tokens one by one, in order.

    Example:
        >>> [(part.text, part.start, part.end) for part in pretokens("Now, then", "gpt2")]
        [('Now', 0, 3), (',', 3, 4), ('Ġthen', 4, 9)]
    """
    inside, text = backend(tokenizer), well_formed(text)
    if _has_added_tokens(text, inside):
        return tuple(_spelled(text, inside))
    pipeline = PreTokenizedString(text)
    if inside.normalizer is not None:
        pipeline.normalize(inside.normalizer.normalize)
    if inside.pre_tokenizer is not None:
        inside.pre_tokenizer.pre_tokenize(pipeline)
    splits = pipeline.get_splits(offset_referential="original", offset_type="char")
    return tuple(Pretoken(string, *place) for string, place, _ in splits if string)


def _has_added_tokens(text: str, inside: Tokenizer) -> bool:
    """Whether the tokenizer may find added tokens in a text."""
    added = inside.get_added_tokens_decoder()
    try:
        return bool(added) and not added.keys().isdisjoint(inside.encode(text).ids)
    except Exception as error:  # the library has no narrower one, for unknown characters say
        raise ValueError(f"The tokenizer cannot read this text: {error}.") from error


def _spelled(text: str, inside: Tokenizer) -> Iterator[Pretoken]:
    """The pretokens of a text that may have added tokens in it.

    Whether an added token takes the spaces round it, counts inside a word, or is looked for before
    or after the text is normalized: the library knows. So it cuts the text, with a model that
    spells every pretoken in bytes, from which the pretoken can be read back.
    """
    added = inside.get_added_tokens_decoder()
    numbers = sorted(added)
    speller = _speller(inside, [added[number] for number in numbers])
    spelled = speller.encode(text, add_special_tokens=False)
    parts = zip(spelled.word_ids, spelled.ids, spelled.offsets, strict=True)
    for _, pieces in groupby(parts, key=lambda part: part[0]):
        _, ids, places = zip(*pieces, strict=True)
        start, end = places[0][0], places[-1][1]
        if ids[0] < BYTES:
            yield Pretoken(bytes(ids).decode(), start, end)
        else:
            number = numbers[ids[0] - BYTES]
            yield Pretoken(added[number].content, start, end, number)


def _speller(inside: Tokenizer, added: Sequence[AddedToken]) -> Tokenizer:
    """A tokenizer that cuts a text as this one does, then spells: ids under `BYTES` are bytes, and
    those from there on the added tokens in order.
    """
    names = {f"<0x{byte:02X}>": byte for byte in range(BYTES)}
    speller = Tokenizer(BPE(names, [], byte_fallback=True))
    speller.normalizer, speller.pre_tokenizer = inside.normalizer, inside.pre_tokenizer
    speller.encode_special_tokens = inside.encode_special_tokens
    speller.add_tokens(list(added))
    return speller
