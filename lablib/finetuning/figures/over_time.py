"""What the panel that looks back at a run shows: a token's probability, step by step."""

from typing import TYPE_CHECKING

from lablib.finetuning.compute.over_time import OverTime
from lablib.numbers import percent
from lablib.widgets.tokens import visible

if TYPE_CHECKING:
    from lablib.widgets.plot import Plot

HEIGHT = 250


def steps_plot() -> "Plot":
    """An empty plot of probability by step; `draw_steps` fills it."""
    from lablib.widgets.plot import COLOURS, LEGEND, Plot, marked_line

    said = "step %{x}: %{y:.1%}<extra>%{fullData.name}</extra>"
    lines = [
        marked_line(place, name, cliponaxis=False, hovertemplate=said)
        for place, name in enumerate(("the model", "half of its layers"))
    ]
    mark = {
        "type": "scatter", "mode": "markers", "hoverinfo": "skip", "showlegend": False,
        "cliponaxis": False,
        "marker": {"size": 16, "symbol": "circle-open", "line": {"width": 2}, "color": COLOURS[0]},
    }  # fmt: skip
    return Plot(
        [*lines, mark],
        height=HEIGHT, xaxis={"title": {"text": "step"}}, yaxis={}, legend=LEGEND, showlegend=True,
    )  # fmt: skip


def draw_steps(plot: "Plot", found: OverTime, place: int) -> None:
    """Put the probabilities by step into the plot, with a ring at the step in sight."""
    layers = found.probabilities.shape[1] - 1
    said = found.probabilities[:, -1].tolist()
    whole, half, ring = plot.data
    with plot.batch_update():
        whole.x = half.x = list(found.steps)
        whole.y, half.y = said, found.probabilities[:, layers // 2].tolist()
        ring.x, ring.y = [found.steps[place]], [said[place]]
        plot.layout.yaxis.title.text = f"probability of ‘{visible(found.text)}’"
        plot.layout.yaxis.tickformat, plot.layout.yaxis.rangemode = "~%", "tozero"


def over_time_words(found: OverTime, place: int) -> str:
    """What the model says at the step in sight, and how that compares with the end of the run."""
    lens = found.lenses[place]
    said = lens.texts[-1][-1][0]
    share = percent(float(lens.probabilities[-1, -1, 0]), 1)
    words = f"{_when(found.steps[place])} the model goes on with ‘{visible(said)}’ ({share})"
    if said != found.text:
        then = percent(float(found.probabilities[place, -1]), 1)
        words += f"; ‘{visible(found.text)}’, which it says in the end, has {then}"
    return f"{words}.{_few(found)}"


def _when(step: int) -> str:
    """A step in words.

    >>> _when(0), _when(1), _when(12)
    ('Before it learned', 'After 1 step', 'After 12 steps')
    """
    if not step:
        return "Before it learned"
    return f"After {step} step{'s' if step > 1 else ''}"


def _few(found: OverTime) -> str:
    """What is said of a run that kept a single checkpoint."""
    if found.total > 2:
        return ""
    return (
        " This run kept one checkpoint only, so there is nothing between its beginning and its "
        "end: set “Save every” and “Keep” before the next."
    )
