"""The questions of the opening lab: what a language model is, by counting."""

from lablib.exercises.records import Record
from lablib.foundations.exercises import predictions, tasks

RECORDS: tuple[Record, ...] = (
    predictions.NEVER_SEEN,
    predictions.LONGER_CONTEXTS,
    predictions.A_TALE_SAID_OFTEN,
    tasks.NEXT_WORDS,
)
