"""Packages whose names are loaded when they are first used (PEP 562), so that importing one costs
nothing and a lab pays only for what it shows.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from types import ModuleType
from typing import Any


def lazy(
    package: str, modules: Mapping[str, str]
) -> tuple[list[str], Callable[[str], Any], Callable[[], list[str]]]:
    """What a package's `__init__` needs to load its public names when they are used.

    Args:
        package: its `__name__`.
        modules: for each of its modules the public names defined there, with spaces between. A name
            that ends in `_panel` need not be listed: it is found in the module `panel`. A module
            that begins with a dot lies beside the package.

    Returns:
        The package's `__all__`, `__getattr__` and `__dir__`.

    Example:
        >>> names, load, _ = lazy("lablib", {"unicode": "well_formed"})
        >>> names, load("well_formed")("a\\ud800")
        (['well_formed'], 'a\ufffd')
        >>> load("well_former")
        Traceback (most recent call last):
        ...
        AttributeError: module 'lablib' has no attribute 'well_former'
    """
    home = {name: module for module, names in modules.items() for name in names.split()}

    def load(name: str) -> Any:
        module = home.get(name)
        if module is None and name.endswith("_panel") and not package.endswith(".panel"):
            module = "panel"
        if module is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f".{module}", package), name)

    return sorted(home), load, lambda: sorted(home)


@contextmanager
def version_only(name: str) -> Iterator[None]:
    """Inside, importing the module `name` gives a stand-in that knows its version and nothing else.

    For libraries that import a slow module to see which version is there. A module that is imported
    already, or is not installed, stays as it is.

    Example:
        >>> with version_only("voila"):
        ...     import voila
        ...     hasattr(voila, "__version__"), hasattr(voila, "app")
        (True, False)
    """
    if name in sys.modules or find_spec(name) is None:
        yield
        return
    sys.modules[name] = stand_in = ModuleType(name)
    stand_in.__dict__["__version__"] = version(name)
    try:
        yield
    finally:
        del sys.modules[name]
