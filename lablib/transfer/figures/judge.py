"""What the judge panel shows of a result."""

from typing import TYPE_CHECKING

from lablib.transfer.compute.classifier import Prediction
from lablib.transfer.compute.judge import Attribution
from lablib.widgets.html import escape
from lablib.widgets.tokens import number

if TYPE_CHECKING:
    from lablib.widgets.plot import Plot
from lablib.numbers import percent


def push_words(found: Attribution, other: Attribution) -> str:
    """The hardest pushes for both ways, in a sentence."""
    (first, value), (second, _) = found.top(1)[0], other.top(1)[0]
    side = "less" if value >= 0 else "more"
    words = f"Without “{first}” it would be {number(abs(value))} nats {side} {found.name}."
    if first == second:
        return f"{words} Gradient × input names the same word."
    return f"{words} Gradient × input names “{second}” first: the two ask different questions."


def prediction_plot() -> "Plot":
    """An empty plot of a bar for every class."""
    from lablib.widgets.plot import COLOURS, Plot

    bars = {
        "type": "bar", "orientation": "h", "marker": {"color": COLOURS[0]},
        "textposition": "outside", "hoverinfo": "skip",
    }  # fmt: skip
    return Plot(
        [bars],
        height=180,
        xaxis={"range": [0, 1.1], "tickformat": ".0%", "title": "probability"},
        yaxis={"autorange": "reversed", "showgrid": False},
    )


def draw_prediction(plot: "Plot", said: Prediction) -> None:
    """Put the probabilities of the likeliest classes into the plot."""
    top = said.top(8)
    with plot.batch_update():
        plot.data[0].y = [escape(name) for name, _ in top]
        plot.data[0].x = [probability for _, probability in top]
        plot.data[0].text = [percent(probability) for _, probability in top]


def prediction_words(said: Prediction) -> str:
    """The likeliest class, in a sentence.

    >>> print(prediction_words(Prediction("So so.", ("bad", "good"), (0.25, 0.75))))
    It says good, 75\xa0%.
    >>> print(prediction_words(Prediction("Hey!", ("rude", "loud"), (0.75, 0.9), several=True)))
    It says loud, 90\xa0%, and rude, 75\xa0%: labels that may hold at once.
    """
    if said.several:
        kept = ", and ".join(f"{name}, {percent(p)}" for name, p in said.top() if p > 0.5)
        return f"It says {kept or 'none of its labels'}: labels that may hold at once."
    return f"It says {said.label}, {percent(max(said.probabilities))}."
