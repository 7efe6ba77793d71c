"""What the pretraining panel shows of a result."""

from lablib.masking.compute.learning import BatchLoss
from lablib.masking.figures.shared import nats, percent
from lablib.widgets.html import table


def batch_table(loss: BatchLoss) -> str:
    """The pairs of a batch with the model's opinion of each, as HTML."""
    columns = [
        ("Pair", "what the model saw"),
        ("follows", "whether the second part really follows"),
        ("model says", "the probability that it does"),
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
    """The weighted sum, written out.

    >>> total_words(BatchLoss((), 3.0, 0.5), 1.0, 2.0)
    'α · L_MLM + β · L_NSP = 1 × 3.00 + 2 × 0.50 = 4.00 nats'
    """
    parts = f"{alpha:g} × {nats(loss.words)} + {beta:g} × {nats(loss.next_sentence)}"
    return f"α · L_MLM + β · L_NSP = {parts} = {nats(loss.total(alpha, beta))} nats"
