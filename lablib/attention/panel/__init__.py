"""The panels of the attention lab. Each is opened by one call and needs nothing but a text."""

from lablib.lazy import lazy

__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        "ablation": "ablation_panel",
        "bertviz": "bertviz_panel",
        "heads": "heads_panel",
        "layers": "layers_panel",
        "multihead": "multihead_panel",
        "pairs": "pairs_panel",
        "positions": "positions_panel",
        "steps": "steps_panel",
        "writing": "writing_panel",
    },
)
