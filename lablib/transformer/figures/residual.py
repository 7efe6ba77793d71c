"""What the residual panel shows of a result."""

from collections.abc import Sequence

from lablib.numbers import percent
from lablib.transformer.compute.residual import Attribution, Lengths, Units
from lablib.transformer.figures.projections import SIGNED
from lablib.widgets.plot import COLOURS, Plot, marked_line
from lablib.widgets.tokens import number, visible

HEIGHT = 300
UNITS = 12
"""How many units there is room for."""


def attribution_plot() -> Plot:
    """An empty plot of a bar for each part; `draw_attribution` fills it."""
    bars = {
        "type": "bar",
        "marker": {"color": COLOURS[0]},
        "hovertemplate": "%{x}: %{y:+.2f}<extra></extra>",
    }
    return Plot(
        [bars],
        height=HEIGHT,
        xaxis={"tickangle": -45},
        yaxis={"title": "added to the score", "zeroline": True, "zerolinecolor": "#808080"},
    )


def draw_attribution(plot: Plot, found: Attribution) -> None:
    """Put the parts' shares into the plot."""
    with plot.batch_update():
        [bars] = plot.data
        bars.x, bars.y = list(found.names), found.added.tolist()


def attribution_words(found: Attribution) -> str:
    """Whose score it is, what adds most, and how far the shares are exact."""
    most = int(found.added.argmax())
    return (
        f"‘{visible(found.text)}’ comes next with {percent(found.probability)}. Its score is "
        f"{number(found.score)} above the mean of all tokens; {found.names[most]} adds the most, "
        f"{float(found.added[most]):+.2f}. The shares sum to the score exactly, with the last "
        "norm’s division taken as it is; what a part does through later parts is counted as theirs."
    )


def lengths_plot() -> Plot:
    """An empty plot of lengths from block to block; `draw_lengths` fills it."""
    names = ("the stream after the block", "added by attention", "added by the feed-forward")
    lines = [
        marked_line(i, name, hovertemplate="block %{x}: %{y:.3g}<extra></extra>")
        for i, name in enumerate(names)
    ]
    return Plot(
        lines,
        height=HEIGHT,
        xaxis={"title": "block (−1: the embeddings)", "dtick": 1},
        yaxis={"title": "mean length of a vector", "rangemode": "tozero"},
        legend={"x": 0.02, "y": 0.98, "bgcolor": "rgba(0, 0, 0, 0)"},
    )


def draw_lengths(plot: Plot, found: Lengths) -> None:
    """Put the mean lengths of all tokens' vectors into the plot."""
    blocks = list(range(len(found.attention)))
    stream, *added = plot.data
    with plot.batch_update():
        stream.x, stream.y = [-1, *blocks], found.stream.tolist()
        for trace, values in zip(added, (found.attention, found.feed_forward), strict=True):
            trace.x, trace.y = blocks, values.tolist()


def lengths_words(found: Lengths) -> str:
    """How the stream grows, in a sentence or two."""
    norm = (
        "Each part reads the stream through a norm, so its length as such does not matter to it: "
        "what matters is how long a part’s result is compared with the stream."
        if found.norm_first
        else "The norm after each addition brings the stream back to the same length."
    )
    return (
        f"A token’s vector is {number(float(found.stream[0]))} long before the first block and "
        f"{number(float(found.stream[-1]))} after the last, on average. {norm}"
    )


def units_plot() -> Plot:
    """An empty plot of units by tokens; `draw_units` fills it."""
    cells = {
        "type": "heatmap",
        "zmid": 0,
        "colorscale": SIGNED,
        "colorbar": {"title": {"text": "activation"}, "thickness": 12},
        "hovertemplate": "unit %{y} at %{x}: %{z:.2f}<extra></extra>",
    }
    return Plot([cells], height=HEIGHT, xaxis={"side": "top"}, yaxis={"autorange": "reversed"})


def draw_units(plot: Plot, found: Units, words: Sequence[Sequence[str]]) -> None:
    """Put the strongest units into the plot.

    Args:
        words: for each of them the tokens whose scores it raises most; empty where there are none.
    """
    top = found.top(UNITS)
    names = [
        f"{unit}: {', '.join(visible(word) for word in raised)}" if raised else str(unit)
        for unit, raised in zip(top, words, strict=True)
    ]
    tokens = [visible(text) for text in found.tokens.tokens]
    with plot.batch_update():
        [cells] = plot.data
        cells.z = found.activations[:, list(top)].T.numpy()
        for axis, texts in ((plot.layout.xaxis, tokens), (plot.layout.yaxis, names)):
            axis.tickvals, axis.ticktext = list(range(len(texts))), texts


def units_words(found: Units) -> str:
    """How many units there are, and how many of them fire."""
    strongest = found.top(1)[0]
    token = int(found.strength[:, strongest].argmax())
    return (
        f"Block {found.block} has {found.activations.shape[1]:,} units. "
        f"{percent(found.share_firing)} of all activations are above 0. Unit {strongest} "
        f"adds the longest vector, at ‘{visible(found.tokens.tokens[token])}’. Beside each unit "
        "are the tokens whose scores its vector would raise most, if it went straight to the "
        "scores."
    )
