"""The questions of the opening lab: what a language model is, by counting."""

from pathlib import Path

from lablib.exercises.loader import load
from lablib.foundations.exercises.checks import CHECKS

RECORDS = load(Path(__file__).with_name("questions.md"), CHECKS)
