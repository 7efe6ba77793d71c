"""Mirostat: the cut moves after every token, so that a text stays as surprising as one likes."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from lablib.numbers import require_above, require_number
from lablib.sampling.compute.knobs import Control

LEAST = 1e-6
"""The lowest limit, in bits: with it only the most probable token is left."""


@dataclass(frozen=True)
class Mirostat:
    """A text of so many bits of surprisal a token on average (Basu et al. 2021; the second version
    of their program, in which the limit of surprisal is moved and not the number of tokens).

    Attributes:
        target: the bits that are wanted (τ).
        rate: how much of an error is made good at once (η).

    Raises:
        ValueError: one sentence for the first value that cannot be used.

    Example:
        >>> from lablib import models, sampling as sp
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> steps = [*sp.generate(m, "Once", max_new_tokens=2, mirostat=sp.Mirostat(3.0))]
        >>> first, second = (step.knobs.max_surprisal for step in steps)
        >>> first, second == first - 0.1 * (steps[0].surprisal - 3.0)
        (6.0, True)
    """

    target: float = 3.0
    rate: float = 0.1

    def __post_init__(self) -> None:
        require_number(**vars(self))
        if not 0 < self.target < math.inf:
            raise ValueError(f"target must be a number of bits above 0, not {self.target!r}.")
        require_above("rate", self.rate, most=1)

    def limit(self, surprisals: Iterable[float]) -> float:
        """The limit of surprisal for the next token, from the surprisals of those before, in bits.

        >>> Mirostat(target=3.0, rate=0.5).limit([5.0, 2.0])
        5.5
        """
        limit = 2 * self.target
        for surprisal in surprisals:
            limit -= self.rate * (surprisal - self.target)
        return max(limit, LEAST)


MIROSTAT_CONTROLS = (
    Control(
        *("target", "Mirostat \u03c4", 0.0, 10.0, 0.1),
        "The bits of surprisal a token is to have on average; the limit of surprisal begins at "
        "twice that and moves after every token, and the fixed limit is not used; 0 is off.",
        "mirostat_tau of mirostat 2",
    ),
    Control(
        *("rate", "Mirostat \u03b7", 0.01, 1.0, 0.01),
        "How much of each token's miss the limit makes good at once; nothing where \u03c4 is 0.",
        "mirostat_eta",
    ),
)
"""How its two numbers are shown; a target of 0 stands for none."""
