"""What happens to a text before a tokenizer's model sees it.

A fast tokenizer of the `tokenizers` library works in four stages: added tokens (such as
`<|endoftext|>`) are taken out, the rest is normalized (case, accents), pre-tokenized (cut at spaces
and punctuation), and each pretoken goes to the model (BPE, WordPiece, unigram) on its own.
This module does the first three, with the tokenizer's own parts, so that `steps` can do the fourth.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tokenizers import NormalizedString, PreTokenizedString, Tokenizer

from lablib.tokenization.named import AnyTokenizer, as_tokenizer
from lablib.unicode import well_formed

KINDS = ("BPE", "WordPiece", "Unigram")
"""The kinds of model whose work can be shown, by the names that tokenizer files have for them."""


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
    added = _added_tokens(text, inside)
    pipeline = PreTokenizedString(text)
    pipeline.split(_leaving_out(added))
    if inside.normalizer is not None:
        pipeline.normalize(inside.normalizer.normalize)
    if inside.pre_tokenizer is not None:
        inside.pre_tokenizer.pre_tokenize(pipeline)
    splits = pipeline.get_splits(offset_referential="original", offset_type="char")
    parts = [Pretoken(string, *place) for string, place, _ in splits]
    return tuple(sorted([*added, *parts], key=lambda part: (part.start, part.end)))


def _added_tokens(text: str, inside: Tokenizer) -> list[Pretoken]:
    """The added tokens that the tokenizer finds in a text."""
    contents = {id: token.content for id, token in inside.get_added_tokens_decoder().items()}
    if not contents:
        return []
    try:
        encoding = inside.encode(text, add_special_tokens=False)
    except Exception as error:  # the library has no narrower one, for unknown characters say
        raise ValueError(f"The tokenizer cannot read this text: {error}.") from error
    return [
        Pretoken(contents[id], start, end, id)
        for id, (start, end) in zip(encoding.ids, encoding.offsets, strict=True)
        # The model itself may answer with an added token: [UNK] for a word it does not know.
        if id in contents and _same(text[start:end], contents[id], inside)
    ]


def _same(written: str, content: str, inside: Tokenizer) -> bool:
    """Whether a stretch of text is an added token, which may take spaces round it or any case."""
    normal = inside.normalizer.normalize_str if inside.normalizer is not None else str
    return written.strip() == content.strip() or normal(written).strip() == normal(content).strip()


def _leaving_out(
    added: list[Pretoken],
) -> Callable[[int, NormalizedString], list[NormalizedString]]:
    """A cut of the text into what lies between the added tokens."""
    starts, ends = [0, *(part.end for part in added)], [part.start for part in added]

    def split(_: int, whole: NormalizedString) -> list[NormalizedString]:
        stops = [*ends, len(whole.original)]
        parts = [whole[a:b] for a, b in zip(starts, stops, strict=True) if a < b]
        return [part for part in parts if part is not None]

    return split
