"""How a share is written in percent, and what is said of a number that cannot be meant."""

import math
from collections.abc import Iterable


def percent(share: float, digits: int = 0) -> str:
    """A share as every sentence and table writes it; no line breaks between number and sign.

    >>> percent(0.786), percent(0.0049, digits=1)
    ('79\xa0%', '0.5\xa0%')
    """
    return f"{100 * share:.{digits}f}\N{NO-BREAK SPACE}%"


def gaps(values: Iterable[float]) -> list[float | None]:
    """Numbers for a plot: None, which is a gap there, for not-a-number, which no message can carry.

    >>> gaps([0.5, float("nan")])
    [0.5, None]
    """
    return [None if math.isnan(value) else value for value in values]


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
