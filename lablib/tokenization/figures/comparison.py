"""What the comparison panel shows of a result."""

from collections.abc import Sequence

from lablib.tokenization.compute.comparison import Comparison, Difference
from lablib.widgets.html import table
from lablib.widgets.tokens import shortened, visible


def comparison_table(comparison: Comparison) -> str:
    """One row for each tokenizer, as HTML."""
    columns = [
        ("Tokenizer", "its name"),
        ("tokens", "how many the text is, without those the tokenizer adds"),
        ("bytes per token", "how much text a token holds"),
        ("unknown", "tokens that only say that something unknown is there"),
        ("comes back", "whether decoding the tokens gives the text"),
        ("what does not", "what is in the text, and what comes back instead"),
    ]
    rows = [
        (
            row.name,
            f"{row.tokens:,}",
            f"{row.bytes_per_token:.2f}",
            f"{row.unknown:,}",
            "yes" if row.exact else "no",
            difference_words(row.differences),
        )
        for row in comparison.rows
    ]
    return table("The same text", columns, rows, words={0, 4, 5})


def difference_words(differences: Sequence[Difference], most: int = 4) -> str:
    """The first differences between a text and what came back.

    >>> difference_words([Difference(0, 2, "Ça", "ca"), Difference(3, 4, "\\n", "")])
    'Ça → ca, ⏎ → nothing'
    """
    shown = [
        " → ".join(visible(shortened(part, 24)) or "nothing" for part in (d.was, d.now))
        for d in differences[:most]
    ]
    more = len(differences) - len(shown)
    return ", ".join([*shown, *([f"and {more:,} more"] if more else [])])
