"""Heads over a corpus: what each head does, passage after passage, and whether that matters.

What a head does on one sentence is seldom what it does on all texts (Anthropic 2026, "HeadVis"), so
here every metric of `head_metrics` is a mean with its spread over many passages. Then the name a
head gets that way is put to the test: the head is muted over the same passages, beside others drawn
by lot.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lablib.attention.compute.ablation import Experiment
from lablib.attention.compute.asking import ask
from lablib.attention.compute.heads import Head, body, look_at_all
from lablib.attention.compute.metrics import METRICS, head_metrics
from lablib.attention.compute.text import Reading, reading
from lablib.models import LoadedModel
from lablib.models.text import context_length, encode, require_vectors
from lablib.models.watching import watchable
from lablib.numbers import require_count, require_whole
from lablib.randomness import generator
from lablib.unicode import well_formed

PASSAGE = 64
"""How many tokens a passage has."""
TOKENS = 512
"""How many tokens are read at once."""
MOST = 400_000
"""The most characters that are read: of GPT-2's 144 heads the numbers then take 10 MB."""
PATTERNS = (
    "previous_token",
    "next_token",
    "first_token",
    "special_token",
    "same_token",
    "induction",
)
"""The metrics a head can be named for: shares of its attention that go to one kind of place."""
TENTHS = 10


@dataclass(frozen=True, eq=False)
class Scan:
    """What every head does in the passages of a text, as far as they have been read.

    Attributes:
        passages: those read so far. They come in an order drawn by lot, so the first of them are a
            fair sample of the text.
        values: by the name of a metric (see `METRICS`), [passages, layers, heads]; not-a-number
            where a passage says nothing about it.
        total: how many passages the text has.
        note: what was left out, or empty.
    """

    passages: tuple[Reading, ...]
    values: dict[str, Tensor]
    total: int
    note: str

    @property
    def size(self) -> tuple[int, int]:
        """How many layers there are, and heads in each."""
        _, layers, heads = self.values["entropy"].shape
        return layers, heads

    def mean(self, metric: str) -> Tensor:
        """The mean over the passages that say something about it, [layers, heads]."""
        return self.values[metric].nanmean(0)

    def spread(self, metric: str) -> Tensor:
        """The standard deviation from passage to passage, [layers, heads]; not-a-number where fewer
        than two passages say something about it.
        """
        values = self.values[metric]
        squares = (values - values.nanmean(0)).square()
        return (squares.nansum(0) / (squares.isfinite().sum(0) - 1)).sqrt()

    def name(self, head: Head) -> str:
        """What a head is named for: the one of `PATTERNS` in which it stands furthest above the
        mean of all heads, in standard deviations of the heads.
        """
        above = {name: _standing(self.mean(name))[head] for name in PATTERNS}
        return max(PATTERNS, key=lambda name: float(above[name].nan_to_num(-torch.inf)))

    def tenths(self, metric: str, head: Head) -> list[list[int]]:
        """The places in `passages` of those that say something about it, from where the head does
        it most to where it does it least, in ten parts of about the same size (deciles); in fewer
        where there are fewer passages.
        """
        values = self.values[metric][:, *head]
        known = values.isfinite().nonzero().flatten()
        ranked = known[values[known].argsort(descending=True, stable=True)]
        parts = np.array_split(ranked.numpy(), max(1, min(TENTHS, len(ranked))))
        return [part.tolist() for part in parts if len(part)]


@dataclass(frozen=True, eq=False)
class MutingCost:
    """What it costs to mute a head in the passages of a scan, beside other heads, as far as known.

    Attributes:
        heads: the head in question, then the others, each of which was muted alone.
        cost: how much the loss rises, [passages, heads], in bits per token; below 0 where the model
            gets better. The passages are the first ones of the scan.
        total: how many passages there are.
    """

    heads: tuple[Head, ...]
    cost: Tensor
    total: int

    @property
    def mean(self) -> Tensor:
        """The mean over the passages, [heads]."""
        return self.cost.mean(0)

    @property
    def spread(self) -> Tensor:
        """The standard deviation from passage to passage, [heads]; not-a-number for one passage."""
        return self.cost.std(0) if len(self.cost) > 1 else self.cost[0] * torch.nan

    @property
    def error(self) -> Tensor:
        """How far a mean may be off by the choice of passages (its standard error), [heads]."""
        return self.spread / len(self.cost) ** 0.5

    def over(self, places: list[int]) -> float:
        """The mean cost of the head in question over some passages, by their places in the scan;
        not-a-number if none of them was read.
        """
        read = [place for place in places if place < len(self.cost)]
        return float(self.cost[read, 0].mean())


