"""What the distillation panel shows of a result."""

from collections.abc import Sequence
from typing import Any

from lablib.foundations.compute.distillation import DistillationStep
from lablib.foundations.figures.shared import line
from lablib.widgets.plot import LEGEND, Plot


def distillation_plot(total: int) -> Plot:
    """An empty plot of both students' losses against the steps, and of the teacher's."""
    floor: dict[str, Any] = {"line": {"color": "#888", "dash": "dot"}, "hoverinfo": "skip"}
    return Plot(
        [
            line(0, "without a teacher", mode="lines+markers"),
            line(1, "with the teacher", mode="lines+markers"),
            line(2, "the teacher itself", **floor),
        ],
        height=300,
        showlegend=True,
        xaxis={"title": "training steps", "range": [0, 1.02 * total]},
        yaxis={"title": "held-out loss (nats per token)"},
        legend=LEGEND,
    )


def draw_distillation(plot: Plot, steps: Sequence[DistillationStep]) -> None:
    """Put what was measured so far into the plot, on one axis that holds all of it.

    The loss before the first step is left out: it would press the rest flat.
    """
    found = [step for step in steps if step.taught is not None and step.step]
    last = steps[-1]
    with plot.batch_update():
        plot.layout.xaxis.range = [0, 1.02 * last.total]
        for trace in plot.data[:2]:
            trace.x = [step.step for step in found]
        plot.data[0].y = [step.alone for step in found]
        plot.data[1].y = [step.taught for step in found]
        plot.data[2].x, plot.data[2].y = [0, last.total], [last.teacher] * 2


def distillation_words(steps: Sequence[DistillationStep]) -> str:
    """What the teacher was worth so far, in a sentence or two.

    >>> distillation_words([DistillationStep(0, 9, 5.0, 5.0, 3.0)])
    'Before the first step the students have a loss of 5.00, the teacher of 3.00.'
    >>> distillation_words([DistillationStep(9, 9, 4.0, 4.5, 3.0)])
    'After 9 steps: 4.00 with the teacher, 4.50 without. That is 0.50 nats per token, or 33 % of \
the way to the 3.00 of the teacher.'
    >>> distillation_words([DistillationStep(9, 9, 4.5, 4.4, 3.0)])
    'After 9 steps: 4.50 with the teacher, 4.40 without: so far the teacher is worth nothing.'
    """
    measured = [step for step in steps if step.taught is not None and step.alone is not None]
    if not measured:
        return ""
    last = measured[-1]
    taught, alone = last.taught or 0.0, last.alone or 0.0
    if not last.step:
        return (
            f"Before the first step the students have a loss of {taught:.2f}, the teacher of "
            f"{last.teacher:.2f}."
        )
    both = f"After {last.step} steps: {taught:.2f} with the teacher, {alone:.2f} without"
    if taught >= alone:
        return f"{both}: so far the teacher is worth nothing."
    way = (alone - taught) / (alone - last.teacher)
    return (
        f"{both}. That is {alone - taught:.2f} nats per token, or {100 * way:.0f} % of the way "
        f"to the {last.teacher:.2f} of the teacher."
    )
