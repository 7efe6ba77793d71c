"""What the comparison panel shows of a result."""

from collections.abc import Sequence

from lablib.tokenization.compute.comparison import LOOKED_AT, Comparison, Difference
from lablib.tokenization.figures.shared import counted
from lablib.widgets.html import fill, table
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


_MARKED = (
    '<mark title="not cut alike by all of them" style="background: #ffd54f; color: #000">{text}'
    "</mark>"
)
_PLAIN = "<span>{text}</span>"


def cuts_and_spread(comparison: Comparison) -> str:
    """The text as HTML, what is cut differently marked, and how far the numbers are apart.

    >>> from lablib.tokenization.compute.comparison import compare
    >>> found = cuts_and_spread(compare("It isn't", ["gpt2", "bert-base-uncased"]))
    >>> found.startswith("<span>It\u2423isn</span><mark ")
    True
    """
    text, reached, parts = comparison.text[:LOOKED_AT], 0, []
    for start, end in comparison.cut_differently:
        parts += [(_PLAIN, text[reached:start]), (_MARKED, text[start:end])]
        reached = end
    parts.append((_PLAIN, text[reached:]))
    marked = "".join(fill(template, text=visible(part)) for template, part in parts if part)
    return marked + fill("<p>{words}</p>", words=spread_words(comparison))


def spread_words(comparison: Comparison) -> str:
    """How far the numbers of tokens are apart, in a sentence.

    >>> from lablib.tokenization.compute.comparison import compare
    >>> spread_words(compare("Hello world", ["words", "bytes"]))
    'From 2 tokens (words) to 11 (bytes): 5.5 times as many.'
    """
    fewest, most = comparison.spread
    if fewest.tokens == most.tokens:
        return f"{counted(most.tokens, 'token')} in all of them."
    times = f": {most.tokens / fewest.tokens:.1f} times as many" if fewest.tokens else ""
    return (
        f"From {counted(fewest.tokens, 'token')} ({fewest.name}) to {most.tokens:,} ({most.name})"
        f"{times}."
    )


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
