"""Constrained decoding: only tokens that can still become a text of the wanted form may come."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from transformers import PreTrainedTokenizerBase

from lablib.models import LoadedModel
from lablib.models.errors import quoted
from lablib.models.text import end_of_text_ids, vectors
from lablib.models.vocabulary import vocabulary
from lablib.sampling.compute.pattern import Automaton
from lablib.sampling.compute.text import Prompt
from lablib.unicode import well_formed

LONGEST = 30
"""The most characters of a string in JSON, so that a model that never closes it comes to an end."""

_STRING = r'"([^"\\\x00-\x1f\x7f]|\\["\\/bfnrt])' + f'{{0,{LONGEST}}}"'
_INTEGER = r"-?(0|[1-9]\d{0,8})"
FIELDS = {
    "string": _STRING,
    "integer": _INTEGER,
    "number": _INTEGER + r"(\.\d{1,6})?",
    "boolean": "(true|false)",
}
"""The kinds of values, by their names in JSON Schema, as patterns."""


def choice_pattern(options: Sequence[str]) -> str:
    """The pattern of which only these texts are matches.

    >>> choice_pattern(["yes", "no", "a.b"])
    '(yes|no|a\\\\.b)'

    Raises:
        ValueError: if there is none.
    """
    there = [option for option in options if option]
    if not there:
        raise ValueError("Give at least one text to choose from.")
    return f"({'|'.join(map(re.escape, there))})"


def json_pattern(fields: Mapping[str, str | Sequence[str]]) -> str:
    """The pattern of a JSON object with these fields, each in its place, a space after : and comma.

    Args:
        fields: for each name "string" (up to 30 characters), "integer", "number" or "boolean", or
            the texts that may stand there.

    Raises:
        ValueError: for an object without fields, or another kind.

    Example:
        >>> pattern = json_pattern({"age": "integer", "size": ["small", "large"]})
        >>> bool(re.fullmatch(pattern, '{"age": 7, "size": "small"}'))
        True
    """
    if not fields:
        raise ValueError("Give the object at least one field, such as name: string.")
    inside = (
        f"{re.escape(json.dumps(name, ensure_ascii=False))}: {_value(kind)}"
        for name, kind in fields.items()
    )
    return rf"\{{{', '.join(inside)}\}}"


def _value(kind: str | Sequence[str]) -> str:
    if not isinstance(kind, str):
        return choice_pattern([json.dumps(one, ensure_ascii=False) for one in kind])
    if kind not in FIELDS:
        raise ValueError(f"A field is one of {', '.join(FIELDS)}, and it was {quoted(kind)}.")
    return FIELDS[kind]


class _Node:
    """The tokens whose bytes are those on the way to here, and where more bytes lead."""

    __slots__ = ("ids", "next")

    def __init__(self) -> None:
        self.next: dict[int, _Node] = {}
        self.ids: list[int] = []


class _Tokens:
    """The tokens of a vocabulary that stand for bytes, as a tree of those bytes (a trie).

    Attributes:
        entries: how many entries the vocabulary had.
        root: the node of no bytes.
        bytes: those of each token.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self.entries = len(tokenizer)
        self.root = _Node()
        self.bytes: dict[int, bytes] = {}
        for entry in vocabulary(tokenizer):
            if entry.bytes and not entry.special:
                self._add(entry.id, entry.bytes)

    def _add(self, id: int, text: bytes) -> None:
        node = self.root
        for byte in text:
            node = node.next.setdefault(byte, _Node())
        node.ids.append(id)
        self.bytes[id] = text


_known_tokens: WeakKeyDictionary[PreTrainedTokenizerBase, _Tokens] = WeakKeyDictionary()


def _tokens_of(tokenizer: PreTrainedTokenizerBase) -> _Tokens:
    """The tokens of a tokenizer; they take a second for 50,000, so they are kept as long as it."""
    known = _known_tokens.get(tokenizer)
    if known is None or known.entries != len(tokenizer):
        known = _known_tokens[tokenizer] = _Tokens(tokenizer)
    return known


