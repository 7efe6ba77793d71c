"""The questions of the fine-tuning lab, in the order of its story.

What a batch asks, a run, comparing, less data and fewer weights, good settings, cost, bugs.
"""

from pathlib import Path

from lablib.exercises.loader import load
from lablib.finetuning.exercises.checks import CHECKS

RECORDS = load(Path(__file__).with_name("questions.md"), CHECKS)
