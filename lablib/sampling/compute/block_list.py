"""A block list: words that a model may not write, what it takes away, and what gets past it."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from lablib.models import LoadedModel
from lablib.models.text import text_ids

Way = Literal["as typed", "all forms", "every token with it"]
WAYS: tuple[Way, ...] = get_args(Way)
"""How words become tokens, from what misses most to what refuses most."""


@dataclass(frozen=True)
class BlockList:
    """Words that may not be written, as tokens.

    Attributes:
        words: in lower case.
        sequences: the token ids of each form that is blocked, each at least one.
    """

    words: tuple[str, ...]
    sequences: tuple[tuple[int, ...], ...]

    def banned(self, ids: Sequence[int]) -> set[int]:
        """The tokens that would complete one of the forms after `ids`.

        A form of several tokens is stopped at its last one, where the others have just been
        written: so does `NoBadWordsLogitsProcessor` of `transformers`.

        >>> sorted(BlockList(("ab",), ((7,), (1, 2))).banned([5, 1]))
        [2, 7]
        """
        return {
            last
            for *before, last in self.sequences
            if not before or list(ids[-len(before) :]) == before
        }


def block_list(m: LoadedModel, words: Sequence[str], way: Way = "all forms") -> BlockList:
    """The tokens that make the words.

    Args:
        words: of which nothing is to be written, whatever their case.
        way: "as typed" blocks the tokens of the word as it is typed; "all forms" also those with a
            space before it and with a capital; "every token with it" also each token of the
            vocabulary in which the letters of the word occur.

    Raises:
        ValueError: if there is no word, or an unknown way.

    Example: a word after a space is another token.
        >>> from lablib import models, sampling as sp
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> [len(sp.block_list(m, ["king"], way).sequences) for way in ("as typed", "all forms")]
        [1, 4]
    """
    plain = tuple(dict.fromkeys(word.strip().lower() for word in words if word.strip()))
    if not plain:
        raise ValueError("Give at least one word that is not to be written.")
    if way not in WAYS:
        raise ValueError(f"The way is one of {', '.join(map(repr, WAYS))}, not {way!r}.")
    forms = plain if way == WAYS[0] else [form for word in plain for form in _forms(word)]
    sequences = [tuple(text_ids(m.tokenizer, form)) for form in forms]
    if way == WAYS[2]:
        texts = enumerate(token_texts(m))
        sequences += [(id,) for id, text in texts if any(word in text.lower() for word in plain)]
    return BlockList(plain, tuple(dict.fromkeys(filter(None, sequences))))


def _forms(word: str) -> list[str]:
    """A word as it stands in a text: after a space or not, with a capital or not.

    >>> _forms("king")
    ['king', ' king', 'King', ' King']
    """
    return [space + form for form in (word, word.capitalize()) for space in ("", " ")]


def token_texts(m: LoadedModel) -> list[str]:
    """The text of every token of the vocabulary by itself, [vocabulary]."""
    return m.tokenizer.batch_decode([[id] for id in range(len(m.tokenizer))])


def innocent_tokens(m: LoadedModel, blocked: BlockList) -> list[str]:
    """Tokens that are blocked wherever they stand, though they are no form of a word, as texts.

    Example: what is refused with the letters of a word.
        >>> from lablib import models, sampling as sp
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> " thinking" in sp.innocent_tokens(m, sp.block_list(m, ["king"], "every token with it"))
        True
    """
    texts = token_texts(m)
    alone = [sequence[0] for sequence in blocked.sequences if len(sequence) == 1]
    return [texts[id] for id in alone if texts[id].strip().lower() not in blocked.words]


@dataclass(frozen=True)
class Passed:
    """A place in a text where a word got past a block list.

    Attributes:
        start, end: of the whole word there, in characters.
        text: what stands there.
        exact: whether it is the word itself; else a longer word with it inside.
    """

    start: int
    end: int
    text: str
    exact: bool


def got_past(text: str, words: Sequence[str]) -> list[Passed]:
    """Where a text has the words, or longer words with them inside, whatever their case.

    >>> [(one.text, one.exact) for one in got_past("The King was thinking.", ["king"])]
    [('King', True), ('thinking', False)]
    >>> got_past("The King was thinking.", [])
    []
    """
    if not words:
        return []
    inside = "|".join(re.escape(word) for word in words)
    found = re.finditer(rf"\w*(?:{inside})\w*", text, re.IGNORECASE)
    return [Passed(m.start(), m.end(), m[0], m[0].lower() in words) for m in found]


def marked(texts: Sequence[str], places: Sequence[Passed]) -> list[bool]:
    """For each of the pieces of a text, one after another, whether a place reaches into it.

    >>> marked(["The", " Ki", "ng", "."], got_past("The King.", ["king"]))
    [False, True, True, False]
    """
    ends = list(itertools.accumulate(map(len, texts)))
    starts = [end - len(text) for end, text in zip(ends, texts, strict=True)]
    return [
        any(place.start < end and start < place.end for place in places)
        for start, end in zip(starts, ends, strict=True)
    ]
