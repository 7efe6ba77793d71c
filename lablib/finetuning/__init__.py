"""The fine-tuning room: a pretrained model learns a text of one's own, while one looks on.

Names are loaded when they are used, so that `from lablib import finetuning` costs nothing:

    >>> from lablib import finetuning as ft
    >>> ft.Config(text="lighthouse", steps=20).batch
    8

The engine itself lies in `lablib.training`, since other rooms train with it too. Here is what is
looked at: `batches`, `per_token`, `comparison`, `same_head` (what a model learned, and what not),
`transfer`, `search`, `ladder`, `estimate` (choices before a run) and `harms` (what bugs cost).
"""

from lablib.lazy import lazy

__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        ".training.config": "Config PRESETS check read_config write_config",
        ".training.texts": "read_text split",
        ".training.tasks": "Task Causal Masked Classification Sequence make_task",
        ".training.losses": "cross_entropy",
        ".training.methods": "METHODS prepare",
        ".training.guards": "NonFinite OutOfMemory",
        ".training.records": "Record Evaluation",
        ".training.state": "State",
        ".training.engine": "setup fit validate",
        ".training.checkpoints": "save latest",
        ".training.run": "Run RunInfo runs",
        "estimate": "Memory memory_parts seconds_for",
        ".training.flops": "flops_per_token mfu peak_flops",
        "batches": "MISTAKES ROLES SeenBatch batch_losses see spoil",
        "per_token": "LossChange TokenLosses loss_change token_losses",
        "comparison": (
            "Continuation TextMeasure continue_prompts general_text measure_text open_result"
        ),
        "same_head": "HeadChange head_change",
        "transfer": "TransferPoint transfer_points",
        "search": "Range RangeTest Trial best_trial range_test search_settings",
        "ladder": "Means Measurement Rung climb rungs",
        "harms": "Harm harm",
    },
)
