"""What the filtering panel shows of a result."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lablib.transfer.compute.filtering import TRAINING_SETS, Outcome
from lablib.widgets.html import scrolling, table

if TYPE_CHECKING:
    from lablib.widgets.plot import Plot

HEIGHT = 240


def outcomes_plot() -> "Plot":
    """An empty plot of what either kind of text costs each model."""
    from lablib.widgets.plot import COLOURS, LEGEND, Plot

    bars = [
        {
            "type": "bar", "name": name, "orientation": "h",
            "marker": {"color": COLOURS[place], "pattern": {"shape": "/" if place else ""}},
        }
        for place, name in enumerate(("pirate sentences", "other sentences"))
    ]  # fmt: skip
    return Plot(
        bars,
        height=HEIGHT,
        barmode="group",
        xaxis={"title": "held-out bits per byte: the lower, the likelier it writes such texts"},
        yaxis={
            "autorange": "reversed",
            "categoryorder": "array",
            "categoryarray": list(TRAINING_SETS),
        },
        legend=LEGEND,
    )


def draw_outcomes(plot: "Plot", outcomes: Sequence[Outcome]) -> None:
    """Put what was measured so far into the plot."""
    columns = (
        [one.unwanted_bits for one in outcomes],
        [one.other_bits for one in outcomes],
    )
    with plot.batch_update():
        for trace, values in zip(plot.data, columns, strict=True):
            trace.x, trace.y = values, [one.training_set for one in outcomes]


def outcomes_table(outcomes: Sequence[Outcome], threshold: float) -> str:
    """What each model learned from and how much of what it writes is refused, as HTML."""
    columns = [
        ("Learned from", "on top of its pretraining"),
        ("texts", "sentences of the training part"),
        ("of pirates", "how many of them are pirate talk"),
        ("refused at the gate", "of the texts that it writes then"),
    ]
    rows = [
        (
            one.training_set,
            one.texts,
            one.unwanted,
            f"{one.refused(threshold)} of {len(one.written)}",
        )
        for one in outcomes
    ]
    return table("", columns, rows)


def written_table(outcome: Outcome) -> str:
    """What a model writes, the most suspicious first, as HTML."""
    columns = [(f"After {outcome.training_set}", "what it writes"), ("score", "the gate's")]
    found = sorted(outcome.written, key=lambda pair: -pair[1])
    rows = [(text, f"{score:.2f}") for text, score in found]
    return scrolling(table("", columns, rows), "What it writes", 180)
