"""The checks: cases, right answers, and typical mistakes.

What is said to each mistake stands in `questions.md`, under the name that the mistake has here.
"""

import copy
import math
import operator
import statistics
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from lablib.attention.exercises import solutions
from lablib.exercises.checking import FunctionCheck, ValueCheck, then
from lablib.exercises.practice import practice_model, tensor
from lablib.exercises.records import Check

CHECKS: dict[str, Check] = {}
"""By the ids of the questions."""

CHECKS["attention/row-by-hand"] = ValueCheck(
    [0.665, 0.245, 0.090],
    tolerance=6e-3,
    mistakes={
        "[2, 0, -2]": [2, 0, -2],
        "[1, 0, -1]": [1, 0, -1],
        "[0.867, 0.117, 0.016]": [0.867, 0.117, 0.016],
        "[0.506, 0.307, 0.186]": [0.506, 0.307, 0.186],
        "[0.982, 0.018, 0.0]": [0.982, 0.018, 0.0],
    },
)

CHECKS["attention/mask-by-hand"] = ValueCheck(
    [0.25, 0.75, 0.0],
    tolerance=2e-3,
    mistakes={
        "[0.125, 0.375, 0.5]": [0.125, 0.375, 0.5],
        "[0.125, 0.375, 0.0]": [0.125, 0.375, 0.0],
        "[0.2, 0.6, 0.2]": [0.2, 0.6, 0.2],
        "[1.0, 0.0, 0.0]": [1.0, 0.0, 0.0],
        "[0.0, 0.0, 1.0]": [0.0, 0.0, 1.0],
    },
)


def _qkv() -> tuple[Tensor, Tensor, Tensor]:
    q = tensor([1.0, 0.0, 2.0, -1.0], [0.5, 1.0, 0.0, 1.0])
    k = tensor([1.0, 1.0, 0.0, 0.0], [2.0, 0.0, 1.0, 1.0], [0.0, -1.0, 1.0, 0.0])
    return q, k, tensor([1.0, 0.0], [0.0, 2.0], [-1.0, 1.0])


CHECKS["attention/attention"] = FunctionCheck(
    solutions.attention,
    # d_k, d_v, the number of queries and that of keys are four different ones.
    cases=lambda: [_qkv(), (_qkv()[1].repeat(2, 1)[:5], _qkv()[1], _qkv()[2])],
    mistakes={
        "unscaled": lambda q, k, v: (q @ k.T).softmax(-1) @ v,
        "divided by d_k": lambda q, k, v: (q @ k.T / q.shape[-1]).softmax(-1) @ v,
        "root of d_v": lambda q, k, v: (q @ k.T / math.sqrt(v.shape[-1])).softmax(-1) @ v,
        "root of the keys": lambda q, k, v: (q @ k.T / math.sqrt(len(k))).softmax(-1) @ v,
        "root of the queries": lambda q, k, v: (q @ k.T / math.sqrt(len(q))).softmax(-1) @ v,
        "softmax over queries": lambda q, k, v: (q @ k.T / math.sqrt(q.shape[-1])).softmax(0) @ v,
        "weights only": lambda q, k, v: (q @ k.T / math.sqrt(q.shape[-1])).softmax(-1),
        "no softmax": lambda q, k, v: q @ k.T / math.sqrt(q.shape[-1]) @ v,
    },
)

CHECKS["attention/row-entropy"] = FunctionCheck(
    solutions.row_entropy,
    cases=lambda: [
        (tensor(0.5, 0.25, 0.25),),
        (tensor(1.0, 0.0, 0.0),),
        (tensor(0.7, 0.1, 0.2, 0.0),),
        (tensor(0.6, 0.1, 0.1, 0.2),),
    ],
    mistakes={
        "nats": lambda row: solutions.row_entropy(row) * math.log(2),
        "sign": lambda row: -solutions.row_entropy(row),
        "effective number": lambda row: 2 ** solutions.row_entropy(row),
        "mean": lambda row: solutions.row_entropy(row) / len(row),
        "logarithm of a tensor's 0": lambda row: float(-(row * row.log2()).sum()),
        "logarithm of 0": lambda row: -sum(p * math.log2(p) for p in row),
    },
)


