"""What the runs panel shows of a result."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lablib.training.records import Record
from lablib.training.run import RunInfo
from lablib.widgets.html import table

if TYPE_CHECKING:
    from lablib.widgets.plot import Plot
from lablib.finetuning.figures.shared import (
    duration,
    line,
    perplexity_axis,
    smooth,
    thin,
)
from lablib.widgets.tokens import shortened

_RUN_COLUMNS = [
    ("Run", "the name of its folder"),
    ("State", "what became of it"),
    ("Step", "done, and of the whole run"),
    ("Settings", "method, learning rate, batch × length"),
    ("Before", "held-out loss at the start, in nats"),
    ("After", "held-out loss at its last measurement, in nats"),
    ("tokens/s", "the middle of the run"),
    ("Time", "spent on training"),
]


def runs_table(infos: Sequence[RunInfo]) -> str:
    """The runs with their settings and results, as HTML."""
    rows = [
        (
            info.folder.name,
            info.state,
            f"{info.step:,} of {info.total:,}",
            settings_words(info),
            f"{info.before:.3f}" if info.before is not None else "–",
            f"{info.after:.3f}" if info.after is not None else "–",
            f"{info.tokens_per_second:,.0f}" if info.tokens_per_second else "–",
            duration(info.seconds),
        )
        for info in infos
    ]
    return table("The newest run first", _RUN_COLUMNS, rows, words=(0, 1, 3))


def settings_words(info: RunInfo) -> str:
    """The settings that matter most, in a few words."""
    config = info.config
    text = shortened(config.text, 20)
    return f"{config.method}, {config.learning_rate:g}, {config.batch} × {config.length}, {text}"


def overlay_plot(runs: Sequence[tuple[str, Sequence[Record]]]) -> "Plot":
    """The losses of several runs on one pair of axes: held out with marks, training thin."""
    from lablib.widgets.plot import COLOURS, LEGEND, SYMBOLS, Plot

    traces = []
    for place, (name, records) in enumerate(runs):
        colour = COLOURS[place % len(COLOURS)]
        read = [(r.step, r.loss) for r in records if r.loss is not None]
        means = smooth([loss for _, loss in read])
        curve = thin(list(zip((step for step, _ in read), means, strict=True)))
        measured = thin([(r.step, r.heldout_loss) for r in records if r.heldout_loss is not None])
        thin_line = {"line": {"width": 1, "dash": "dot"}, "showlegend": False}
        marks = {
            "mode": "lines+markers", "yaxis": "y2",
            "marker": {"symbol": SYMBOLS[place % len(SYMBOLS)], "size": 8},
        }  # fmt: skip
        traces += [
            line(f"{name}, training", colour, **_points(curve), **thin_line),
            line(name, colour, **_points(measured), **marks),
        ]
    return Plot(
        traces,
        height=280,
        xaxis={"title": "step", "rangemode": "tozero"},
        yaxis={"title": "loss (nats per token)"},
        yaxis2=perplexity_axis(),
        legend=LEGEND,
    )


def _points(points: Sequence[tuple[int, float]]) -> dict[str, list[float]]:
    return {"x": [step for step, _ in points], "y": [loss for _, loss in points]}
