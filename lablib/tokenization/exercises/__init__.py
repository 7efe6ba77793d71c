"""The questions of the tokenization lab, in the order of its story.

What a token is, several tokenizers, how a word is built, training, languages, the vocabulary, and
the odd corners.
"""

from lablib.exercises.records import Record
from lablib.tokenization.exercises import bugs, corner_tasks, predictions, tasks

RECORDS: tuple[Record, ...] = (
    # What a token is
    predictions.PIECES,
    tasks.BYTES_OF,
    predictions.FAMILY,
    tasks.MORE_TOKENS,
    bugs.ONE_TOKEN_AT_A_TIME,
    bugs.CHARACTERS_FOR_TOKENS,
    # Side by side
    predictions.ROUND_TRIP,
    tasks.BYTES_PER_TOKEN,
    tasks.FIRST_DIFFERENCE,
    # A word being built
    predictions.FIRST_MERGE,
    tasks.MERGE,
    bugs.NEXT_MERGE,
    predictions.UNKNOWN_LETTER,
    tasks.WORDPIECE,
    tasks.BEST_PATH,
    # Training
    tasks.MOST_FREQUENT_PAIR,
    tasks.THREE_MERGES,
    predictions.LARGER_VOCABULARY,
    bugs.OTHER_PRE_TOKENIZER,
    # Languages
    predictions.LANGUAGE_COST,
    tasks.PREMIUM,
    # The vocabulary
    predictions.SPACE_SHARE,
    tasks.SPELLINGS,
    # Odd corners
    bugs.WORD_BY_WORD,
    predictions.NUMBER_CUT,
    corner_tasks.IN_THREES,
    predictions.TRAILING_SPACE,
    corner_tasks.TWO_WAYS,
    corner_tasks.CHEAPER_CODE,
    corner_tasks.UNIX_LINES,
    corner_tasks.SAME_WORD,
    bugs.CUT_IN_A_CHARACTER,
    predictions.TYPED_CONTROL_TOKEN,
    corner_tasks.SAFE_IDS,
)
