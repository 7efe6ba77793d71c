"""What is shown of the answers to why a token was written."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from lablib.sampling.compute.attribution import WAYS, Attribution, Way
from lablib.widgets.tokens import number, scale_from_zero, signed_scale, visible

TITLES: dict[Way, str] = {
    "occlusion": "Left out in turn: by how many nats the token would be less probable",
    "gradient": "Gradient × input, in nats",
    "rollout": "Attention rollout: the share that reached the last place",
}
"""What a strip of each shows."""
NAMES: dict[Way, str] = {
    "occlusion": "occlusion",
    "gradient": "gradient × input",
    "rollout": "rollout",
}
"""The ways in a sentence."""


def attribution_scale(found: Attribution, way: Way) -> dict[str, Any]:
    """The colours of a strip: of both signs where a token can speak for and against."""
    values = [value for value in getattr(found, way).tolist() if value == value]
    return scale_from_zero(values) if way == "rollout" else signed_scale(values, "nats")


def attribution_words(found: Attribution, texts: Sequence[str], asked: str) -> str:
    """What did most by each way that has answered, and how far the ways agree.

    Args:
        texts: the text of each token, [tokens].
        asked: that of the token that follows.

    >>> import torch
    >>> values = torch.tensor([-0.25, 1.5])
    >>> found = Attribution((5, 6), 7, -0.5, values, values.flip(0), values.abs(), 0)
    >>> print(attribution_words(found, ["The", " king"], " he").replace(". ", ".\\n"))
    Most was done for ‘␣he’ (log-probability −0.5 nats) by ‘␣king’ (occlusion, +1.50 nats), ‘The’
    (gradient × input, +1.50 nats) and ‘␣king’ (rollout, 1.50).
    Do they put the tokens in the same order (rank correlation of the sizes, 1: the same, 0: no
    relation)? occlusion and gradient × input: −1.00; occlusion and rollout: 1.00; gradient × input
    and rollout: −1.00.
    """
    ways = [way for way in WAYS if _has_answered(found, way)]
    named = [_most(found, way, texts) for way in ways]
    pairs = [
        f"{NAMES[one]} and {NAMES[other]}: {_known(found.agreement(one, other))}"
        for one, other in combinations(ways, 2)
    ]
    probability = f"log-probability {number(found.log_probability)} nats"
    most = f"Most was done for ‘{visible(asked)}’ ({probability}) by {_listed(named)}."
    order = (
        " Do they put the tokens in the same order (rank correlation of the sizes, 1: the same, 0: "
        f"no relation)? {'; '.join(pairs)}."
    )
    return most + (order if pairs else "")


def _has_answered(found: Attribution, way: Way) -> bool:
    """Whether a way has an answer, and all of it."""
    whole = way != "occlusion" or not found.to_come
    return whole and bool(getattr(found, way).isfinite().any())


def _most(found: Attribution, way: Way, texts: Sequence[str]) -> str:
    """The token that did most by a way, and how much."""
    place, value = found.top(way, 1)[0]
    size = f"{value:.2f}" if way == "rollout" else f"{value:+.2f} nats"
    return f"‘{visible(texts[place])}’ ({NAMES[way]}, {_minus(size)})"


def _listed(parts: Sequence[str]) -> str:
    """Parts of a sentence.

    >>> _listed(["a", "b", "c"]), _listed(["a"])
    ('a, b and c', 'a')
    """
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))


def _known(value: float) -> str:
    """A correlation, or words where there is none.

    >>> _known(-0.5), _known(float("nan"))
    ('−0.50', 'too few tokens to say')
    """
    return "too few tokens to say" if value != value else _minus(f"{value:.2f}")


def _minus(number: str) -> str:
    """A number with the sign that type has for it."""
    return number.replace("-", "−")
