"""The knobs of the next token: their names, their values, and what "off" means.

Nothing here needs torch, so that a panel can show its controls before torch is there.
"""

import math
from dataclasses import dataclass, fields
from numbers import Integral, Real

STAGES = ("repetition_penalty", "temperature", "top_k", "top_p", "min_p", "typical_p")
"""The stages in the order `transformers` applies them."""


@dataclass(frozen=True)
class Knobs:
    """The settings of one way to choose the next token; the defaults change nothing.

    Attributes:
        temperature: below 1 sharpens the distribution, above 1 flattens it, 0 is greedy: always the
            most probable token (the first of them at a tie).
        top_k: keep the k most probable tokens (Fan et al. 2018); 0 keeps all.
        top_p: keep the most probable tokens that together reach this mass, the nucleus (Holtzman et
            al. 2020); 0 keeps one, 1 keeps all.
        min_p: keep tokens at least this share as probable as the best one (Nguyen et al. 2024); 0
            keeps all, 1 keeps the best.
        typical_p: keep the tokens whose surprisal is closest to the entropy until this mass is
            reached (Meister et al. 2023); 0 keeps the closest, 1 keeps all.
        repetition_penalty: above 1 makes tokens that already occurred less probable, below 1 more
            (Keskar et al. 2019); 1 leaves them alone.

    Raises:
        ValueError: one sentence for the first value that cannot be used.

    Example:
        >>> Knobs(temperature=0.7, top_p=0.95).top_k
        0
        >>> Knobs(top_p=1.5)
        Traceback (most recent call last):
        ...
        ValueError: top_p must be from 0 to 1, and it was 1.5.
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0
    typical_p: float = 1.0
    repetition_penalty: float = 1.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, Real) or isinstance(value, bool):
                raise ValueError(f"{field.name} must be a number, and it was {value!r}.")
        allowed = {
            "temperature": (0 <= self.temperature < math.inf, "0 (greedy) or above"),
            "top_k": (
                isinstance(self.top_k, Integral) and self.top_k >= 0,
                "a whole number, 0 (keep all) or above",
            ),
            "top_p": (0 <= self.top_p <= 1, "from 0 to 1"),
            "min_p": (0 <= self.min_p <= 1, "from 0 to 1"),
            "typical_p": (0 <= self.typical_p <= 1, "from 0 to 1"),
            "repetition_penalty": (0 < self.repetition_penalty < math.inf, "above 0"),
        }
        for name, (good, rule) in allowed.items():
            if not good:
                raise ValueError(f"{name} must be {rule}, and it was {getattr(self, name)!r}.")


OFF = Knobs()
"""The model's own distribution: no knob does anything."""
