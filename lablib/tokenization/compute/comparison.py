"""The same text through several tokenizers: what it costs, what gets lost."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import regex

from lablib.tokenization.compute.named import (
    EVERYWHERE,
    AnyTokenizer,
    as_tokenizer,
    each_of,
    name_of,
)
from lablib.tokenization.compute.tokens import Encoding, encode
from lablib.unicode import well_formed

LOOKED_AT = 5_000
"""Characters of a text in which differences are located: finding them all takes quadratic time."""


@dataclass(frozen=True)
class Difference:
    """A stretch of a text that decoding does not give back.

    Attributes:
        start, end: the characters `text[start:end]`.
        was: what stands there.
        now: what decoding writes in its place.
    """

    start: int
    end: int
    was: str
    now: str


@dataclass(frozen=True, eq=False)
class Row:
    """What one tokenizer makes of the text.

    Attributes:
        name: the tokenizer's.
        encoding: the text as its tokens.
        unknown: how many tokens say only that the tokenizer does not know what stands there.
        decoded: the text that its tokens give back (tokens it added itself left out).
        differences: where that is not the text, in its first `LOOKED_AT` characters.
    """

    name: str
    encoding: Encoding
    unknown: int
    decoded: str
    differences: tuple[Difference, ...]

    @property
    def tokens(self) -> int:
        """How many tokens the text is, without those that the tokenizer added."""
        return len(self.encoding) - int(self.encoding.added.sum())

    @property
    def bytes_per_token(self) -> float:
        """How much text a token holds; 0 for no text."""
        return len(self.encoding.text.encode()) / self.tokens if self.tokens else 0.0

    @property
    def exact(self) -> bool:
        """Whether decoding gives the text back."""
        return self.decoded == self.encoding.text


@dataclass(frozen=True, eq=False)
class Comparison:
    """One row for each tokenizer, in the order they were given."""

    text: str
    rows: tuple[Row, ...]

    @property
    def spread(self) -> tuple[Row, Row]:
        """The tokenizers that need the fewest tokens and the most; the first of several."""
        counts = [row.tokens for row in self.rows]
        return self.rows[counts.index(min(counts))], self.rows[counts.index(max(counts))]

    @property
    def cut_differently(self) -> tuple[tuple[int, int], ...]:
        """The stretches of the text, in characters, that are not cut alike by all of them, in its
        first `LOOKED_AT` characters.

        Whether a space goes with the word before or after it, or gets lost, makes no difference,
        and those that cut everywhere (`EVERYWHERE`) do not count.

        Example:
            >>> compare("It isn't", ["gpt2", "bert-base-uncased"]).cut_differently
            ((6, 8),)
        """
        text = well_formed(self.text[:LOOKED_AT])
        counted = [row for row in self.rows if row.name not in EVERYWHERE]
        cuts = [_cuts(row.encoding, text) for row in counted]
        every = set().union(*cuts)
        alike = sorted(every.intersection(*cuts))
        apart = [
            (start, end)
            for start, end in pairwise(alike)
            if any(start < cut < end for cut in every)
        ]
        return _in_characters(text, apart)

    def table(self) -> list[dict[str, Any]]:
        """One dict for each tokenizer, for people.

        Example:
            >>> compare("Hello world", ["words"]).table()[0]["bytes per token"]
            5.5
        """
        return [
            {
                "tokenizer": row.name,
                "tokens": row.tokens,
                "bytes per token": round(row.bytes_per_token, 2),
                "unknown": row.unknown,
                "added": len(row.encoding) - row.tokens,
                "round trip": row.exact,
                "differences": [(d.was, d.now) for d in row.differences],
            }
            for row in self.rows
        ]


def compare(text: str, tokenizers: Iterable[AnyTokenizer]) -> Comparison:
    """Cut the same text with several tokenizers, and put it together again.

    Args:
        tokenizers: names, models or tokenizers, as `encode` takes them; one name counts as one.

    Raises:
        ValueError: if there is none, or one of them cannot be had.

    Example:
        >>> bert, gpt2 = compare("Ça va", ["bert-base-uncased", "gpt2"]).rows
        >>> bert.decoded, bert.exact, gpt2.exact
        ('ca va', False, True)
        >>> bert.differences
        (Difference(start=0, end=2, was='Ça', now='ca'),)
    """
    rows = tuple(_row(text, tokenizer) for tokenizer in each_of(tokenizers))
    if not rows:
        raise ValueError("There is nothing to compare: give at least one tokenizer.")
    return Comparison(text, rows)


def _cuts(encoding: Encoding, text: str) -> set[int]:
    """The bytes of the text's beginning between which a tokenizer cuts, its two ends included; a
    cut beside spaces counts as one before them.

    >>> sorted(_cuts(encode("Hi  you", "bert-base-uncased"), "Hi  you"))
    [0, 2, 7]
    """
    written, before = text.encode(), [0]
    for place, byte in enumerate(written, 1):
        before.append(before[-1] if byte in b" \t\r\n" else place)
    places = encoding.byte_spans[~encoding.added].flatten().tolist()
    cuts = {before[place] for place in places if place < len(written)}
    return {0, len(written), *cuts}


def _in_characters(text: str, spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Stretches of bytes as stretches of whole characters, without the spaces round them; those
    that share a character become one.

    >>> _in_characters("é so", [(0, 1), (1, 2), (2, 5)])
    ((0, 1), (2, 4))
    """
    written, found = text.encode(), list[tuple[int, int]]()
    for first, last in spans:
        start = len(written[:first].decode(errors="ignore"))
        end = len(written[:last].decode(errors="replace"))
        start += len(text[start:end]) - len(text[start:end].lstrip())
        if found and start < found[-1][1]:
            start = found.pop()[0]
        found.append((start, end))
    return tuple(found)