def passages(m: LoadedModel, text: str, size: int = PASSAGE) -> list[Reading]:
    """Cut a text into passages of the same number of tokens, each with the marks the model has at
    both ends. What is left over at the end is a passage only if there is no other.

    Raises:
        ValueError: if there are not even two tokens, a passage would have fewer, or the model has
            no vector for one.

    Example:
        >>> from lablib import data, models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> found = passages(m, data.text("tale"), size=32)
        >>> {len(passage) for passage in found}
        {32}
    """
    require_whole(size=size)
    before, inside, after = encode(m.tokenizer, text)
    after = [] if m.model.can_generate() else after
    room = min(size, context_length(m) or size) - len(before) - len(after)
    if room < 2:
        raise ValueError(
            f"size must leave two tokens beside the model's own marks, and it was {size}."
        )
    if len(inside) < 2:
        raise ValueError("This text is too short to cut into passages: give one of many sentences.")
    whole = range(0, len(inside) - room + 1, room) or range(1)
    require_vectors(m, set(inside))
    rows = ([*before, *inside[start : start + room], *after] for start in whole)
    return [reading(m.tokenizer, row) for row in rows]


def scan(m: LoadedModel, text: str, size: int = PASSAGE, seed: int = 0) -> Iterator[Scan]:
    """Read a text passage by passage and measure what every head does; yields what is known so far.

    Args:
        text: at most `MOST` characters of it are read.
        size: how many tokens a passage has.
        seed: decides the order in which passages are read.

    Raises:
        ValueError: if the text is too short, or the model has no attention.

    Example:
        >>> from lablib import attention as at, data, models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> *_, found = at.scan(m, data.text("tale")[:900], size=32)
        >>> found.size, found.mean("previous_token").shape == found.spread("entropy").shape
        ((6, 4), True)
        >>> found.name((2, 3)) in PATTERNS
        True
    """
    cut = passages(m, well_formed(text)[:MOST], size)
    order = torch.randperm(len(cut), generator=generator(seed)).tolist()
    drawn = tuple(cut[place] for place in order)
    model, values = watchable(body(m)), dict[str, Tensor]()
    for done, measured in enumerate(_measured(m, model, drawn)):
        for name, found in measured.items():
            values.setdefault(name, found.new_empty(len(drawn), *found.shape))[done] = found
        known = {name: all_of_them[: done + 1] for name, all_of_them in values.items()}
        yield Scan(drawn[: done + 1], known, len(drawn), _left_out(text))


def muting_cost(
    m: LoadedModel, found: Scan, head: Head, others: int = 10, seed: int = 0
) -> Iterator[MutingCost]:
    """Mute a head over the passages of a scan, and so many others drawn by lot, each alone; yields
    what is known so far. The loss is that of `ablate`.

    Raises:
        ValueError: if there is no such head, `others` is below 0, or the model does not predict
            tokens.

    Example:
        >>> from lablib import attention as at, data, models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> *_, found = at.scan(m, data.text("tale")[:400], size=32)
        >>> *_, cost = at.muting_cost(m, found, (0, 1), others=2)
        >>> cost.heads[0], cost.cost.shape == (len(found.passages), 3)
        ((0, 1), True)
    """
    require_count("others", others, 0)
    experiment = Experiment(m)
    experiment.layers, experiment.heads = found.size
    experiment.check([head])
    heads = (head, *_others(found.size, head, others, seed))
    rows = []
    for passage in found.passages:
        answers = experiment.run(ask(m, passage), [(), *([each] for each in heads)])
        whole, *muted = (loss for _, loss in answers)
        rows.append(torch.tensor(muted) - whole)
        yield MutingCost(heads, torch.stack(rows), len(found.passages))


def _measured(m: LoadedModel, model: Any, drawn: Sequence[Reading]) -> Iterator[dict[str, Tensor]]:
    """Every metric for each passage, [layers, heads] each; some passages are read at once."""
    together = max(1, TOKENS // len(drawn[0]))
    for start in range(0, len(drawn), together):
        with torch.inference_mode():
            measured = [
                head_metrics(one) for one in look_at_all(m, model, drawn[start : start + together])
            ]
        for found in measured:
            yield {name: getattr(found, name) for name in METRICS}


def _standing(values: Tensor) -> Tensor:
    """How many standard deviations each value is above the mean of those that are known.

    >>> _standing(torch.tensor([0.0, 2.0]))
    tensor([-1.,  1.])
    """
    above = values - values.nanmean()
    return above / above.square().nanmean().sqrt()


def _others(size: tuple[int, int], head: Head, many: int, seed: int) -> list[Head]:
    """Heads drawn by lot, none of them twice and none `head`."""
    every = [(layer, one) for layer in range(size[0]) for one in range(size[1])]
    order = torch.randperm(len(every), generator=generator(seed)).tolist()
    return [every[place] for place in order if every[place] != head][:many]


def _left_out(text: str) -> str:
    """What is said of a text that is longer than `MOST`.

    >>> _left_out("a" * 500_000)
    'The text has 500,000 characters and the first 400,000 are read here.'
    """
    if len(text) <= MOST:
        return ""
    return f"The text has {len(text):,} characters and the first {MOST:,} are read here."
