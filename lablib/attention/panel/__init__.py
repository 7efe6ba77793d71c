"""The panels of the attention lab. Each is opened by one call and needs nothing but a text."""

from lablib.attention.panel.ablation import ablation_panel
from lablib.attention.panel.bertviz import bertviz_panel
from lablib.attention.panel.heads import heads_panel
from lablib.attention.panel.layers import layers_panel
from lablib.attention.panel.multihead import multihead_panel
from lablib.attention.panel.pairs import pairs_panel
from lablib.attention.panel.positions import positions_panel
from lablib.attention.panel.steps import steps_panel
from lablib.attention.panel.writing import writing_panel

__all__ = [
    "ablation_panel",
    "bertviz_panel",
    "heads_panel",
    "layers_panel",
    "multihead_panel",
    "pairs_panel",
    "positions_panel",
    "steps_panel",
    "writing_panel",
]
