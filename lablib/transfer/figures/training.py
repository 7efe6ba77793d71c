"""What the training panel shows of a result."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lablib.transfer.compute.scoring import Scores
from lablib.transfer.compute.training import Training
from lablib.widgets.html import escape, table

if TYPE_CHECKING:
    from lablib.widgets.plot import Plot
from lablib.numbers import percent

SHADES = [[0.0, "rgba(0, 114, 178, 0.04)"], [1.0, "rgba(0, 114, 178, 0.55)"]]
"""Of cells with numbers in them: those have the theme's colour, so no shade may be strong."""


def training_plot() -> "Plot":
    """An empty plot of both losses and the accuracy; `draw_training` fills it."""
    from lablib.widgets.plot import LEGEND, Plot, marked_line

    return Plot(
        [
            marked_line(0, "training loss", mode="lines"),
            marked_line(1, "validation loss", size=7),
            marked_line(2, "validation accuracy", size=7, yaxis="y2", line={"dash": "dot"}),
        ],
        height=280,
        xaxis={"title": "training steps", "rangemode": "tozero"},
        yaxis={"title": "loss (nats)", "rangemode": "tozero"},
        yaxis2={
            "title": "accuracy", "overlaying": "y", "side": "right", "range": [0, 1.02],
            "tickformat": ".0%", "showgrid": False, "tickmode": "auto",
        },
        legend=LEGEND,
    )  # fmt: skip


def draw_training(plot: "Plot", steps: Sequence[Training]) -> None:
    """Put where the training stands into the plot."""
    with plot.batch_update():
        for trace, name in zip(plot.data, ("loss", "val_loss", "accuracy"), strict=True):
            known = [step for step in steps if getattr(step, name) is not None]
            trace.x = [step.step for step in known]
            trace.y = [getattr(step, name) for step in known]


def training_words(steps: Sequence[Training]) -> str:
    """Where the training stands, and whether it overfits, in a sentence."""
    asked = [step for step in steps if step.val_loss is not None]
    if not asked:
        return "Nothing is measured on the way: all texts are learned from."
    last = asked[-1]
    best = min(asked, key=lambda step: step.val_loss or 0.0)
    words = (
        f"After {last.step} of {last.total} steps ({last.epoch:.1f} epochs): validation loss "
        f"{last.val_loss:.2f} nats, accuracy {percent(last.accuracy or 0.0)}."
    )
    if (last.val_loss or 0.0) > 1.15 * (best.val_loss or 0.0):
        words += f" It was lower at step {best.step}: the model begins to memorise its texts."
    return words


def confusion_plot(names: Sequence[str]) -> "Plot":
    """An empty confusion matrix; `draw_confusion` fills it."""
    from lablib.widgets.plot import Plot

    heat = {
        "type": "heatmap", "colorscale": SHADES, "showscale": False, "xgap": 2, "ygap": 2,
        "texttemplate": "%{z}", "hoverinfo": "text",
    }  # fmt: skip
    return Plot(
        [heat],
        height=140 + 40 * min(len(names), 12),
        xaxis={"title": "called", "side": "top", "showgrid": False},
        yaxis={"title": "is", "autorange": "reversed", "showgrid": False},
    )


def draw_confusion(plot: "Plot", scores: Scores) -> None:
    """Put a confusion matrix into its plot."""
    names = [escape(name) for name in scores.names]
    with plot.batch_update():
        heat = plot.data[0]
        heat.x, heat.y, heat.z = names, names, scores.confusion.tolist()
        heat.hovertext = [
            [f"{is_so}, called {called}: {count}" for called, count in zip(names, row, strict=True)]
            for is_so, row in zip(names, scores.confusion.tolist(), strict=True)
        ]


def scores_table(scores: Scores) -> str:
    """Precision, recall and F1 of every class, as HTML."""
    columns = [
        ("Class", "what is told apart"),
        ("precision", "of the texts called so, the share that is"),
        ("recall", "of the texts that are so, the share called so"),
        ("F1", "the harmonic mean of the two"),
        ("texts", "how many of the test part are so"),
    ]
    rows: list[tuple[str, str, str, str, object]] = [
        (c.name, percent(c.precision), percent(c.recall), f"{c.f1:.2f}", c.support)
        for c in scores.classes
    ]
    rows.append(("mean of the classes", "", "", f"{scores.macro_f1:.2f}", ""))
    return table("On the test part", columns, rows)


def scores_words(scores: Scores) -> str:
    """Accuracy with its margin, and the commonest confusion, in two sentences."""
    total = int(scores.confusion.sum())
    margin = 1.96 * (scores.accuracy * (1 - scores.accuracy) / total) ** 0.5
    words = (
        f"{percent(scores.accuracy)} of {total} test texts are right; with so few, another test "
        f"part might give {100 * margin:.0f} points more or less."
    )
    wrong = scores.confusion.copy()
    for place in range(len(scores.names)):
        wrong[place, place] = 0
    if wrong.max() == 0:
        return words + " There is no mistake to look at."
    is_so, called = divmod(int(wrong.argmax()), len(scores.names))
    return words + (
        f" The commonest mistake: {wrong.max()} × {scores.names[is_so]} taken for "
        f"{scores.names[called]}."
    )
