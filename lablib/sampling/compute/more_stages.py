"""Stages that few people turn: what hinders whole phrases from coming again, and more ways to cut.

As in `distribution`, each takes all scores and gives all scores back, [vocab] → [vocab], removed
tokens at minus infinity. Those that `transformers` has (no-repeat n-gram, top-h, epsilon, eta) give
its numbers; the others those of the programs that brought them in.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from lablib.sampling.compute.knobs import REMOVED

DRY_BASE, DRY_ALLOWED = 1.75, 2
"""By how much each further token of a repeated run counts, and how long a run is let off."""
XTC_THRESHOLD = 0.1
"""From which probability on a token is a top choice."""
TOP_H_MOST = 100
"""How many tokens top-h looks at, as in `transformers`."""


def no_repeat_ngram(logits: Tensor, n: int, previous: Sequence[int]) -> Tensor:
    """Remove every token that would complete a run of n tokens that was there before (Paulus et al.
    2018). Where that is all tokens, none goes.

    Example: 1 came after 0, and 0 is last again.
        >>> no_repeat_ngram(torch.tensor([1.0, 2.0, 3.0]), 2, previous=[0, 1, 0])
        tensor([1., -inf, 3.])
    """
    ids = list(previous)
    last = ids[len(ids) - n + 1 :]
    runs = (ids[i : i + n] for i in range(len(ids) - n + 1))
    banned = {run[-1] for run in runs if run[:-1] == last}
    inside = [id for id in banned if 0 <= id < len(logits)]
    scores = logits.index_fill(0, torch.tensor(inside, dtype=torch.long), REMOVED)
    return scores if scores.max() > REMOVED else logits


def repeated_runs(previous: Sequence[int]) -> dict[int, int]:
    """For each token that came after what the text ends with: how long the longest such end is.

    Example: the text ends with 1 2, after which 3 came; and with 2, after which 9 came.
        >>> repeated_runs([1, 2, 3, 2, 9, 1, 2])
        {3: 2, 9: 1}
    """
    ids = list(previous)
    longest: dict[int, int] = {}
    for place, token in enumerate(ids[1:], 1):
        length = 0
        while length < place and ids[place - 1 - length] == ids[-1 - length]:
            length += 1
        if length:
            longest[token] = max(length, longest.get(token, 0))
    return longest


def dry(
    logits: Tensor,
    multiplier: float,
    previous: Sequence[int],
    base: float = DRY_BASE,
    allowed: int = DRY_ALLOWED,
) -> Tensor:
    """Don't repeat yourself: a token that would go on with a repeated run of n tokens loses
    multiplier · base ** (n - allowed), if n is at least `allowed`.

    The definition of its author (p-e-w, text-generation-webui, pull request 5637), without sequence
    breakers.

    Example: after 0 1 came 2, and the text ends with 0 1.
        >>> dry(torch.tensor([1.0, 1.0, 1.0]), 0.8, previous=[0, 1, 2, 0, 1])
        tensor([1.0000, 1.0000, 0.2000])
    """
    scores = logits.clone()
    most = math.log(torch.finfo(logits.dtype).max) / math.log(base) / 2  # no penalty is infinite
    for token, length in repeated_runs(previous).items():
        if length >= allowed and 0 <= token < len(scores):
            scores[token] -= multiplier * base ** min(length - allowed, most)
    return scores


def top_n_sigma(logits: Tensor, n: float) -> Tensor:
    """Keep scores at most n standard deviations of all scores below the best one (Tang et al.
    2024, "Top-nσ"). Scores of removed tokens do not count.

    Example: the standard deviation of 0, 0, 0 and 4 is √3.
        >>> top_n_sigma(torch.tensor([0.0, 0.0, 0.0, 4.0]), 2.0)
        tensor([-inf, -inf, -inf, 4.])
    """
    there = logits[~logits.isneginf()].double()
    lowest = there.max() - n * there.std(correction=0)
    return logits.masked_fill(logits.double() < lowest, REMOVED)


def top_h(logits: Tensor, share: float) -> Tensor:
    """Keep the most probable tokens whose shares of the entropy, -p ln p, add up to at most `share`
    of it (Potraghloo et al. 2025); at least the best, and none beyond the first hundred.

    Example: -p ln p is 0.35 nats for each of these four, 1.39 together.
        >>> top_h(torch.tensor([0.0, 0.0, 0.0, 0.0]), 0.55).isfinite().sum()
        tensor(2)
    """
    order = logits.sort(descending=True, stable=True).indices[:TOP_H_MOST]
    p = logits[order].softmax(0)
    so_far = torch.special.entr(p).cumsum(0)
    # The last sum and not another one, so that a share of 1 keeps all that can be drawn.
    kept = (so_far <= so_far[-1] * share) & (p > 0)
    kept[0] = True
    scores = torch.full_like(logits, REMOVED)
    scores[order[kept]] = logits[order[kept]]
    return scores


def epsilon_cutoff(logits: Tensor, epsilon: float) -> Tensor:
    """Keep tokens at least this probable, and the best (Hewitt et al. 2022, epsilon sampling).

    Example:
        >>> epsilon_cutoff(torch.tensor([0.1, 0.6, 0.3]).log(), 0.2).exp()
        tensor([0.0000, 0.6000, 0.3000])
    """
    return _at_least(logits, epsilon)


def eta_cutoff(logits: Tensor, epsilon: float) -> Tensor:
    """Keep tokens of at least probability min(ε, √ε · e^-H), where H is the entropy in nats, and
    the best (Hewitt et al. 2022, eta sampling).

    Example: H is 0.90 nats, so that the limit is not 0.5 but 0.71 · 0.41 = 0.29.
        >>> eta_cutoff(torch.tensor([0.1, 0.6, 0.3]).log(), 0.5).exp()
        tensor([0.0000, 0.6000, 0.3000])
    """
    log_p = logits.log_softmax(0)
    entropy = -(log_p.exp() * log_p).nansum()
    return _at_least(logits, min(epsilon, math.sqrt(epsilon) * math.exp(-float(entropy))))


def max_surprisal(logits: Tensor, bits: float) -> Tensor:
    """Keep tokens of at most so many bits of surprisal, -log2 p, and the best: the cut of Mirostat
    (Basu et al. 2021), which moves this limit after every token.

    Example: 0.3 has 1.7 bits, 0.1 has 3.3.
        >>> max_surprisal(torch.tensor([0.1, 0.6, 0.3]).log(), 2.0).exp()
        tensor([0.0000, 0.6000, 0.3000])
    """
    return _at_least(logits, 2.0**-bits)


def _at_least(logits: Tensor, probability: float) -> Tensor:
    unlikely = (logits.softmax(0) < probability) & (logits < logits.max())
    return logits.masked_fill(unlikely, REMOVED)


def xtc(logits: Tensor, probability: float, threshold: float = XTC_THRESHOLD) -> Tensor:
    """Exclude top choices: with this probability all tokens at or above the threshold go, but the
    least probable of them (of equal ones the lowest id). Where only one reaches it, nothing goes.

    The definition of its author (p-e-w, text-generation-webui, pull request 6335), which throws a
    coin and cuts or does not. To draw from the mean of both distributions comes to the same, and
    needs no coin.

    Example: 0.6 goes half of the time, and then 0.35 is 0.875 of what is left.
        >>> xtc(torch.tensor([0.05, 0.6, 0.35]).log(), 0.5).softmax(0)
        tensor([0.0875, 0.3000, 0.6125])
    """
    p = logits.softmax(0)
    order = logits.sort(stable=True).indices.flip(0)
    top = order[: int((p >= threshold).sum())][:-1]
    if not len(top) or probability == 0:
        return logits
    cut = logits.index_fill(0, top, REMOVED)
    if probability == 1:
        return cut
    mean = (1 - probability) * p.double() + probability * cut.double().softmax(0)
    return torch.where(logits.isneginf(), logits, mean.log().to(logits.dtype))
