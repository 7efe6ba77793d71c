"""What the run panel shows of a result."""

from collections.abc import Sequence
from math import exp
from typing import TYPE_CHECKING, Any

from lablib.numbers import percent
from lablib.training.records import Record, best_record
from lablib.widgets.html import fill

if TYPE_CHECKING:
    from lablib.widgets.plot import Plot
from lablib.finetuning.figures.shared import (
    SMOOTH,
    duration,
    line,
    perplexity_axis,
    size,
    smooth,
    thin,
)


def loss_plot() -> "Plot":
    """An empty plot of the losses against the step; `draw_losses` fills it."""
    from lablib.widgets.plot import COLOURS, LEGEND, Plot

    said = "step %{x}: %{y:.3f} nats, perplexity %{customdata:,.1f}<extra></extra>"
    heldout = {
        "mode": "lines+markers", "marker": {"symbol": "square", "size": 8}, "yaxis": "y2",
        "hovertemplate": said,
    }  # fmt: skip
    star = {"symbol": "star", "size": 14}
    return Plot(
        [
            line("training, each step", COLOURS[5], line={"width": 1}, opacity=0.6),
            line(f"training, mean of {SMOOTH} steps", COLOURS[0], hovertemplate=said),
            line("held out", COLOURS[1], **heldout),
            line("held out, lowest", COLOURS[3], **heldout | {"mode": "markers", "marker": star}),
        ],
        height=280,
        xaxis={"title": "step", "rangemode": "tozero"},
        yaxis={"title": "loss (nats per token)"},
        yaxis2=perplexity_axis(),
        legend=LEGEND,
    )


def draw_losses(plot: "Plot", records: Sequence[Record]) -> None:
    """Put the losses so far into the plot."""
    read = [r for r in records if r.loss is not None]
    means = smooth([r.loss for r in read if r.loss is not None])
    measured = [(r.step, r.heldout_loss) for r in records if r.heldout_loss is not None]
    each = thin([(r.step, r.loss) for r in read])
    curve = thin(list(zip((r.step for r in read), means, strict=True)))
    best = best_record(records)
    lowest = [(best.step, best.heldout_loss)] if best else []
    with plot.batch_update():
        for trace, points in zip(plot.data, (each, curve, thin(measured), lowest), strict=True):
            trace.x, trace.y = [step for step, _ in points], [loss for _, loss in points]
            trace.customdata = [exp(min(loss, 50.0)) for _, loss in points]


def lr_and_grad_norm_plot() -> "Plot":
    """Two small empty plots, learning rate and gradient norm: see `draw_lr_and_grad_norm`."""
    from lablib.widgets.plot import COLOURS, Plot

    return Plot(
        [
            line("learning rate", COLOURS[2]),
            line("gradient norm", COLOURS[3], xaxis="x2", yaxis="y2"),
        ],
        height=160,
        showlegend=False,
        xaxis={"domain": [0.0, 0.46], "title": "step", "rangemode": "tozero"},
        yaxis={"title": "learning rate", "rangemode": "tozero", "exponentformat": "e", "nticks": 4},
        xaxis2={"domain": [0.56, 1.0], "title": "step", "rangemode": "tozero"},
        yaxis2={"title": "gradient norm", "rangemode": "tozero", "anchor": "x2", "nticks": 4},
    )


def draw_lr_and_grad_norm(plot: "Plot", records: Sequence[Record]) -> None:
    """Put learning rates and gradient norms so far into the plots."""
    rates = thin([(r.step, r.learning_rate) for r in records if r.step])
    norms = thin([(r.step, r.grad_norm) for r in records if r.grad_norm is not None])
    with plot.batch_update():
        for trace, points in zip(plot.data, (rates, norms), strict=True):
            trace.x, trace.y = [step for step, _ in points], [value for _, value in points]


_READOUT = """<div style="display: inline-block; min-width: 104px; margin: 0 16px 8px 0"
 title="{tip}"><div style="color: var(--jp-ui-font-color2, #616161); font-size: 12px">{name}</div>
<div style="font-size: 18px; font-variant-numeric: tabular-nums">{value}</div></div>"""


def latest(records: Sequence[Record], name: str) -> Any:
    """The last value of a field that is there; None if there is none."""
    return next((v for r in reversed(records) if (v := getattr(r, name)) is not None), None)


def seconds_left(records: Sequence[Record], total: int) -> float | None:
    """By the time of the last steps, how long the rest takes; None before the first."""
    last = records[-min(len(records), SMOOTH) :]
    done = last[-1].step - last[0].step if last else 0
    if not done:
        return None
    return (last[-1].seconds - last[0].seconds) / done * max(total - last[-1].step, 0)


def readouts(records: Sequence[Record], total: int, flops: float, peak: float) -> str:
    """The numbers that are watched while a run goes on, as HTML.

    Args:
        total: steps of the run.
        flops: FLOP for each token.
        peak: FLOP/s of all devices at best.
    """
    speed, measured = latest(records, "tokens_per_second"), latest(records, "heldout_loss")
    left = seconds_left(records, total)
    shown = [
        ("step", f"{records[-1].step if records else 0:,} of {total:,}", "done, and of the run"),
        (
            "held-out perplexity",
            f"{exp(min(measured, 50.0)):,.1f}" if measured is not None else "–",
            "on the part that is not learned from: as unsure as among so many equal tokens",
        ),
        ("tokens/s", f"{speed:,.0f}" if speed else "–", "learned from, over all devices"),
        (
            "share of peak (MFU)",
            percent(speed * flops / peak) if speed and peak else "–",
            f"model FLOPs utilisation, of the {peak / 1e12:,.2f} TFLOP/s the device can do at best",
        ),
        ("memory", size(records[-1].memory) if records else "–", "the most so far"),
        ("time left", duration(left) if left is not None else "–", "by the last steps"),
    ]
    return "".join(fill(_READOUT, name=name, value=value, tip=tip) for name, value, tip in shown)


_OTHER = """<div>Process {pid} trains this run: another kernel, or a command in a terminal. A folder
 has one training at a time, so it is watched here, paused and stopped, and Start waits for its end.
</div>"""


def other_process(pid: int) -> str:
    """That a run belongs to somebody else, as HTML; nothing if it does not.

    >>> other_process(0), other_process(12)[:20]
    ('', '<div>Process 12 trai')
    """
    return fill(_OTHER, pid=pid) if pid else ""


def notes(records: Sequence[Record]) -> str:
    """What a person should know about the steps so far, a sentence each, the last three."""
    said = [f"Step {r.step}: {r.note}" for r in records if r.note]
    return " ".join(said[-3:])