def _heads() -> Tensor:
    return tensor(
        [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]],
        [[10.0, 20.0], [30.0, 40.0], [50.0, 60.0]],
    )


CHECKS["attention/merge-heads"] = FunctionCheck(
    solutions.merge_heads,
    cases=lambda: [
        (_heads(),),
        (tensor([[1.0, 2.0, 3.0]], [[4.0, 5.0, 6.0]]),),
        (_heads().reshape(3, 2, 2),),
    ],
    mistakes={
        "reshaped only": lambda z: z.reshape(z.shape[1], -1),
        "number by number": lambda z: z.permute(1, 2, 0).reshape(z.shape[1], -1),
        "heads apart": lambda z: z.transpose(0, 1),
        "added up": lambda z: z.sum(0),
    },
)

CHECKS["attention/muted-by-hand"] = ValueCheck(
    [3.0, 0.0],
    mistakes={
        "[0.0, 6.0]": [0.0, 6.0],
        "[3.0, 6.0]": [3.0, 6.0],
        "[-3.0, 0.0]": [-3.0, 0.0],
        "[2.0, 0.0]": [2.0, 0.0],
        "[-3.0, -6.0]": [-3.0, -6.0],
    },
)


def _backward_head() -> Tensor:
    return tensor(
        [1.0, 0.0, 0.0, 0.0],
        [0.8, 0.2, 0.0, 0.0],
        [0.1, 0.6, 0.3, 0.0],
        [0.3, 0.2, 0.4, 0.1],
    )


CHECKS["attention/previous-token"] = FunctionCheck(
    solutions.previous_token_score,
    cases=lambda: [
        (_backward_head(),),
        (tensor([0.5, 0.3, 0.2], [0.6, 0.1, 0.3], [0.3, 0.5, 0.2]),),
        (tensor([0.4, 0.6], [0.3, 0.7]),),
    ],
    mistakes={
        "diagonal": lambda weights: float(weights.diagonal().mean()),
        "one forward": lambda weights: float(weights.diagonal(1).mean()),
        "divided by all": lambda weights: float(weights.diagonal(-1).sum()) / len(weights),
        "sum": lambda weights: float(weights.diagonal(-1).sum()),
        "last key": lambda weights: (
            float(sum(weights[i, i - 1] for i in range(len(weights)))) / len(weights)
        ),
        "first token": lambda weights: float(weights[1:, 0].mean()),
    },
)


def _four_heads() -> Tensor:
    """Six tokens, a b c a b c: heads for the same token, what followed it, the one before, the
    first.
    """

    def looking(targets: list[int]) -> Tensor:
        return 0.05 + 0.7 * torch.nn.functional.one_hot(torch.tensor(targets), 6)

    same, induction = looking([0, 1, 2, 0, 1, 2]), looking([0, 1, 2, 1, 2, 3])
    before, first = looking([0, 0, 1, 2, 3, 4]), looking([0] * 6)
    return torch.stack([same, induction, before, first])


def _rivals() -> Tensor:
    """Four heads on four tokens, twice. The third leads in the second half of the text; the others
    would if its last token did not count, if its first did not, or if one more did.
    """
    scores = tensor(
        [0.0, 0.45, 0.4, 0.4, 0.05], [0.0, 0.0, 0.4, 0.4, 0.4],
        [0.0, 0.35, 0.4, 0.2, 0.5], [0.6, 0.4, 0.25, 0.25, 0.25],
    )  # fmt: skip
    weights = torch.full((4, 8, 8), 1 / 8)
    weights[:, 3:] = ((1 - scores) / 7).unsqueeze(-1)
    weights[:, torch.arange(3, 8), torch.arange(5)] = scores
    return weights


def _best(weights: Tensor, step: int, first: int) -> int:
    """The head with the largest sum of `weights[head, i, i - step]` from `first` on."""
    return int(weights.diagonal(-step, dim1=1, dim2=2)[:, first - step :].sum(-1).argmax())


