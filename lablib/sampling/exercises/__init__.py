"""The questions of the sampling lab, in the order of its story.

What the model outputs, temperature, cutting the tail, drawing, repetition, beams, cost.
"""

from lablib.exercises.records import Record
from lablib.sampling.exercises import bugs, predictions, tasks

RECORDS: tuple[Record, ...] = (
    # What the model outputs
    predictions.WHAT_COMES_OUT,
    bugs.SOFTMAX_OF_THE_CUT,
    # Temperature
    predictions.TEMPERATURE_RATIO,
    predictions.TEMPERATURE_ORDER,
    tasks.SOFTMAX_TEMPERATURE,
    tasks.EFFECTIVE_CHOICES,
    tasks.TEMPERATURE_FOR,
    bugs.TEMPERATURE_WITHOUT_SAMPLING,
    # Cutting the tail
    predictions.RARE_TAIL,
    predictions.TOP_P_WIDTH,
    predictions.TOP_K_ONE,
    tasks.KEPT_BY_TOP_P,
    tasks.KEPT_BY_MIN_P,
    tasks.ROADS_TO_GREEDY,
    # Drawing
    predictions.SAME_DRAWS,
    tasks.DRAW,
    bugs.UNSEEDED_GENERATOR,
    # Repetition
    predictions.PENALISED_TOKENS,
    tasks.PENALTY_BY_HAND,
    bugs.NEGATIVE_LOGITS,
    bugs.PENALTY_AFTER_TOP_K,
    # Greedy search and beams
    predictions.GREEDY_THREE,
    bugs.LENGTH_COUNTS_THE_PROMPT,
    predictions.BEAMS_OR_GREEDY,
    tasks.MOST_PROBABLE_PAIR,
    tasks.LOG_PROBABILITY,
    # Cost
    predictions.CACHE_TIME,
    tasks.POSITIONS_COMPUTED,
)
