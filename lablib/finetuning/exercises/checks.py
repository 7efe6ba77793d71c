"""The checks: cases, right answers, and typical mistakes.

What is said to each mistake stands in `questions.md`, under the name that the mistake has here.
"""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from lablib.exercises.checking import FunctionCheck
from lablib.exercises.practice import tensor
from lablib.exercises.records import Check
from lablib.finetuning.exercises import solutions, watching
from lablib.finetuning.exercises.practice import batch, learner

CHECKS: dict[str, Check] = {}
"""By the ids of the questions."""

CHECKS["finetuning/count-targets"] = FunctionCheck(
    solutions.count_targets,
    cases=lambda: [
        ([[1, 1, 1, 1], [1, 1, 0, 0]],),
        ([[1, 1, 1, 0, 0], [1, 0, 0, 0, 0], [0, 0, 0, 0, 0], [1, 1, 1, 1, 1]],),
        ([[1, 1, 1], [1, 1, 1], [1, 1, 0]],),
    ],
    mistakes={
        "every token": lambda mask: sum(map(sum, mask)),
        "padding counted": lambda mask: sum(len(row) - 1 for row in mask),
        "every place": lambda mask: sum(map(len, mask)),
        "row of padding": lambda mask: sum(sum(row) - 1 for row in mask),
        "last place": lambda mask: sum(sum(row[:-1]) for row in mask),
        "whole batch": lambda mask: sum(map(sum, mask)) - 1,
    },
)

CHECKS["finetuning/perplexity"] = FunctionCheck(
    solutions.perplexity,
    cases=lambda: [
        ([math.log(2), math.log(8)],),
        ([0.5, 1.0, 3.0],),
        ([2.0],),
        ([0.1, 0.4, 2.0, 0.3],),
    ],
    mistakes={
        "mean of exponentials": lambda losses: sum(map(math.exp, losses)) / len(losses),
        "whole text": lambda losses: math.exp(sum(losses)),
        "base 2": lambda losses: 2 ** (sum(losses) / len(losses)),
        "mean loss": lambda losses: sum(losses) / len(losses),
        "sign": lambda losses: math.exp(-sum(losses) / len(losses)),
    },
)


def _shares(text: str, heldout: str) -> list[float]:
    """The share of the text that each character of the other one has."""
    return [text.count(character) / len(text) for character in heldout]


CHECKS["finetuning/frequency-loss"] = FunctionCheck(
    solutions.frequency_loss,
    cases=lambda: [
        ("aaab", "ab"),
        ("the cat sat on the mat", "the hen"),
        ("a keeper, a cat and a lamp", "an apple and a peel"),
    ],
    mistakes={
        "its own counts": lambda text, heldout: solutions.frequency_loss(heldout, heldout),
        "on the text": lambda text, heldout: solutions.frequency_loss(text, text),
        "bits": lambda text, heldout: solutions.frequency_loss(text, heldout) / math.log(2),
        "sum": lambda text, heldout: -sum(map(math.log, _shares(text, heldout))),
        "logarithm of the mean": lambda text, heldout: (
            -math.log(sum(_shares(text, heldout)) / len(heldout))
        ),
        "sign": lambda text, heldout: -solutions.frequency_loss(text, heldout),
    },
)

CHECKS["finetuning/batch-mean"] = FunctionCheck(
    solutions.batch_mean,
    cases=lambda: [
        ([12.0, 1.0], [4, 1]),
        ([30.0, 8.0, 0.0], [10, 2, 0]),
        ([5.0, 9.0, 2.0], [2, 6, 1]),
    ],
    mistakes={
        "mean of means with 0": lambda sums, counts: _mean(
            [s / c if c else 0.0 for s, c in _pairs(sums, counts)]
        ),
        "mean of means": lambda sums, counts: _mean([s / c for s, c in _pairs(sums, counts) if c]),
        "sum of means": lambda sums, counts: sum(s / c for s, c in _pairs(sums, counts) if c),
        "divided by parts": lambda sums, counts: sum(sums) / len(sums),
        "weighted sums": lambda sums, counts: (
            sum(s * c for s, c in _pairs(sums, counts)) / sum(counts)
        ),
    },
)


def _pairs(sums: list[float], counts: list[int]) -> list[tuple[float, int]]:
    return list(zip(sums, counts, strict=True))


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


