"""What several panels of this room show alike."""

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from lablib.masking.compute.fill import Guess
from lablib.widgets.html import escape
from lablib.widgets.tokens import scientific, spoken, times, visible

if TYPE_CHECKING:
    from lablib.widgets.plot import Plot


Column = dict[str, Any]


def percent(probability: float) -> str:
    """A probability for people: three figures, and a power of ten where it is very small.

    >>> percent(0.236), percent(0.000123), percent(1.2e-9), percent(1.0)
    ('23.6 %', '0.0123 %', '1.2 × 10⁻⁹', '100 %')
    """
    if probability >= 1e-6:
        return f"{100 * probability:.3g} %"
    if probability <= 0:
        return "0 %"
    return scientific(probability, 2)


def nats(value: float, sign: bool = False) -> str:
    """A number of nats to two decimals, with a real minus sign.

    >>> nats(-1.234), nats(0.5, sign=True)
    ('−1.23', '+0.50')
    """
    return f"{value:{'+' if sign else ''}.2f}".replace("-", "−")


def factor(difference: float) -> str:
    """How many times as probable something is that is so many nats ahead.

    >>> factor(0.6931), factor(-6.0), factor(50.0)
    ('2.0 times', '403 times', 'over a million times')
    """
    return times(math.exp(min(abs(difference), 50.0)))


def guess_row(guess: Guess) -> dict[str, Any]:
    """A guess as a row of a column of guesses."""
    return {
        "text": visible(guess.text),
        "spoken": spoken(guess.text),
        "value": guess.probability,
        "number": percent(guess.probability),
        "note": f"token {guess.id}",
    }


def guess_column(title: str, note: str, guesses: Iterable[Guess]) -> Column:
    """Guesses under their title."""
    return {"title": title, "note": note, "rows": [guess_row(guess) for guess in guesses]}


def dumbbell_plot(title: str, height: int = 320) -> "Plot":
    """An empty dumbbell chart: two points a row, joined by a line. `draw_dumbbells` fills it."""
    from lablib.widgets.plot import COLOURS, LEGEND, SYMBOLS, Plot

    def points(place: int) -> dict[str, Any]:
        marker = {"color": COLOURS[place], "symbol": SYMBOLS[place], "size": 10}
        return {"type": "scatter", "mode": "markers", "marker": marker, "hoverinfo": "text"}

    lines = {
        "type": "scatter",
        "mode": "lines",
        "line": {"color": "#888", "width": 2},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    return Plot(
        [lines, points(0), points(1)],
        height=height,
        xaxis={"title": title},
        yaxis={"tickmode": "array", "showgrid": False},
        legend=LEGEND,
    )


class Dumbbell(NamedTuple):
    """A row of a dumbbell chart: a label and two values, None for a missing one."""

    label: str
    first: float | None
    second: float | None


def draw_dumbbells(plot: "Plot", names: tuple[str, str], rows: Sequence[Dumbbell]) -> None:
    """Put rows into the chart, from top to bottom; `names` are those of the two values."""
    whole = [(i, row) for i, row in enumerate(rows) if None not in row]
    with plot.batch_update():
        name_rows(plot, [row.label for row in rows])
        plot.data[0].x = [x for _, row in whole for x in (row.first, row.second, None)]
        plot.data[0].y = [y for i, _ in whole for y in (-i, -i, None)]
        columns = ([row.first for row in rows], [row.second for row in rows])
        for trace, name, values in zip(plot.data[1:], names, columns, strict=True):
            there = [(i, value) for i, value in enumerate(values) if value is not None]
            trace.name = escape(name)
            trace.x, trace.y = [value for _, value in there], [-i for i, _ in there]
            trace.hovertext = [
                f"{escape(name)}: {escape(rows[i].label)}, {nats(value)} nats" for i, value in there
            ]


def name_rows(plot: "Plot", labels: Sequence[str]) -> None:
    """Labels on the y axis, from top to bottom at 0, −1, −2, …"""
    plot.layout.yaxis.tickvals = [-place for place in range(len(labels))]
    plot.layout.yaxis.ticktext = [escape(label) for label in labels]
    plot.layout.yaxis.range = [0.5 - len(labels), 0.5]
