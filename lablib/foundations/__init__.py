"""The foundations room: what a language model is, how one is trained, measured, and made smaller.

Names are loaded when they are used, so that `from lablib import foundations` costs nothing:

    >>> from lablib import foundations as fo
    >>> fo.SMOOTHINGS
    ('none', 'add-k', 'backoff', 'witten-bell', 'kneser-ney')
"""

from importlib import import_module
from typing import Any

_HOME = {
    name: module
    for module, names in {
        "ngrams": "SMOOTHINGS NGrams Seen",
        "counting": "Cost Split costs count split_text write",
        "losses": "Surprise surprise token_losses",
        "initialisation": "ACTIVATIONS INITS Signal signal",
        "descent": "METHODS VALLEYS Descent NetCurve Valley descend spirals train_net",
        "overfitting": "Examples Fit Guard examples fit wave",
        "deciding": "Counts counts_at example_scores sweep",
        "translation": "Bleu bleu",
        "size": "PRECISIONS Shape serving_memory training_flops training_memory",
        "devices": "DEVICES Bill Device training_bill",
        "known": "KNOWN Known",
        "shrinking": "Copy half_copy int8_copy measure pruned_copy shrink",
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
