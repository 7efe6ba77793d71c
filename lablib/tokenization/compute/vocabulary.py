"""Looking through a vocabulary: what entries there are, and which of them a text uses."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

import regex

from lablib.models.vocabulary import Entry, vocabulary
from lablib.tokenization.compute.named import AnyTokenizer, as_tokenizer
from lablib.tokenization.compute.tokens import encode

ORDERS: dict[str, Callable[[Entry], Any]] = {
    "id": lambda entry: entry.id,
    "longest": lambda entry: (-letters(entry), entry.id),
    "shortest": lambda entry: (letters(entry), entry.id),
    "alphabet": lambda entry: (entry.text, entry.id),
}
"""By what search results can be sorted."""


@dataclass(frozen=True)
class Query:
    """What to look for; what is left as it is excludes nothing.

    Attributes:
        prefix: the entry begins with this (a space counts).
        contains: this stands somewhere in it.
        pattern: bytes in hexadecimal that stand somewhere in it; `??` is any byte.
        script: all its letters are of this script ("Latin", "Han"; Unicode's names).
        shortest, longest: its length in characters, at least and at most.
        spaces: whether it is nothing but white space.

    Example:
        >>> Query(prefix=" the", longest=6).prefix
        ' the'
    """

    prefix: str = ""
    contains: str = ""
    pattern: str = ""
    script: str = ""
    shortest: int = 0
    longest: int | None = None
    spaces: bool = False


@lru_cache(maxsize=2)
def _entries(tokenizer: AnyTokenizer, size: int) -> tuple[Entry, ...]:
    return tuple(vocabulary(as_tokenizer(tokenizer)))


def entries_of(tokenizer: AnyTokenizer) -> tuple[Entry, ...]:
    """All entries of a tokenizer's vocabulary, in the order of their ids; kept for the next time.

    Example:
        >>> entries_of("bytes")[65].text
        'A'
    """
    opened = as_tokenizer(tokenizer)
    return _entries(opened, len(opened))  # the size changes when tokens are added


def search(tokenizer: AnyTokenizer, query: Query, order: str = "id") -> tuple[Entry, ...]:
    """The entries of a vocabulary that a query is about.

    Args:
        order: "id", "longest" (first), "shortest" (first) or "alphabet".

    Raises:
        ValueError: for a pattern that is not bytes, or an unknown script or order.

    Example:
        >>> [entry.text for entry in search("gpt2", Query(prefix=" token"))]
        [' token', ' tokens']
        >>> letters(search("gpt2", Query(spaces=True), order="longest")[0])
        16
    """
    if order not in ORDERS:
        raise ValueError(f"The order is one of {', '.join(ORDERS)}, not {order!r}.")
    tests = _tests(query)
    found = (entry for entry in entries_of(tokenizer) if all(test(entry) for test in tests))
    return tuple(sorted(found, key=ORDERS[order]))


def _tests(query: Query) -> list[Callable[[Entry], object]]:
    """One test for each part of the query that asks for something, cheap ones first."""
    pattern, script = _bytes_pattern(query.pattern), _script_pattern(query.script)
    longest = float("inf") if query.longest is None else query.longest
    prefix = query.prefix.encode("utf-8", "surrogatepass")
    contains = query.contains.encode("utf-8", "surrogatepass")
    tests: dict[str, Callable[[Entry], object]] = {
        "prefix": lambda entry: entry.bytes.startswith(prefix),
        "contains": lambda entry: contains in entry.bytes,
        "shortest": lambda entry: letters(entry) >= query.shortest,
        "longest": lambda entry: letters(entry) <= longest,
        "spaces": lambda entry: entry.bytes and not _characters(entry).strip(),
        "pattern": lambda entry: pattern.search(entry.bytes),
        "script": lambda entry: script.fullmatch(_characters(entry)),
    }
    asked = {field.name for field in fields(Query) if getattr(query, field.name) != field.default}
    return [test for name, test in tests.items() if name in asked]


def _characters(entry: Entry) -> str:
    return entry.bytes.decode("utf-8", "replace")


def letters(entry: Entry) -> int:
    """How many characters an entry is; a part of one counts as one.

    >>> letters(entries_of("gpt2")[262])
    4
    """
    return len(_characters(entry))


def _bytes_pattern(text: str) -> regex.Pattern[bytes]:
    """The pattern "f0 9f ??" as a regular expression over bytes.

    >>> bool(_bytes_pattern("C3 ??").search("é".encode()))
    True
    """
    digits = "".join(text.split()).lower()
    if len(digits) % 2 or not regex.fullmatch(r"([0-9a-f]{2}|\?\?)*", digits):
        raise ValueError(f"A byte is two hexadecimal digits, as in 'f0 9f ??', not {text!r}.")
    pairs = [digits[i : i + 2] for i in range(0, len(digits), 2)]
    parts = [b"." if pair == "??" else regex.escape(bytes.fromhex(pair)) for pair in pairs]
    return regex.compile(b"".join(parts), regex.DOTALL)


def _script_pattern(script: str) -> regex.Pattern[str]:
    r"""All letters of one script, one at least, among what belongs to every script.

    >>> bool(_script_pattern("Greek").fullmatch(" λόγος!"))
    True
    """
    name = script or "Common"
    try:
        if not name.isidentifier():  # a brace would end the name
            raise regex.error("This is no name.")
        return regex.compile(
            rf"[\p{{Zyyy}}\p{{Zinh}}]*+(?:\p{{Script={name}}}[\p{{Zyyy}}\p{{Zinh}}]*+)+"
        )
    except regex.error as error:
        raise ValueError(
            f"Unicode has no script {script!r}: try Latin, Han, Cyrillic, Arabic or Devanagari."
        ) from error


_SCRIPTS = """Latin Greek Cyrillic Armenian Hebrew Arabic Devanagari Bengali Tamil Telugu Thai
Georgian Hangul Hiragana Katakana Han"""


def scripts(tokenizer: AnyTokenizer) -> dict[str, int]:
    """How many entries of a vocabulary have letters of one script only, by script, the most common
    first: of sixteen scripts, without those that no entry is in.

    Example:
        >>> list(scripts("gpt2"))[:2]
        ['Latin', 'Katakana']
    """
    names = _SCRIPTS.split()
    each = (f"(?P<{name}>{_script_pattern(name).pattern})" for name in names)
    any_of_them = regex.compile("|".join(each))  # the name of the group that matched is the script
    found = (any_of_them.fullmatch(_characters(entry)) for entry in entries_of(tokenizer))
    counts = Counter(dict.fromkeys(names, 0))  # so that equal counts stay in this order
    counts.update(match.lastgroup for match in found if match)
    return {name: count for name, count in counts.most_common() if count}


def used(texts: Iterable[str], tokenizer: AnyTokenizer) -> Counter[int]:
    """How often each id occurs in some texts.

    Example:
        >>> used(["a b", "b"], "bytes")[98]
        2
    """
    opened = as_tokenizer(tokenizer)
    return Counter(id for text in texts for id in encode(text, opened).ids)


def unused(
    texts: Iterable[str], tokenizer: AnyTokenizer, among: Sequence[Entry] | None = None
) -> tuple[Entry, ...]:
    """The entries of a vocabulary that none of the texts produces.

    Args:
        among: only these entries, such as the result of a search.

    Example:
        >>> len(unused([bytes(range(128)).decode()], "bytes"))
        128
    """
    seen = used(texts, tokenizer)
    entries = entries_of(tokenizer) if among is None else among
    return tuple(entry for entry in entries if entry.id not in seen)
