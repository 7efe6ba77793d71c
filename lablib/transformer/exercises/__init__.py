"""The questions of the transformer lab, in the order of its story.

The whole model, embeddings, products, a forward pass, the residual stream, norms, more bugs.
"""

from pathlib import Path

from lablib.exercises.loader import load
from lablib.transformer.exercises.checks import CHECKS

RECORDS = load(Path(__file__).with_name("questions.md"), CHECKS)
