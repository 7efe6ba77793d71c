"""How fast a device can multiply at best: what a training's speed is held against.

The share of it that a training reaches is its MFU, model FLOP/s utilisation (Chowdhery et al. 2022,
"PaLM", appendix B).
"""

import re
from functools import lru_cache
from time import perf_counter
from typing import TYPE_CHECKING

from lablib.models.errors import quoted

if TYPE_CHECKING:
    import torch

PEAKS: dict[str, tuple[float, float, float]] = {
    # dense matrix products, from the makers' data sheets
    "B200": (2250, 1100, 80),
    "B100": (1750, 900, 60),
    "GH200": (989, 494, 67),
    "H200": (989, 494, 67),
    "H100": (989, 494, 67),
    "H100 NVL": (835, 417, 60),
    "H100 PCIe": (756, 378, 51),
    "H800": (989, 494, 67),
    "A100": (312, 156, 19.5),
    "A800": (312, 156, 19.5),
    "A30": (165, 82, 10.3),
    "A40": (150, 75, 37.4),
    "A10": (125, 62.5, 31.2),
    "A10G": (70, 35, 31.2),
    "L4": (121, 60, 30.3),
    "L40": (181, 90.5, 90.5),
    "L40S": (362, 183, 91.6),
    "T4": (65, 8.1, 8.1),
    "V100": (125, 15.7, 15.7),
    "V100 PCIe": (112, 14, 14),
    "RTX A6000": (155, 77.4, 38.7),
    "RTX 6000 Ada": (364, 182, 91.1),
    "RTX 3060": (25.5, 12.7, 12.7),
    "RTX 3060 Ti": (32.4, 16.2, 16.2),
    "RTX 3070": (40.6, 20.3, 20.3),
    "RTX 3070 Ti": (43.5, 21.7, 21.7),
    "RTX 3080": (59.5, 29.8, 29.8),
    "RTX 3080 Ti": (68.2, 34.1, 34.1),
    "RTX 3090": (71, 35.6, 35.6),
    "RTX 3090 Ti": (80, 40, 40),
    "RTX 4060": (30.2, 15.1, 15.1),
    "RTX 4060 Ti": (44.1, 22.1, 22.1),
    "RTX 4070": (58.3, 29.1, 29.1),
    "RTX 4070 Ti": (80.2, 40.1, 40.1),
    "RTX 4080": (97.5, 48.7, 48.7),
    "RTX 4080 SUPER": (104, 52.2, 52.2),
    "RTX 4090": (165, 82.6, 82.6),
    "RTX 5070": (61.7, 30.9, 30.9),
    "RTX 5070 Ti": (87.9, 43.9, 43.9),
    "RTX 5080": (113, 56.3, 56.3),
    "RTX 5090": (210, 105, 105),
    "MI210": (181, 45.3, 45.3),
    "MI250X": (383, 95.7, 95.7),
    "MI300X": (1307, 654, 163),
    "MI325X": (1307, 654, 163),
}
"""TFLOP/s of a device by the words of its name: with 16-bit numbers, TF32, 32-bit numbers."""

_COLUMNS = {"bf16": 0, "fp16": 0, "tf32": 1, "fp32": 2}
_NO_BF16 = {"T4", "V100", "V100 PCIe"}
_SMALLER = {"laptop", "mobile", "mig", "max"}
"""Words of names of devices that are slower than those they are named after."""


def known_peak(name: str, precision: str) -> float | None:
    """A known device's FLOP/s at best; None for one that is not in the table.

    >>> known_peak("NVIDIA H200", "bf16"), known_peak("NVIDIA GeForce RTX 4090 Laptop GPU", "bf16")
    (989000000000000.0, None)
    >>> known_peak("NVIDIA A100-SXM4-80GB", "fp32"), known_peak("NVIDIA H100 PCIe", "bf16")
    (19500000000000.0, 756000000000000.0)
    """
    words = set(re.findall(r"[a-z0-9]+", name.lower()))
    fitting = [entry for entry in PEAKS if set(entry.lower().split()) <= words]
    if not fitting or words & _SMALLER:
        return None
    entry = max(fitting, key=lambda each: len(each.split()))
    if precision == "bf16" and entry in _NO_BF16:
        return None
    return PEAKS[entry][_COLUMNS[precision]] * 1e12


def device_name(device: "torch.device") -> str:
    """What a device is called.

    >>> import torch
    >>> device_name(torch.device("cpu"))
    'cpu'
    """
    import torch

    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def peak_flops(device: "str | torch.device", precision: str = "fp32") -> float:
    """A device's FLOP/s at best: from its maker where that is known, else measured.

    Args:
        device: as torch names it.
        precision: "fp32", "tf32", "bf16" or "fp16".

    Raises:
        ValueError: for another precision, or what is no device.

    Example:
        >>> peak_flops("cpu") > 1e8
        True
    """
    import torch

    if precision not in _COLUMNS:
        raise ValueError(f"A precision is one of {', '.join(_COLUMNS)}, not {precision!r}.")
    try:
        device = torch.device(device)
    except RuntimeError as error:
        raise ValueError(f"There is no device {quoted(device)}: name cpu, cuda or mps.") from error
    return known_peak(device_name(device), precision) or measured_peak(str(device), precision)


@lru_cache
def measured_peak(device: str, precision: str) -> float:
    """FLOP/s of the best of a few large matrix products; asked once for each device."""
    import torch

    from lablib.randomness import seeded

    size = 1024 if torch.device(device).type == "cpu" else 4096
    dtype = {"bf16": torch.bfloat16, "fp16": torch.float16}.get(precision, torch.float32)
    with seeded(0):
        matrix = torch.randn(size, size, device=device).to(dtype)
    best = min(_seconds(matrix) for _ in range(5))
    return 2 * size**3 / best


def _seconds(matrix: "torch.Tensor") -> float:
    """How long a product of a matrix with itself takes."""
    start = perf_counter()
    float((matrix @ matrix)[0, 0])  # a number is there only when the product is done
    return perf_counter() - start


def flops_per_token(
    parameters: int,
    layers: int,
    heads: int,
    head_size: int,
    length: int,
    trained: int | None = None,
) -> float:
    """FLOP that training on one token takes: 6 N + 12 · L · H · Q · T when all weights learn.

    Two for each weight on the way forward (a product and a sum), two to carry the gradient back,
    and two to find the gradient of each weight that learns; and the attention's own products.

    Args:
        parameters: N, weights of the model, tied ones once.
        layers, heads, head_size, length: L, H, Q, and T, tokens in a row.
        trained: how many of the weights learn; None for all.

    Example:
        >>> flops_per_token(124_439_808, 12, 12, 64, 1024) / 1e6
        859.885...
    """
    learning = parameters if trained is None else trained
    return 4 * parameters + 2 * learning + 12 * layers * heads * head_size * length


def mfu(tokens_per_second: float, flops: float, peak: float) -> float:
    """The share of a device's peak that a training reaches.

    Raises:
        ValueError: if the peak is not above 0.

    >>> mfu(468_000, flops_per_token(124e6, 12, 12, 64, 1024), 989e12)  # llm.c on an H100
    0.405...
    """
    if not peak > 0:
        raise ValueError(f"peak must be above 0, and it was {peak!r}.")
    return tokens_per_second * flops / peak
