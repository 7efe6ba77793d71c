"""What each token of a text costs a model: the loss, in nats and in bits, and what is made of it.

Perplexity is e to the mean loss: between how many equally likely tokens the model seems to choose.
Bits per byte is the whole loss in bits over the text's bytes; it can be compared between models
with other tokens, and perplexity cannot.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from lablib.models import LoadedModel
from lablib.models.text import (
    context_length,
    cut_note,
    require_vectors,
    require_writer,
    start_of_text,
    text_ids,
)
from lablib.models.vocabulary import entries
from lablib.numbers import require_count
from lablib.training.losses import token_losses as token_losses
from lablib.unicode import well_formed

WINDOW = 1024
"""How many tokens are read at once where the model itself has no limit."""


@dataclass(frozen=True)
class TokenSurprisal:
    """A text as one model reads it: what each of its tokens cost.

    Attributes:
        ids: the tokens.
        nats: the loss of each, [tokens].
        byte_count: the length of what was read, in UTF-8 bytes.
        cut: how many tokens were left out at the end.
    """

    ids: tuple[int, ...]
    nats: tuple[float, ...]
    byte_count: int
    cut: int = 0

    @property
    def note(self) -> str:
        """What was cut, in a sentence; empty if nothing was."""
        return cut_note(len(self.ids), self.cut)

    @property
    def bits(self) -> tuple[float, ...]:
        """The same in bits, [tokens]."""
        return tuple(nats / math.log(2) for nats in self.nats)

    @property
    def loss(self) -> float:
        """Mean over the tokens, in nats."""
        return math.fsum(self.nats) / len(self.nats)

    @property
    def perplexity(self) -> float:
        """E to the mean loss; ∞ where that is too large for a number.

        >>> round(TokenSurprisal((7, 7), (math.log(2), math.log(8)), 5).perplexity, 6)
        4.0
        """
        return math.exp(self.loss) if self.loss < 700 else math.inf

    @property
    def bits_per_byte(self) -> float:
        """All the bits over all the bytes."""
        return math.fsum(self.bits) / self.byte_count


def surprise(m: LoadedModel, text: str, most: int | None = None) -> TokenSurprisal:
    """What each token of a text costs a causal model, from the first to the last.

    The first one is predicted from the start-of-text token. A text of any length can be read.

    Args:
        most: how many tokens are read at most; None for all.

    Raises:
        ValueError: if there is no text, `most` is below 1, or the model has no start-of-text token.

    Example: the first word of a tale says more than the three after it.
        >>> from lablib import models
        >>> found = surprise(models.load("pocket-gpt2"), "Once upon a time")
        >>> found.nats[0] > sum(found.nats[1:]), found.byte_count
        (True, 16)
    """
    require_writer(m)
    if most is not None:
        require_count("most", most)
    whole = text_ids(m.tokenizer, text)
    ids = whole[:most]
    if not ids:
        raise ValueError("There is nothing to measure: type a text.")
    require_vectors(m, ids)
    start, context = start_of_text(m), context_length(m) or WINDOW
    losses = token_losses(m.model, torch.tensor(start + ids), context)[len(start) - 1 :]
    cut = len(whole) - len(ids)
    size = _size(m, ids) if cut else len(well_formed(text).encode())
    return TokenSurprisal(tuple(ids), tuple(losses.tolist()), size, cut)


def _size(m: LoadedModel, ids: Sequence[int]) -> int:
    """How many bytes of text some tokens stand for."""
    known = entries(ids, m.tokenizer)
    return sum(len(known[id].bytes) for id in ids)
