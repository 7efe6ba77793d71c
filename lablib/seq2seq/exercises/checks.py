"""The checks: cases, right answers, and typical mistakes.

What is said to each mistake stands in `questions.md`, under the name that the mistake has here.
"""

import math
from collections.abc import Callable
from functools import partial
from statistics import fmean
from typing import Any

import torch
from torch import Tensor

from lablib.exercises.checking import FunctionCheck
from lablib.exercises.practice import matrix, tensor
from lablib.exercises.records import Check
from lablib.seq2seq.exercises import solutions

CHECKS: dict[str, Check] = {}
"""By the ids of the questions."""


CHECKS["seq2seq/shift-right"] = FunctionCheck(
    solutions.shift_right,
    cases=lambda: [([7, 8, 1], 0), ([5, 1], 2), ([1], 0), ([9, 9, 4, 1], 3)],
    mistakes={
        "not shifted": lambda labels, start: list(labels),
        "end kept": lambda labels, start: [start, *labels],
        "shifted left": lambda labels, start: [*labels[1:], start],
        "turned round": lambda labels, start: [labels[-1], *labels[:-1]],
    },
)


def _padded(rows: list[list[int]], filler: int, in_front: bool = False) -> list[list[int]]:
    longest = max(len(row) for row in rows)
    fills = [[filler] * (longest - len(row)) for row in rows]
    return [fill + row if in_front else row + fill for row, fill in zip(rows, fills, strict=True)]


CHECKS["seq2seq/pad-labels"] = FunctionCheck(
    solutions.pad_labels,
    cases=lambda: [([[7, 8, 1], [5, 1]],), ([[4, 1]],), ([[1], [2, 3, 4, 1], [6, 1]],)],
    mistakes={
        "with padding": lambda rows: _padded(rows, 0),
        "with ones": lambda rows: _padded(rows, 1),
        "in front": lambda rows: _padded(rows, -100, in_front=True),
        "cut": lambda rows: [row[: min(map(len, rows))] for row in rows],
    },
)


def _source() -> tuple[Tensor, ...]:
    return (
        matrix(2, 3, 0), matrix(4, 3, 1), matrix(4, 3, 2), tensor(1, 1, 1, 0).bool()
    )  # fmt: skip


def _longer_source() -> tuple[Tensor, ...]:
    return (
        matrix(3, 2, 3), matrix(5, 2, 4), matrix(5, 2, 5), tensor(1, 1, 0, 0, 0).bool()
    )  # fmt: skip


def _look(q: Any, k: Any, v: Any, there: Any, power: float = 0.5) -> Any:
    return (q @ k.T / q.shape[-1] ** power).masked_fill(~there, -math.inf).softmax(-1) @ v


def _look_causally(q: Any, k: Any, v: Any, there: Any) -> Any:
    hidden = torch.ones(len(q), len(k)).triu(1).bool() | ~there
    return (q @ k.T / math.sqrt(q.shape[-1])).masked_fill(hidden, -math.inf).softmax(-1) @ v


CHECKS["seq2seq/cross-attention"] = FunctionCheck(
    solutions.cross_attention,
    cases=lambda: [_source(), _longer_source()],
    mistakes={
        "no mask": lambda q, k, v, there: _look(q, k, v, there | True),
        "unscaled": lambda q, k, v, there: _look(q, k, v, there, power=0),
        "causal": _look_causally,
        "mask turned": lambda q, k, v, there: _look(q, k, v, ~there),
    },
)


def _table(rows: dict[int, list[float]]) -> Callable[[list[int]], list[float]]:
    """Scores that hang on the last token alone, as those of a bigram model do."""

    def next_scores(ids: list[int]) -> list[float]:
        return list(rows[ids[-1]])

    return next_scores


def _writers() -> list[tuple[Any, ...]]:
    goes_on = {0: [0.0, 0.1, 0.9, 0.2], 2: [0.0, 0.3, 0.1, 0.8], 3: [0.1, 0.9, 0.2, 0.0]}
    circles = {0: [0.0, 0.1, 0.9, 0.0], 2: [0.0, 0.3, 0.9, 0.8]}
    return [(_table(goes_on), 0, 1, 9), (_table(circles), 0, 1, 4), (_table(goes_on), 0, 1, 2)]


