"""What the why panel shows of a result."""

from typing import Any

from lablib.attention.compute.why import Why
from lablib.sampling.compute.attribution import Way
from lablib.widgets.tokens import finite


def why_tokens(found: Why, way: Way) -> list[dict[str, Any]]:
    """The chips of a strip, coloured by what each token did."""
    columns = (found.tokens.ids, found.tokens.tokens, found.tokens.special, getattr(found, way))
    return [
        {"id": id, "text": text, "special": special, "value": finite(float(value))}
        for id, text, special, value in zip(*columns, strict=True)
    ]
