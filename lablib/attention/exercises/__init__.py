"""The questions of the attention lab, in the order of its story.

One row by hand, masks and scales, many heads, positions, what heads do, while it writes, does it
matter, through the layers, two sentences.
"""

from lablib.attention.exercises import bugs, predictions, tasks
from lablib.exercises.records import Record

RECORDS: tuple[Record, ...] = (
    # One head, step by step
    predictions.ROWS_OR_COLUMNS,
    tasks.ROW_BY_HAND,
    bugs.SOFTMAX_TWICE,
    bugs.WRONG_INDEX,
    predictions.SPREAD_OF_A_PRODUCT,
    predictions.WITHOUT_THE_SCALE,
    predictions.WEIGHTS_THAT_ARE_ZERO,
    tasks.MASK_BY_HAND,
    bugs.MASK_AFTER_SOFTMAX,
    tasks.ATTENTION,
    # Many heads
    predictions.CONCATENATED_OR_ADDED,
    bugs.RESHAPED_HEADS,
    tasks.MERGE_HEADS,
    bugs.SCALE_OF_THE_MODEL,
    # Positions
    predictions.WAVES_AND_DISTANCE,
    predictions.SHUFFLED_WORDS,
    # What heads do
    bugs.SDPA_GIVES_NONE,
    predictions.WHERE_HEADS_LOOK,
    tasks.ROW_ENTROPY,
    tasks.PREVIOUS_TOKEN,
    tasks.EXPLAIN_THE_SINK,
    tasks.WITHOUT_FIRST,
    predictions.INDUCTION_TARGET,
    tasks.INDUCTION_HEAD,
    # While it writes
    predictions.ROWS_BEFORE,
    # Does it matter?
    predictions.STRIKING_HEAD,
    tasks.MUTED_BY_HAND,
    # Through the layers
    predictions.LENS_AT_THE_BOTTOM,
    tasks.ROLLOUT,
    # Two sentences
    predictions.TWO_SENTENCES,
)
