"""A text, or a pair of texts, as the model will read it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from inspect import signature
from itertools import accumulate
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from lablib.models import LoadedModel
from lablib.models.opening import kinds_of
from lablib.models.text import context_length, cut_note, encode, require_vectors, start_of_text
from lablib.models.vocabulary import entries
from lablib.numbers import require_count
from lablib.unicode import well_formed

MAX_TOKENS = 512
"""The longest text that is read, if nothing else is asked for."""


@dataclass(frozen=True)
class Reading:
    """The tokens a model reads.

    Attributes:
        ids: token ids, at least one.
        tokens: each token's text, as every lab shows it.
        special: whether a token is one of the model's own marks, such as [CLS].
        token_types: 0 for a token of the first text, 1 for one of the second.
        cut: how many tokens were left out because they are more than `limit`.
        limit: how many tokens may be read.
    """

    ids: tuple[int, ...]
    tokens: tuple[str, ...]
    special: tuple[bool, ...]
    token_types: tuple[int, ...]
    cut: int = 0
    limit: int = MAX_TOKENS

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def note(self) -> str:
        """What was cut, in a sentence; empty if nothing was."""
        return cut_note(len(self), self.cut)

    def first(self, many: int) -> "Reading":
        """The first so many tokens."""
        rows = ("ids", "tokens", "special", "token_types")
        return replace(self, **{name: getattr(self, name)[:many] for name in rows})

    def inputs(self, m: LoadedModel) -> dict[str, Tensor]:
        """What the model is called with: a batch of one, on the model's device."""
        given, name = {"input_ids": self.ids}, "token_type_ids"
        # RoBERTa takes token types and knows one kind only: its tokenizer does not make them.
        told = (
            name in m.tokenizer.model_input_names and name in signature(m.model.forward).parameters
        )
        if told and any(self.token_types):
            given[name] = self.token_types
        return {name: torch.tensor([row], device=m.model.device) for name, row in given.items()}


def read(
    m: LoadedModel, text: str | Reading, pair: str | None = None, limit: int = MAX_TOKENS
) -> Reading:
    """Cut a text, or two, into the tokens the model reads, with its special tokens.

    An empty text becomes the model's start-of-text token, if its tokenizer adds no marks of its
    own. What is more than the model or `limit` allows is left out, as the tokenizer does it. A mark
    that would end the text of a next-word model is left out too: the text is to go on.

    Args:
        text: a text; or a `Reading`, which is given back as it is.
        pair: a second text, for models that read sentence pairs.
        limit: the most tokens to read.

    Raises:
        ValueError: if nothing is left to read, the model does not read pairs, or it has no vector
            for a token.

    Example:
        >>> from lablib import attention as at, models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> at.read(m, "The cat sat").tokens
        ('The', ' cat', ' sat')
    """
    if isinstance(text, Reading):
        return text
    require_count("limit", limit)
    tokenizer = m.tokenizer
    texts = [well_formed(one) for one in ((text,) if pair is None else (text, pair))]
    if pair is not None and not _reads_pairs(tokenizer):
        raise ValueError(
            "This model does not tell two texts apart; leave the second one empty, or choose a "
            "model that reads sentence pairs, as BERT does."
        )
    most = min(limit, context_length(m) or limit)
    encoding: Any = tokenizer(*texts, verbose=False)
    length = len(encoding["input_ids"]) - _marks_after(m, texts)
    if length > most:
        texts = [_beginning(tokenizer, each, 2 * most) for each in texts]
        encoding = tokenizer(*texts, verbose=False, truncation=True, max_length=most)
    types = encoding.get("token_type_ids")
    if not types and encoding.is_fast:
        types = _filled(encoding.sequence_ids())
    end = len(encoding["input_ids"]) - _marks_after(m, texts)
    ids = list(encoding["input_ids"])[:end] or start_of_text(m)
    require_vectors(m, ids)
    return reading(tokenizer, ids, (types or [])[: len(ids)], max(0, length - len(ids)), most)


def _marks_after(m: LoadedModel, texts: Sequence[str]) -> int:
    """How many of the tokenizer's own marks end the text, where the model is to go on after it."""
    goes_on = "causal" in kinds_of(m.model.config) and len(texts) == 1
    return len(encode(m.tokenizer, texts[0]).after) if goes_on else 0


def _beginning(tokenizer: PreTrainedTokenizerBase, text: str, most: int) -> str:
    """The text up to the end of its first tokens. What a tokenizer cuts off itself it still cuts
    into pieces, and of two long texts it makes every pair of pieces, which takes minutes.
    """
    if not tokenizer.is_fast:
        return text
    places: Any = tokenizer(
        text, add_special_tokens=False, return_offsets_mapping=True, verbose=False
    )["offset_mapping"]
    return text if len(places) <= most else text[: places[most - 1][1]]


def reading(
    tokenizer: PreTrainedTokenizerBase,
    ids: Sequence[int],
    token_types: Sequence[int] = (),
    cut: int = 0,
    limit: int = MAX_TOKENS,
) -> Reading:
    """A `Reading` of these ids."""
    known = entries(ids, tokenizer)
    return Reading(
        ids=tuple(ids),
        tokens=tuple(known[id].text for id in ids),
        special=tuple(known[id].special for id in ids),
        token_types=tuple(token_types or [0] * len(ids)),
        cut=cut,
        limit=limit,
    )


def _filled(texts: list[int | None]) -> list[int]:
    """Which text each token is of; a mark, which is of none, goes with what stands before it.

    >>> _filled([None, 0, 0, None, 1, None])
    [0, 0, 0, 0, 1, 1]
    """
    filled = accumulate(texts, lambda before, text: before if text is None else text, initial=0)
    return list(filled)[1:]


def _reads_pairs(tokenizer: PreTrainedTokenizerBase) -> bool:
    """Whether the tokenizer puts something between two texts."""
    marks = tokenizer.num_special_tokens_to_add
    return marks(pair=True) > marks(pair=False)
