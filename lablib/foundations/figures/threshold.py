"""What the threshold panel shows of a result."""

from collections.abc import Sequence
from typing import Any

from lablib.foundations.compute.threshold import Counts
from lablib.foundations.figures.shared import LEFT, RIGHT, line
from lablib.numbers import percent
from lablib.widgets.html import table
from lablib.widgets.plot import COLOURS, LEGEND, Plot


def threshold_plot() -> Plot:
    """An empty plot: the scores of both kinds, and the measures at every threshold."""

    def bars(place: int, name: str) -> dict[str, Any]:
        look = {"color": COLOURS[place], "pattern": {"shape": "" if place else "/"}}
        ends = {"start": 0, "end": 1, "size": 0.04}
        return {"type": "histogram", "name": name, "marker": look, "opacity": 0.65, "xbins": ends,
                "hoverinfo": "skip"}  # fmt: skip

    measures = ("accuracy", "precision", "recall", "F1")
    return Plot(
        [
            bars(0, "should be no"),
            bars(1, "should be yes"),
            *(line(2 + i, name, "2") for i, name in enumerate(measures)),
        ],
        height=300,
        showlegend=True,
        barmode="overlay",
        xaxis={"title": "score", "domain": LEFT, "range": [0, 1]},
        yaxis={"title": "examples (log)", "type": "log"},
        xaxis2={"title": "threshold", "domain": RIGHT, "range": [0, 1]},
        yaxis2={"range": [-0.02, 1.05], "anchor": "x2", "tickformat": ".0%"},
        legend=LEGEND,
    )


def draw_scores(
    plot: Plot,
    labels: Sequence[int],
    scores: Sequence[float],
    curve: Sequence[tuple[float, Counts]],
) -> None:
    """Put the scores of both kinds into the plot, and the measures at every threshold."""
    places = [place for place, _ in curve]
    columns = (
        [counts.accuracy for _, counts in curve],
        # Where nobody is said yes to there is no precision.
        [counts.precision if counts.tp + counts.fp else None for _, counts in curve],
        [counts.recall for _, counts in curve],
        [counts.f1 for _, counts in curve],
    )
    with plot.batch_update():
        for trace, kind in zip(plot.data[:2], (0, 1), strict=True):
            trace.x = [score for score, label in zip(scores, labels, strict=True) if label == kind]
        for trace, values in zip(plot.data[2:], columns, strict=True):
            trace.x, trace.y = places, values


def draw_threshold(plot: Plot, threshold: float) -> None:
    """Move the line that parts yes from no, in both halves."""
    upright = {"type": "line", "x0": threshold, "x1": threshold, "y0": 0, "y1": 1}
    look = {"line": {"color": "#888", "width": 3, "dash": "dash"}}
    with plot.batch_update():
        plot.layout.shapes = [
            upright | look | {"xref": f"x{axis}", "yref": "paper"} for axis in ("", "2")
        ]


def counts_table(counts: Counts) -> str:
    """The four counts, as HTML: a confusion matrix."""
    columns = [
        ("", "what an example is"),
        ("said yes", "the score is the threshold or above"),
        ("said no", "the score is below"),
    ]
    rows = [
        ("should be yes", f"{counts.tp:,} hits", f"{counts.fn:,} misses"),
        ("should be no", f"{counts.fp:,} false alarms", f"{counts.tn:,} rightly left"),
    ]
    return table("What was decided", columns, rows)


def measure_table(counts: Counts) -> str:
    """The four measures with what they are made of, as HTML."""
    yes, should = counts.tp + counts.fp, counts.tp + counts.fn
    total = should + counts.fp + counts.tn
    both = f"2 · {counts.tp:,} / (2 · {counts.tp:,} + {counts.fp:,} + {counts.fn:,})"
    rows = [
        ("accuracy", f"{counts.tp + counts.tn:,} / {total:,}", percent(counts.accuracy, 1)),
        ("precision", f"{counts.tp:,} / {yes:,}", percent(counts.precision, 1) if yes else "–"),
        ("recall", f"{counts.tp:,} / {should:,}", percent(counts.recall, 1) if should else "–"),
        ("F1", both, percent(counts.f1, 1)),
    ]
    columns = [("Measure", ""), ("from", "the counts behind it"), ("share", "")]
    return table("Made of these counts", columns, rows, words=(0, 1))


def threshold_words(counts: Counts) -> str:
    """What answering without looking would be worth by each measure, beside what was done.

    >>> threshold_words(Counts(tp=4, fp=1, fn=1, tn=94))
    'Without looking: saying no to all has an accuracy of 95.0 % and finds none of the 5; saying \
yes to all has a recall of 100 %, a precision of 5.0 % and F1 9.5 %. Here: accuracy 98.0 %, \
precision 80.0 %, recall 80.0 %, F1 80.0 %.'
    """
    should, others = counts.tp + counts.fn, counts.fp + counts.tn
    never, always = Counts(0, 0, should, others), Counts(should, others, 0, 0)
    return (
        f"Without looking: saying no to all has an accuracy of {100 * never.accuracy:.1f} % and "
        f"finds none of the {should:,}; saying yes to all has a recall of 100 %, a precision of "
        f"{100 * always.precision:.1f} % and F1 {100 * always.f1:.1f} %. Here: accuracy "
        f"{100 * counts.accuracy:.1f} %, precision {100 * counts.precision:.1f} %, recall "
        f"{100 * counts.recall:.1f} %, F1 {100 * counts.f1:.1f} %."
    )
