"""What the descent panel shows of a result."""

from collections.abc import Mapping, Sequence

import torch

from lablib.foundations.compute.descent import VALLEYS, Descent, NetCurve
from lablib.foundations.figures.shared import LEFT, RIGHT, line
from lablib.numbers import finite
from lablib.widgets.html import table
from lablib.widgets.plot import LEGEND, Plot
from lablib.widgets.tokens import number


def descent_plot(methods: Sequence[str]) -> Plot:
    """An empty plot: a valley with the paths of the methods, and the losses of the network."""
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


def draw_descents(plot: Plot, valley: str, paths: Mapping[str, Descent]) -> None:
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


def draw_curves(plot: Plot, curves: Mapping[str, NetCurve]) -> None:
    """Put the losses of the network into the plot; where they are no numbers the line ends."""
    with plot.batch_update():
        for trace, curve in zip(plot.data[1 + len(curves) : -1], curves.values(), strict=True):
            trace.x, trace.y = list(range(len(curve.losses))), finite(curve.losses.tolist())


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
