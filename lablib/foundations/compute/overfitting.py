"""Memorising 40 examples, and what keeps a network from it.

A network with far more weights than examples draws a line through points with noise in them. Left
alone it learns the noise: its loss on new points falls, turns, and rises. Four guards: a penalty
on the sum of the weights' sizes (L1), on their squares (L2), switching units off at random while it
learns (dropout; Srivastava et al. 2014), and stopping where the loss on points kept apart was
lowest (early stopping).
"""

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lablib.numbers import require_within
from lablib.randomness import Draws, drawing, generator, seeded

EXAMPLES = 40
NOISE = 0.4
WIDTH = 64
STEPS = 600
EVERY = 10
"""A point of the curves is measured every so many steps."""


@dataclass(frozen=True, eq=False)
class Examples:
    """Points near a wave: x from −1 to 1, y = sin 4x with noise, each [points, 1].

    `x` and `y` are learned from; `stop_x` and `stop_y` are kept apart to say when to stop; `new_x`
    and `new_y` are never used but to measure.
    """

    x: Tensor
    y: Tensor
    stop_x: Tensor
    stop_y: Tensor
    new_x: Tensor
    new_y: Tensor


def examples(seed: int = 0) -> Examples:
    """40 points to learn from, 40 to stop by, 400 to measure on.

    >>> examples().x.shape, examples().new_x.shape
    (torch.Size([40, 1]), torch.Size([400, 1]))
    """
    rng = generator(seed)
    parts = []
    for number in (EXAMPLES, EXAMPLES, 10 * EXAMPLES):
        x = torch.rand(number, 1, generator=rng) * 2 - 1
        parts += [x, wave(x) + NOISE * torch.randn(number, 1, generator=rng)]
    return Examples(*parts)


def wave(x: Tensor) -> Tensor:
    """What is behind the points: sin 4x, in the shape of x.

    >>> wave(torch.tensor([[0.0], [torch.pi / 8]]))
    tensor([[0.],
            [1.]])
    """
    return (4 * x).sin()


@dataclass(frozen=True)
class Regularization:
    """What is done against memorising; nothing, if nothing is given.

    Attributes:
        l1, l2: what the sum of the weights' sizes, or of their squares, is multiplied with before
            it is added to the loss.
        dropout: the share of the units switched off in each step.
        early_stopping: whether the weights of the best moment are kept, judged by the points set
            apart for it.

    Raises:
        ValueError: for a penalty below 0, or a dropout outside 0 to 0.9.
    """

    l1: float = 0.0
    l2: float = 0.0
    dropout: float = 0.0
    early_stopping: bool = False

    def __post_init__(self) -> None:
        says = "A penalty is 0 or more: below 0 it would reward large weights."
        require_within("l1", self.l1, most=math.inf, says=says)
        require_within("l2", self.l2, most=math.inf, says=says)
        says = "Dropout is from 0 to 0.9: of no unit nothing can be learned."
        require_within("dropout", self.dropout, most=0.9, says=says)


@dataclass(frozen=True, eq=False)
class Fit:
    """Where the training stands after `step` steps.

    Attributes:
        step: how many were made.
        train, stop, new: the mean squared error on the three sets of points.
        kept: the step whose weights `line` shows: this one, or with early stopping the best.
        kept_new: the error on new points with those weights.
        size: the mean size of the weights.
        line: what the network says at 101 places from −1 to 1, [101].
    """

    step: int
    train: float
    stop: float
    new: float
    kept: int
    kept_new: float
    size: float
    line: Tensor


def fit(guard: Regularization | None = None, seed: int = 0, steps: int = STEPS) -> Iterator[Fit]:
    """Train the network, a report every 10 steps.

    The same seed gives the same points, first weights and draws.

    Example: left alone, it knows its 40 points far better than new ones.
        >>> *_, last = fit()
        >>> last.new > 1.5 * last.train
        True
    """
    guard = guard or Regularization()
    points = examples(seed)
    network = _network(guard, seed)
    trainer = _Trainer(network, points, guard, seed)
    best = (math.inf, 0, network)
    for step in range(0, steps + 1, EVERY):
        if step:
            trainer.run(EVERY)
        report = _errors(network, points)
        if report[1] < best[0] or not guard.early_stopping:
            best = (report[1], step, copy.deepcopy(network))
        yield _fit(step, report, best[1], best[2], points)


class _Trainer:
    """Makes steps of Adam on the examples, with the guard's penalties."""

    def __init__(
        self, network: nn.Sequential, points: Examples, guard: Regularization, seed: int
    ) -> None:
        self.network, self.points, self.guard = network, points, guard
        self.optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
        self.draws = Draws(seed)

    @torch.inference_mode(False)
    @torch.enable_grad()
    def run(self, steps: int) -> None:
        """So many steps; dropout's draws go on where they ended."""
        x, y = self.points.x.clone(), self.points.y.clone()
        self.network.train()
        with drawing(self.draws):
            for _ in range(steps):
                self.optimizer.zero_grad()
                (F.mse_loss(self.network(x), y) + self._penalty()).backward()
                self.optimizer.step()

    def _penalty(self) -> Tensor:
        weights = _weights(self.network)
        l1 = sum((weight.abs().sum() for weight in weights), torch.zeros(()))
        l2 = sum((weight.pow(2).sum() for weight in weights), torch.zeros(()))
        return self.guard.l1 * l1 + self.guard.l2 * l2


@torch.inference_mode(False)
def _network(guard: Regularization, seed: int) -> nn.Sequential:
    with seeded(seed):
        return nn.Sequential(
            nn.Linear(1, WIDTH), nn.Tanh(), nn.Linear(WIDTH, WIDTH), nn.Tanh(),
            nn.Dropout(guard.dropout), nn.Linear(WIDTH, 1),
        )  # fmt: skip


def _weights(network: nn.Sequential) -> list[Tensor]:
    """The matrices, without the biases."""
    return [weight for weight in network.parameters() if weight.dim() == 2]


@torch.inference_mode()
def _errors(network: nn.Sequential, points: Examples) -> tuple[float, float, float]:
    """Mean squared error on the examples, on those to stop by, on new ones."""
    network.eval()
    pairs = (
        (points.x, points.y),
        (points.stop_x, points.stop_y),
        (points.new_x, points.new_y),
    )
    train, stop, new = (F.mse_loss(network(x), y).item() for x, y in pairs)
    return train, stop, new


@torch.inference_mode()
def _fit(
    step: int, errors: tuple[float, float, float], kept: int, network: nn.Sequential,
    points: Examples,
) -> Fit:  # fmt: skip
    network.eval()
    line = network(torch.linspace(-1, 1, 101)[:, None])[:, 0]
    sizes = torch.cat([weight.flatten().abs() for weight in _weights(network)])
    kept_new = F.mse_loss(network(points.new_x), points.new_y).item()
    return Fit(step, *errors, kept, kept_new, float(sizes.mean()), line)
