"""The questions of the masked-word lab, in the order of its story.

One gap, words of several pieces, several gaps, clues, sentences, how it learned, bias, GPT.
"""

from pathlib import Path

from lablib.exercises.loader import load
from lablib.masking.exercises.checks import CHECKS

RECORDS = load(Path(__file__).with_name("questions.md"), CHECKS)
