"""What the initialisation panel shows of a result."""

from collections.abc import Mapping, Sequence

from lablib.foundations.compute.initialisation import Signal
from lablib.foundations.figures.shared import LEFT, RIGHT, line
from lablib.numbers import percent
from lablib.widgets.html import table
from lablib.widgets.plot import LEGEND, Plot
from lablib.widgets.tokens import number


def signal_plot(inits: Sequence[str]) -> Plot:
    """An empty plot: the size of the signal after each layer for every start, and the histograms
    of one of them. `draw_signals` fills it.
    """
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


def draw_signals(plot: Plot, signals: Mapping[str, Signal], chosen: str) -> None:
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
    last, saturated = float(signal.std[-1]), float(signal.saturated[-1])
    if last < 0.02:
        fate = "Hardly anything is left of the signal: whatever came in, nearly the same comes out."
    elif last > 50:
        fate = "The signal grows from layer to layer; a few layers more and it overflows."
    elif activation == "tanh" and saturated > 0.5:
        fate = "Most units are stuck at −1 or 1, where the slope is next to nothing."
    else:
        fate = "The signal keeps a usable size."
    return (
        f"{name}, {activation}: the spread comes in at {number(float(signal.std[0]))} and after "
        f"{len(signal.std) - 1} layers is {number(last)}. In the last layer "
        f"{percent(saturated)} of the units pass no gradient. {fate}"
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
            percent(float(one.saturated[-1])),
            number(float(one.gradients[0])),
            number(float(one.gradients[-1])),
        )
        for name, one in signals.items()
    ]
    return table("After the last layer", columns, rows)
