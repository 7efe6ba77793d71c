"""Going downhill: what an optimizer does with a gradient, in a valley that can be drawn and in a
small network.

Every rule is torch's own. SGD steps against the gradient; momentum keeps some of its last step;
Adam divides by the gradient's usual size, parameter by parameter (Kingma and Ba 2015); AdamW also
shrinks the weights a little, apart from the gradient (Loshchilov and Hutter 2019).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lablib.numbers import require_above, require_count
from lablib.randomness import seeded

Make = Callable[[list[Any], float], torch.optim.Optimizer]

METHODS: dict[str, Make] = {
    "SGD": lambda weights, rate: torch.optim.SGD(weights, lr=rate),
    "momentum": lambda weights, rate: torch.optim.SGD(weights, lr=rate, momentum=0.9),
    "Adam": lambda weights, rate: torch.optim.Adam(weights, lr=rate),
    "AdamW": lambda weights, rate: torch.optim.AdamW(weights, lr=rate, weight_decay=0.1),
}
"""The optimizers; AdamW with a weight decay of 0.1, the others with none."""


@dataclass(frozen=True)
class Valley:
    """A loss of two weights, with where to begin and where its lowest point is."""

    height: Callable[[Tensor, Tensor], Tensor]
    start: tuple[float, float]
    lowest: tuple[float, float]
    sentence: str


VALLEYS = {
    "ravine": Valley(
        lambda x, y: x**2 / 2 + 20 * y**2 / 2,
        (-4.0, 1.0),
        (0.0, 0.0),
        "Twenty times steeper across than along: SGD swings from side to side, and above a rate of "
        "2/20 = 0.1 it climbs out.",
    ),
    "bend": Valley(
        lambda x, y: (1 - x) ** 2 / 10 + (y - x**2 / 2) ** 2,
        (-3.0, 1.0),
        (1.0, 0.5),
        "A valley that turns: what was a good direction at first is none later.",
    ),
    "saddle": Valley(
        lambda x, y: x**2 / 2 + y**4 / 4 - y**2 / 2,
        (-3.0, 0.001),
        (0.0, 1.0),
        "It begins almost on the ridge between two valleys, where the gradient across is nearly 0.",
    ),
}
"""The valleys. The ravine's slopes are 1 along and 20 across, so SGD's largest rate is known."""

FAR = 1e3
"""A weight beyond this has run away, and the path ends."""


@dataclass(frozen=True, eq=False)
class Descent:
    """The path of one optimizer.

    Attributes:
        points: the two weights, at the start and after each step, [steps + 1, 2].
        losses: the height of each point, [steps + 1].
        diverged: whether it ran away; the path ends there.
    """

    points: Tensor
    losses: Tensor
    diverged: bool


@torch.inference_mode(False)
@torch.enable_grad()
def descend(method: str, learning_rate: float, valley: str = "ravine", steps: int = 60) -> Descent:
    """Let an optimizer go down a valley, from its start.

    Raises:
        ValueError: for an unknown method or valley, or a learning rate that is not above 0.

    Example: in the ravine SGD swings higher and higher above a rate of 0.1.
        >>> descend("SGD", 0.09).diverged, descend("SGD", 0.11, steps=200).diverged
        (False, True)
    """
    _check(method, learning_rate)
    require_count("steps", steps, 0)
    if valley not in VALLEYS:
        raise ValueError(f"The valley is one of {', '.join(VALLEYS)}, not {valley!r}.")
    height = VALLEYS[valley].height
    weights = torch.tensor(VALLEYS[valley].start, requires_grad=True)
    optimizer = METHODS[method]([weights], learning_rate)
    points = [weights.detach().clone()]
    for _ in range(steps):
        optimizer.zero_grad()
        height(*weights).backward()
        optimizer.step()
        points.append(weights.detach().clone())
        if not bool((points[-1].abs() < FAR).all()):
            break
    path = torch.stack(points)
    return Descent(path, height(*path.T), len(path) <= steps or bool((path[-1].abs() >= FAR).any()))


def _check(method: str, learning_rate: float) -> None:
    if method not in METHODS:
        raise ValueError(f"The optimizer is one of {', '.join(METHODS)}, not {method!r}.")
    require_above("learning_rate", learning_rate)


@dataclass(frozen=True, eq=False)
class NetCurve:
    """How the small network learned.

    Attributes:
        losses: on all its examples, before the first step and after each, [steps + 1]; not-a-number
            or infinite from where the training broke.
        diverged: whether it broke, or ended above where it began.
    """

    losses: Tensor
    diverged: bool


@torch.inference_mode(False)
@torch.enable_grad()
def train_net(method: str, learning_rate: float, steps: int = 120, seed: int = 0) -> NetCurve:
    """Train a small network to tell two spirals apart (128 points, 32 units in each of 2 layers).

    Every method begins with the same weights and sees all points in each step.

    Raises:
        ValueError: for an unknown method, or a learning rate that is not above 0.

    >>> bool(train_net("Adam", 0.01).losses[-1] < train_net("SGD", 0.01).losses[-1])
    True
    """
    _check(method, learning_rate)
    points, labels = spirals(64)
    with seeded(seed):
        net = nn.Sequential(
            nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 1)
        )
    optimizer = METHODS[method](list(net.parameters()), learning_rate)
    losses = []
    for _ in range(steps + 1):
        optimizer.zero_grad()
        loss = F.binary_cross_entropy_with_logits(net(points)[:, 0], labels)
        loss.backward()
        losses.append(loss.detach())
        optimizer.step()
    curve = torch.stack(losses)
    return NetCurve(curve, not bool(curve[-1] < curve[0]))


def spirals(each: int) -> tuple[Tensor, Tensor]:
    """Two spirals that wind round each other: points [2 · each, 2], and which spiral, [2 · each].

    >>> spirals(5)[0].shape
    torch.Size([10, 2])
    """
    require_count("each", each, least=0)
    turn = torch.linspace(0.5, 5.5, each)
    arm = torch.stack([turn.cos() * turn, turn.sin() * turn], dim=1) / 3
    return torch.cat([arm, -arm]), torch.cat([torch.zeros(each), torch.ones(each)])
