"""Pictures of what a bug costs: the two runs side by side, and a sentence about their ends."""

from typing import TYPE_CHECKING

from lablib.finetuning.compute.harms import BugEffect

if TYPE_CHECKING:
    from lablib.widgets.plot import Plot

NAMES = ("as it should be", "with the bug")


def harm_plot() -> "Plot":
    """An empty plot of two runs; `draw_harm` fills it."""
    from lablib.widgets.plot import LEGEND, Plot, marked_line

    return Plot(
        [marked_line(place, name, size=7) for place, name in enumerate(NAMES)],
        height=320,
        xaxis={"title": "training steps", "rangemode": "tozero"},
        yaxis={"title": ""},
        legend=LEGEND,
    )


def draw_harm(plot: "Plot", harm: BugEffect) -> None:
    """Put two runs into the plot, as far as they have come."""
    with plot.batch_update():
        for trace, values in zip(plot.data, (harm.fixed, harm.broken), strict=True):
            trace.x, trace.y = harm.steps[: len(values)], values
        plot.layout.yaxis.title.text = harm.measure
        plot.layout.xaxis.title.text = harm.axis


def harm_words(harm: BugEffect) -> str:
    """What the two runs came to.

    >>> harm_words(BugEffect("loss (nats)", (0, 4), (4.4, 3.1), (4.4, 5.2)))
    'loss (nats): 3.1 as it should be, 5.2 with the bug.'
    """
    words = f"{harm.measure}: {_number(harm.fixed[-1])} {NAMES[0]}"
    if harm.error:
        return f"{words}; with the bug it breaks off: {harm.error}."
    return f"{words}, {_number(harm.broken[-1])} {NAMES[1]}." if harm.broken else f"{words}."


def _number(value: float) -> str:
    """Three digits; what is next to nothing is 0.

    >>> _number(98.9432), _number(3e-6)
    ('98.9', '0')
    """
    return f"{round(value, 3):.3g}"
