"""The questions of the sampling lab, in the order of its story.

What the model outputs, temperature, cutting the tail, drawing, repetition, beams, cost.
"""

from pathlib import Path

from lablib.exercises.loader import load
from lablib.sampling.exercises.checks import CHECKS

RECORDS = load(Path(__file__).with_name("questions.md"), CHECKS)
