"""The questions of the encoder-decoder lab, in the order of its story.

A translation, the three attentions, teacher forcing, prefixes, beams, more bugs.
"""

from pathlib import Path

from lablib.exercises.loader import load
from lablib.seq2seq.exercises.checks import CHECKS

RECORDS = load(Path(__file__).with_name("questions.md"), CHECKS)
