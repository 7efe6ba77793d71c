"""What the why panel shows of a result."""

from itertools import combinations
from typing import Any

from lablib.attention.compute.why import WAYS, Way, Why
from lablib.widgets.tokens import finite, number, scale_from_zero, signed_scale, visible

TITLES = {
    "occlusion": "Left out in turn: by how many nats the token would be less probable",
    "gradient": "Gradient × input, in nats",
    "rollout": "Attention rollout: the share that reached the last place",
}
"""What stands above each strip."""
NAMES = {"occlusion": "occlusion", "gradient": "gradient × input", "rollout": "rollout"}
"""The ways in a sentence."""


def why_tokens(found: Why, way: Way) -> list[dict[str, Any]]:
    """The chips of a strip, coloured by what each token did."""
    columns = (found.tokens.ids, found.tokens.tokens, found.tokens.special, getattr(found, way))
    return [
        {"id": id, "text": text, "special": special, "value": finite(float(value))}
        for id, text, special, value in zip(*columns, strict=True)
    ]


def why_scale(found: Why, way: Way) -> dict[str, Any]:
    """The colours of a strip: of both signs where a token can speak for and against."""
    values = [value for value in getattr(found, way).tolist() if value == value]
    return scale_from_zero(values) if way == "rollout" else signed_scale(values, "nats")


def why_words(found: Why) -> str:
    """What did most by each way, and how far the ways agree."""
    named = [
        f"‘{visible(found.tokens.tokens[found.top(way, 1)[0][0]])}’ by {NAMES[way]}" for way in WAYS
    ]
    pairs = [
        f"{NAMES[one]} and {NAMES[other]}: {_known(found.agreement(one, other))}"
        for one, other in combinations(WAYS, 2)
    ]
    return (
        f"‘{visible(found.text)}’ has a log-probability of {number(found.log_probability)} nats "
        f"here. Most of it comes from {', '.join(named)}. Do they put the tokens in the same order "
        f"(rank correlation of the sizes; 1: the same, 0: no relation)? {'; '.join(pairs)}."
    )


def _known(value: float) -> str:
    """A correlation, or words where there is none.

    >>> _known(-0.5), _known(float("nan"))
    ('−0.50', 'too few tokens to say')
    """
    return "too few tokens to say" if value != value else f"{value:.2f}".replace("-", "−")
