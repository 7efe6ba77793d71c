"""How a share is written in percent, and what is said of a number that cannot be meant."""

import math
from numbers import Integral, Real
from typing import Any


class NoNumber(TypeError, ValueError):
    """Something that is no number of the kind that is needed. As scikit-learn's
    `InvalidParameterError` it is both: of a wrong type, and a setting that cannot be used.
    """


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


def require_number(**values: float) -> None:
    """Refuse what is no number, True and False among them.

    >>> require_number(flops=1e15, price="low")
    Traceback (most recent call last):
    ...
    lablib.numbers.NoNumber: price must be a number, and it was 'low'.
    """
    for name, value in values.items():
        _require(Real, name, value, "a number")


def require_whole(**values: int) -> None:
    """Refuse what is no whole number.

    >>> require_whole(start=1, end=1.5)
    Traceback (most recent call last):
    ...
    lablib.numbers.NoNumber: end must be a whole number, and it was 1.5.
    """
    for name, value in values.items():
        _require(Integral, name, value, "a whole number")


def require_count(name: str, value: int, least: int = 1, says: str = "") -> None:
    """Refuse what is no number of things, and one that is too small: of it something else may be
    said.

    >>> require_count("steps", 0)
    Traceback (most recent call last):
    ...
    ValueError: steps must be 1 or above, and it was 0.
    """
    rule = f"{least} or above"
    _require(Integral, name, value, f"a whole number, {rule}")
    if value < least:
        raise ValueError(says or f"{name} must be {rule}, and it was {value}.")


def require_place(name: str, value: int, number: int, whose: str = "", says: str = "") -> None:
    """Refuse what is no place among so many things, counted from 0.

    >>> require_place("head", 4, 4, "This layer has")
    Traceback (most recent call last):
    ...
    ValueError: This layer has heads 0 to 3, and 4 was asked for.
    """
    _require(Integral, name, value, f"a whole number from 0 to {number - 1}")
    if not 0 <= value < number:
        raise ValueError(says or f"{whose} {name}s 0 to {number - 1}, and {value} was asked for.")


def require_share(name: str, value: float) -> None:
    """Refuse a share of a whole that leaves nothing of it, or is none.

    >>> require_share("share", float("nan"))
    Traceback (most recent call last):
    ...
    ValueError: share must be from 0 to below 1, and it was nan.
    """
    _require(Real, name, value, "a number from 0 to below 1")
    if not 0 <= value < 1:
        raise ValueError(f"{name} must be from 0 to below 1, and it was {value!r}.")


def require_within(
    name: str, value: float, least: float = 0, most: float = 1, says: str = ""
) -> None:
    """Refuse a number outside of two ends, which are both allowed.

    >>> require_within("alpha", 2)
    Traceback (most recent call last):
    ...
    ValueError: alpha must be from 0 to 1, and it was 2.
    """
    rule = f"from {least} to {most}" if most < math.inf else f"{least} or above"
    _require(Real, name, value, f"a number, {rule}")
    if not least <= value <= most:
        raise ValueError(says or f"{name} must be {rule}, and it was {value!r}.")


def require_above(
    name: str, value: float, least: float = 0, most: float = math.inf, says: str = ""
) -> None:
    """Refuse a number that is not above the lower end; the upper one is allowed.

    >>> require_above("learning_rate", 0.0)
    Traceback (most recent call last):
    ...
    ValueError: learning_rate must be above 0, and it was 0.0.
    """
    rule = f"above {least}" + (f" and at most {most}" if most < math.inf else "")
    _require(Real, name, value, f"a number {rule}")
    if not least < value <= most:
        raise ValueError(says or f"{name} must be {rule}, and it was {value!r}.")


def _require(kind: type, name: str, value: Any, rule: str) -> None:
    if isinstance(value, bool) or not isinstance(value, kind):
        raise NoNumber(f"{name} must be {rule}, and it was {value!r:.80}.")
