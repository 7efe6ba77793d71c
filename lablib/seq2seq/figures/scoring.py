"""What the scoring panel shows of a result."""

from lablib.numbers import percent
from lablib.seq2seq.compute.scoring import Scored
from lablib.widgets.html import table

ROWS = 8
"""How many pairs are shown, the worst first."""


def pairs_table(found: Scored) -> str:
    """The worst pairs, as HTML."""
    columns = [
        ("source", "what the model read"),
        ("it writes", "what the model made of it"),
        ("right", "what was meant"),
        ("chrF", "how much the two have in common, 0 to 100"),
    ]
    rows = [(row.source, row.written, row.target, f"{row.chrf:.0f}") for row in found.rows[:ROWS]]
    return table("The worst first", columns, rows, words=(0, 1, 2))


def score_words(found: Scored) -> str:
    """The figures of all pairs; a BLEU that is 0 for right answers too is explained."""
    short = not found.bleu and all(len(row.target.split()) < 4 for row in found.rows)
    return (
        f"{len(found.rows)} pairs: BLEU {found.bleu:.1f}, chrF {found.chrf:.1f}, right to the "
        f"letter {percent(found.exact)}."
    ) + short * " BLEU is 0 because no right answer has four words in a row."
