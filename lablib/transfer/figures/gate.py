"""What the gate panel shows of a result."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lablib.foundations.compute.threshold import Counts
from lablib.numbers import percent
from lablib.transfer.compute.gate import Judged
from lablib.widgets.html import table

if TYPE_CHECKING:
    from lablib.widgets.plot import Plot

HEIGHT = 240
SHOWN = 4
"""Mistakes of a kind that are listed."""


def gate_plot() -> "Plot":
    """An empty plot of both errors of a gate against its threshold."""
    from lablib.widgets.plot import COLOURS, LEGEND, Plot

    names = (("wrongly refused", "solid"), ("wrongly let through", "dash"))
    lines = [
        {
            "type": "scatter", "mode": "lines", "name": name,
            "line": {"color": COLOURS[place], "dash": dash, "shape": "hv"},
        }
        for place, (name, dash) in enumerate(names)
    ]  # fmt: skip
    return Plot(
        lines,
        height=HEIGHT,
        xaxis={"title": "threshold", "range": [0, 1]},
        yaxis={"title": "share", "range": [-0.02, 1.02], "tickformat": ".0%"},
        legend=LEGEND,
    )


def draw_gate(plot: "Plot", curve: Sequence[tuple[float, Counts]], threshold: float) -> None:
    """Put both errors at every threshold into the plot, and a line at the one that is set."""
    line = {"color": "#888", "width": 3, "dash": "dot"}
    upright = {"type": "line", "x0": threshold, "x1": threshold, "y0": 0, "y1": 1}
    with plot.batch_update():
        for trace in plot.data:
            trace.x = [place for place, _ in curve]
        plot.data[0].y = [_share(counts.fp, counts.tn) for _, counts in curve]
        plot.data[1].y = [_share(counts.fn, counts.tp) for _, counts in curve]
        plot.layout.shapes = [upright | {"line": line, "xref": "x", "yref": "paper"}]


def _share(part: int, others: int) -> float:
    return part / (part + others) if part + others else 0.0


def gate_words(counts: Counts) -> str:
    """Both errors of the gate, in a sentence.

    >>> print(gate_words(Counts(tp=60, fp=4, fn=20, tn=76)))
    It refuses 64 texts: 60 of the 80 that are unwanted, and 4 of the 80 that are not. So 25\xa0% \
of what is unwanted gets through, and 5\xa0% of the others are refused.
    """
    unwanted, others = counts.tp + counts.fn, counts.fp + counts.tn
    return (
        f"It refuses {counts.tp + counts.fp} texts: {counts.tp} of the {unwanted} that are "
        f"unwanted, and {counts.fp} of the {others} that are not. So "
        f"{percent(_share(counts.fn, counts.tp))} of what is unwanted gets through, and "
        f"{percent(_share(counts.fp, counts.tn))} of the others are refused."
    )


def wrong_table(caption: str, judged: Sequence[Judged]) -> str:
    """The surest mistakes of one kind, as HTML."""
    more = f", the first {SHOWN} of {len(judged)}" if len(judged) > SHOWN else ""
    columns = [(caption + more, "a text of the set"), ("score", "what the gate gave it")]
    rows = [(one.text, f"{one.score:.2f}") for one in judged[:SHOWN]] or [("none", "")]
    return table("", columns, rows)