CHECKS["finetuning/linear-schedule"] = FunctionCheck(
    solutions.learning_rate,
    cases=lambda: [
        (0, 100, 2e-1, 0),
        (50, 100, 2e-1, 0),
        (99, 100, 2e-1, 0),
        (5, 100, 1.0, 20),
        (20, 100, 1.0, 20),
        (60, 100, 1.0, 20),
        (0, 100, 1.0, 20),
        (7, 50, 3.0, 9),
        (9, 50, 3.0, 9),
        (33, 50, 3.0, 9),
        (49, 50, 3.0, 9),
    ],
    mistakes={
        "too low a fall": lambda step, total, peak, warmup: (
            peak * step / warmup if step < warmup else peak * (total - step) / total
        ),
        "no warm-up": lambda step, total, peak, warmup: peak * (total - step) / total,
        "no fall": lambda step, total, peak, warmup: (
            peak * step / warmup if step < warmup else peak
        ),
        "rises all the way": lambda step, total, peak, warmup: peak * step / total,
        "one ahead": lambda step, total, peak, warmup: solutions.learning_rate(
            step + 1, total, peak, warmup
        ),
        "warm-up ahead": lambda step, total, peak, warmup: (
            peak * (step + 1) / warmup
            if step < warmup
            else solutions.learning_rate(step, total, peak, warmup)
        ),
        "fall ahead": lambda step, total, peak, warmup: (
            solutions.learning_rate(step, total, peak, warmup)
            if step < warmup
            else peak * (total - step - 1) / (total - warmup)
        ),
        "divided by 0": lambda step, total, peak, warmup: (
            solutions.learning_rate(step, total, peak, warmup)
            if warmup
            else solutions.learning_rate(step, total, peak, warmup) * step / warmup
        ),
    },
)

CHECKS["finetuning/best-rate"] = FunctionCheck(
    solutions.best_rate,
    cases=lambda: [
        ([1e-2, 1e-1, 1.0, 10.0], [3.0, 2.5, 1.9, 7.0]),
        ([1.0, 2.0, 4.0, 8.0, 16.0], [4.0, 3.8, 3.1, 3.3, 9.0]),
        ([0.1, 0.2, 0.4, 0.8], [6.0, 3.0, 2.0, 4.0]),
        ([0.3, 0.6, 1.2, 2.4, 4.8], [5.0, 2.5, 2.2, 2.1, 9.0]),
    ],
    mistakes={
        "lowest loss": lambda rates, losses: solutions.best_rate(rates, losses) * 10,
        "loss": lambda rates, losses: min(losses) / 10,
        "highest rate": lambda rates, losses: max(rates) / 10,
        "highest loss": lambda rates, losses: solutions.best_rate(
            rates, [-loss for loss in losses]
        ),
    },
)

CHECKS["finetuning/lora-weights"] = FunctionCheck(
    solutions.lora_weights,
    cases=lambda: [([(256, 768)], 8), ([(256, 256), (256, 1024), (1024, 256)], 4)],
    mistakes={
        "whole matrices": lambda shapes, rank: sum(rows * columns for rows, columns in shapes),
        "product": lambda shapes, rank: sum(rank * rows * columns for rows, columns in shapes),
        "rank squared": lambda shapes, rank: sum(rank * rank * (n + m) for n, m in shapes),
        "first factor": lambda shapes, rank: sum(rank * rows for rows, _ in shapes),
        "second factor": lambda shapes, rank: sum(rank * columns for _, columns in shapes),
        "rank 1": lambda shapes, rank: sum(n + m for n, m in shapes),
    },
)

CHECKS["finetuning/training-bytes"] = FunctionCheck(
    solutions.training_bytes,
    cases=lambda: [(1000, 1000), (124_439_808, 124_439_808), (1000, 30)],
    mistakes={
        "all learn": lambda weights, trained: 16 * weights,
        "frozen ones forgotten": lambda weights, trained: 16 * trained,
        "one average": lambda weights, trained: 4 * weights + 8 * trained,
        "numbers": lambda weights, trained: weights + 3 * trained,
        "model only": lambda weights, trained: 4 * weights,
    },
)


def _learning_instead(wanted):  # type: ignore[no-untyped-def]
    """Code that lets the weights learn that are `wanted(name, whether it should learn)`."""

    def train_last(model, blocks):  # type: ignore[no-untyped-def]
        right = set(solutions.train_last(model, blocks))
        return _learning(model, lambda name: wanted(name, name in right))

    return train_last


def _named_only(model, blocks):  # type: ignore[no-untyped-def]
    names = solutions.train_last(model, blocks)
    model.requires_grad_(True)
    return names