def _written(next_scores: Any, start: int, end: int, most: int, **how: bool) -> list[int]:
    ids, seen = [start], [start]
    for _ in range(most):
        scores = next_scores(seen)
        ids.append(scores.index(max(scores)))
        seen = [start] if how.get("forgets") else ids
        if ids[-1] == end and not how.get("never_ends"):
            break
    if how.get("no_end_mark"):
        ids = [id for id in ids if id != end]
    return ids if how.get("with_start") else ids[1:]


CHECKS["seq2seq/greedy"] = FunctionCheck(
    solutions.write,
    cases=_writers,
    mistakes={
        "with the start": partial(_written, with_start=True),
        "without the end": partial(_written, no_end_mark=True),
        "forgets": partial(_written, forgets=True),
        "one too many": lambda n, s, e, most: _written(n, s, e, most + 1),
    },
)


def _finished() -> list[tuple[Any, ...]]:
    short, long = [-1.0, -1.0], [-0.6, -0.6, -0.6, -0.6]
    return [
        ([[-1.0, -1.0], [-2.1], [-3.0]], 1.0),
        ([short, long], 0.0), ([short, long], 1.0), ([long, short], 0.0), ([long, short], 1.0),
        ([[-1.0], [-0.9, -0.9], [-0.8, -0.8, -0.8]], 0.5),
        ([[-1.0], [-0.75, -0.75], [-0.9, -0.9, -0.9]], 1.0),
    ]  # fmt: skip


def _winner(score: Callable[[list[float], float], float]) -> Any:
    def best_text(texts: list[list[float]], penalty: float) -> int:
        scores = [score(text, penalty) for text in texts]
        return scores.index(max(scores))

    return best_text


CHECKS["seq2seq/best-text"] = FunctionCheck(
    solutions.best_text,
    cases=_finished,
    mistakes={
        "always the sum": _winner(lambda text, penalty: sum(text)),
        "always the mean": _winner(lambda text, penalty: sum(text) / len(text)),
        "the worst": _winner(lambda text, penalty: -sum(text) / len(text) ** penalty),
        "multiplied": _winner(lambda text, penalty: sum(text) * len(text) ** penalty),
    },
)


def _asked() -> list[tuple[Any, ...]]:
    return [
        (matrix(3, 4, 0), tensor(2, 0, -100).long()),
        (matrix(4, 3, 1), tensor(1, 2, 2, 0).long()),
        (matrix(4, 3, 2), tensor(1, -100, -100, -100).long()),
    ]


def _surprise(logits: Any, labels: Any) -> Any:
    """The loss of each label that counts."""
    asked = labels != -100
    return -logits.log_softmax(-1)[asked].gather(1, labels[asked][:, None])


def _padding_counts(logits: Any, labels: Any) -> Any:
    return -logits.log_softmax(-1).gather(1, labels.clamp(min=0)[:, None]).mean()


CHECKS["seq2seq/sequence-loss"] = FunctionCheck(
    solutions.sequence_loss,
    cases=_asked,
    mistakes={
        "padding counts": _padding_counts,
        "summed": lambda logits, labels: _surprise(logits, labels).sum(),
        "all places": lambda logits, labels: _surprise(logits, labels).sum() / len(labels),
        "bits": lambda logits, labels: _surprise(logits, labels).mean() / math.log(2),
    },
)

# --- bugs -----------------------------------------------------------------------------------


def _attend(q: Any, k: Any, v: Any, hidden: Any = None) -> Any:
    scores = q @ k.T
    if hidden is not None:
        scores = scores.masked_fill(hidden, -math.inf)
    return scores.softmax(-1) @ v


def _double(x: Any) -> Any:
    return 2 * x


