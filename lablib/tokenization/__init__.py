"""The tokenization room: from text to tokens and back.

Names are loaded when they are used, so that `from lablib import tokenization` costs nothing:

    >>> from lablib import tokenization as tk
    >>> tk.encode("Hello world", "gpt2").ids
    (15496, 995)
"""

from importlib import import_module
from typing import Any

_HOME = {
    name: module
    for module, names in {
        "compute": "Encoding Token byte_offsets encode",
        "named": "TokenizerCard as_tokenizer menu",
        "levels": "Ladder Rung code_point_name ladder sharing",
        "comparison": "Comparison Difference Row compare decode differences unknown",
        "languages": "Cost Costs language_costs parallel_sentences read_parallel",
        "vocabulary_search": "ORDERS Query entries_of search scripts unused used",
        "pipeline": "Pretoken backend pretokens",
        "steps": (
            "Arrival Arrivals Candidate Match Merge Part WordSteps bpe_steps kind_of"
            " unigram_steps word_steps wordpiece_steps"
        ),
        "corners": "CORNERS Corner Reading corner",
        "training": ("Trained held_out train train_bpe train_unigram train_wordpiece"),
        "counting": "Growth growth",
        "merge_view": "MergeView",
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