def _learning(model, wanted):  # type: ignore[no-untyped-def]
    """Let the weights learn whose name is wanted; their names."""
    for name, weight in model.named_parameters():
        weight.requires_grad_(wanted(name))
    return [name for name, weight in model.named_parameters() if weight.requires_grad]


CHECKS["finetuning/train-last"] = FunctionCheck(
    solutions.train_last,
    cases=lambda: [(learner(blocks=3), blocks) for blocks in (2, 1, 0, 3)],
    watch=watching.weights_that_learn,
    mistakes={
        "everything": lambda model, blocks: _learning(model, lambda name: True),
        "first blocks": lambda model, blocks: _learning(
            model,
            lambda name: any(f".h.{i}." in name for i in range(blocks)) or "ln_f" in name,
        ),
        "minus 0": lambda model, blocks: _learning(
            model,
            lambda name: any(f".h.{i}." in name for i in range(3)[-blocks:]) or "ln_f" in name,
        ),
        "no norm": _learning_instead(lambda name, right: right and "ln_f" not in name),
        "frozen ones named": lambda model, blocks: [
            name
            for name, weight in model.named_parameters()
            if name not in solutions.train_last(model, blocks)
        ],
        "embeddings": _learning_instead(lambda name, right: right or "wte" in name),
        "both embeddings": _learning_instead(
            lambda name, right: right or "wte" in name or "wpe" in name
        ),
        "names only": _named_only,
    },
    seconds=20.0,
)

# --- bugs -----------------------------------------------------------------------------------
#
# The first three stand in the material that these labs grew from. What each costs is seen in a live
# run: `lablib.finetuning.exercises.harms`.

SECONDS = 20.0
"""A check that trains a model may take longer than one that adds numbers."""


def _copying_loss(model: Any, batch: Tensor) -> Any:
    logits = model(input_ids=batch).logits
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1), batch.flatten())


CHECKS["finetuning/labels-shifted-twice"] = FunctionCheck(
    solutions.batch_loss,
    cases=lambda: [(learner(), batch()), (learner(), batch(5, rows=3, length=8))],
    mistakes={
        "last token left out": lambda model, batch: (
            model(input_ids=batch[:, :-1], labels=batch[:, :-1]).loss
        ),
        "copying loss": _copying_loss,
    },
    seconds=SECONDS,
)


def _padded() -> tuple[Tensor, Tensor]:
    """Ids and mask of three rows of different lengths, filled up with 0."""
    ids = batch(rows=3, length=10)
    mask = (torch.arange(10) < torch.tensor([[10], [4], [6]])).long()
    return ids * mask, mask


CHECKS["finetuning/padding-in-the-loss"] = FunctionCheck(
    solutions.padded_loss,
    cases=lambda: [(learner(), *_padded()), (learner(), batch(), _full())],
    mistakes={
        "condition turned round": lambda model, ids, mask: (
            model(input_ids=ids, attention_mask=mask, labels=ids.masked_fill(mask == 1, -100)).loss
        ),
        "another id": lambda model, ids, mask: (
            model(input_ids=ids, attention_mask=mask, labels=ids.masked_fill(mask == 0, 1)).loss
        ),
    },
    seconds=SECONDS,
)


def _full() -> Tensor:
    return batch().new_ones(batch().shape)


def _step_with(name: str) -> Any:
    """One step with another optimizer of torch."""

    def step(model: Any, batch: Tensor, learning_rate: float) -> list[float]:
        optimizer = getattr(torch.optim, name)(model.parameters(), lr=learning_rate)
        before = model(input_ids=batch, labels=batch).loss
        before.backward()
        optimizer.step()
        return [before.item(), model(input_ids=batch, labels=batch).loss.item()]

    return step


CHECKS["finetuning/adamw-of-transformers"] = FunctionCheck(
    solutions.one_step,
    cases=lambda: [(learner(), batch(), 0.01), (learner(), batch(5), 0.05)],
    # Enough for AdamW with its own settings, or with those of the old one (no weight decay).
    tolerance=5e-3,
    watch=watching.optimizers,
    mistakes={
        "SGD": _step_with("SGD"),
        "Adam": _step_with("Adam"),
        "Adagrad": _step_with("Adagrad"),
        "no step": lambda model, batch, learning_rate: [
            model(input_ids=batch, labels=batch).loss.item() for _ in range(2)
        ],
    },
    seconds=SECONDS,
)

