"""The transfer room: what was learned from much text, put to work on a few labelled ones.

Names are loaded when they are used, so that `from lablib import transfer` costs nothing:

    >>> from lablib import transfer as tr
    >>> tr.read_labelled("topic").names
    ('cooking', 'money', 'music', 'science', 'sport')
"""

from importlib import import_module
from typing import Any

_HOME = {
    name: module
    for module, names in {
        "examples": "Examples LabelledSet labelled_csv read_labelled",
        "compute": "Classifier Prediction load_classifier predict",
        "scoring": "Scores ClassScore score worst",
        "influence": "WAYS Pushes pushes",
        "training": "RECIPES Training fine_tune recipe",
        "curves": "METHODS SIZES Growth Point growth measure_transfer",
    }.items()
    for name in names.split()
}
"""Which module of this package defines which public name; a `*_panel` is found in `panel`."""

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    """Load the module that defines a public name when the name is first used (PEP 562)."""
    module = _HOME.get(name) or ("panel" if name.endswith("_panel") else None)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{module}"), name)


def __dir__() -> list[str]:
    return sorted(_HOME)
