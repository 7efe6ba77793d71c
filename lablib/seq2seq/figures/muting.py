"""What the heads panel shows of a result."""

from lablib.seq2seq.compute.muting import Muting
from lablib.widgets.html import table
from lablib.widgets.tokens import number


def muting_table(found: Muting) -> str:
    """What the model writes with all heads and without some, as HTML."""
    columns = [
        ("cross-attention", "which heads may look at the source"),
        ("it writes", "taking the likeliest token each time"),
        ("loss", "of the first text, in nats per token"),
    ]
    without = "1 head muted" if len(found.heads) == 1 else f"{len(found.heads)} heads muted"
    rows = [("all heads", found.before.text, number(found.loss_before))]
    if found.heads:
        rows.append((without, found.after.text, number(found.loss_after)))
    return table("With and without", columns, rows, words=(0, 1))
