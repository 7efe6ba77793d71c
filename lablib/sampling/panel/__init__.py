"""The panels of the sampling lab. Each is opened by one call and needs nothing but a prompt."""

from lablib.lazy import lazy

__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        "beams": "beam_panel",
        "cache": "cache_panel",
        "comparison": "comparison_panel",
        "generation": "generation_panel",
        "knobs": "knob_panel",
    },
)
