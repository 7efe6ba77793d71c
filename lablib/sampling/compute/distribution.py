"""How a model's scores become a next token: the knobs, the stages, the draw.

A language model gives one score (a *logit*) to every token of its vocabulary. Each knob is a stage:
a pure function that takes all scores and gives all scores back, with the removed tokens at minus
infinity. The softmax of what is left is the distribution a token is drawn from. Names, order and
numbers are those of `transformers` 5.23 (`GenerationMixin._get_logits_processor`): the repetition
penalty first, because it works on the model's own scores, then temperature, then the four cuts. The
stages that most people never turn are in `more_stages`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from lablib.numbers import require_count, require_number
from lablib.sampling.compute import more_stages as more
from lablib.sampling.compute.knobs import OFF, REMOVED, STAGES, Knobs, is_shown, whole_order


def repetition_penalty(logits: Tensor, penalty: float, previous: Sequence[int] = ()) -> Tensor:
    """Make the tokens that already occurred less probable: divide a positive score by the penalty,
    multiply a negative one. [vocab] → [vocab].

    Ids outside the vocabulary are left out: they cannot be generated anyway.

    Example: tokens 0 and 1 have occurred.
        >>> repetition_penalty(torch.tensor([2.0, -1.0, 3.0]), 2.0, previous=[0, 1, 1])
        tensor([ 1., -2.,  3.])
    """
    require_number(penalty=penalty)
    seen = torch.tensor([i for i in set(previous) if 0 <= i < len(logits)], dtype=torch.long)
    score = logits[seen]
    changed = _penalised(score, float(penalty))
    # Huge and tiny penalties make infinities of scores: then the largest number stands for them.
    most = torch.finfo(logits.dtype).max
    largest = _penalised(score.double(), float(penalty)).clamp(-most, most).to(logits.dtype)
    changed = torch.where(changed.isfinite(), changed, largest)
    return logits.index_copy(0, seen, torch.where(score.isneginf(), score, changed))


def _penalised(score: Tensor, penalty: float) -> Tensor:
    return torch.where(score < 0, score * penalty, score / penalty)


def temperature(logits: Tensor, temperature: float) -> Tensor:
    """Divide every score by the temperature; at 0 keep only the best (the first at a tie).
    [vocab] → [vocab].

    Where the quotients are too large for the scores' precision, the best score is taken off first:
    that changes no probability.

    Example:
        >>> temperature(torch.tensor([1.0, 2.0]), 0.5)
        tensor([2., 4.])
        >>> temperature(torch.tensor([1.0, 2.0]), 0)
        tensor([-inf, 2.])
    """
    require_number(temperature=temperature)
    if temperature > 0:
        divided = logits / float(temperature)
        if divided.max().isfinite():  # not-a-number, as 0 / 0 and inf / inf are, wins over all
            return divided
        below_best = (logits.double() - logits.max().double()) / float(temperature)
        lowest = torch.finfo(logits.dtype).min  # nothing is removed that was there
        return torch.where(logits.isneginf(), logits, below_best.clamp(min=lowest).to(logits.dtype))
    best = int(logits.numpy().argmax())
    only = torch.full_like(logits, REMOVED)
    only[best] = logits[best]
    return only


def top_k(logits: Tensor, k: int) -> Tensor:
    """Keep the k best scores, and every score equal to the k-th. [vocab] → [vocab].

    Example:
        >>> top_k(torch.tensor([1.0, 3.0, 2.0, 2.0]), 2)
        tensor([-inf, 3., 2., 2.])
    """
    require_count("k", k)
    worst_kept = logits.topk(min(k, len(logits))).values[-1]
    return logits.masked_fill(logits < worst_kept, REMOVED)


def top_p(logits: Tensor, p: float) -> Tensor:
    """Keep the smallest set of most probable tokens whose mass is at least p. [vocab] → [vocab].

    From the least probable up, tokens go as long as the mass removed is at most 1 - p. Among tokens
    of equal score the lower ids go first; at least one token stays. Sorting the values and then
    looking for the cutoff is ten times as fast as sorting the ids along with them.

    Example: probabilities 0.1, 0.6, 0.3.
        >>> top_p(torch.tensor([0.1, 0.6, 0.3]).log(), 0.8).exp()
        tensor([0.0000, 0.6000, 0.3000])
    """
    require_number(p=p)
    scores = logits.numpy()
    ascending = torch.from_numpy(np.sort(scores))
    removable = int((ascending.softmax(0).cumsum(0) <= 1 - p).sum())
    removed = min(removable, len(scores) - 1)
    cutoff = ascending[removed].item()
    tied = np.flatnonzero(scores == cutoff)[: removed - np.count_nonzero(scores < cutoff)]
    kept = logits.masked_fill(logits < cutoff, REMOVED)
    kept[tied] = REMOVED
    return kept


def min_p(logits: Tensor, p: float) -> Tensor:
    """Keep tokens at least p times as probable as the most probable one. [vocab] → [vocab].

    Example: probabilities 0.1, 0.6, 0.3; half of the best is 0.3.
        >>> min_p(torch.tensor([0.1, 0.6, 0.3]).log(), 0.49).exp()
        tensor([0.0000, 0.6000, 0.3000])
    """
    require_number(p=p)
    probabilities = logits.softmax(0)
    unlikely = probabilities < p * probabilities.max()
    return logits.masked_fill(unlikely, REMOVED)


def typical_p(logits: Tensor, mass: float) -> Tensor:
    """Keep the tokens whose surprisal is closest to the entropy, until their mass reaches `mass`.
    [vocab] → [vocab].

    Example: probabilities 0.1, 0.6, 0.3 have an entropy of 0.90 nats; their surprisals of 2.30,
    0.51 and 1.20 nats are 1.40, 0.39 and 0.31 away from it, so 0.3 comes first and then 0.6.
        >>> typical_p(torch.tensor([0.1, 0.6, 0.3]).log(), 0.2).exp()
        tensor([0.0000, 0.0000, 0.3000])
    """
    require_number(mass=mass)
    log_probabilities = logits.log_softmax(0)
    entropy = -(log_probabilities * log_probabilities.exp()).nansum()
    distance = (-log_probabilities - entropy).abs()
    nearest_first, order = distance.sort()
    reached = (logits[order].softmax(0).cumsum(0) < mass).sum()
    furthest_kept = nearest_first[reached.clamp(max=len(logits) - 1)]
    return logits.masked_fill(distance > furthest_kept, REMOVED)


_APPLY: dict[str, Callable[[Tensor, Knobs, Sequence[int]], Tensor]] = {
    "repetition_penalty": lambda x, knobs, ids: repetition_penalty(
        x, knobs.repetition_penalty, ids
    ),
    "temperature": lambda x, knobs, _: temperature(x, knobs.temperature),
    "top_k": lambda x, knobs, _: top_k(x, int(knobs.top_k)),
    "top_p": lambda x, knobs, _: top_p(x, float(knobs.top_p)),
    "min_p": lambda x, knobs, _: min_p(x, float(knobs.min_p)),
    "typical_p": lambda x, knobs, _: typical_p(x, float(knobs.typical_p)),
    "no_repeat_ngram": lambda x, knobs, ids: more.no_repeat_ngram(x, knobs.no_repeat_ngram, ids),
    "dry": lambda x, knobs, ids: more.dry(x, knobs.dry, ids),
    "top_n_sigma": lambda x, knobs, _: more.top_n_sigma(x, knobs.top_n_sigma),
    "top_h": lambda x, knobs, _: more.top_h(x, knobs.top_h),
    "epsilon_cutoff": lambda x, knobs, _: more.epsilon_cutoff(x, knobs.epsilon_cutoff),
    "eta_cutoff": lambda x, knobs, _: more.eta_cutoff(x, knobs.eta_cutoff),
    "max_surprisal": lambda x, knobs, _: more.max_surprisal(x, knobs.max_surprisal),
    "xtc": lambda x, knobs, _: more.xtc(x, knobs.xtc),
}


def _scores(
    logits: Tensor, knobs: Knobs, previous: Sequence[int], order: Sequence[str]
) -> list[tuple[str, Tensor]]:
    """The scores after each stage that is shown, the model's own first; a knob at its default is
    left alone.
    """
    result = [("model", _checked(logits))]
    for name in whole_order(order):
        if not is_shown(name, knobs):
            continue
        scores = result[-1][1]
        if getattr(knobs, name) != getattr(OFF, name):
            scores = _APPLY[name](scores, knobs, previous)
        result.append((name, scores))
    return result


def _checked(logits: Tensor) -> Tensor:
    """The scores of one position, on the CPU in float32 (float64 stays as it is)."""
    if logits.ndim != 1 or len(logits) == 0:
        raise ValueError(
            f"logits must be the scores of one position, [vocab], not {list(logits.shape)}."
        )
    scores = logits.detach().to("cpu", torch.promote_types(logits.dtype, torch.float32))
    if not scores.max().isfinite():  # not-a-number wins over every number
        raise ValueError(
            "The model's scores hold not-a-number or no finite value, so no token can be chosen; "
            "check the weights and the precision the model runs in."
        )
    return scores


def distribution(
    logits: Tensor,
    knobs: Knobs,
    previous: Sequence[int] = (),
    order: Sequence[str] = STAGES,
) -> Tensor:
    """The probability of every token under the knobs: the stages one by one, then the softmax.

    Args:
        logits: the model's scores for one position, [vocab], any float type, -inf allowed.
        previous: the ids so far, prompt included, for what hinders repetition.
        order: the stages in another order, to see that the order matters (see `whole_order`).

    Returns:
        [vocab], float32 (float64 if the logits are), summing to 1: equal to `transformers`'.

    Raises:
        ValueError: if the logits hold NaN or nothing finite, or `order` leaves out one of the six.

    Example:
        >>> logits = torch.tensor([0.5, 0.3, 0.2]).log()
        >>> distribution(logits, Knobs(top_k=2))
        tensor([0.6250, 0.3750, 0.0000])
        >>> distribution(logits, Knobs(temperature=0))
        tensor([1., 0., 0.])
    """
    return _scores(logits, knobs, previous, order)[-1][1].softmax(0)


def limited_distribution(
    logits: Tensor, knobs: Knobs, previous: Sequence[int] = ()
) -> tuple[Tensor, float]:
    """The `distribution`, and the probability that its limit of surprisal took away (0 without
    one): one pass through the stages for both.

    Example: 0.1 has 3.3 bits of surprisal.
        >>> _, mass = limited_distribution(
        ...     torch.tensor([0.1, 0.6, 0.3]).log(), Knobs(max_surprisal=2.0)
        ... )
        >>> round(mass, 4)
        0.1
    """
    scores = _scores(logits, knobs, previous, STAGES)
    mass = sum(
        _removed_mass(name, before, after)
        for (_, before), (name, after) in pairwise(scores)
        if name == "max_surprisal"
    )
    return scores[-1][1].softmax(0), mass


@dataclass(frozen=True, eq=False)
class Stage:
    """What one stage made of the distribution.

    Attributes:
        name: "model" for the model's own distribution, else one of `ALL_STAGES`.
        probabilities: after this stage, [vocab], summing to 1.
        removed_mass: the probability, before this stage, of the tokens it removed; for XTC, which
            removes them now and then, on average.
        kept: how many tokens can still be drawn.
        entropy: in bits.
        effective_choices: 2 ** entropy: as uncertain as a fair choice among this many.
    """

    name: str
    probabilities: Tensor
    removed_mass: float
    kept: int
    entropy: float
    effective_choices: float


def stages(
    logits: Tensor,
    knobs: Knobs,
    previous: Sequence[int] = (),
    order: Sequence[str] = STAGES,
) -> tuple[Stage, ...]:
    """The distribution before and after each stage: "model", then one `Stage` per name in `order`.

    Arguments, numbers and errors are those of `distribution`; the last stage holds its result.

    Example:
        >>> logits = torch.tensor([0.5, 0.25, 0.25]).log()
        >>> model, *_, last = stages(logits, Knobs(top_k=1))
        >>> model.entropy, last.entropy, last.kept
        (1.5, 0.0, 1)
        >>> [stage.removed_mass for stage in stages(logits, Knobs(top_k=1))]
        [0.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0]
    """
    result = []
    before = _checked(logits)
    for name, scores in _scores(logits, knobs, previous, order):
        probabilities = scores.softmax(0)
        bits = entropy(probabilities)
        result.append(
            Stage(
                name=name,
                probabilities=probabilities,
                removed_mass=_removed_mass(name, before, scores),
                kept=int((~scores.isneginf()).sum()),
                entropy=bits,
                effective_choices=2**bits,
            )
        )
        before = scores
    return tuple(result)


def _removed_mass(name: str, before: Tensor, after: Tensor) -> float:
    p = before.softmax(0)
    if name == "xtc":  # what the others gain is what those it removes lose
        return float((after.softmax(0) - p).clamp(min=0).sum())
    return float(p[after.isneginf() & ~before.isneginf()].sum())


def entropy(probabilities: Tensor) -> float:
    """How uncertain a draw is, in bits: the mean surprisal, -Σ p log2 p. [n] → a number.

    Example:
        >>> entropy(torch.tensor([0.25, 0.25, 0.25, 0.25]))
        2.0
    """
    smallest = torch.finfo(probabilities.dtype).tiny  # 0 · log 0 is 0
    surprisal = -probabilities.clamp(min=smallest).log2()
    return max(0.0, float(probabilities.double() @ surprisal.double()))


def uniforms(seed: int, n: int) -> np.ndarray:
    """Random numbers from 0 up to (not including) 1, [n] float64: token t is drawn with number t.

    They depend on the seed alone, and the first ones do not change when n grows, so the same draws
    can be used with other knobs.

    Raises:
        ValueError: if the seed or n is not a whole number from 0 on.

    Example:
        >>> bool((uniforms(7, 3) == uniforms(7, 100)[:3]).all())
        True
    """
    rule = "a whole number, 0 or above"
    require_count("seed", seed, 0, f"seed must be {rule}, and it was {seed}.")
    require_count("n", n, 0)
    return np.random.default_rng(int(seed)).random(n)


def draw(probabilities: Tensor, u: float) -> int:
    """The token at the point u (0 ≤ u < 1) of the tokens laid end to end, the most probable first
    (of equal ones the higher id): the inverse of the cumulative distribution. [vocab] → id.

    A small u gives a probable token under every setting and a u near 1 a rare one, so the same u
    can be compared across settings. A token of probability 0 is never drawn.

    Example:
        >>> [draw(torch.tensor([0.3, 0.5, 0.2]), u) for u in (0.0, 0.49, 0.51, 0.99)]
        [1, 1, 0, 2]
    """
    require_number(u=u)
    p = probabilities.numpy()
    descending = np.sort(p)[::-1].copy()
    reached = torch.from_numpy(descending).cumsum(0, dtype=torch.float64).numpy()
    rank = int(reached.searchsorted(u * reached[-1], side="right"))
    rank = min(rank, int(np.count_nonzero(p)) - 1)
    tied = np.flatnonzero(p == descending[rank])[::-1]
    return int(tied[rank - np.count_nonzero(p > descending[rank])])
