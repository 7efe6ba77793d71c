"""The questions of the transfer lab, in the order of its story.

Data, training, scores, transfer; then what goes wrong in training, measures and size.
"""

from pathlib import Path

from lablib.exercises.loader import load
from lablib.transfer.exercises.checks import CHECKS

RECORDS = load(Path(__file__).with_name("questions.md"), CHECKS)
