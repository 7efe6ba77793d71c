"""What the block-list panel shows of a result."""

import math
from collections.abc import Sequence

from lablib.sampling.compute.block_list import Passed
from lablib.widgets.html import table
from lablib.widgets.tokens import visible

SHOWN = 12
"""How many refused tokens are named."""


def counts(texts: Sequence[Sequence[Passed]]) -> tuple[int, int]:
    """How often the words were found in some texts: themselves, and inside longer words.

    >>> counts([[Passed(0, 4, "King", True)], []])
    (1, 0)
    """
    places = [place for text in texts for place in text]
    exact = sum(place.exact for place in places)
    return exact, len(places) - exact


def counts_table(free: Sequence[Sequence[Passed]], blocked: Sequence[Sequence[Passed]]) -> str:
    """How often the words were written without the list and with it, as HTML."""
    columns = [
        ("All texts", "with the same random draws"),
        ("the words", "as whole words, whatever their case"),
        ("inside longer words", "kings, thinking"),
    ]
    rows = [("without the list", *counts(free)), ("with the list", *counts(blocked))]
    return table(f"Found in {len(free)} texts", columns, rows)


def mass_words(masses: Sequence[float], what: str = "list") -> str:
    """How much of the model's distribution the list, or something else, took away in a text.

    >>> mass_words([0.0, 0.25])
    'At each token the list takes away 12 % of the probability on average, at most 25 %.'
    >>> mass_words([0.99999, 0.9996], "pattern")
    'At each token the pattern takes away 99.98 % of the probability on average, at most 99.999 %.'
    >>> mass_words([1e-9])
    'At each token the list takes away less than 0.01 % of the probability.'
    """
    if not masses:
        return ""
    mean = sum(masses) / len(masses)
    if max(masses) < 1e-4:
        return f"At each token the {what} takes away less than 0.01 % of the probability."
    return (
        f"At each token the {what} takes away {share(mean)} of the probability on average, at "
        f"most {share(max(masses))}."
    )


def share(part: float) -> str:
    """A share in percent: near the whole with as many figures as what is left needs.

    >>> share(0.254), share(0.99982), share(1.0)
    ('25 %', '99.98 %', '100 %')
    """
    left = 1 - part
    if 0 < left < 0.01:
        digits = math.ceil(round(-math.log10(left), 6)) - 2
        return f"{100 * part:.{max(1, digits)}f} %"
    return f"{100 * part:.2g} %" if part < 0.995 else "100 %"


def innocent_words(tokens: Sequence[str]) -> str:
    """Which tokens are refused though they are none of the words.

    >>> innocent_words([" thinking", "kingdom"])
    'Refused though they are none of the words: 2 tokens (␣thinking, kingdom).'
    """
    if not tokens:
        return "No token is refused but the words themselves."
    named = ", ".join(visible(token) for token in tokens[:SHOWN])
    more = ", …" if len(tokens) > SHOWN else ""
    count = "1 token" if len(tokens) == 1 else f"{len(tokens)} tokens"
    return f"Refused though they are none of the words: {count} ({named}{more})."
