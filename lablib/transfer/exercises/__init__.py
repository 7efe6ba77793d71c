"""The questions of the transfer lab, in the order of its story."""

from lablib.exercises.records import Record
from lablib.transfer.exercises import measuring

RECORDS: tuple[Record, ...] = (*measuring.RECORDS,)
