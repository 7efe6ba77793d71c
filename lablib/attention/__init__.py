"""The attention room: what every head of a model looks at, and whether it matters.

Names are loaded when they are used, so that `from lablib import attention` costs nothing:

    >>> from lablib import attention as at
    >>> import torch
    >>> q = k = v = torch.eye(2)
    >>> at.steps(q, k, v, causal=True).weights[0]
    tensor([1., 0.])
"""

from importlib import import_module
from typing import Any

_HOME = {
    name: module
    for module, names in {
        "bertviz_frames": "head_view model_view",
        "compute": "AttentionSteps entropy hide steps",
        "projections": "HeadParts LayerVectors head_parts vectors",
        "metrics": (
            "METRICS HeadMetrics change head_metrics head_scores induction_scores top_heads"
        ),
        "ablation": "Ablation Change Sweep ablate divergence striking_but_idle sweep",
        "layers": "Lens logit_lens rollout",
        "positions": "Shuffle learned_positions products_by_distance shuffle sinusoidal",
        "writing": "Written so_far write",
        "mapping": "AttentionMaps EncoderDecoderMaps encoder_decoder_maps maps",
        "repeating": "random_words_twice",
        "text": "Reading read",
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
