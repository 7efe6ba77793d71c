"""What the generation panel shows of a result."""

import math
from collections.abc import Sequence
from typing import Any

from torch import Tensor

from lablib.sampling.compute.generation import Step
from lablib.widgets.tokens import number, power_of_ten, signed_scale, visible

NAMED = 3
"""So many tokens are named in the sentence, those that did most."""


def story_words(steps: Sequence[Step]) -> str:
    """How probable all tokens of a text are together, by the model's own probabilities."""
    if not steps:
        return ""
    exponent = steps[-1].cumulative / math.log(10)
    small = f"about {power_of_ten(round(exponent))}"
    chance = small if exponent < -3 else f"{number(100 * 10**exponent)} %"
    tokens = "this token" if len(steps) == 1 else f"these {len(steps)} tokens together"
    return f"The model gives {tokens} a probability of {chance}."


def attribution_scale(values: Tensor) -> dict[str, Any]:
    """The colours of what each token did: of both signs, for it can speak for and against."""
    return signed_scale(values.tolist(), "nats")


def attribution_words(asked: str, texts: Sequence[str], values: Tensor) -> str:
    """Which tokens did most for the one that is asked about, and which way.

    >>> import torch
    >>> attribution_words(" he", ["The", " king"], torch.tensor([-0.25, 1.5]))
    'Most was done for ‘␣he’ by ‘␣king’ (+1.50 nats), ‘The’ (−0.25 nats).'
    """
    best = values.abs().topk(min(NAMED, len(values))).indices.tolist()
    named = (f"‘{visible(texts[place])}’ ({_signed(float(values[place]))} nats)" for place in best)
    return f"Most was done for ‘{visible(asked)}’ by {', '.join(named)}."


def _signed(value: float) -> str:
    """A number with its sign.

    >>> _signed(-0.5)
    '−0.50'
    """
    return f"{value:+.2f}".replace("-", "−")
