"""The fine-tuning room: a pretrained model learns a text of one's own, while one looks on.

Names are loaded when they are used, so that `from lablib import finetuning` costs nothing:

    >>> from lablib import finetuning as ft
    >>> ft.Config(text="lighthouse", steps=20).batch
    8

Read in this order: `config` (every setting), `texts` (from a file or a name to a text), `tasks`
(what is learned from it), `losses`, `methods` (which weights learn), `guards` (what stops a run),
`checkpoints`, and `engine`, the training loop from top to bottom.
"""

from lablib.lazy import lazy

__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        "config": "Config PRESETS check read_config write_config",
        "texts": "read_text split",
        "tasks": "Task Causal Masked Classification Sequence make_task",
        "losses": "cross_entropy",
        "methods": "METHODS prepare",
        "guards": "NonFinite OutOfMemory",
        "records": "Record Evaluation",
        "engine": "State setup fit validate",
        "checkpoints": "save latest",
        "run": "Run RunInfo runs",
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
