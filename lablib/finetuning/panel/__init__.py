"""The panels of the fine-tuning lab. Each is opened by one call."""

from lablib.finetuning.panel.batches import batch_panel
from lablib.finetuning.panel.comparison import comparison_panel
from lablib.finetuning.panel.harms import harm_panel
from lablib.finetuning.panel.ladder import ladder_panel
from lablib.finetuning.panel.runs import runs_panel
from lablib.finetuning.panel.same_head import same_head_panel
from lablib.finetuning.panel.search import range_panel, search_panel
from lablib.finetuning.panel.token_losses import loss_panel
from lablib.finetuning.panel.training import training_panel
from lablib.finetuning.panel.transfer import transfer_panel

__all__ = [
    "batch_panel",
    "comparison_panel",
    "harm_panel",
    "ladder_panel",
    "loss_panel",
    "range_panel",
    "runs_panel",
    "same_head_panel",
    "search_panel",
    "training_panel",
    "transfer_panel",
]
