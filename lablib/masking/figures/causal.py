"""What the causal panel shows of a result."""

from lablib.masking.compute.causal import LeftFill
from lablib.masking.compute.fill import Fill
from lablib.masking.figures.shared import Column, guess_row


def causal_columns(left: LeftFill, masked: Fill | None) -> list[Column]:
    """What a GPT expects from the left, what it makes of whole sentences, and what a BERT expects.

    Args:
        masked: None if there is no masked model's answer.
    """
    columns = [
        {
            "title": "GPT, the left side only",
            "note": f"It read “{left.left}” and nothing more." if left.left else "It read nothing.",
            "rows": [guess_row(guess) for guess in left.guesses],
        },
        {
            "title": "GPT, judging whole sentences",
            "note": "Each word tried in turn: shares among those tried.",
            "rows": [guess_row(guess) for guess in left.rescored],
        },
    ]
    if masked is not None:
        both = {
            "title": "BERT, both sides at once",
            "note": "One reading of the whole text.",
            "rows": [guess_row(guess) for guess in masked.top()],
        }
        columns.append(both)
    return columns
