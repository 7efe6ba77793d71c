"""What is shown of a head's queries and keys: two clouds of points on a plane."""

from lablib.attention.compute.plane import HeadPlane
from lablib.numbers import percent
from lablib.widgets.plot import COLOURS, LEGEND, SYMBOLS, Plot
from lablib.widgets.tokens import sendable, visible

HEIGHT = 290


def plane_plot() -> Plot:
    """An empty plot of queries and keys; `draw_plane` fills it."""
    clouds = [
        {
            "type": "scatter", "mode": "markers", "name": name,
            "marker": {"size": 7, "opacity": 0.6, "color": COLOURS[n], "symbol": SYMBOLS[n]},
            "hovertemplate": "%{customdata}<extra>%{fullData.name}</extra>",
        }
        for n, name in enumerate(("queries", "keys"))
    ]  # fmt: skip
    return Plot(clouds, height=HEIGHT, xaxis={}, yaxis={}, legend=LEGEND, showlegend=True)


def draw_plane(plot: Plot, found: HeadPlane) -> None:
    """Put the queries and keys into the plot, with what share of their differences it shows."""
    names = [
        sendable(f"‘{visible(token)}’ at place {place}")
        for token, place in zip(found.tokens, found.places, strict=True)
    ]
    with plot.batch_update():
        for cloud, points in zip(plot.data, (found.queries, found.keys), strict=True):
            cloud.x, cloud.y = points.T.tolist()
            cloud.customdata = names
        for axis, share in zip((plot.layout.xaxis, plot.layout.yaxis), found.shares, strict=True):
            axis.title.text = f"{percent(float(share))} of the differences"


def plane_words(found: HeadPlane) -> str:
    """Whose queries and keys they are, and how much of them the plane shows."""
    layer, number = found.head
    return (
        f"Layer {layer}, head {number}: the queries and keys of {len(found.tokens):,} tokens. A "
        "query gives most attention to the keys furthest out in its own direction. The plane shows "
        f"{percent(float(found.shares.sum()))} of their differences."
    )
