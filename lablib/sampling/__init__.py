"""The sampling room: from a model's scores to text.

Names are loaded when they are used, so that `from lablib import sampling` costs nothing:

    >>> from lablib import sampling as sp
    >>> sp.Knobs(temperature=0.7).temperature
    0.7
"""

from importlib import import_module
from typing import Any

_HOME = {
    name: module
    for module, names in {
        "compute": (
            "STAGES Knobs Stage distribution draw entropy stages uniforms"
            " repetition_penalty temperature top_k top_p min_p typical_p"
        ),
        "generation": (
            "Alternative Session Step choose generate generate_rows lockstep next_logits top"
        ),
        "text": "Prompt TextStream context_length prepare token_text",
        "beams": "BeamNode BeamTree Finished beam_search grow_beams",
        "measures": (
            "Diversity Timing cache_timing distinct_n diversity first_divergence repetition"
        ),
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