CHECKS["finetuning/pad-is-end"] = FunctionCheck(
    solutions.labels_of,
    cases=lambda: [
        ([[5, 6, 7, 0], [8, 0]], 0),
        ([[3, 9], [4, 5, 9], [6, 7, 8, 1, 9]], 9),
    ],
    mistakes={
        "padding asked for": lambda rows, end: [
            row + [end] * (max(map(len, rows)) - len(row)) for row in rows
        ],
        "not padded": lambda rows, end: rows,
        "padded on the left": lambda rows, end: [
            [-100] * (max(map(len, rows)) - len(row)) + row for row in rows
        ],
    },
)


def _three() -> list[Tensor]:
    return [batch(start) for start in (0, 5, 11)]


def _with_optimizer(peak: float) -> tuple[Any, Any]:
    """A tiny model with its optimizer."""
    model = learner()
    return model, torch.optim.AdamW(model.parameters(), lr=peak)


def _learned_at(rate: Callable[[int, int], float], noted: Callable[[int, int], float]) -> Any:
    """Code that learns at one rate (of step i of n, as a share of the first) and notes another."""

    def rates_used(model: Any, optimizer: Any, batches: Any) -> list[float]:
        peak, n = optimizer.param_groups[0]["lr"], len(batches)
        for i, ids in enumerate(batches):
            optimizer.param_groups[0]["lr"] = peak * rate(i, n)
            optimizer.zero_grad()
            model(input_ids=ids, labels=ids).loss.backward()
            optimizer.step()
        return [peak * noted(i, n) for i in range(n)]

    return rates_used


def _constant(i: int, n: int) -> float:
    return 1.0


def _falling(i: int, n: int) -> float:
    return 1 - i / n


def _too_fast(i: int, n: int) -> float:
    return 1 - i / (n - 1)


def _one_ahead(i: int, n: int) -> float:
    return 1 - (i + 1) / n


CHECKS["finetuning/scheduler-first"] = FunctionCheck(
    solutions.rates_used,
    cases=lambda: [
        (*_with_optimizer(0.01), _three()),
        (*_with_optimizer(0.02), _three()[:2]),
    ],
    mistakes={
        "noted only": _learned_at(_one_ahead, noted=_falling),
        "noted late": _learned_at(_falling, noted=_one_ahead),
        "constant": _learned_at(_constant, noted=_constant),
        "too fast": _learned_at(_too_fast, noted=_too_fast),
    },
    watch=watching.rates_and_what_was_learned,
    seconds=SECONDS,
)


def _parts(lengths: tuple[int, ...]) -> list[tuple[Tensor, Tensor]]:
    rows = [batch(start, rows=1, length=length) for start, length in enumerate(lengths)]
    return [(row, row) for row in rows]


def _padded_parts() -> list[tuple[Tensor, Tensor]]:
    ids, mask = _padded()
    labels = ids.masked_fill(mask == 0, -100)
    return [(ids[:1], labels[:1]), (ids[1:], labels[1:])]


def _weighted(count: Callable[[Tensor], float], whole: bool = True) -> Any:
    """Code that weights each part by a count of its labels, and divides by that of the `whole`."""

    def accumulate(model: Any, parts: Any) -> float:
        total = 0.0
        counts = sum(count(labels) for _, labels in parts) if whole else 1.0
        for ids, labels in parts:
            loss = model(input_ids=ids, labels=labels).loss * count(labels) / counts
            loss.backward()
            total += loss.item()
        return total

    return accumulate


def _without_gradients(model: Any, parts: Any) -> float:
    total = solutions.accumulate(model, parts)
    model.zero_grad()
    return float(total)


def _weighted_too_late(model: Any, parts: Any) -> float:
    total = solutions.accumulate(model, parts)
    model.zero_grad()
    _weighted(lambda labels: 1.0, whole=False)(model, parts)
    return float(total)


CHECKS["finetuning/mean-of-means"] = FunctionCheck(
    solutions.accumulate,
    cases=lambda: [
        (learner(), _parts((20, 3, 4))),
        (learner(), _parts((2, 30))),
        (learner(), _padded_parts()),
    ],
    watch=watching.gradients,
    mistakes={
        "unweighted": _weighted(lambda labels: 1.0, whole=False),
        "without gradients": _without_gradients,
        "weighted too late": _weighted_too_late,
        "weighted by places": _weighted(lambda labels: labels[:, 1:].numel()),
        "weighted by tokens": _weighted(lambda labels: labels.numel()),
    },
    seconds=SECONDS,
)