CHECKS["attention/induction-head"] = FunctionCheck(
    solutions.find_induction_head,
    cases=lambda: [
        (_four_heads(), 3),
        (_four_heads().flip(0), 3),
        (_four_heads()[[1, 0, 2, 3]], 3),
        (_rivals(), 4),
    ],
    mistakes={
        "same token": lambda weights, length: _best(weights, length, length),
        "previous token": lambda weights, length: _best(weights, 1, 1),
        "previous token in the second half": lambda weights, length: _best(weights, 1, length),
        "first token": lambda weights, length: int(weights[:, :, 0].sum(-1).argmax()),
        "token of the first half": lambda weights, length: _best(weights, length - 1, length - 1),
        "score": lambda weights, length: float(
            weights.diagonal(1 - length, dim1=1, dim2=2)[:, 1:].sum(-1).max()
        ),
    },
)

CHECKS["attention/explain-the-sink"] = ValueCheck(
    1 / 6,
    tolerance=5e-3,
    mistakes={
        "0.8": 0.8,
        "0.04": 0.04,
        "0.05 / 2.05": 0.05 / 2.05,
        "0.2": 0.2,
        "100 / 6": 100 / 6,
    },
)


def _first_at_zero(weights: Tensor) -> Tensor:
    weights = weights.clone()
    weights[:, 0] = 0
    return weights


def _sums_or_1(weights: Tensor, axis: int) -> Tensor:
    sums = weights.sum(axis, keepdim=True)
    return sums.where(sums > 0, 1)


CHECKS["attention/without-first"] = FunctionCheck(
    solutions.without_first,
    cases=lambda: [
        (_backward_head(),),
        (tensor([0.5, 0.5], [0.25, 0.75]),),
        (tensor([0.2, 0.3, 0.5], [0.6, 0.1, 0.3], [1.0, 0.0, 0.0]),),
    ],
    mistakes={
        "sums without keepdim": then(_first_at_zero, lambda w: w / _sums_or_1(w, -1).T),
        "sums of columns": then(_first_at_zero, lambda w: w / _sums_or_1(w, 0)),
        "not stretched": _first_at_zero,
        "0 by 0": then(_first_at_zero, lambda w: w / w.sum(-1, keepdim=True)),
        "second softmax": then(_first_at_zero, lambda w: w.softmax(-1)),
        "column cut out": then(solutions.without_first, lambda w: w[:, 1:]),
    },
)


def _passages(many: int) -> list[float]:
    """A value for each of so many passages, no two of them alike, in no order."""
    return [round(0.017 * ((7 * place + 3) % many), 3) for place in range(many)]


def _ranked(values: list[float]) -> list[int]:
    """The places of the values, those of the largest first."""
    return sorted(range(len(values)), key=lambda place: -values[place])


