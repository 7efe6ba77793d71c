"""What the overfitting panel shows of a result."""

from collections.abc import Sequence
from typing import Any

import torch

from lablib.foundations.compute.overfitting import EXAMPLES, NOISE, Examples, Fit, wave
from lablib.foundations.figures.shared import LEFT, RIGHT, line
from lablib.widgets.plot import COLOURS, LEGEND, Plot
from lablib.widgets.tokens import number


def fit_plot() -> Plot:
    """An empty plot: the points with the network's line, and the errors as it learns."""
    dots = {"size": 8, "color": COLOURS[0], "symbol": "circle-open", "line": {"width": 2}}
    kept = {"symbol": "star", "size": 14, "color": COLOURS[1]}
    floor: dict[str, Any] = {"line": {"color": "#888", "dash": "dot"}, "hoverinfo": "skip"}
    return Plot(
        [
            line(0, f"the {EXAMPLES} examples", mode="markers", marker=dots),
            line(2, "what is behind them", hoverinfo="skip"),
            line(1, "the network", line={"color": COLOURS[1], "width": 3}),
            line(0, "error on the examples", "2"),
            line(1, "error on new points", "2"),
            line(3, "weights kept", "2", mode="markers", marker=kept),
            line(4, "the noise alone", "2", **floor),
        ],
        height=380,
        showlegend=True,
        xaxis={"title": "x", "domain": LEFT, "range": [-1.05, 1.05]},
        yaxis={"title": "y", "range": [-2.4, 2.4]},
        xaxis2={"title": "training steps", "domain": RIGHT},
        yaxis2={"title": "mean squared error", "anchor": "x2", "type": "log"},
        legend=LEGEND,
    )


def draw_fit(plot: Plot, points: Examples, reports: Sequence[Fit]) -> None:
    """Put the points, the line of the weights that are kept, and the errors into the plot."""
    last, steps = reports[-1], [report.step for report in reports]
    xs = torch.linspace(-1, 1, len(last.line))
    columns = (
        (points.x[:, 0].tolist(), points.y[:, 0].tolist()),
        (xs.tolist(), wave(xs).tolist()),
        (xs.tolist(), last.line.tolist()),
        (steps, [report.train for report in reports]),
        (steps, [report.new for report in reports]),
        ([last.kept], [last.kept_new]),
        ([0, steps[-1]], [NOISE**2] * 2),
    )
    with plot.batch_update():
        for trace, (x, y) in zip(plot.data, columns, strict=True):
            trace.x, trace.y = x, y


def fit_words(reports: Sequence[Fit]) -> str:
    """What the training came to, in a sentence."""
    last, best = reports[-1], min(reports, key=lambda report: report.new)
    turned = (
        f" It was {number(best.new)} after {best.step} steps: from there on it learned the noise."
        if last.kept_new > 1.1 * best.new
        else ""
    )
    return (
        f"Error on the {EXAMPLES} examples {number(last.train)}, on new points "
        f"{number(last.kept_new)} with the weights of step {last.kept}.{turned} The noise alone is "
        f"{number(NOISE**2)}; the mean size of a weight is {number(last.size)}."
    )
