"""Text to tokens, with every token's place in the text.

A tokenizer gives ids. To *see* tokens one also needs to know where each stands, in characters and
in UTF-8 bytes, and libraries do not always say: for a byte-level tokenizer `tokenizers` reports the
whole character for each of its parts and leaves out leading spaces. But the bytes of such tokens,
put together, are the text, so their places can be counted. Other tokenizers change the text
(WordPiece lowers it, SentencePiece normalises it); there the library's alignment is exact.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from tokenizers import Encoding as LibraryEncoding

from lablib.models.vocabulary import Entry, entries
from lablib.tokenization.compute.named import AnyTokenizer, as_tokenizer
from lablib.unicode import grapheme_starts, well_formed

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True, slots=True)
class Token:
    """One token of a text.

    Attributes:
        id: its number in the vocabulary.
        text: what it stands for, readable: bytes that are no whole character stand as `\\xNN`, a
            WordPiece that continues a word keeps its ##.
        bytes: the bytes it writes.
        start, end: the characters of the text it comes from, as in `text[start:end]`. A token that
            is part of a character has the whole character; one that comes from none of the text has
            start == end.
        special: whether it is a control token.
        byte_start, byte_end: the bytes of the text's UTF-8 it comes from.
    """

    id: int
    text: str
    bytes: bytes
    start: int
    end: int
    special: bool
    byte_start: int
    byte_end: int


@dataclass(frozen=True, eq=False)
class Encoding:
    """A text as tokens.

    Attributes:
        text: the text as the tokenizer read it: U+FFFD stands for lone surrogates.
        ids: the ids of all tokens, those that the tokenizer added ([CLS] …) included.
        spans: start and end of each token in characters, int64 [tokens, 2].
        byte_spans: the same in bytes of UTF-8, int64 [tokens, 2].
        added: which tokens stand for no text but were added by the tokenizer, bool [tokens].
        entries: by id, the entries of the vocabulary that occur.
        lossless: whether the tokens' bytes, put together, are the text; then `byte_spans` tile it.
    """

    text: str
    ids: tuple[int, ...]
    spans: np.ndarray
    byte_spans: np.ndarray
    added: np.ndarray
    entries: Mapping[int, Entry]
    lossless: bool

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """All tokens."""
        return self.between(0, len(self.ids))

    def __len__(self) -> int:
        return len(self.ids)

    def between(self, first: int, last: int) -> tuple[Token, ...]:
        """The tokens number `first` up to (not including) `last`: of a long text only some are
        looked at.
        """
        known = [self.entries[id] for id in self.ids[first:last]]
        spans, byte_spans = (each[first:last].tolist() for each in (self.spans, self.byte_spans))
        return tuple(
            Token(one.id, one.text, one.bytes, start, end, one.special, *bytes_)
            for one, (start, end), bytes_ in zip(known, spans, byte_spans, strict=True)
        )

    def touching(self, start: int, end: int) -> list[int]:
        """The numbers of the tokens that come from any of the characters `text[start:end]`.

        Example:
            >>> encode("Hello world", "gpt2").touching(4, 7)
            [0, 1]
        """
        first, last = self.spans[:, 0].clip(start), self.spans[:, 1].clip(max=end)
        return np.flatnonzero(first < last).tolist()

    def unread(self) -> list[tuple[int, int]]:
        """Start and end of the stretches of characters that no token comes from.

        Example: WordPiece drops spaces and control characters.
            >>> encode("a\\0 b", "bert-base-uncased").unread()
            [(1, 3)]
        """
        depth = np.zeros(len(self.text) + 1, dtype=np.int64)
        np.add.at(depth, self.spans[:, 0], 1)
        np.add.at(depth, self.spans[:, 1], -1)
        covered = np.concatenate([[True], depth.cumsum()[:-1] > 0, [True]])
        edges = np.flatnonzero(covered[1:] != covered[:-1])
        return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]

    def table(self) -> list[dict[str, Any]]:
        """One row per token, for people.

        Example:
            >>> encode("Hi!", "gpt2").table()[1]
            {'id': 0, 'token': '!', 'bytes': '21', 'characters': '2–3', 'special': False}
        """
        return [
            {
                "id": token.id,
                "token": token.text,
                "bytes": token.bytes.hex(" "),
                "characters": f"{token.start}–{token.end}",
                "special": token.special,
            }
            for token in self.tokens
        ]


def encode(text: str, tokenizer: AnyTokenizer, control: bool = True) -> Encoding:
    """Cut a text into tokens and find each token's place in it.

    Ids are those of `tokenizer(text)`. Lone surrogates, which no tokenizer takes, are read as
    U+FFFD; every other text, NUL and unassigned code points included, is read as it is.

    Args:
        text: any text.
        tokenizer: a tokenizer of `transformers` or `tokenizers`, an open model, or a name.
        control: whether a control token that is spelled in the text (`<|endoftext|>`) is read as
            one, as libraries do unless told otherwise. Text of strangers should be read with False.

    Raises:
        ValueError: if the tokenizer cannot tell where its tokens stand, or there is none of that
            name.

    Example:
        >>> [token.text for token in encode("Hello world", "gpt2").tokens]
        ['Hello', ' world']
        >>> [(t.text, t.start, t.end) for t in encode("Ça va", "bert-base-uncased").tokens]
        [('[CLS]', 0, 0), ('ca', 0, 2), ('va', 3, 5), ('[SEP]', 5, 5)]
    """
    opened = as_tokenizer(tokenizer)
    read = well_formed(text)
    result = opened(read, split_special_tokens=not control, verbose=False).encodings[0]
    return _located(read, result, opened)


def _located(text: str, result: LibraryEncoding, tokenizer: "PreTrainedTokenizerBase") -> Encoding:
    raw, known = text.encode(), entries(result.ids, tokenizer)
    added = np.array(result.special_tokens_mask, dtype=bool)
    written = [b"" if put else known[id].bytes for id, put in zip(result.ids, added, strict=True)]
    lossless = b"".join(written) == raw
    byte_spans = _laid_out(written) if lossless else _spaced(text, written, result, tokenizer)
    if byte_spans is not None:
        spans = _characters(byte_spans, raw)
    else:
        offsets = np.array(result.offsets, dtype=np.int64).reshape(-1, 2)
        spans = _composed(text, _in_order(offsets, added), tokenizer)
        byte_spans = byte_offsets(text)[spans]
    return Encoding(text, tuple(result.ids), spans, byte_spans, added, known, lossless)


def _laid_out(pieces: list[bytes]) -> np.ndarray:
    """Start and end of each piece if they stand one after the other, [pieces, 2].

    >>> _laid_out([b"ab", b"", b"c"]).tolist()
    [[0, 2], [2, 2], [2, 3]]
    """
    ends = np.cumsum([len(piece) for piece in pieces], dtype=np.int64)
    return np.stack([np.append(0, ends[:-1])[: len(ends)], ends], axis=1)


def _spaced(
    text: str,
    pieces: list[bytes],
    result: LibraryEncoding,
    tokenizer: "PreTrainedTokenizerBase",
) -> np.ndarray | None:
    """The bytes that each byte-level token comes from, [tokens, 2], if nothing but spaces was put
    in or swallowed: before the text and after an added token (`add_prefix_space`), or round an
    added token (`lstrip`, `rstrip`). None if the tokens are not the text in any such way.

    The library takes a space that was put in for one of the text, and leaves out a letter.
    """
    if "ByteLevel" not in repr(tokenizer.backend_tokenizer.decoder):
        return None
    raw, at_byte, added = text.encode(), byte_offsets(text), tokenizer.added_tokens_decoder
    spans, at = [], 0
    for piece, id, (_, end) in zip(pieces, result.ids, result.offsets, strict=True):
        start = at
        if piece and id in added:
            swallowed = len(text[end:]) - len(text[end:].lstrip()) if added[id].rstrip else 0
            at = int(at_byte[end + swallowed])
        elif raw.startswith(piece, at):
            at += len(piece)
        elif piece.startswith(b" ") and raw.startswith(piece[1:], at):
            at += len(piece) - 1
        else:
            return None
        spans.append((start, at))
    return np.array(spans, dtype=np.int64).reshape(-1, 2) if at == len(raw) else None


def _characters(byte_spans: np.ndarray, raw: bytes) -> np.ndarray:
    """The characters that stretches of UTF-8 bytes belong to, wholly or in part, [n, 2] → [n, 2].

    >>> _characters(np.array([[0, 1], [1, 3], [3, 3]]), "é!".encode()).tolist()
    [[0, 1], [0, 2], [2, 2]]
    """
    starts = np.append(_begins_character(raw), True)
    begun = np.append(0, np.cumsum(starts))  # characters that begin before each byte
    start, end = byte_spans.T
    first = np.where(end > start, begun[start] - ~starts[start], begun[end])
    return np.stack([first, begun[end]], axis=1)


def byte_offsets(text: str) -> np.ndarray:
    """At which byte of its UTF-8 each character of a text begins, and where the last ends,
    int64 [characters + 1].

    >>> byte_offsets("aé!").tolist()
    [0, 1, 3, 4]
    """
    raw = text.encode()
    return np.append(np.flatnonzero(_begins_character(raw)), len(raw))


def _begins_character(raw: bytes) -> np.ndarray:
    """Whether a character begins at each byte, bool [bytes]: 10xxxxxx continues one."""
    return (np.frombuffer(raw, dtype=np.uint8) & 0xC0) != 0x80


def _in_order(offsets: np.ndarray, added: np.ndarray) -> np.ndarray:
    """The library's offsets, with tokens that it added standing behind the token before them."""
    reached = np.maximum.accumulate(np.append(0, offsets[:, 1]))[: len(offsets)]
    return np.where(added[:, None], reached[:, None], offsets)


def _composed(text: str, spans: np.ndarray, tokenizer: "PreTrainedTokenizerBase") -> np.ndarray:
    """The spans, with all code points that a normaliser put together into one.

    `tokenizers` names only the first of them: for e and an accent that NFC makes é, the e. An
    accent that was thrown away (BERT's way) adds nothing, and no token comes from it.
    """
    normalizer = tokenizer.backend_tokenizer.normalizer
    if normalizer is None or text.isascii():
        return spans
    bounds = np.array(grapheme_starts(text))
    ends = spans[:, 1]
    inside = np.flatnonzero((bounds[np.searchsorted(bounds, ends)] > ends) & (ends > spans[:, 0]))
    starts_after = np.append(np.minimum.accumulate(spans[::-1, 0])[::-1][1:], len(text))
    result = spans.copy()
    for i in inside:
        start, end = spans[i]
        reach = min(bounds[np.searchsorted(bounds, end)], starts_after[i])
        short, long = (normalizer.normalize_str(text[start:stop]) for stop in (end, reach))
        if reach > end and short != long:
            result[i, 1] = reach
    return result
