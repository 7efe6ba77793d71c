"""The questions of the fine-tuning lab, in the order of its story.

What a batch asks, a run, comparing, less data and fewer weights, good settings, cost, bugs.
"""

from lablib.exercises.records import Record
from lablib.finetuning.exercises import bugs, predictions, tasks

RECORDS: tuple[Record, ...] = (
    # What a model learns from
    predictions.TARGETS_OF_A_ROW,
    tasks.COUNT_TARGETS,
    tasks.PERPLEXITY,
    bugs.SHIFTED_TWICE,
    bugs.PADDING_IN_THE_LOSS,
    # A run
    predictions.WHAT_COMES_FIRST,
    tasks.LINEAR_SCHEDULE,
    bugs.ADAMW,
    predictions.WHEN_TO_STOP,
    predictions.AFTER_A_KILL,
    # Before and after
    predictions.FORGETTING,
    bugs.PAD_IS_END,
    # Less data, fewer weights
    predictions.FIRST_LOSS,
    predictions.LITTLE_DATA,
    predictions.LORA_SHARE,
    tasks.LORA_WEIGHTS,
    tasks.TRAIN_LAST,
    # Good settings
    predictions.TOO_HIGH_A_RATE,
    tasks.BEST_RATE,
    bugs.SCHEDULER_FIRST,
    # Cost
    predictions.OPTIMIZER_MEMORY,
    tasks.TRAINING_BYTES,
    tasks.BATCH_MEAN,
    bugs.MEAN_OF_MEANS,
    predictions.CHECKPOINTING,
    # The loop
    bugs.NO_ZERO_GRAD,
    bugs.STAYS_IN_EVAL,
)
