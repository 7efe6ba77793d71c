"""What the mask panel shows of a result."""

from lablib.numbers import percent
from lablib.seq2seq.compute.lookahead import LENGTH, LETTERS, Lookahead
from lablib.widgets.plot import COLOURS, LEGEND, Plot
from lablib.widgets.tokens import number


def learning_plot() -> Plot:
    """An empty plot of two training losses; `draw_learning` fills it."""
    lines = [
        {
            "type": "scatter", "mode": "lines", "name": name,
            "line": {"color": COLOURS[i], "dash": dash},
            "hovertemplate": "step %{x}: %{y:.3f}<extra></extra>",
        }
        for i, (name, dash) in enumerate((("with the mask", "solid"), ("without it", "dash")))
    ]  # fmt: skip
    return Plot(
        lines,
        height=260,
        xaxis={"title": "training step"},
        yaxis={"title": "loss in nats per token", "rangemode": "tozero"},
        legend=LEGEND,
    )


def draw_learning(plot: Plot, found: Lookahead) -> None:
    """Put both losses into the plot."""
    with plot.batch_update():
        for trace, losses in zip(plot.data, (found.masked, found.unmasked), strict=True):
            trace.x, trace.y = list(range(1, len(losses) + 1)), list(losses)


def learning_words(found: Lookahead) -> str:
    """Both losses at the end, and what the two can write."""
    return (
        f"After {len(found.masked)} steps the loss is {number(found.masked[-1])} with the mask and "
        f"{number(found.unmasked[-1])} without. Then both turn rows of {LENGTH} letters round by "
        f"themselves: with the mask {percent(found.masked_right)} of the letters are right, "
        f"without it {percent(found.unmasked_right)}. Guessing among {LETTERS} letters gets "
        f"{percent(1 / LETTERS)}."
    )
