"""What the norms panel shows of a result."""

from lablib.transformer.compute.norms import GradientSizes
from lablib.widgets.plot import Plot, marked_line
from lablib.widgets.tokens import number

PRE, POST = "pre-norm: x + part(norm(x))", "post-norm: norm(x + part(x))"


def gradients_plot() -> Plot:
    """An empty plot of gradients by block; `draw_gradients` fills it."""
    lines = [
        marked_line(i, name, hovertemplate="block %{x}: %{y:.2e}<extra></extra>")
        for i, name in enumerate((PRE, POST))
    ]
    return Plot(
        lines,
        height=320,
        xaxis={"title": "block"},
        yaxis={"title": "size of the gradient", "rangemode": "tozero", "exponentformat": "power"},
        legend={"x": 0.02, "y": 0.02, "bgcolor": "rgba(0, 0, 0, 0)"},
    )


def draw_gradients(plot: Plot, found: GradientSizes) -> None:
    """Put both models' gradients into the plot."""
    with plot.batch_update():
        for trace, values in zip(plot.data, (found.pre, found.post), strict=True):
            trace.x, trace.y = list(range(len(values))), values.tolist()


def gradients_words(found: GradientSizes) -> str:
    """How the two differ in the last block."""
    return (
        f"In the last of {len(found.pre)} blocks the gradient is {number(found.last)} times as "
        "large with the norm after the addition. Move the slider: with pre-norm it falls as the "
        "model gets deeper, with post-norm it does not. So post-norm models need small first "
        "steps (warm-up), or they diverge."
    )
