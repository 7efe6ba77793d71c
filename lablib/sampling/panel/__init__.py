"""The panels of the sampling lab. Each is opened by one call and needs nothing but a prompt."""

from lablib.sampling.panel.beams import beam_panel
from lablib.sampling.panel.cache import cache_panel
from lablib.sampling.panel.comparison import comparison_panel
from lablib.sampling.panel.generation import generation_panel
from lablib.sampling.panel.knobs import knob_panel

__all__ = ["beam_panel", "cache_panel", "comparison_panel", "generation_panel", "knob_panel"]
