"""What the training panel shows of a result."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lablib.masking.compute.training import TrainingStep
from lablib.numbers import percent

if TYPE_CHECKING:
    from lablib.widgets.plot import Plot
from lablib.masking.figures.shared import Column, guess_column


def training_plot() -> "Plot":
    """An empty plot of accuracy and loss against the step; `draw_training` fills it."""
    from lablib.widgets.plot import LEGEND, Plot, marked_line

    return Plot(
        [
            marked_line(0, "guessed right", size=5),
            marked_line(0, "always the most common token", mode="lines", line={"dash": "dot"}),
            marked_line(1, "loss", size=5, yaxis="y2"),
        ],
        height=320,
        xaxis={"title": "training steps", "rangemode": "tozero"},
        yaxis={"title": "hidden tokens guessed right", "tickformat": ".0%", "rangemode": "tozero"},
        yaxis2={
            "title": "loss (nats)",
            "overlaying": "y",
            "side": "right",
            "rangemode": "tozero",
            "showgrid": False,
            "tickmode": "auto",
        },
        legend=LEGEND,
    )


def draw_training(plot: "Plot", steps: Sequence[TrainingStep]) -> None:
    """Put the reports into the plot."""
    numbers = [step.step for step in steps]
    values = (
        [step.accuracy for step in steps],
        [step.most_common for step in steps],
        [step.heldout_loss for step in steps],
    )
    with plot.batch_update():
        for trace, column in zip(plot.data, values, strict=True):
            trace.x, trace.y = numbers, column


def training_column(step: TrainingStep) -> Column:
    """What the tiny BERT would put into the example now."""
    return guess_column(f"After {step.step:,} steps it would put there", "", step.guesses)


def training_words(steps: Sequence[TrainingStep]) -> str:
    """How far it has come, in a sentence."""
    if not steps:
        return ""
    last = steps[-1]
    stage = (
        "It still guesses by how common each token is."
        if last.accuracy < last.most_common + 0.05
        else "It uses the words around the gap."
    )
    return (
        f"After {last.step:,} steps it guesses {percent(last.accuracy)} of the hidden tokens of a "
        f"page it never saw ({percent(last.most_common)} by always saying the most common "
        f"one). {stage}"
    )
