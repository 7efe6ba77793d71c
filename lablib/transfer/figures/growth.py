"""What the growth panel shows of a result."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lablib.transfer.compute.growth import METHODS, LearningCurvePoint
from lablib.widgets.html import table

if TYPE_CHECKING:
    from lablib.widgets.plot import Plot
from lablib.numbers import percent

WAY_NAMES = {
    "frozen": "frozen encoder, new head",
    "lora": "LoRA",
    "full": "all weights",
    "scratch": "from scratch",
    "counting": "counting words",
}
"""The ways of `METHODS` as they stand in a legend."""


def growth_plot(chance: float) -> "Plot":
    """An empty plot of accuracy against the number of texts, a line for each way."""
    from lablib.widgets.plot import LEGEND, Plot, marked_line

    spread = {"type": "data", "thickness": 1.5}
    lines = [
        marked_line(place, WAY_NAMES[way], size=9, error_y=spread)
        for place, way in enumerate(METHODS)
    ]
    guess = {
        "type": "scatter", "mode": "lines", "name": "guessing", "hoverinfo": "skip",
        "line": {"color": "#888", "dash": "dot"}, "y": [chance, chance], "x": [],
    }  # fmt: skip
    return Plot(
        [*lines, guess],
        height=300,
        xaxis={"title": "training texts", "type": "log", "tickmode": "array"},
        yaxis={"title": "test accuracy", "tickformat": ".0%", "range": [0, 1.02]},
        legend=LEGEND,
        showlegend=True,
    )


def draw_growth(plot: "Plot", rows: Sequence[LearningCurvePoint]) -> None:
    """Put means and spreads into the plot."""
    sizes = sorted({row.size for row in rows})
    with plot.batch_update():
        plot.layout.xaxis.tickvals, plot.layout.xaxis.ticktext = sizes, [str(s) for s in sizes]
        for trace, way in zip(plot.data, METHODS, strict=False):
            found = [row for row in rows if row.method == way]
            trace.x, trace.y = [row.size for row in found], [row.mean for row in found]
            trace.error_y.array = [row.spread for row in found]
        if sizes:
            plot.data[-1].x = [sizes[0], sizes[-1]]


def growth_table(rows: Sequence[LearningCurvePoint]) -> str:
    """Mean and spread of every way at every size, as HTML."""
    sizes = sorted({row.size for row in rows})
    found = {(row.method, row.size): row for row in rows}

    def cell(way: str, size: int) -> str:
        row = found.get((way, size))
        if row is None:
            return "–"
        return f"{100 * row.mean:.0f}" + (f" ± {100 * row.spread:.0f}" if row.count > 1 else "")

    columns = [("Way", "how the classifier came to be")]
    columns += [(f"{size}", "test accuracy in %, mean ± standard deviation") for size in sizes]
    ways = [way for way in METHODS if any(row.method == way for row in rows)]
    cells = [(WAY_NAMES[way], *(cell(way, size) for size in sizes)) for way in ways]
    return table("Test accuracy (%) by the number of training texts", columns, cells)


def growth_words(rows: Sequence[LearningCurvePoint]) -> str:
    """What the pretraining is worth so far, in a sentence."""
    scratch = [row for row in rows if row.method == "scratch"]
    others = [row for row in rows if row.method not in ("scratch", "counting")]
    if not scratch or not others:
        return "Counting and the frozen encoder are quick; the other ways take their time."
    most = scratch[-1]
    least = min(others, key=lambda row: (row.size, -row.mean))
    return (
        f"From scratch, {most.size} texts give {percent(most.mean)}. With the pretrained encoder "
        f"{least.size} give {percent(least.mean)} ({WAY_NAMES[least.method]})."
    )
