"""How a network begins: what the size of the first weights does to a signal on its way through.

A stack of layers, each `activation(W x)`, is shown a batch of random vectors before any training.
If each layer makes the signal smaller, the last ones say the same whatever came in; if larger, it
overflows or every unit is stuck at its limit. Either way the gradient that comes back has nothing
to work with. Xavier's and He's choices keep the size of the signal about the same.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

INITS: "dict[str, Callable[[Tensor], object]]" = {
    "too small": lambda weight: nn.init.normal_(weight, std=0.01),
    "too large": lambda weight: nn.init.normal_(weight, std=1.0),
    "Xavier": nn.init.xavier_normal_,
    "He": lambda weight: nn.init.kaiming_normal_(weight, nonlinearity="relu"),
}
"""How the weights of a layer [width, width] are drawn, in place.

`too small` and `too large` have a standard deviation of 0.01 and 1; Xavier's is 1/√width (Glorot
and Bengio 2010), right for tanh near 0; He's is √2 times that, for ReLU, which drops half of the
signal (He et al. 2015).
"""

ACTIVATIONS: "dict[str, Callable[[], nn.Module]]" = {
    "tanh": nn.Tanh,
    "ReLU": nn.ReLU,
    "GELU": nn.GELU,
}

BINS = 41
"""Bars of a histogram."""
EDGE = 3.0
"""Histograms reach from minus this to this; what lies beyond is counted in the outer bars."""


@dataclass(frozen=True, eq=False)
class Signal:
    """What goes through the layers, the input first, and what comes back.

    Attributes:
        std: of the activations after each layer, [layers + 1].
        histograms: share of the activations in each bar, [layers + 1, `BINS`].
        centres: the middle of each bar, [`BINS`].
        idle: share of the activations without a usable slope (ReLU and GELU: none below a
            thousandth; tanh: beyond ±0.99), [layers + 1].
        gradients: root mean square of the gradient of each layer's weights when the last layer's
            mean square is pushed down, [layers].
    """

    std: "Tensor"
    histograms: "Tensor"
    centres: "Tensor"
    idle: "Tensor"
    gradients: "Tensor"

    def table(self) -> list[dict[str, float]]:
        """A row for each layer, 0 being the input."""
        return [
            {"layer": i, "std": float(self.std[i]), "idle": float(self.idle[i])}
            for i in range(len(self.std))
        ]


def signal(
    init: str = "Xavier",
    activation: str = "tanh",
    layers: int = 8,
    width: int = 128,
    samples: int = 256,
    seed: int = 0,
) -> Signal:
    """Send random vectors through an untrained network, and a gradient back.

    Raises:
        ValueError: for an unknown init or activation, or no layer.

    Example: too small a start, and after eight layers nothing is left of the signal.
        >>> bool(signal("too small").std[-1] < 1e-6), bool(signal("Xavier").std[-1] > 0.2)
        (True, True)
    """
    _check(init, activation, layers)
    rng = torch.Generator().manual_seed(seed)
    x = torch.randn(samples, width, generator=rng)
    network = _network(init, activation, layers, width, seed)
    with torch.inference_mode(False), torch.enable_grad():
        signals = [x.clone()]
        for layer in network:
            signals.append(layer(signals[-1]))
        # The mean square over itself: a push of the same size however small the signal is.
        loss = signals[-1].pow(2).mean()
        loss.backward()
    slopes = [layer[0].weight.grad.pow(2).mean().sqrt() for layer in network]
    seen = [part.detach() for part in signals]
    return Signal(
        std=torch.stack([part.std() for part in seen]),
        histograms=torch.stack([_histogram(part) for part in seen]),
        centres=torch.linspace(-EDGE, EDGE, BINS),
        idle=torch.stack([_idle(part, activation) for part in seen]),
        gradients=torch.stack(slopes),
    )


def _check(init: str, activation: str, layers: int) -> None:
    for name, known, what in ((init, INITS, "start"), (activation, ACTIVATIONS, "activation")):
        if name not in known:
            raise ValueError(f"The {what} is one of {', '.join(known)}, not {name!r}.")
    if layers < 1:
        raise ValueError(f"A network has at least one layer, not {layers}.")


def _network(init: str, activation: str, layers: int, width: int, seed: int) -> list[nn.Module]:
    """The layers, each a matrix without a bias and its activation."""
    with torch.inference_mode(False), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network: list[nn.Module] = []
        for _ in range(layers):
            linear = nn.Linear(width, width, bias=False)
            INITS[init](linear.weight)
            network.append(nn.Sequential(linear, ACTIVATIONS[activation]()))
    return network


def _histogram(values: "Tensor") -> "Tensor":
    """The share of the values in each bar."""
    half = EDGE / (BINS - 1)
    inside = values.clamp(-EDGE, EDGE)
    return torch.histc(inside, BINS, -EDGE - half, EDGE + half) / values.numel()


def _idle(values: "Tensor", activation: str) -> "Tensor":
    stuck = values.abs() > 0.99 if activation == "tanh" else values.abs() < 1e-3
    return stuck.float().mean()
