"""The questions of the tokenization lab, in the order of its story.

What a token is, several tokenizers, how a word is built, training, languages, the vocabulary, and
the odd corners.
"""

from pathlib import Path

from lablib.exercises.loader import load
from lablib.tokenization.exercises.checks import CHECKS

RECORDS = load(Path(__file__).with_name("questions.md"), CHECKS)
