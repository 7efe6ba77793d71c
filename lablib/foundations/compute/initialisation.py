"""How a network begins: what the size of the first weights does to a signal on its way through.

A stack of layers, each `activation(W x)`, is shown a batch of random vectors before any training.
If each layer makes the signal smaller, the last ones say the same whatever came in; if larger, it
overflows or every unit is stuck at its limit. Either way the gradient that comes back has nothing
to work with. Xavier's and He's choices keep the size of the signal about the same.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils import skip_init

from lablib.numbers import require_count
from lablib.randomness import generator, seeded

INITS: dict[str, Callable[[Tensor], object]] = {
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

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
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
        saturated: share of the units whose activation has a derivative under 0.02: no gradient
            passes there, [layers].
        gradients: root mean square of the gradient of each layer's weights, for the mean square of
            what comes out, [layers].
    """

    std: Tensor
    histograms: Tensor
    centres: Tensor
    saturated: Tensor
    gradients: Tensor

    def table(self) -> list[dict[str, float]]:
        """A row for each layer, from 1."""
        columns = zip(
            self.std[1:].tolist(), self.saturated.tolist(), self.gradients.tolist(), strict=True
        )
        return [
            {"layer": i, "std": std, "saturated": saturated, "gradient": gradient}
            for i, (std, saturated, gradient) in enumerate(columns, 1)
        ]


@torch.inference_mode(False)
@torch.enable_grad()
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
    require_count("width", width)
    require_count("samples", samples, least=2)
    network = _network(init, layers, width, seed)
    act = ACTIVATIONS[activation]()
    signals = [torch.randn(samples, width, generator=generator(seed))]
    saturated = []
    for layer in network:
        before = layer(signals[-1])
        saturated.append(_saturated(act, before.detach()))
        signals.append(act(before))
    weights = [layer.weight for layer in network]
    gradients = torch.autograd.grad(signals[-1].pow(2).mean(), weights)
    seen = [part.detach() for part in signals]
    return Signal(
        std=torch.stack([part.std() for part in seen]),
        histograms=torch.stack([_histogram(part) for part in seen]),
        centres=torch.linspace(-EDGE, EDGE, BINS),
        saturated=torch.stack(saturated),
        gradients=torch.stack([each.pow(2).mean().sqrt() for each in gradients]),
    )


def _check(init: str, activation: str, layers: int) -> None:
    for name, known, what in ((init, INITS, "start"), (activation, ACTIVATIONS, "activation")):
        if name not in known:
            raise ValueError(f"The {what} is one of {', '.join(known)}, not {name!r}.")
    says = f"A network has at least one layer, not {layers}."
    require_count("layers", layers, says=says)


def _network(init: str, layers: int, width: int, seed: int) -> list[nn.Linear]:
    """The layers, each a matrix without a bias."""
    network = [skip_init(nn.Linear, width, width, bias=False) for _ in range(layers)]
    with seeded(seed):
        for layer in network:
            INITS[init](layer.weight)
    return network


def _histogram(values: Tensor) -> Tensor:
    """The share of the values in each bar."""
    half = EDGE / (BINS - 1)
    inside = values.clamp(-EDGE, EDGE)
    return torch.histc(inside, BINS, -EDGE - half, EDGE + half) / values.numel()


def _saturated(act: nn.Module, before: Tensor) -> Tensor:
    """The share of these inputs at which the activation has hardly a derivative."""
    at = before.clone().requires_grad_()
    (derivative,) = torch.autograd.grad(act(at).sum(), at)
    return (derivative.abs() < 0.02).float().mean()
