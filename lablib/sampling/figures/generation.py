"""What the generation panel shows of a result."""

import math
from collections.abc import Sequence

from lablib.numbers import percent
from lablib.sampling.compute.generation import Step
from lablib.widgets.tokens import number, power_of_ten


def story_words(steps: Sequence[Step]) -> str:
    """How probable all tokens of a text are together, by the model's own probabilities, and how
    their limit of surprisal moved.
    """
    if not steps:
        return ""
    exponent = steps[-1].cumulative / math.log(10)
    small = f"about {power_of_ten(round(exponent))}"
    chance = small if exponent < -3 else f"{number(100 * 10**exponent)} %"
    tokens = "this token" if len(steps) == 1 else f"these {len(steps)} tokens together"
    return f"The model gives {tokens} a probability of {chance}.{_limits_words(steps)}"


def _limits_words(steps: Sequence[Step]) -> str:
    """How Mirostat moved the limit of surprisal; "" where it stood still or there was none."""
    limits = [step.knobs.max_surprisal for step in steps if step.knobs.max_surprisal]
    if len(set(limits)) < 2:
        return ""
    mean = sum(step.surprisal for step in steps) / len(steps)
    return (
        f" The limit of surprisal moved from {limits[0]:.1f} to {limits[-1]:.1f} bits; a token had "
        f"{mean:.1f} bits on average."
    )


def limit_words(step: Step) -> str:
    """What the limit of surprisal did where a token was drawn; "" if there was none."""
    if not step.knobs.max_surprisal:
        return ""
    return (
        f"limit {step.knobs.max_surprisal:.1f} bits, surprisal {step.surprisal:.1f} bits, "
        f"{percent(step.limit_mass, 1)} excluded"
    )