def _row(text: str, tokenizer: AnyTokenizer) -> Row:
    opened = as_tokenizer(tokenizer)
    encoding = encode(text, opened)
    decoded = decode(encoding, opened)
    found: tuple[Difference, ...] = ()
    if decoded != encoding.text:
        head = encode(text[:LOOKED_AT], opened)
        found = differences(head.text, decode(head, opened))
    return Row(name_of(tokenizer), encoding, unknown(encoding, opened), decoded, found)


def decode(encoding: Encoding, tokenizer: AnyTokenizer) -> str:
    """The text that the tokens of a text give back, without those that the tokenizer added.

    Example:
        >>> from lablib import tokenization as tk
        >>> tk.decode(tk.encode("Hello world", "bert-base-uncased"), "bert-base-uncased")
        'hello world'
    """
    own = [id for id, added in zip(encoding.ids, encoding.added, strict=True) if not added]
    return str(as_tokenizer(tokenizer).decode(own, clean_up_tokenization_spaces=False))


def unknown(encoding: Encoding, tokenizer: AnyTokenizer) -> int:
    """How many tokens say only that the tokenizer does not know what stands there; one that is
    spelled out in the text is none of them.

    Example:
        >>> unknown(encode("hello qwxzk [UNK]", "words"), "words")
        1
    """
    opened = as_tokenizer(tokenizer)
    mine = np.array(encoding.ids) == opened.unk_token_id
    spans = encoding.spans[mine & ~encoding.added].tolist()
    return sum(encoding.text[start:end] != opened.unk_token for start, end in spans)


def differences(text: str, decoded: str) -> tuple[Difference, ...]:
    """The stretches of a text that differ from what came back, word by word.

    Replacing each `was` by its `now` makes `decoded` out of `text`.

    Example:
        >>> differences("Hi, you!", "hi, you")
        (Difference(start=0, end=2, was='Hi', now='hi'),
         Difference(start=7, end=8, was='!', now=''))
    """
    was, now = _words(text), _words(decoded)
    starts = [0, *accumulate(map(len, was))]
    return tuple(
        Difference(starts[a], starts[b], "".join(was[a:b]), "".join(now[c:d]))
        for kind, a, b, c, d in SequenceMatcher(None, was, now).get_opcodes()
        if kind != "equal"
    )


def _words(text: str) -> list[str]:
    """Words whole, everything else character by character: a difference is then read at a glance.

    >>> _words("Don't  go")
    ['Don', "'", 't', ' ', ' ', 'go']
    """
    return regex.findall(r"[\p{L}\p{M}\p{N}]+|(?s:.)", text)
