"""The questions of the attention lab, in the order of its story.

One row by hand, masks and scales, many heads, positions, what heads do, while it writes, does it
matter, through the layers, two sentences.
"""

from pathlib import Path

from lablib.attention.exercises.checks import CHECKS
from lablib.exercises.loader import load

RECORDS = load(Path(__file__).with_name("questions.md"), CHECKS)
