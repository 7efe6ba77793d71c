"""What the panels about training show of a result: plots, sentences, tables.

Every function takes a result and gives a picture; none trains. plotly is imported when the first
plot is made, because that takes seconds.
"""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch

from lablib.foundations.descent import VALLEYS, Descent, NetCurve
from lablib.foundations.initialisation import Signal
from lablib.foundations.overfitting import EXAMPLES, NOISE, Examples, Fit, wave
from lablib.widgets.html import table
from lablib.widgets.tokens import number

if TYPE_CHECKING:
    from lablib.widgets.plot import Plot

LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
LEFT, RIGHT = [0.0, 0.46], [0.56, 1.0]
"""Where two plots side by side begin and end."""


def line(place: int, name: str, axis: str = "", mode: str = "lines", **more: Any) -> dict[str, Any]:
    """A trace in the look of its place in the list; `axis` is "" or "2" for the plot's right side.

    >>> line(0, "SGD", "2")["xaxis"]
    'x2'
    """
    from lablib.widgets.plot import COLOURS, SYMBOLS

    return {
        "type": "scatter",
        "mode": mode,
        "name": name,
        "xaxis": f"x{axis}",
        "yaxis": f"y{axis}",
        "line": {"color": COLOURS[place], "dash": DASHES[place]},
        "marker": {"symbol": SYMBOLS[place], "size": 7, "color": COLOURS[place]},
        **more,
    }


# Initialisation


def signal_plot(inits: Sequence[str]) -> "Plot":
    """An empty plot: the size of the signal after each layer for every start, and the histograms
    of one of them. `draw_signals` fills it.
    """
    from lablib.widgets.plot import Plot

    lines = [line(i, name, mode="lines+markers") for i, name in enumerate(inits)]
    bars = {
        "type": "heatmap",
        "colorscale": "Viridis",
        "zmin": 0,
        "zmax": 0.25,
        "xaxis": "x2",
        "yaxis": "y2",
        "colorbar": {"title": {"text": "share"}, "thickness": 12, "tickformat": ".0%"},
        "hovertemplate": "layer %{x}, value %{y:.2f}: %{z:.1%}<extra></extra>",
    }
    return Plot(
        [*lines, bars],
        height=340,
        showlegend=True,
        xaxis={"title": "layer (0: what comes in)", "dtick": 2, "domain": LEFT},
        yaxis={"title": "spread of the activations", "type": "log", "exponentformat": "power"},
        xaxis2={"title": "layer", "domain": RIGHT, "dtick": 2},
        yaxis2={"title": "value of the activations", "anchor": "x2"},
        legend=LEGEND,
    )


def draw_signals(plot: "Plot", signals: Mapping[str, Signal], chosen: str) -> None:
    """Put the signals of all starts into the plot, and the histograms of the chosen one."""
    *lines, bars = plot.data
    one = signals[chosen]
    layers = list(range(len(one.std)))
    with plot.batch_update():
        for trace, name in zip(lines, signals, strict=True):
            trace.x, trace.y = layers, signals[name].std.tolist()
            trace.line.width = 4 if name == chosen else 2
        bars.x, bars.y, bars.z = layers, one.centres.tolist(), one.histograms.T.tolist()


def signal_words(name: str, activation: str, signal: Signal) -> str:
    """What became of the signal, in a sentence."""
    last, idle = float(signal.std[-1]), float(signal.idle[-1])
    if last < 0.02:
        fate = "Hardly anything is left of the signal: whatever came in, nearly the same comes out."
    elif last > 50:
        fate = "The signal grows from layer to layer; a few layers more and it overflows."
    elif activation == "tanh" and idle > 0.5:
        fate = "Most units are stuck at −1 or 1, where the slope is next to nothing."
    else:
        fate = "The signal keeps a usable size."
    return (
        f"{name}, {activation}: the spread comes in at {number(float(signal.std[0]))} and after "
        f"{len(signal.std) - 1} layers is {number(last)}. In the last layer {idle:.0%} of the "
        f"units pass no gradient. {fate}"
    )


