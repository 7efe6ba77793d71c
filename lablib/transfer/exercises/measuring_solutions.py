# mypy: disallow-untyped-defs=False
"""The right answers about measures, as they are shown to whoever asks for them."""

import math


def bits_per_byte(perplexity, tokens, text):
    """The bits that a model needs for each byte of a text, from its perplexity on the tokens."""
    return tokens * math.log2(perplexity) / len(text.encode("utf-8"))


def f1(labels, said):
    """The F1 of yes and no answers; labels and answers are lists of 1 and 0."""
    hits = sum(label and answer for label, answer in zip(labels, said, strict=True))
    wrong = sum(label != answer for label, answer in zip(labels, said, strict=True))
    return 2 * hits / (2 * hits + wrong) if hits else 0.0


def accuracy(batches):
    """The accuracy over batches, each a list of True (right) and False (wrong)."""
    right = sum(sum(batch) for batch in batches)
    return right / sum(len(batch) for batch in batches)
