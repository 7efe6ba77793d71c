"""What the panel of a GPT that learns from nothing shows of a result."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lablib.finetuning.compute.from_nothing import WritingStep
from lablib.finetuning.figures.shared import line

if TYPE_CHECKING:
    from lablib.widgets.plot import Plot


def from_nothing_plot() -> "Plot":
    """An empty plot of the losses against the step; `draw_from_nothing` fills it."""
    from lablib.widgets.plot import COLOURS, LEGEND, Plot

    marked = {"mode": "lines+markers", "marker": {"symbol": "square", "size": 6}}
    return Plot(
        [
            line("training, each step", COLOURS[5], line={"width": 1}, opacity=0.6),
            line("held out", COLOURS[1], **marked),
            line("only how common each byte is", COLOURS[0], line={"dash": "dot"}),
        ],
        height=320,
        xaxis={"title": "step", "rangemode": "tozero"},
        yaxis={"title": "loss (nats per byte)", "rangemode": "tozero"},
        legend=LEGEND,
    )


def draw_from_nothing(plot: "Plot", steps: Sequence[WritingStep]) -> None:
    """Put the losses so far into the plot."""
    lines = (
        [(s.step, s.loss) for s in steps if s.loss is not None],
        [(s.step, s.heldout_loss) for s in steps if s.heldout_loss is not None],
        [(s.step, s.frequency_loss) for s in (steps[0], steps[-1])],
    )
    with plot.batch_update():
        for trace, points in zip(plot.data, lines, strict=True):
            trace.x, trace.y = [step for step, _ in points], [loss for _, loss in points]


def from_nothing_words(steps: Sequence[WritingStep]) -> str:
    """How far it has come, in a sentence or two."""
    heldout = [step for step in steps if step.heldout_loss is not None]
    if not heldout or (last := heldout[-1]).heldout_loss is None:
        return ""
    counted = last.frequency_loss
    stage = (
        "It has not even learned yet how common each letter is."
        if last.heldout_loss > counted
        else "It uses the letters before."
    )
    return (
        f"After {last.step:,} steps the held-out loss is {last.heldout_loss:.2f} nats per byte "
        f"({counted:.2f} by always saying how common each byte is). {stage}"
    )