class Guide:
    """The tokens that may come next, so that the text after a prompt matches a pattern.

    The end of the text may come where the text is a match, and only it where nothing can be added.
    Other control tokens never come. A token may end inside a character, if the next can go on.

    Args:
        m: a model whose vocabulary has an end of text.
        pattern: a regular expression (see `Automaton` for what it may have in it).
        prompt: what stands before the text.

    Raises:
        ValueError: for a pattern it cannot take, or a model without an end of text.

    Example:
        >>> from lablib import models, sampling as sp
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> prompt = sp.prepare(m, "Is it raining?")
        >>> guide = sp.Guide(m, " (yes|no)", prompt)
        >>> texts = [m.tokenizer.decode([id]) for id in guide.allowed(prompt.ids)]
        >>> " no" in texts, " not" in texts, " " in texts
        (True, False, True)
        >>> steps = sp.generate(m, prompt, max_new_tokens=9, ban=guide.banned)
        >>> "".join(step.text for step in steps if not step.end) in (" yes", " no")
        True
    """

    def __init__(self, m: LoadedModel, pattern: str, prompt: Prompt) -> None:
        self._automaton = Automaton(pattern)
        self._start = len(prompt.ids)
        self._size = vectors(m.model)
        self._end = sorted(id for id in end_of_text_ids(m) if id < self._size)
        if not self._end:
            raise ValueError("This model has no end-of-text token, so no text can end in time.")
        self._tokens = _tokens_of(m.tokenizer)
        self._allowed, self._banned = cache(self._find_allowed), cache(self._find_banned)

    def allowed(self, ids: Sequence[int]) -> tuple[int, ...]:
        """The tokens that may come after these ids, prompt included, in rising order.

        Raises:
            ValueError: if there is none: the text is no beginning of a match, or no token goes on.
        """
        return self._allowed(self._state_after(ids))

    def banned(self, ids: Sequence[int]) -> Collection[int]:
        """All other tokens, for `generate`."""
        return self._banned(self._state_after(ids))

    def matched(self, ids: Sequence[int]) -> bool:
        """Whether the text so far is a match as it stands."""
        return self._automaton.accepts(self._state_after(ids))

    def _state_after(self, ids: Sequence[int]) -> int:
        written = [id for id in ids[self._start :] if id not in self._end]
        text = b"".join(self._tokens.bytes.get(id, b"\xff") for id in written)
        state = self._automaton.read(self._automaton.start, text)
        if state is None:
            text_so_far = quoted(text.decode("utf-8", "replace"))
            raise ValueError(f"No text of this pattern begins with {text_so_far}.")
        return state

    def _find_allowed(self, state: int) -> tuple[int, ...]:
        found = self._end.copy() if self._automaton.accepts(state) else []
        waiting: list[tuple[_Node, int]] = [(self._tokens.root, state)]
        while waiting:
            node, place = waiting.pop()
            found += [id for id in node.ids if id < self._size]
            for byte, child in node.next.items():
                if (to := self._automaton.read(place, bytes([byte]))) is not None:
                    waiting.append((child, to))
        if not found:
            raise ValueError(
                "No token of this vocabulary can go on here: choose another pattern or model."
            )
        return tuple(sorted(found))

    def _find_banned(self, state: int) -> tuple[int, ...]:
        allowed = set(self._allowed(state))
        return tuple(id for id in range(self._size) if id not in allowed)


def json_fields(text: str) -> dict[str, Any]:
    """Fields as a person types them: names and kinds, with | between the texts of a choice.

    Raises:
        ValueError: for a part that has no name or no kind.

    Example:
        >>> json_fields("name: string, size: small|large")
        {'name': 'string', 'size': ['small', 'large']}
    """
    fields: dict[str, Any] = {}
    for part in filter(str.strip, well_formed(text).split(",")):
        name, _, kind = (piece.strip() for piece in part.partition(":"))
        if not name or not kind or name in fields:
            raise ValueError(f"Write each field once as name: kind, unlike {quoted(part.strip())}.")
        options = [option.strip() for option in kind.split("|")]
        fields[name] = options if len(options) > 1 else kind
    return fields
