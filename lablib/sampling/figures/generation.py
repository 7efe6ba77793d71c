"""What the generation panel shows of a result."""

import math
from collections.abc import Sequence

from lablib.sampling.compute.generation import Step
from lablib.widgets.tokens import number, power_of_ten


def story_words(steps: Sequence[Step]) -> str:
    """How probable all tokens of a text are together, by the model's own probabilities."""
    if not steps:
        return ""
    exponent = steps[-1].cumulative / math.log(10)
    small = f"about {power_of_ten(round(exponent))}"
    chance = small if exponent < -3 else f"{number(100 * 10**exponent)} %"
    tokens = "this token" if len(steps) == 1 else f"these {len(steps)} tokens together"
    return f"The model gives {tokens} a probability of {chance}."
