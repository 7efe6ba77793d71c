"""How a share is written in percent, and what is said of a number that cannot be meant."""

import math
from typing import Any


def percent(share: float, digits: int = 0) -> str:
    """A share as every sentence and table writes it; no line breaks between number and sign.

    >>> percent(0.786), percent(0.0049, digits=1)
    ('79\xa0%', '0.5\xa0%')
    """
    return f"{100 * share:.{digits}f}\N{NO-BREAK SPACE}%"


def finite(value: Any) -> Any:
    """Values for a message or a page, with None for each number that JSON cannot write: to a plot
    it is a gap, and one such number would keep all the rest from being read.

    >>> finite({"y": [1.0, float("nan")], "tokens": ("a", 2)})
    {'y': [1.0, None], 'tokens': ['a', 2]}
    """
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(one) for key, one in value.items()}
    return [finite(one) for one in value] if isinstance(value, list | tuple) else value


def require_count(name: str, value: int, least: int = 1) -> None:
    """Refuse a number of things that is too small.

    >>> require_count("steps", 0)
    Traceback (most recent call last):
    ...
    ValueError: steps must be 1 or above, and it was 0.
    """
    if value < least:
        raise ValueError(f"{name} must be {least} or above, and it was {value}.")


def require_share(name: str, value: float) -> None:
    """Refuse a share of a whole that leaves nothing of it, or is none.

    >>> require_share("share", float("nan"))
    Traceback (most recent call last):
    ...
    ValueError: share must be from 0 to below 1, and it was nan.
    """
    if not 0 <= value < 1:
        raise ValueError(f"{name} must be from 0 to below 1, and it was {value!r}.")
