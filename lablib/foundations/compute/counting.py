"""An n-gram model from a text: keep a part back, count the rest, and let it write."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from transformers import PreTrainedTokenizerBase

from lablib.foundations.compute.ngrams import NGrams
from lablib.models.text import text_ids
from lablib.numbers import require_count, require_share
from lablib.unicode import well_formed

HELD_OUT = 0.2
"""The share of a text that is kept back to measure on."""


@dataclass(frozen=True)
class Split:
    """A text in two parts, as ids of one tokenizer: what is learned from, and what is kept back.

    Attributes:
        train: [tokens].
        heldout: [tokens].
        train_text, heldout_text: what the ids stand for.
    """

    train: tuple[int, ...]
    heldout: tuple[int, ...]
    train_text: str
    heldout_text: str

    @property
    def train_bytes(self) -> int:
        """The length of the text to learn from in UTF-8 bytes."""
        return len(self.train_text.encode())

    @property
    def heldout_bytes(self) -> int:
        """The length of the held-out text in UTF-8 bytes."""
        return len(self.heldout_text.encode())


def split_text(text: str, tokenizer: PreTrainedTokenizerBase, share: float = HELD_OUT) -> Split:
    """Keep the last `share` of a text back, beginning at a line (or else at a word) of its own.

    Raises:
        ValueError: if the text is too short for two parts.

    Example:
        >>> from lablib import models
        >>> tokenizer = models.load_tokenizer("pocket-gpt2")
        >>> text = "It rained.\\nThe lamp was lit.\\nIt rained again."
        >>> split = split_text(text, tokenizer, share=0.5)
        >>> split.heldout_text, tokenizer.decode(split.heldout) == split.heldout_text
        ('It rained again.', True)
    """
    require_share("share", share)
    whole = well_formed(text).strip("\n")
    middle = int(len(whole) * (1 - share))
    cut = next((at for mark in "\n " if (at := whole.find(mark, middle)) > 0), -1)
    if cut < 0 or not whole[cut:].strip():
        raise ValueError("The text is too short to keep a part back: give a few sentences.")
    first, last = whole[:cut], whole[cut:].lstrip("\n")
    train, heldout = (tuple(text_ids(tokenizer, part)) for part in (first, last))
    return Split(train, heldout, first, last)


def count(
    split: Split,
    tokenizer: PreTrainedTokenizerBase,
    n: int,
    smoothing: str = "kneser-ney",
    k: float = 0.1,
) -> NGrams:
    """An n-gram model of the part to learn from (see `NGrams` for what can be refused).

    Example: what the tale of the lighthouse says after "lit the".
        >>> from lablib import data, models
        >>> tokenizer = models.load_tokenizer("pocket-gpt2")
        >>> model = count(split_text(data.text("lighthouse"), tokenizer), tokenizer, n=3)
        >>> scores = model.distribution(tokenizer(" lit the")["input_ids"])
        >>> tokenizer.decode([scores.argmax()])
        ' lamp'
    """
    return NGrams(split.train, len(tokenizer), n, smoothing, k)


@dataclass(frozen=True)
class Cost:
    """What a text costs an n-gram model, in bits per byte; ∞ where something is impossible to it.

    Attributes:
        n: the length of its n-grams.
        known: of the text it counted.
        heldout: of the text that was kept back.
        impossible: the share of the held-out tokens to which it gives a probability of 0.
    """

    n: int
    known: float
    heldout: float
    impossible: float


def costs(
    split: Split,
    tokenizer: PreTrainedTokenizerBase,
    smoothing: str = "kneser-ney",
    k: float = 0.1,
    longest: int = 6,
) -> list[Cost]:
    """What both parts of a text cost n-gram models of every length up to the longest.

    Raises:
        ValueError: for what cannot be counted, and for `backoff`, which costs no number of bits.

    Example: longer n-grams know the rest of a tale better, and its beginning better still.
        >>> from lablib import data, models
        >>> tokenizer = models.load_tokenizer("pocket-gpt2")
        >>> split = split_text(data.text("lighthouse"), tokenizer)
        >>> rows = costs(split, tokenizer, longest=3)
        >>> [(row.n, round(row.known, 2), round(row.heldout, 2)) for row in rows]
        [(1, 1.66, 1.63), (2, 0.58, 0.79), (3, 0.32, 0.7)]
    """
    require_count("longest", longest)
    rows = []
    for n in range(1, longest + 1):
        model = count(split, tokenizer, n, smoothing, k)
        known = model.bits_per_byte(split.train, split.train_bytes)
        heldout = model.bits_per_byte(split.heldout, split.heldout_bytes)
        impossible = float((model.probabilities(split.heldout) == 0).mean())
        rows.append(Cost(n, known, heldout, impossible))
    return rows


def write(model: NGrams, ids: Sequence[int], length: int, seed: int = 0) -> list[int]:
    """Draw `length` ids after `ids`, each from what the model expects there; fewer if it comes to
    where it expects nothing.

    The draws are those with which the sampling room's `generate` lets a neural model write from the
    same seed.

    Raises:
        ValueError: if `length` is below 0.

    >>> write(NGrams([0, 1, 2, 0, 1, 2, 0], 3, order=2, smoothing="none"), [0], 4)
    [1, 2, 0, 1]
    """
    import torch

    from lablib.sampling.compute.distribution import draw, uniforms

    require_count("length", length, least=0)
    written: list[int] = []
    for u in uniforms(seed, length):
        scores = model.distribution([*ids, *written][-model.order :])
        if not scores.any():
            break
        written.append(draw(torch.from_numpy(scores.astype(np.float32)), float(u)))
    return written
