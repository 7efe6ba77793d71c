"""What the pretraining panel shows of a result."""

from lablib.masking.compute.learning import BatchLoss, weighted_loss
from lablib.masking.figures.shared import nats, percent
from lablib.widgets.html import table


def batch_table(loss: BatchLoss) -> str:
    """The pairs of a batch with the model's opinion of each, as HTML."""
    columns = [
        ("Pair", "what the model saw"),
        ("follows", "whether the second part really follows"),
        ("says it follows", "the probability that the model gives this"),
        ("right", "whether that is on the right side of one half"),
    ]
    rows = [
        (
            pair.seen,
            "yes" if pair.follows else "no",
            percent(pair.probability),
            "yes" if (pair.probability > 0.5) == pair.follows else "no",
        )
        for pair in loss.pairs
    ]
    return table("A batch of pretraining", columns, rows)


def total_words(loss: BatchLoss, alpha: float, beta: float) -> str:
    """The weighted sum, written out: that of the numbers as they are shown, so that it adds up.

    >>> total_words(BatchLoss((), 2.466, 3.086), 1.0, 1.0)
    'α · L_MLM + β · L_NSP = 1 × 2.47 + 1 × 3.09 = 5.56 nats'
    """
    words, next_sentence = round(loss.words, 2), round(loss.next_sentence, 2)
    parts = f"{alpha:g} × {nats(words)} + {beta:g} × {nats(next_sentence)}"
    total = weighted_loss(words, next_sentence, alpha, beta)
    return f"α · L_MLM + β · L_NSP = {parts} = {nats(total)} nats"
