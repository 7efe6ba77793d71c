"""What the projections panel shows of a result."""

from typing import Any

from torch import Tensor

from lablib.transformer.compute.projections import Projection
from lablib.widgets.plot import COLOURS, Plot
from lablib.widgets.tokens import number, visible

LETTERS = {"query": "Q", "key": "K", "value": "V"}
SIGNED = [[0, "#0072b2"], [0.5, "#f4f4f4"], [1, "#d55e00"]]
"""For numbers of two signs: blue below zero, vermilion above."""
_PLACES = ([0, 0.36], [0.47, 0.68], [0.79, 1])
_HEIGHT, _TERMS = 270, 3


def product_plot() -> Plot:
    """An empty plot of three matrices side by side; `draw_product` fills it."""
    traces, axes = [], {}
    for i, place in enumerate(_PLACES):
        suffix = "" if i == 0 else str(i + 1)
        traces.append(
            {
                "type": "heatmap", "zmid": 0, "showscale": False, "xaxis": f"x{suffix}",
                "yaxis": f"y{suffix}", "colorscale": SIGNED,
                "hovertemplate": "row %{y}, column %{x}: %{z:.3g}<extra></extra>",
            }
        )  # fmt: skip
        axes[f"xaxis{suffix}"] = {"domain": place, "showgrid": False, "nticks": 5}
        axes[f"yaxis{suffix}"] = {
            "anchor": f"x{suffix}", "autorange": "reversed", "showgrid": False,
        }  # fmt: skip
    return Plot(traces, height=_HEIGHT, **axes)


def draw_product(plot: Plot, found: Projection, token: int, place: int) -> None:
    """Put x, the matrix and the product into the plot, and frame what belongs to one number."""
    letter = LETTERS[found.which]
    matrices = (found.inputs, found.matrix, found.result)
    titles = (
        "x, what the layer reads",
        f"W_{letter} of the head",
        f"{letter} = x · W_{letter} + b",
    )
    frames = (
        (-0.5, found.inputs.shape[1] - 0.5, token - 0.5, token + 0.5),
        (place - 0.5, place + 0.5, -0.5, found.matrix.shape[0] - 0.5),
        (place - 0.5, place + 0.5, token - 0.5, token + 0.5),
    )
    with plot.batch_update():
        for i, (trace, matrix, title) in enumerate(zip(plot.data, matrices, titles, strict=True)):
            trace.z = matrix.numpy()
            axis = plot.layout["xaxis" if i == 0 else f"xaxis{i + 1}"]
            axis.title.text = f"{title}<br>{_size(matrix)}"
        names = [visible(text) for text in found.tokens.tokens]
        for axis in (plot.layout.yaxis, plot.layout.yaxis3):
            axis.tickvals, axis.ticktext = list(range(len(names))), names
        plot.layout.shapes = [_frame(i, frame) for i, frame in enumerate(frames)]


def _size(matrix: Tensor) -> str:
    rows, columns = matrix.shape
    return f"{rows:,} × {columns:,} = {rows * columns:,}"


def _frame(i: int, frame: tuple[float, float, float, float]) -> dict[str, Any]:
    suffix = "" if i == 0 else str(i + 1)
    x0, x1, y0, y1 = frame
    return {
        "type": "rect", "xref": f"x{suffix}", "yref": f"y{suffix}",
        "x0": x0, "x1": x1, "y0": y0, "y1": y1,
        "line": {"color": COLOURS[2], "width": 3},
    }  # fmt: skip


def sum_words(found: Projection, token: int, place: int) -> str:
    """One number of the product as the sum it is, its largest terms first."""
    terms: Tensor = found.terms(token, place)
    largest = terms.abs().topk(min(_TERMS, len(terms))).indices.tolist()
    shown = " + ".join(
        f"{_factor(found.inputs[token, i])} · {_factor(found.matrix[i, place])}" for i in largest
    )
    letter, name = LETTERS[found.which], visible(found.tokens.tokens[token])
    return (
        f"Number {place} of the {found.which} of ‘{name}’: {shown} + … ({len(terms):,} products in "
        f"all, the largest first) = {number(float(terms.sum()))}; with the bias b, "
        f"{letter} = {number(float(found.result[token, place]))}."
    )


def _factor(value: Tensor) -> str:
    """A number as it stands in a product."""
    text = number(float(value))
    return f"({text})" if value < 0 else text


def turned_words(found: Projection) -> str:
    """What happens to the product before scores are made of it, "" for nothing."""
    if not found.turned:
        return ""
    return (
        f"Before scores are made of it, this model turns each {found.which} by its place (rotary "
        "positions), and some models normalise it first."
    )