def _nothing_learned(model: Any, batches: Any, learning_rate: float) -> list[float]:
    """No step, or gradients that are cleared between computing and using them."""
    return [model(input_ids=batch, labels=batch).loss.item() for batch in batches]


CHECKS["finetuning/no-zero-grad"] = FunctionCheck(
    solutions.learn,
    cases=lambda: [(learner(), _three(), 0.02), (learner(), _three()[::-1], 0.01)],
    watch=watching.what_was_learned,
    mistakes={
        "nothing learned": _nothing_learned,
        "fresh optimizers": lambda model, batches, learning_rate: [
            solutions.learn(model, [batch], learning_rate)[0] for batch in batches
        ],
    },
    seconds=SECONDS,
)


def _loss_elsewhere(model: Any) -> float:
    """The loss on a batch that is not learned from."""
    with torch.no_grad():
        return float(model(input_ids=batch(20), labels=batch(20)).loss)


def _in_modes(learning: bool, measuring: bool) -> Any:
    """Code that learns and measures with dropout or without."""

    def learn_and_look(model: Any, optimizer: Any, batches: Any, measure: Any) -> list[float]:
        losses = []
        for ids in batches:
            model.train(learning)
            optimizer.zero_grad()
            model(input_ids=ids, labels=ids).loss.backward()
            optimizer.step()
            model.train(measuring)
            losses.append(measure(model))
        return losses

    return learn_and_look


CHECKS["finetuning/stays-in-eval"] = FunctionCheck(
    solutions.learn_and_look,
    cases=lambda: [(*_with_optimizer(0.02), _three(), _loss_elsewhere)],
    watch=watching.modes,
    mistakes={
        "measured with dropout": _in_modes(learning=True, measuring=True),
        "no dropout": _in_modes(learning=False, measuring=False),
        "exchanged": _in_modes(learning=False, measuring=True),
    },
    seconds=SECONDS,
)


def _gradient(bias: Tensor, target: int) -> Tensor:
    return bias - solutions.step_by_hand(bias, target, 1.0)


def _only_the_target(bias: Tensor, target: int, learning_rate: float) -> Tensor:
    moved = bias.clone()
    moved[target] -= learning_rate * _gradient(bias, target)[target]
    return moved


def _of_the_biases(bias: Tensor, target: int, learning_rate: float) -> Tensor:
    gradient = bias.clone()
    gradient[target] -= 1
    return bias - learning_rate * gradient


CHECKS["finetuning/one-step"] = FunctionCheck(
    solutions.step_by_hand,
    cases=lambda: [
        (tensor(0.0, 0.0, 0.0, 0.0), 2, 1.0),
        (tensor(2.0, -1.0, 0.5), 0, 0.5),
        (tensor(2.0, -1.0, 0.5), 1, 0.1),
    ],
    mistakes={
        "uphill": lambda bias, target, rate: bias + rate * _gradient(bias, target),
        "no rate": lambda bias, target, rate: bias - _gradient(bias, target),
        "gradient": lambda bias, target, rate: _gradient(bias, target),
        "only the target": _only_the_target,
        "no softmax": _of_the_biases,
    },
)


def _adam(gradient: Tensor, rate: float) -> Tensor:
    return rate * gradient / (gradient.abs() + 1e-8)


CHECKS["finetuning/decay-in-adam"] = FunctionCheck(
    solutions.first_adamw_step,
    cases=lambda: [
        (tensor(2.0, -3.0, 0.5), tensor(0.1, -4.0, 2.0), 0.1, 0.5),
        (tensor(1.0, -3.0, 4.0), tensor(-0.2, 0.1, -1.0), 0.01, 0.5),
        (tensor(1.0, -1.0, 4.0), tensor(-0.2, 0.3, -1.0), 0.05, 0.0),
    ],
    tolerance=1e-5,
    mistakes={
        "into the gradient": lambda weight, gradient, rate, decay: (
            weight - _adam(gradient + decay * weight, rate)
        ),
        "decay without the rate": lambda weight, gradient, rate, decay: (
            weight - decay * weight - _adam(gradient, rate)
        ),
        "decay after the step": lambda weight, gradient, rate, decay: (
            (weight - _adam(gradient, rate)) * (1 - rate * decay)
        ),
        "plain gradient": lambda weight, gradient, rate, decay: (
            weight - rate * decay * weight - rate * gradient
        ),
        "no decay": lambda weight, gradient, rate, decay: weight - _adam(gradient, rate),
    },
)
