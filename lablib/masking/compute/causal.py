"""The same gap for a model that reads only what stands before it.

A GPT was trained to say what comes next, so at a gap it knows the left side only. A BERT was
trained with the gap in the middle. What the GPT can do is judge whole sentences: for each word it
might put in, how probable is the word, and then how probable is the rest of the sentence after it?
That product uses both sides, at the price of reading the sentence again for every word.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from inspect import signature
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from lablib.masking.compute.fill import Guess, token_text
from lablib.masking.compute.reading import TOKENS_AT_ONCE
from lablib.masking.compute.text import MASK, clean
from lablib.models.hub import Progress
from lablib.models.text import context_length, continuation_ids, require_vectors
from lablib.numbers import require_count

if TYPE_CHECKING:
    from lablib.models import LoadedModel


SCORES_AT_ONCE = 2**23
"""How many scores of words are held at once: 32 MB."""


@dataclass(frozen=True)
class LeftFill:
    """What a causal model puts into a gap.

    Attributes:
        left, right: the text before and after the gap.
        guesses: its most probable next tokens after `left`, the best first.
        rescored: the same tokens and some more, in the order of how probable the whole sentence is
            with them; the probabilities are shares among the candidates, and sum to 1 over them.
        note: what was cut, in a sentence; empty if nothing was.
    """

    left: str
    right: str
    guesses: tuple[Guess, ...]
    rescored: tuple[Guess, ...]
    note: str


@torch.inference_mode()
def fill_from_left(
    m: "LoadedModel",
    text: str,
    k: int = 10,
    candidates: int = 50,
    progress: Progress | None = None,
) -> LeftFill:
    """Fill the first gap of a text with a causal model: from the left, and by whole sentences.

    `[mask]` in any case is a gap. What comes after a second gap is not read.

    Args:
        k: how many guesses to give.
        candidates: how many of the most probable next tokens are tried in the whole sentence.

    Raises:
        ValueError: if there is no gap, or the model does not write text.

    Example:
        >>> from lablib import models
        >>> found = fill_from_left(models.load("pocket-gpt2"), "The cat sat on the [MASK].", k=3)
        >>> found.left, len(found.guesses), len(found.rescored)
        ('The cat sat on the', 3, 3)
    """
    from lablib.sampling import next_logits, prepare, top

    require_count("k", k, 0)
    require_count("candidates", candidates)
    text = clean(text, MASK)
    if MASK not in text:
        raise ValueError(f"There is no gap in this text: type {MASK} where the model should guess.")
    left, right = text.split(MASK, 1)
    left = left.rstrip(" ")  # a next token brings its space; the end of a line stays
    after = _right_ids(m, right)
    prompt = prepare(m, left, room=1 + len(after))
    likely = next_logits(m, prompt).log_softmax(-1)
    best = likely.topk(min(max(k, candidates), len(likely)))
    totals = best.values + _rest(m, prompt.ids, best.indices, after, progress)
    shares = torch.zeros_like(likely).index_put((best.indices,), totals.softmax(0))
    return LeftFill(
        left=left,
        right=right,
        guesses=_guesses(m, top(m, likely.exp(), k)),
        rescored=_guesses(m, top(m, shares, min(k, len(best.indices)))),
        note=prompt.note,
    )


def _guesses(m: "LoadedModel", alternatives: Sequence[tuple[int, str, float]]) -> tuple[Guess, ...]:
    return tuple(Guess(id, token_text(m, id), chance) for id, _, chance in alternatives)


def _right_ids(m: "LoadedModel", right: str) -> list[int]:
    """The text after the gap; another gap ends it, and half of the context at most is for it."""
    ids = continuation_ids(m.tokenizer, right.split(MASK)[0])
    require_vectors(m, ids)
    context = context_length(m)
    return ids if context is None else ids[: context // 2 - 1]


def _rest(
    m: "LoadedModel",
    before: Sequence[int],
    words: Tensor,
    after: Sequence[int],
    progress: Progress | None,
) -> Tensor:
    """The log-probability of what comes after each of some words, [words]."""
    if not after:
        return torch.zeros(len(words))
    rows = torch.tensor([[*before, word, *after] for word in words.tolist()])
    scores = len(after) * m.model.config.vocab_size  # of one row
    size = max(1, min(TOKENS_AT_ONCE // rows.shape[1], SCORES_AT_ONCE // scores))
    sums = []
    for start in range(0, len(rows), size):
        if progress and start:
            progress(start, len(rows), "sentences")
        some = rows[start : start + size].to(m.model.device)
        kept = m.model(input_ids=some, **_only_last(m, len(after) + 1)).logits
        logits = kept[:, -len(after) - 1 : -1].float()  # [rows, after, vocab]
        surprise = cross_entropy(logits.transpose(1, 2), some[:, -len(after) :], reduction="none")
        sums.append(-surprise.sum(1).cpu())
    return torch.cat(sums)


def _only_last(m: "LoadedModel", count: int) -> dict[str, int]:
    """The option that has a model score its last places only, where it knows it."""
    known = "logits_to_keep" in signature(m.model.forward).parameters
    return {"logits_to_keep": count} if known else {}