def signal_table(signals: Mapping[str, Signal]) -> str:
    """The last layer's figures for every start, as HTML."""
    columns = [
        ("Start", "how the weights were drawn"),
        ("spread at the end", "standard deviation of the last layer's activations"),
        ("no slope", "share of the last layer's units that pass no gradient"),
        ("gradient, first layer", "root mean square"),
        ("gradient, last layer", "root mean square"),
    ]
    rows = [
        (
            name,
            number(float(one.std[-1])),
            f"{float(one.idle[-1]):.0%}",
            number(float(one.gradients[0])),
            number(float(one.gradients[-1])),
        )
        for name, one in signals.items()
    ]
    return table("After the last layer", columns, rows)


# Going downhill


def descent_plot(methods: Sequence[str]) -> "Plot":
    """An empty plot: a valley with the paths of the methods, and the losses of the network."""
    from lablib.widgets.plot import Plot

    floor = {
        "type": "contour",
        "colorscale": "Cividis",
        "showscale": False,
        "contours": {"coloring": "lines"},
        "ncontours": 24,
        "line": {"width": 1},
        "hoverinfo": "skip",
    }
    paths = [line(i, name, mode="lines+markers") for i, name in enumerate(methods)]
    curves = [line(i, name, "2", showlegend=False) for i, name in enumerate(methods)]
    goal = line(5, "lowest point", mode="markers", marker={"symbol": "star", "size": 14})
    return Plot(
        [floor, *paths, *curves, goal],
        height=380,
        showlegend=True,
        xaxis={"title": "first weight", "domain": LEFT},
        yaxis={"title": "second weight"},
        xaxis2={"title": "steps, small network", "domain": RIGHT},
        yaxis2={"title": "loss (nats)", "anchor": "x2", "type": "log"},
        legend=LEGEND,
    )


def draw_descents(plot: "Plot", valley: str, paths: Mapping[str, Descent]) -> None:
    """Draw the valley's lines of equal height, and the paths; what runs out of it is cut."""
    place = VALLEYS[valley]
    xs, ys = torch.linspace(-4.5, 3.5, 81), torch.linspace(-2.5, 3.5, 61)
    heights = place.height(xs[None, :], ys[:, None])
    with plot.batch_update():
        floor, goal = plot.data[0], plot.data[-1]
        floor.x, floor.y = xs.tolist(), ys.tolist()
        floor.z = (heights - heights.min() + 0.01).log().tolist()
        goal.x, goal.y = [place.lowest[0]], [place.lowest[1]]
        plot.layout.xaxis.range, plot.layout.yaxis.range = [-4.5, 3.5], [-2.5, 3.5]
        for trace, path in zip(plot.data[1 : 1 + len(paths)], paths.values(), strict=True):
            trace.x, trace.y = path.points[:, 0].tolist(), path.points[:, 1].tolist()


def draw_curves(plot: "Plot", curves: Mapping[str, NetCurve]) -> None:
    """Put the losses of the network into the plot; where they are no numbers the line ends."""
    with plot.batch_update():
        for trace, curve in zip(plot.data[1 + len(curves) : -1], curves.values(), strict=True):
            losses = [loss if math.isfinite(loss) else None for loss in curve.losses.tolist()]
            trace.x, trace.y = list(range(len(losses))), losses


def descent_table(paths: Mapping[str, Descent], curves: Mapping[str, NetCurve]) -> str:
    """Where each method came to, as HTML."""
    columns = [
        ("Method", "the optimizer"),
        ("valley: lowest height", "of all the points of its path"),
        ("valley: ends", "the height at the end of its path"),
        ("network: loss at the end", "in nats; it begins at about 0.7"),
    ]
    rows = []
    for name in paths:
        path, curve = paths[name], curves[name]
        end = "ran away" if path.diverged else number(float(path.losses[-1]))
        loss = number(float(curve.losses[-1])) + (", broken" if curve.diverged else "")
        rows.append((name, number(float(path.losses.min())), end, loss))
    return table("All methods with the same learning rate", columns, rows)


def descent_words(valley: str, paths: Mapping[str, Descent]) -> str:
    """What this valley is about, and who ran away in it."""
    gone = [name for name, path in paths.items() if path.diverged]
    words = VALLEYS[valley].sentence
    return f"{words} Too high a rate for: {', '.join(gone)}." if gone else words


# Learning by heart


def fit_plot() -> "Plot":
    """An empty plot: the points with the network's line, and the errors as it learns."""
    from lablib.widgets.plot import COLOURS, Plot

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


def draw_fit(plot: "Plot", points: Examples, reports: Sequence[Fit]) -> None:
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
        f"{number(NOISE**2)}; weights are {number(last.size)} on average."
    )
