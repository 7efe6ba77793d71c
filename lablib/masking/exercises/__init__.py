"""The questions of the masked-word lab, in the order of its story.

One gap, words of several pieces, several gaps, clues, sentences, how it learned, bias, GPT.
"""

from lablib.exercises.records import Record
from lablib.masking.exercises import bugs, predictions, tasks

RECORDS: tuple[Record, ...] = (
    # One gap
    predictions.AT_THE_MASK,
    predictions.THE_RHYME,
    tasks.BEST_GUESS,
    bugs.SOFTMAX_OVER_THE_TEXT,
    bugs.PLACE_BEFORE_THE_CUT,
    # Words of several pieces
    tasks.RHINOCEROS,
    tasks.MASK_WORD,
    bugs.PIECE_FOR_A_WORD,
    # Several gaps
    predictions.CLASH,
    tasks.TWO_FILLINGS,
    # Clues
    predictions.WHICH_WORD,
    # Sentences
    predictions.OTHER_WORDS,
    tasks.PSEUDO_LOG_LIKELIHOOD,
    # How it learned
    predictions.MASKS_OF_A_THOUSAND,
    predictions.UNCHANGED,
    tasks.CORRUPT,
    tasks.LABELS,
    bugs.LOSS_EVERYWHERE,
    predictions.SAID_TWICE,
    tasks.TOTAL_LOSS,
    predictions.FIRST_LESSON,
    predictions.HEAD_START,
    # Bias
    predictions.WHAT_A_PROBE_SHOWS,
    tasks.DIFFERENCE_AND_SPREAD,
    # One side or both
    predictions.LEFT_ONLY,
)
