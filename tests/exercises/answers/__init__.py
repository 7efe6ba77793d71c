"""Answers that people may well give, each room's in a module of its own, to try the checks with.

A module has `ANSWERS`: for the id of each exercise and bug what is `Tried`. An answer is code as
it would be written into the lab's notebook: the definition of the function that is asked for (with
what it imports), or the expression of a value. Each is whole, as somebody hands it in: many differ
in one line, which is the point of them.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Tried:
    """`right` answers, and `wrong` ones with a piece of what must be said to each.

    A wrong one with "" has made no known mistake, and must not be told of one.
    """

    right: tuple[str, ...]
    wrong: Mapping[str, str]


def tried() -> dict[str, Tried]:
    """What is tried of all rooms, by the ids of exercises and bugs."""
    found: dict[str, Tried] = {}
    for module in pkgutil.iter_modules(__path__):
        found |= importlib.import_module(f"{__name__}.{module.name}").ANSWERS
    return found
