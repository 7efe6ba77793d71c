# mypy: disallow-untyped-defs=False
"""The right answers about measures, as they are shown to whoever asks for them."""

import math


def perplexity(losses):
    """The perplexity of a text, from the loss of each of its tokens in nats."""
    return math.exp(sum(losses) / len(losses))


def f1(labels, said):
    """The F1 of yes and no answers; labels and answers are lists of 1 and 0."""
    hits = sum(label and answer for label, answer in zip(labels, said, strict=True))
    wrong = sum(label != answer for label, answer in zip(labels, said, strict=True))
    return 2 * hits / (2 * hits + wrong) if hits else 0.0


def accuracy(batches):
    """The accuracy over batches, each a list of True (right) and False (wrong)."""
    right = sum(sum(batch) for batch in batches)
    return right / sum(len(batch) for batch in batches)
