"""How large a model is, and what that costs: parameters, computation, memory.

For GPT-2's architecture the count of parameters is exact. Training takes about 6 floating-point
operations for each parameter and token: 2 forwards, 4 backwards (Kaplan et al. 2020, where the
embeddings are left out; here, as in Hoffmann et al. 2022, they are counted).
"""

from dataclasses import dataclass

from lablib.numbers import require_count

PRECISIONS = {"fp32": 4.0, "bf16": 2.0, "int8": 1.0, "int4": 0.5}
"""Bytes of one weight. In the last two a model is only served, not trained."""

TRAINABLE = ("fp32", "bf16")

ACTIVATION_BYTES = {"fp32": 64, "bf16": 34}
"""Bytes kept for the way back for each layer, token and unit of the width, with an attention that
keeps no matrix: 34 in 16 bits (Korthikanti et al. 2022, section 4.1); in 32 bits all but the two
dropout masks and one is twice that, 2 · 31 + 2.
"""


@dataclass(frozen=True)
class Shape:
    """The size of a model of GPT-2's kind.

    Attributes:
        layers, width: how deep and how wide.
        vocabulary, context: how many tokens it knows, and can read.

    Raises:
        ValueError: for anything below 1.

    >>> Shape(12, 768).parameters
    124439808
    """

    layers: int
    width: int
    vocabulary: int = 50_257
    context: int = 1024

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            says = "Layers, width, vocabulary and context are all 1 or more."
            require_count(name, value, says=says)

    @property
    def parts(self) -> dict[str, int]:
        """The parameters by where they are. The scores come from the token embeddings once more,
        so the head has none.
        """
        return {
            "tokens": self.vocabulary * self.width,
            "positions": self.context * self.width,
            # 3 + 1 matrices and biases, and a norm's two vectors
            "attention": self.layers * (4 * self.width**2 + 4 * self.width + 2 * self.width),
            # to four times the width and back, and a norm
            "feed-forward": self.layers * (8 * self.width**2 + 5 * self.width + 2 * self.width),
            "last norm": 2 * self.width,
        }

    @property
    def parameters(self) -> int:
        """All of them."""
        return sum(self.parts.values())


def training_flops(parameters: float, tokens: float) -> float:
    """Floating-point operations to train on so many tokens: 6 for each parameter and token.

    >>> f"{training_flops(175e9, 300e9):.2e}"  # GPT-3: 3.14e23 in its paper
    '3.15e+23'
    """
    return 6.0 * parameters * tokens


def training_memory(shape: Shape, precision: str = "bf16", batch: int = 1) -> dict[str, float]:
    """Bytes that training with AdamW keeps, part by part.

    In 16 bits the optimizer holds a copy of the weights in 32 bits besides its two averages.

    Args:
        precision: "fp32" or "bf16".
        batch: texts of the whole context that are read at once.

    Raises:
        ValueError: for a precision in which models are not trained.

    >>> parts = training_memory(Shape(12, 768), "fp32")
    >>> parts["optimizer"] == 2 * parts["weights"]
    True
    """
    if precision not in TRAINABLE:
        raise ValueError(f"Models are trained in {' or '.join(TRAINABLE)}, not in {precision}.")
    require_count("batch", batch)
    number, size = shape.parameters, PRECISIONS[precision]
    units = shape.layers * shape.width * shape.context * batch
    return {
        "weights": number * size,
        "gradients": number * size,
        "optimizer": number * (8.0 if precision == "fp32" else 12.0),
        "activations": float(units * ACTIVATION_BYTES[precision]),
    }


def serving_memory(shape: Shape, precision: str = "bf16", batch: int = 1) -> dict[str, float]:
    """Bytes that writing takes: the weights, and the cache of keys and values at full context.

    The cache is kept in 16 bits where the weights have fewer.

    Raises:
        ValueError: for an unknown precision.

    Example: with 4 bits a weight the cache still has 16 for each number.
        >>> serving_memory(Shape(12, 768), "bf16")
        {'weights': 248879616.0, 'cache': 37748736.0}
        >>> serving_memory(Shape(12, 768), "int4")
        {'weights': 62219904.0, 'cache': 37748736.0}
    """
    if precision not in PRECISIONS:
        raise ValueError(f"The precision is one of {', '.join(PRECISIONS)}, not {precision!r}.")
    require_count("batch", batch)
    size = PRECISIONS[precision]
    cached = 2 * shape.layers * shape.width * shape.context * batch
    return {"weights": shape.parameters * size, "cache": cached * max(size, 2.0)}
