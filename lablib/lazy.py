"""Packages whose names are loaded when they are first used (PEP 562), so that importing one costs
nothing and a lab pays only for what it shows.
"""

import ast
from collections.abc import Callable, Collection
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any

import lablib


def lazy(
    package: str, path: str
) -> tuple[list[str], Callable[[str], Any], Callable[[], list[str]]]:
    """What a package's `__init__` needs to load its public names when they are used.

    The names stand in the stub beside it, `__init__.pyi`, as imports: the same lines tell type
    checkers and editors what a name is, and this function where to find it.

    Args:
        package: its `__name__`.
        path: its `__file__`.

    Returns:
        The package's `__all__`, `__getattr__` and `__dir__`.

    Example:
        >>> from lablib import sampling
        >>> names, load, _ = lazy("lablib.sampling", sampling.__file__)
        >>> "Knobs" in names, load("Knobs") is sampling.Knobs
        (True, True)
        >>> load("Knob")
        Traceback (most recent call last):
        ...
        AttributeError: module 'lablib.sampling' has no attribute 'Knob'. Did you mean Knobs? ...
    """
    home = _homes(Path(path).with_suffix(".pyi").read_text(encoding="utf-8"))
    unknown = refusal(package, home)

    def load(name: str) -> Any:
        if name not in home:
            unknown(name)
        return getattr(import_module(home[name]), name)

    return sorted(home), load, lambda: sorted(home)


def refusal(package: str, names: Collection[str]) -> Callable[[str], Any]:
    """What a package says of a name it has not, as in a notebook of last term's labs.

    >>> refusal("lablib.sampling", ["Knobs"])("gone")
    Traceback (most recent call last):
    ...
    AttributeError: module 'lablib.sampling' has no attribute 'gone'. If this notebook came with
    another edition of the labs (this is 0.1.0), take the one that came with this edition.
    """

    def refuse(name: str) -> Any:
        near = get_close_matches(name, names, n=1)
        meant = f" Did you mean {near[0]}?" if near else ""
        raise AttributeError(
            f"module {package!r} has no attribute {name!r}.{meant} If this notebook came with "
            f"another edition of the labs (this is {lablib.__version__}), take the one that came "
            "with this edition."
        )

    return refuse


def _homes(stub: str) -> dict[str, str]:
    """The module of each name that a stub imports.

    >>> _homes("from a.b import (One as One, two as two)")
    {'One': 'a.b', 'two': 'a.b'}
    """
    imports = [node for node in ast.parse(stub).body if isinstance(node, ast.ImportFrom)]
    return {alias.name: node.module or "" for node in imports for alias in node.names}