def _layers() -> list[tuple[Any, ...]]:
    return [
        (matrix(3, 2, 0), matrix(4, 2, 1), _attend, _attend, _double),
        (matrix(4, 3, 2), matrix(2, 3, 3), _attend, _attend, _double),
    ]


def _layer(x: Any, source: Any, first: Any, second: Any, third: Any, mask: Any, keys: Any) -> Any:
    z1 = x + first(x, x, x, mask(torch.ones(len(x), len(x))))
    z2 = z1 + second(z1, *keys(z1, source))
    return z2 + third(z2)


def _layer_with(mask: Any = None, keys: Any = None) -> Any:
    hidden = mask or (lambda ones: ones.triu(1).bool())
    both = keys or (lambda z1, source: (source, source))
    return lambda x, source, a, b, c: _layer(x, source, a, b, c, hidden, both)


CHECKS["seq2seq/no-causal-mask"] = FunctionCheck(
    solutions.decoder_layer,
    cases=_layers,
    mistakes={
        "the past hidden": _layer_with(mask=lambda ones: ones.tril(-1).bool()),
        "no source": _layer_with(keys=lambda z1, _: (z1, z1)),
    },
)


def _looks() -> list[tuple[Any, ...]]:
    return [
        (matrix(2, 4, 0).softmax(-1), tensor(1.0, 1.0, 1.0, 0.0)),
        (matrix(3, 3, 1).softmax(-1), tensor(1.0, 0.0, 0.0)),
    ]


CHECKS["seq2seq/source-mask"] = FunctionCheck(
    solutions.looked,
    cases=_looks,
    mistakes={
        "not shared out": lambda weights, there: weights * there,
        "mask turned": lambda weights, there: solutions.looked(weights, 1 - there),
        "wrong axis": lambda weights, there: weights * there / (weights * there).sum(0, True),
    },
)


def _distance(ids: list[int], label: int) -> float:
    """The loss of a decoder that expects what it read last, and a little of what was before."""
    return float(abs(ids[-1] - label) + sum(ids) / 100)


CHECKS["seq2seq/labels-not-shifted"] = FunctionCheck(
    solutions.teacher_loss,
    cases=lambda: [(_distance, [5, 9, 1], 0), (_distance, [3, 1], 2), (_distance, [4, 4, 8, 1], 0)],
    mistakes={
        "start before it": lambda decoder, labels, start: fmean(
            decoder([start, *labels[: i + 1]], label) for i, label in enumerate(labels)
        ),
        "only the start": lambda decoder, labels, start: fmean(
            decoder([start], label) for i, label in enumerate(labels)
        ),
    },
)


CHECKS["seq2seq/padding-in-labels"] = FunctionCheck(
    solutions.mean_loss,
    cases=lambda: [
        ([[1.0, 2.0, 9.0], [3.0, 9.0, 9.0]], [[5, 1, -100], [1, -100, -100]]),
        ([[1.0, 0.5], [2.0, 4.0]], [[3, 1], [4, 1]]),
        ([[2.0, 7.0]], [[1, -100]]),
    ],
    mistakes={"mean of means": lambda losses, labels: fmean(
                solutions.mean_loss([row], [ids]) for row, ids in zip(losses, labels, strict=True)
            ),
"divided by all": lambda losses, labels: fmean(
                loss * (id != -100)
                for row, ids in zip(losses, labels, strict=True)
                for loss, id in zip(row, ids, strict=True)
            ),},
)  # fmt: skip


CHECKS["seq2seq/wrong-start"] = FunctionCheck(
    solutions.first_input,
    cases=lambda: [
        ({"decoder_start_token_id": 0, "bos_token_id": 3, "pad_token_id": 0},),
        ({"decoder_start_token_id": 2, "bos_token_id": 0, "pad_token_id": 1},),
        ({"bos_token_id": 5, "pad_token_id": 7},),
    ],
    mistakes={
        "always padding": lambda config: config["pad_token_id"],
        "then the start of a text": lambda config: config.get(
            "decoder_start_token_id", config["bos_token_id"]
        ),
    },
)
