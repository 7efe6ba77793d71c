"""The questions of the transfer lab, in the order of its story.

Data, training, scores, transfer; then what goes wrong in training, measures and size.
"""

from lablib.exercises.records import Record
from lablib.transfer.exercises import bugs, measuring, predictions, tasks

RECORDS: tuple[Record, ...] = (
    tasks.LEAKS,
    # Fine-tuning
    predictions.HALF_WAY,
    tasks.STEPS,
    bugs.SCHEDULER,
    bugs.STOPPED_BY_THE_TEST,
    # Who is taken for whom, and why
    tasks.CONFUSION,
    tasks.OCCLUDE,
    # Transfer
    predictions.TWENTY_TEXTS,
    predictions.HARDER_TASK,
    # Training, measures, size
    *measuring.RECORDS,
)
