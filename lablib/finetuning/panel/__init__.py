"""The panels of the fine-tuning lab. Each is opened by one call."""

from lablib.lazy import lazy

__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        "batches": "batch_panel",
        "comparison": "comparison_panel",
        "harms": "harm_panel",
        "ladder": "ladder_panel",
        "runs": "runs_panel",
        "same_head": "same_head_panel",
        "search": "range_panel search_panel",
        "token_losses": "loss_panel",
        "training": "training_panel",
        "transfer": "transfer_panel",
    },
)
