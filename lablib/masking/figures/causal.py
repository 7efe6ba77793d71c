"""What the causal panel shows of a result."""

from lablib.masking.compute.causal import LeftFill
from lablib.masking.compute.fill import Fill
from lablib.masking.figures.shared import Column, guess_column


def causal_columns(left: LeftFill, masked: Fill) -> list[Column]:
    """What a GPT expects from the left and makes of whole sentences, and what a BERT expects."""
    read = f"It read “{left.left}” and nothing more." if left.left else "It read nothing."
    tried = "Each word tried in turn: shares among those tried."
    return [
        guess_column("GPT, the left side only", read, left.guesses),
        guess_column("GPT, judging whole sentences", tried, left.rescored),
        guess_column("BERT, both sides at once", "One reading of the whole text.", masked.top()),
    ]
