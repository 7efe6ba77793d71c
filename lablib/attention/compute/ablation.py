"""Does a head matter? Mute it and see what the model says then.

To mute a head is to set its output to zero before the heads are mixed; everything else stays
(zero ablation; Michel et al. 2019, "Are Sixteen Heads Really Better than One?"). Attention weights
show where a head looks, not what the model makes of it: a head with a striking pattern may not
matter at all (Jain and Wallace 2019, "Attention is not Explanation"). Nor is the effect of one
muted head its whole part: others may take over (McGrath et al. 2023, "The Hydra Effect").

The muted models are the rows of one batch, so that many heads are tried at once, and a row begins
where it differs from the others (see `growing`). What is muted is a copy that shares the weights
(see `watching`), never the model everybody shares.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from lablib.attention.compute.asking import Asked, Outcome, answer, ask, outcome
from lablib.attention.compute.growing import blocks_of, growing, in_order, same
from lablib.attention.compute.heads import Head, require_head
from lablib.attention.compute.metrics import HeadMetrics
from lablib.attention.compute.text import Reading
from lablib.models import LoadedModel
from lablib.models.heads import word_scores
from lablib.models.watching import (
    AttentionCall,
    Watcher,
    require_watchable,
    watchable,
    watching,
)

SCORE_BYTES = 64 * 2**20
"""The most bytes of scores to compute at once, which decides how many heads are tried at once."""


@dataclass(frozen=True, eq=False)
class Ablation(Outcome):
    """What a model says with all its heads, and with some of them muted.

    Attributes:
        heads: the muted ones.
        tokens: what the model read; in a masked model's text one token is the mask.
        position: where the model was asked for a token: the masked place, or the one after the end.
        before: the distribution there, [vocab], with all heads.
        after: the same with the heads muted.
        loss_before: how surprised the model is by the text, in bits per token (see `ablate`);
            not-a-number if the text has too few tokens to be surprised by.
        loss_after: the same with the heads muted.
        changes: the most probable tokens of both distributions, the most probable before first.
    """

    heads: tuple[Head, ...]

    @property
    def divergence(self) -> float:
        """How far the distributions are apart, in bits (see `divergence`)."""
        return float(divergence(self.before, self.after))

    @property
    def loss_change(self) -> float:
        """What muting costs, in bits per token; below 0 if the model got better at this text."""
        return self.loss_after - self.loss_before


@dataclass(frozen=True, eq=False)
class Sweep:
    """What happened to a model when each of its heads was muted in turn, as far as it is known.

    Attributes:
        tokens: what the model read (see `Ablation`).
        position: where it was asked for a token.
        divergence: how far muting a head moved the distribution there, [layers, heads], in bits;
            not-a-number for heads still to come.
        loss_change: what muting it cost on the whole text, [layers, heads], in bits per token.
        done: how many heads have been muted.
    """

    tokens: Reading
    position: int
    divergence: Tensor
    loss_change: Tensor
    done: int

    @property
    def total(self) -> int:
        """How many heads there are."""
        return self.divergence.numel()


def ablate(m: LoadedModel, text: str | Reading, heads: Sequence[Head], k: int = 10) -> Ablation:
    """What a model says with all its heads, and with some of them muted.

    A next-word model is asked for the token after the text, and its loss is its mean surprise at
    each token after those before. A masked-word model is asked for the first masked token of the
    text (the last ordinary one is masked if there is none), and its loss is its mean surprise at
    each ordinary token when a seventh of them is masked at a time.

    Args:
        heads: (layer, head) pairs, from 0; none of them changes nothing.
        k: how many of the most probable tokens of each distribution `changes` names.

    Raises:
        ValueError: if there is no such head, or the model does not predict tokens.

    Example:
        >>> from lablib import attention as at, models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> found = at.ablate(m, "The king and the", heads=[(0, 1)], k=3)
        >>> found.before.shape == found.after.shape, found.heads
        (True, ((0, 1),))
    """
    asked, experiment = ask(m, text), Experiment(m)
    [whole] = experiment.run(asked, [()])
    experiment.check(heads)
    [muted] = experiment.run(asked, [heads])
    return Ablation(**vars(outcome(m, asked, whole, muted, k)), heads=tuple(heads))


def sweep(m: LoadedModel, text: str | Reading) -> Iterator[Sweep]:
    """Mute each head in turn; yields what is known so far, at last all of it.

    Raises:
        ValueError: if the model does not predict tokens.

    Example:
        >>> from lablib import attention as at, models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> *_, last = at.sweep(m, "The cat sat")
        >>> last.done == last.divergence.numel()
        True
    """
    asked, experiment = ask(m, text), Experiment(m)
    [(before, loss)] = experiment.run(asked, [()])
    layers, heads = experiment.layers, experiment.heads
    moved, cost = (torch.full((layers, heads), math.nan) for _ in range(2))
    every = [(layer, head) for layer in range(layers) for head in range(heads)]
    at_once = experiment.at_once(asked)
    for start in range(0, len(every), at_once):
        part = every[start : start + at_once]
        answers = experiment.run(asked, [[each] for each in part])
        for each, (after, loss_after) in zip(part, answers, strict=True):
            moved[each] = divergence(before, after)
            cost[each] = loss_after - loss
        yield Sweep(asked.tokens, asked.position, moved.clone(), cost.clone(), start + len(part))


def divergence(before: Tensor, after: Tensor) -> Tensor:
    """How far one distribution is from another, in bits: Σ p log2(p / q), the Kullback-Leibler
    divergence. […, vocab] twice → […].

    >>> divergence(torch.tensor([0.5, 0.5]), torch.tensor([0.25, 0.75]))
    tensor(0.2075)
    """
    tiny = torch.finfo(before.dtype).tiny
    ratio = before.clamp(min=tiny).log2() - after.clamp(min=tiny).log2()
    return (before * ratio).sum(-1).clamp(min=0)


def clear_pattern_low_effect_head(
    metrics: HeadMetrics, effects: Sweep
) -> tuple[int, int, str] | None:
    """A head with a clear pattern that the model does not need for this text: layer, head, and
    which pattern; None if no head has a pattern.

    Of the heads that give at least half of their attention to one kind of place (the token before
    or after, the same token, or what followed it), the one whose muting moved the prediction least.

    Example:
        >>> from lablib import attention as at, models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> text = "The cat sat"
        >>> *_, effects = at.sweep(m, text)
        >>> found = at.clear_pattern_low_effect_head(at.head_metrics(at.maps(m, text)), effects)
        >>> found is None or len(found) == 3
        True
    """
    patterns = ("previous_token", "next_token", "same_token", "induction")
    strengths = torch.stack([getattr(metrics, name).nan_to_num() for name in patterns])
    strength, which = strengths.max(0)
    known = (strength >= 0.5) & effects.divergence.isfinite()
    if not known.any():
        return None
    moved = effects.divergence.masked_fill(~known, math.inf)
    layer, head = divmod(int(moved.argmin()), moved.shape[1])
    return layer, head, patterns[int(which[layer, head])]


class Experiment:
    """A copy of a model, asked again and again with other heads muted.

    `layers` and `heads` say how many there are, once it has been asked for the first time.

    Raises:
        ValueError: if nothing inside the model's attention can be changed.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> experiment = Experiment(m)
        >>> (_, loss), (_, loss_muted) = experiment.run(ask(m, "The cat sat"), [[], [(0, 0)]])
        >>> experiment.layers, experiment.heads, loss != loss_muted
        (6, 4, True)
    """

    def __init__(self, m: LoadedModel):
        require_watchable(m.model)
        self._m = m
        self._model: Any = watchable(m.model)
        self._model.config.use_cache = False  # nothing is read on
        self._blocks: list[nn.Module] | None = None  # where rows can begin; none before it is tried
        self._tried = False
        self._attentions: list[nn.Module] = []  # those of the last run, layer by layer
        self.layers = self.heads = 0

    def at_once(self, asked: Asked) -> int:
        """How many sets of muted heads are tried in one batch."""
        entries = self._m.model.get_output_embeddings().weight.shape[0]
        return max(1, SCORE_BYTES // (4 * asked.rows.numel() * entries))

    def check(self, heads: Sequence[Head]) -> None:
        """Refuse heads the model does not have."""
        for head in heads:
            require_head(head, self.layers, self.heads)

    def run(self, asked: Asked, mutes: Sequence[Sequence[Head]]) -> list[tuple[Tensor, float]]:
        """For each set of heads to mute: the distribution asked for, and the loss."""
        size = self.at_once(asked)
        parts = [mutes[start : start + size] for start in range(0, len(mutes), size)]
        return [found for part in parts for found in self._batch(asked, part)]

    @torch.inference_mode()
    def _batch(self, asked: Asked, mutes: Sequence[Sequence[Head]]) -> list[tuple[Tensor, float]]:
        """The same for as many sets as one batch holds."""
        can_grow = len(mutes) > 1 and len(asked.rows) == 1
        if can_grow and not self._tried:
            self._try(asked)
        grown = can_grow and self._blocks
        parts = (self._grown_rows if grown else self._whole_rows)(asked, mutes)
        return [answer(asked, part) for part in parts]

    def _whole_rows(self, asked: Asked, mutes: Sequence[Sequence[Head]]) -> list[Tensor]:
        """The scores of each set, whose rows are there from the first block on."""
        return list(self._scores(asked, mutes, len(mutes)).split(len(asked.rows)))

    def _grown_rows(self, asked: Asked, mutes: Sequence[Sequence[Head]]) -> list[Tensor]:
        """The same for one row, where the rows of muted heads join that of the whole model."""
        order = in_order(mutes)
        joining = [mutes[i] for i in order]
        with growing(self._blocks or [], joining):
            whole, *muted = self._scores(asked, [(), *joining], 1).split(1)
        found = dict(zip(order, muted, strict=True))
        return [found.get(i, whole) for i in range(len(mutes))]

    def _try(self, asked: Asked) -> None:
        """Find out whether this model's rows can join on the way: the scores must be the same."""
        self._tried = True
        self._scores(asked, [()], 1)
        sets = [(), [(self.layers - 1, 0)], [(0, self.heads - 1)]]
        self._blocks = blocks_of(self._model, self._attentions)
        try:
            grown = self._grown_rows(asked, sets)
        except Exception:  # there are no blocks, or they are called in a way of their own
            self._blocks = None
        else:
            if not same(torch.cat(self._whole_rows(asked, sets)), torch.cat(grown)):
                self._blocks = None

    def _scores(self, asked: Asked, mutes: Sequence[Sequence[Head]], copies: int) -> Tensor:
        """The scores for the sets of heads to mute, [rows, token, vocab], from so many copies of
        what is asked.
        """
        size = len(asked.rows)
        given = asked.tokens.inputs(self._m) | {"input_ids": asked.rows.to(self._m.model.device)}
        inputs = {name: part.repeat(copies * size // len(part), 1) for name, part in given.items()}
        with watching(self._mute(mutes, size)):
            return word_scores(self._model(**inputs))

    def _mute(self, mutes: Sequence[Sequence[Head]], size: int) -> Watcher:
        """A watcher that mutes these heads, each set of them in `size` rows of the batch."""
        self._attentions = []

        def mute(call: AttentionCall) -> tuple[Tensor, Tensor]:
            layer = len(self._attentions)
            self._attentions.append(call.module)
            self.layers, self.heads = layer + 1, call.query.shape[1]
            for i, heads in enumerate(mutes):
                muted = [head for where, head in heads if where == layer]
                call.output[i * size : (i + 1) * size, :, muted] = 0
            return call.output, call.weights

        return mute
