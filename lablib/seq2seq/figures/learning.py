"""What the learning panel shows of held-out pairs."""

from lablib.numbers import percent
from lablib.seq2seq.compute.scoring import Scored
from lablib.widgets.html import table


def before_after_table(before: Scored, after: Scored | None) -> str:
    """Each pair with what was written before and after, those that are worst after first, as HTML.

    Args:
        after: None while it is not known.
    """
    columns = [
        ("source", "what the model read"),
        ("before", "what it made of it before it learned"),
        ("after", "what it makes of it now"),
        ("right", "what was meant"),
        ("chrF", "before → after: how much it has in common with what was meant, 0 to 100"),
    ]
    then = {(row.source, row.target): row for row in before.rows}
    rows = []
    for row in after.rows if after else before.rows:
        old = then[row.source, row.target]
        written, near = ("…", "") if after is None else (row.written, f" → {row.chrf:.0f}")
        rows.append((row.source, old.written, written, row.target, f"{old.chrf:.0f}{near}"))
    return table("Pairs it never learned from", columns, rows, words=(0, 1, 2, 3))


def before_after_words(before: Scored, after: Scored) -> str:
    """The figures of all pairs, before and after."""
    return (
        f"{len(after.rows)} held-out pairs: BLEU {before.bleu:.1f} → {after.bleu:.1f}, "
        f"chrF {before.chrf:.1f} → {after.chrf:.1f}, right to the letter {percent(before.exact)} → "
        f"{percent(after.exact)}."
    )
