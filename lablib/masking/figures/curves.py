"""What the curves panel shows of a result."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lablib.masking.compute.curves import Curve
from lablib.widgets.html import escape, table

if TYPE_CHECKING:
    from lablib.widgets.plot import Plot
from lablib.masking.figures.shared import nats, percent


def curves_plot(curves: Sequence[Curve]) -> "Plot":
    """The accuracy of each training against its time, with the points as they were measured."""
    from lablib.widgets.plot import LEGEND, Plot, marked_line

    traces = [
        marked_line(
            place,
            escape(f"{curve.model}, {curve.began}"),
            x=[point.minutes for point in curve.points],
            y=[point.accuracy for point in curve.points],
        )
        for place, curve in enumerate(curves)
    ]
    return Plot(
        traces,
        height=320,
        xaxis={"title": "minutes of one processor core", "rangemode": "tozero"},
        yaxis={"title": "hidden tokens guessed right", "tickformat": ".0%", "rangemode": "tozero"},
        legend=LEGEND,
        showlegend=True,
    )


def curves_words(curves: Sequence[Curve]) -> str:
    """Where the trainings stood at the last whole minute that all of them reached."""
    if not curves:
        return "No learning curves came with these labs."
    minutes = int(min(curve.points[-1].minutes for curve in curves))
    parts = [
        f"{curve.model} ({curve.began}) guessed {percent(curve.accuracy_at(minutes) or 0.0)} of "
        f"the hidden tokens, out of {curve.vocabulary:,} entries"
        for curve in curves
    ]
    return f"After {minutes} minutes {'; '.join(parts)}."


def curves_table(curves: Sequence[Curve]) -> str:
    """Every measured point, as HTML."""
    columns = [
        ("Model", "what came of the training"),
        ("step", "optimizer steps done"),
        ("minutes", "of one processor core"),
        ("guessed", "share of the hidden tokens of an unseen book"),
        ("loss", "of those tokens, in nats"),
    ]
    rows = [
        (curve.model, f"{p.step:,}", f"{p.minutes:.1f}", percent(p.accuracy), nats(p.loss))
        for curve in curves
        for p in curve.points
    ]
    return table("As measured", columns, rows)
