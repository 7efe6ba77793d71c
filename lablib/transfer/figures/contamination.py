"""What the contamination panel shows of a result."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lablib.transfer.compute.contamination import Overlap

if TYPE_CHECKING:
    from lablib.widgets.plot import Plot

HEIGHT = 220
SHARED = "in the training text, too"


def found_plot() -> "Plot":
    """An empty plot of how many texts are found by stretches of each length."""
    from lablib.widgets.plot import LEGEND, Plot, marked_line

    return Plot(
        [marked_line(0, "leaked and found"), marked_line(1, "found, but never leaked")],
        height=HEIGHT,
        xaxis={"title": "words of a stretch (n)", "dtick": 1},
        yaxis={"title": "test texts", "rangemode": "tozero"},
        legend=LEGEND,
    )


def draw_found(
    plot: "Plot", sizes: Sequence[int], leaked: Sequence[int], others: Sequence[int]
) -> None:
    """Put into the plot how many are found with each n: of the leaked ones, and of the others."""
    with plot.batch_update():
        for trace, counts in zip(plot.data, (leaked, others), strict=True):
            trace.x, trace.y = list(sizes), list(counts)


def found_words(n: int, leaked: int, of: int, others: int) -> str:
    """What the check finds with one n, in a sentence.

    >>> found_words(8, 3, 20, 0)
    'By stretches of 8 words it finds 3 of the 20 texts that leaked, and 0 that did not.'
    """
    return (
        f"By stretches of {n} words it finds {leaked} of the {of} texts that leaked, and {others} "
        "that did not."
    )


def overlap_tokens(found: Overlap) -> list[dict[str, Any]]:
    """The words of a text as chips, marked where the training text has them, too."""
    return [
        {"text": word, **({"mark": SHARED} if shared else {})}
        for word, shared in zip(found.words, found.shared, strict=True)
    ]
