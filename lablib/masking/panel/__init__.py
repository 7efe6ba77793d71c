"""The panels of the masked-word lab. Each is opened by one call and needs nothing but a text."""

from lablib.masking.panel.bias import bias_panel
from lablib.masking.panel.causal import causal_panel
from lablib.masking.panel.curves import curves_panel
from lablib.masking.panel.evidence import evidence_panel
from lablib.masking.panel.fill import fill_panel
from lablib.masking.panel.joint import joint_panel
from lablib.masking.panel.learning import learning_panel
from lablib.masking.panel.pair import side_by_side
from lablib.masking.panel.pretraining import pretraining_panel
from lablib.masking.panel.sentences import sentence_panel
from lablib.masking.panel.training import training_panel

__all__ = [
    "bias_panel",
    "causal_panel",
    "curves_panel",
    "evidence_panel",
    "fill_panel",
    "joint_panel",
    "learning_panel",
    "pretraining_panel",
    "sentence_panel",
    "side_by_side",
    "training_panel",
]