CHECKS["attention/tenths"] = FunctionCheck(
    solutions.tenths,
    cases=lambda: [(_passages(20),), (_passages(30),), (_passages(40)[::-1],)],
    mistakes={
        "weakest first": lambda values: solutions.tenths([-value for value in values]),
        "values": lambda values: [[values[p] for p in part] for part in solutions.tenths(values)],
        "ten in each": then(_ranked, lambda places: _parts(places, 10)),
        "not ranked": lambda values: _parts([*range(len(values))], len(values) // 10),
        "every tenth": then(_ranked, lambda places: [places[n::10] for n in range(10)]),
    },
)


def _parts(places: list[int], size: int) -> list[list[int]]:
    return [places[start : start + size] for start in range(0, len(places), size)]


def _losses() -> list[tuple[Any, ...]]:
    """Losses whose spreads, paired and not, with n and n − 1, all differ."""
    return [
        ([3.0, 5.0, 4.0, 6.0], [3.5, 5.25, 4.5, 7.0]),
        ([2.0, 8.0, 5.0], [1.5, 8.0, 5.75]),
        ([4.0, 4.5, 7.0, 1.0, 3.0], [4.5, 5.0, 8.0, 1.25, 3.125]),
    ]


def _differences(before: list[float], after: list[float]) -> list[float]:
    return [b - a for a, b in zip(before, after, strict=True)]


def _with_error(error: Callable[[list[float]], float]) -> Callable[..., list[float]]:
    """The mean difference, and something else for its standard error."""
    return then(_differences, lambda costs: [statistics.fmean(costs), error(costs)])


CHECKS["attention/cost-and-error"] = FunctionCheck(
    solutions.cost_and_error,
    cases=_losses,
    mistakes={
        "spread": _with_error(statistics.stdev),
        "not paired": lambda a, b: [
            statistics.fmean(b) - statistics.fmean(a),
            math.sqrt((statistics.variance(a) + statistics.variance(b)) / len(a)),
        ],
        "divided by all": _with_error(lambda c: statistics.pstdev(c) / math.sqrt(len(c))),
        "sign": lambda a, b: solutions.cost_and_error(b, a),
        "divided by the number": _with_error(lambda c: statistics.stdev(c) / len(c)),
    },
)


def _keys() -> Tensor:
    """Vectors of four numbers that are far from 0 and lie in no plane."""
    return tensor(
        [5.0, 1.0, 0.0, 2.0], [4.0, 3.0, 1.0, 0.0], [7.0, 0.0, 2.0, 1.0],
        [3.0, 2.0, 5.0, 0.5], [6.0, 1.5, 0.0, 4.0], [5.0, 4.0, 3.0, 1.0],
    )  # fmt: skip


def _shares_of_directions(vectors: Tensor, power: int) -> list[float]:
    """The singular values of vectors to some power, as shares of their sum."""
    sizes = torch.linalg.svdvals(vectors) ** power
    return [float(size) for size in sizes / sizes.sum()]


CHECKS["attention/kept-by-a-plane"] = FunctionCheck(
    solutions.kept_by_a_plane,
    cases=lambda: [(_keys(),), (_keys()[:4],), (_keys()[:, :3],)],
    mistakes={
        "not centred": lambda v: sum(_shares_of_directions(v, 2)[:2]),
        "not squared": lambda v: sum(_shares_of_directions(v - v.mean(0), 1)[:2]),
        "first component": lambda v: _shares_of_directions(v - v.mean(0), 2)[0],
        "first numbers": lambda v: float(v.var(0)[:2].sum() / v.var(0).sum()),
        "left out": lambda v: 1 - solutions.kept_by_a_plane(v),
    },
)


def _two_layers() -> Tensor:
    return tensor(
        [[1.0, 0.0, 0.0], [0.8, 0.2, 0.0], [0.1, 0.6, 0.3]],
        [[1.0, 0.0, 0.0], [0.4, 0.6, 0.0], [0.0, 0.5, 0.5]],
    )


CHECKS["attention/rollout"] = FunctionCheck(
    solutions.rollout,
    cases=lambda: [
        (_two_layers(),),
        (_two_layers().flip(0),),
        (_two_layers()[:1],),
        (_two_layers()[[0, 1, 1]],),
    ],
    mistakes={
        "order turned round": lambda layers: solutions.rollout(layers.flip(0)),
        "no residual": lambda layers: _product(layers),
        "no halves": lambda layers: _product(layers + _identity(layers)),
        "mean of layers": lambda layers: (0.5 * layers + 0.5 * _identity(layers)).mean(0),
    },
)


def _identity(layers: Tensor) -> Tensor:
    return torch.eye(layers.shape[-1])


def _product(layers: Tensor) -> Tensor:
    total = _identity(layers)
    for weights in layers:
        total = weights @ total
    return total


def _says() -> tuple[Tensor, Tensor]:
    """What a model and a lens say at three places, over a vocabulary of four."""
    model = tensor([0.7, 0.1, 0.1, 0.1], [0.2, 0.5, 0.2, 0.1], [0.05, 0.05, 0.1, 0.8])
    return model, tensor([0.4, 0.2, 0.3, 0.1], [0.3, 0.3, 0.3, 0.1], [0.6, 0.1, 0.2, 0.1])


CHECKS["attention/lens-error"] = FunctionCheck(
    solutions.lens_error,
    cases=lambda: [_says(), (_says()[0][:2], _says()[1][:2]), (_says()[0], _says()[0])],
    mistakes={
        "turned round": lambda model, lens: solutions.lens_error(lens, model),
        "bits": lambda model, lens: solutions.lens_error(model, lens) / math.log(2),
        "sum of tokens": lambda model, lens: (model * (model / lens).log()).sum(),
        "mean of everything": lambda model, lens: (model * (model / lens).log()).mean(),
        "cross-entropy": lambda model, lens: -(model * lens.log()).sum(-1).mean(),
    },
)


def _vectors() -> tuple[Tensor, Tensor]:
    """Vectors of a layer with two numbers and of the last, which they lead to nearly."""
    vectors = tensor([1.0, 0.0], [0.0, 1.0], [2.0, 1.0], [-1.0, 3.0], [0.5, -2.0], [1.0, 1.0])
    last = vectors @ tensor([2.0, 1.0], [0.0, -1.0]) + tensor([3.0, 0.5])
    noise = tensor([0.1, 0.0], [0.0, -0.2], [0.1, 0.1], [-0.1, 0.0], [0.0, 0.2], [-0.2, 0.1])
    return vectors, last + noise


def _difference_only(vectors: Tensor, last: Tensor) -> Tensor:
    return torch.cat([_identity(vectors), (last - vectors).mean(0, keepdim=True)])


CHECKS["attention/fit-a-lens"] = FunctionCheck(
    solutions.fit_lens,
    cases=lambda: [_vectors(), (_vectors()[0][:4], _vectors()[1][:4])],
    mistakes={
        "no constant": lambda vectors, last: torch.linalg.lstsq(vectors, last).solution,
        "constant first": then(solutions.fit_lens, lambda lens: lens.roll(1, 0)),
        "turned round": lambda vectors, last: solutions.fit_lens(last, vectors),
        "difference only": _difference_only,
    },
)


def _ranks(numbers: list[float]) -> list[float]:
    return [sum(other < one for other in numbers) for one in numbers]


CHECKS["attention/agreement"] = FunctionCheck(
    solutions.agreement,
    cases=lambda: [
        ([0.2, 3.0, -1.0, 0.5, 9.0], [0.1, 0.7, 0.3, 0.05, 0.6]),
        ([5.0, 1.0, 2.0, 4.0], [10.0, 20.0, 70.0, 30.0]),
        ([1.0, 4.0, 9.0, 16.0, 26.0, 0.0], [2.0, 1.0, 8.0, 30.0, 4.0, 3.0]),
    ],
    mistakes={
        "numbers": statistics.correlation,
        "order for ranks": lambda a, b: statistics.correlation(_ranked(a), _ranked(b)),
        "covariance": lambda a, b: (
            statistics.covariance(_ranks(a), _ranks(b)) * (len(a) - 1) / len(a)
        ),
        "same places": lambda a, b: statistics.fmean(map(operator.eq, _ranks(a), _ranks(b))),
    },
)


# --- bugs -----------------------------------------------------------------------------------


def _scores() -> Tensor:
    return tensor([2.0, 0.0, -1.0], [0.5, 3.0, 1.0], [0.0, 0.0, 4.0])


def _two_by_three() -> Tensor:
    return tensor([1.0, 2.0, 0.0], [0.0, -1.0, 3.0])


CHECKS["attention/softmax-twice"] = FunctionCheck(
    solutions.attention_weights,
    cases=lambda: [(_scores(),), (_two_by_three(),)],
    mistakes={
        "not divided": lambda scores: scores.softmax(-1).exp(),
        "no exponential": lambda scores: scores / scores.sum(-1, keepdim=True),
        "over the queries": lambda scores: scores.softmax(0),
    },
)

CHECKS["attention/wrong-index"] = FunctionCheck(
    solutions.shares,
    cases=lambda: [(_two_by_three(),), (_scores(),)],
    mistakes={
        "whole matrix": lambda scores: scores.exp() / scores.exp().sum(),
        "softmax twice": lambda scores: scores.softmax(-1).softmax(-1),
        "no exponential": lambda scores: scores / scores.sum(-1, keepdim=True),
    },
)


def _scores_of_passages() -> Tensor:
    """Four passages, three heads: some of the scores are unknown, not as many for each head."""
    gap = math.nan
    return tensor([0.2, gap, 0.4], [gap, gap, 0.1], [0.6, 0.3, 0.3], [0.1, 0.5, gap])


CHECKS["attention/silent-passages"] = FunctionCheck(
    solutions.mean_score,
    cases=lambda: [(_scores_of_passages(),), (_scores_of_passages()[1:],)],
    mistakes={
        "not a number": lambda values: values.mean(0),
        "one count for all": lambda values: values.nan_to_num().sum(0) / values.isfinite().sum(),
    },
)


def _masked(diagonal: int, score: float, scores: Tensor) -> Tensor:
    """The weights where what stands from a diagonal on has this score."""
    future = torch.ones_like(scores).triu(diagonal).bool()
    return scores.masked_fill(future, score).softmax(-1)


CHECKS["attention/mask-after-softmax"] = FunctionCheck(
    solutions.weights_of_the_past,
    cases=lambda: [(_scores(),), (tensor([1.0, 1.0], [0.0, 2.0]),)],
    mistakes={
        "score of 0": partial(_masked, 1, 0.0),
        "diagonal hidden": partial(_masked, 0, -math.inf),
        "no mask": lambda scores: scores.softmax(-1),
    },
)


def _score(words: list[str]) -> float:
    """A log-probability that some words raise and one lowers, two of them together the most."""
    worth = {"king": 2.0, "tired": 0.5, "not": -1.5, "so": 0.25}
    pair = 1.0 if {"king", "tired"} <= set(words) else 0.0
    return sum(worth.get(word, 0.0) for word in words) + pair - 4.0


CHECKS["attention/occlusion-turned-round"] = FunctionCheck(
    solutions.occlusion,
    cases=lambda: [
        (_score, ["The", "king", "was", "so", "tired"]),
        (_score, ["not", "so", "tired"]),
    ],
    mistakes={
        "size only": then(solutions.occlusion, lambda added: [*map(abs, added)]),
        "alone": lambda score, words: [score([word]) for word in words],
    },
)


def _cases_of_the_lens() -> list[tuple[Any, ...]]:
    """A model of two layers, two texts, and how many layers are looked through."""
    model, tokenizer = practice_model(blocks=2)
    model = copy.deepcopy(model)
    # As it was made, a norm does the same in every place.
    model.transformer.ln_f.weight.data.mul_(3.0)
    once, again = (tokenizer(text, return_tensors="pt").input_ids for text in ("Once", "upon a"))
    return [(model, once, 0), (model, once, 1), (model, again, 1)]


def _lens_by(read: Callable[[Any, Tensor], Tensor], model: Any, ids: Tensor, layers: int) -> Tensor:
    """A lens that makes scores of vectors in another way."""
    vectors = model(ids, output_hidden_states=True).hidden_states[layers][0]
    return read(model, vectors).softmax(-1)


def _norm_of_a_block(model: Any, vectors: Tensor) -> Tensor:
    scores: Tensor = model.lm_head(model.transformer.h[0].ln_1(vectors))
    return scores


def _norm_after_the_head(model: Any, vectors: Tensor) -> Tensor:
    scores = model.lm_head(vectors)
    return torch.nn.functional.layer_norm(scores, scores.shape[-1:])


CHECKS["attention/lens-without-norm"] = FunctionCheck(
    solutions.logit_lens,
    cases=_cases_of_the_lens,
    mistakes={
        "block's norm": partial(_lens_by, _norm_of_a_block),
        "norm after the head": partial(_lens_by, _norm_after_the_head),
    },
)


def _layer_input() -> tuple[Tensor, Tensor, Tensor, int]:
    """Five tokens in a model with d_model = 6; two heads, so d_k = 3: no two of them are alike."""
    x = tensor(
        [1.0, 0.0, 2.0, -1.0, 0.0, 1.0], [0.5, 1.0, 0.0, 1.0, -1.0, 0.0],
        [0.0, 2.0, 1.0, 0.0, 1.0, -1.0], [1.0, 1.0, -1.0, 0.0, 0.0, 2.0],
        [-1.0, 0.0, 0.5, 2.0, 1.0, 0.0],
    )  # fmt: skip
    query_matrix = torch.eye(6) + torch.eye(6).roll(2, 0)
    return x, query_matrix, query_matrix.flip(0), 2


def _scores_times(
    factor: Callable[[float, int], float], x: Tensor, wq: Tensor, wk: Tensor, heads: int
) -> Tensor:
    """The right scores times a number that is made of d_k and the number of heads."""
    return solutions.scaled_scores(x, wq, wk, heads) * factor(x.shape[1] // heads, heads)


CHECKS["attention/scale-of-the-model"] = FunctionCheck(
    solutions.scaled_scores,
    cases=lambda: [_layer_input(), (*_layer_input()[:3], 3), (*_layer_input()[:3], 6)],
    mistakes={
        "divided by d_k": partial(_scores_times, lambda d_k, heads: d_k**-0.5),
        "not divided": partial(_scores_times, lambda d_k, heads: d_k**0.5),
        "root of the heads": partial(_scores_times, lambda d_k, heads: (d_k / heads) ** 0.5),
    },
)

CHECKS["attention/reshaped-heads"] = FunctionCheck(
    solutions.split_heads,
    cases=lambda: [
        (tensor([1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0], [9.0, 10.0, 11.0, 12.0]), 2),
        (tensor([1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]), 4),
        (tensor([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [7.0, 8.0, 9.0, 10.0, 11.0, 12.0]), 3),
    ],
    mistakes={
        "tokens first": lambda x, heads: x.reshape(len(x), heads, -1),
        "every so many-th": lambda x, heads: x.reshape(len(x), -1, heads).permute(2, 0, 1),
    },
)


def _cases_with_a_model() -> list[tuple[Any, ...]]:
    """A model of their own, because the code under test changes how it computes attention.

    It has two layers: with one, the weights of all layers and those of one are hard to tell apart.
    """
    model, tokenizer = practice_model(blocks=2)
    return [(copy.deepcopy(model), tokenizer, "Once"), (copy.deepcopy(model), tokenizer, "a")]


def _with_the_batch(model: Any, tokenizer: Any, text: str) -> Any:
    model.set_attn_implementation("eager")
    return model(**tokenizer(text, return_tensors="pt"), output_attentions=True).attentions


CHECKS["attention/sdpa-gives-none"] = FunctionCheck(
    solutions.all_weights,
    cases=_cases_with_a_model,
    mistakes={
        "with the batch": _with_the_batch,
        "first layer only": then(_with_the_batch, lambda layers: layers[0]),
    },
    seconds=20.0,
)


def _angles(position: int, width: int) -> list[float]:
    return [position / 10000 ** (2 * i / width) for i in range(width // 2)]


def _other_exponent(position: int, width: int) -> list[float]:
    angles = [position / 10000 ** (i / width) for i in range(width // 2)]
    return [wave(a) for a in angles for wave in (math.sin, math.cos)]


def _a_wavelength_each(position: int, width: int) -> list[float]:
    angles = [position / 10000 ** (i / width) for i in range(width)]
    return [(math.cos if i % 2 else math.sin)(a) for i, a in enumerate(angles)]


CHECKS["attention/position-row"] = FunctionCheck(
    solutions.position_row,
    cases=lambda: [(0, 4), (1, 4), (3, 8), (50, 8), (700, 6)],
    mistakes={
        "halves": then(_angles, lambda a: [*map(math.sin, a), *map(math.cos, a)]),
        "exponent": _other_exponent,
        "a wavelength each": _a_wavelength_each,
        "cosine first": then(
            _angles, lambda angles: [w(a) for a in angles for w in (math.cos, math.sin)]
        ),
        "squared": lambda position, width: [
            wave(a * position**2) if position else wave(0)
            for a in _angles(1, width)
            for wave in (math.sin, math.cos)
        ],
    },
)
