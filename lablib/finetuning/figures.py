"""What the training panel and the list of runs show: plots, readouts, tables, sentences.

Every function takes records or runs and gives a picture; none trains. plotly is imported when the
first plot is made, because that takes seconds.
"""

from collections.abc import Sequence
from math import ceil, exp, log
from typing import TYPE_CHECKING, Any

from lablib.finetuning.estimate import PARTS, Memory
from lablib.training.records import Record
from lablib.training.run import RunInfo
from lablib.widgets.html import fill, table

if TYPE_CHECKING:
    from lablib.widgets.plot import Plot

POINTS = 500
"""So many points of a curve travel to the browser; the eye sees no more."""
SMOOTH = 20
"""Steps that a point of the smooth curve is the mean of."""
PERPLEXITIES = (1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 1000, 2000, 5000)
"""Marks of the axis on the right: e to the loss on the left."""


def duration(seconds: float) -> str:
    """A time in words.

    >>> duration(7.4), duration(95), duration(7300)
    ('7 s', '1 min 35 s', '2 h 1 min')
    """
    minutes, left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {left} s" if minutes else f"{left} s"


def size(count: float) -> str:
    """Bytes in words.

    >>> size(1234), size(2.5e6), size(1.5e9)
    ('1 kB', '2.5 MB', '1.50 GB')
    """
    if count >= 1e9:
        return f"{count / 1e9:.2f} GB"
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"


def thin(points: Sequence[Any], most: int = POINTS) -> list[Any]:
    """At most about so many of the points, evenly, the last always.

    >>> thin(range(10), 4)
    [0, 3, 6, 9]
    """
    if not points:
        return []
    every = max(ceil((len(points) - 1) / max(most - 1, 1)), 1)
    return [*points[:-1][::every], points[-1]]


def smooth(values: Sequence[float], width: int = SMOOTH) -> list[float]:
    """The mean of each value and those before it, up to `width` of them.

    >>> smooth([4.0, 2.0, 0.0], width=2)
    [4.0, 3.0, 1.0]
    """
    return [
        sum(values[max(i - width + 1, 0) : i + 1]) / min(i + 1, width) for i in range(len(values))
    ]


# The parts of the memory

_BAR = """<div role="img" aria-label="{label}" style="position: relative; height: 24px;
 display: flex; border: 1px solid var(--jp-border-color1, #bdbdbd); border-radius: 4px;
 overflow: hidden">"""
_PART = """<div title="{name}: {size}" style="width: {share}%; background: {colour}; color: {ink};
 border-right: 1px solid var(--jp-layout-color1, #fff); text-align: center; font-size: 12px;
 line-height: 24px; overflow: hidden; box-sizing: border-box">{number}</div>"""
_LEFT = """<div style="flex: 1; text-align: center; font-size: 12px; line-height: 24px">{size} more
 are free</div>"""
_LIMIT = """<div style="position: absolute; left: {share}%; top: 0; bottom: 0; width: 0;
 border-left: 3px dashed var(--jp-error-color1, #d32f2f)"></div>"""
_KEY = """<li style="display: inline-block; margin: 4px 24px 0 0" title="{what}"><span
 style="display: inline-block; width: 16px; text-align: center; font-size: 12px; border-radius: 2px;
 background: {colour}; color: {ink}">{number}</span> {name} {size}</li>"""
_KEYS = '<ul style="padding: 0; margin: 0; list-style: none">'
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00")
_INKS = ("#fff", "#000", "#000", "#000", "#000")


def memory_bar(memory: Memory, free: int) -> str:
    """The parts of a run's memory side by side, against what is free, as HTML.

    Where far more is free than is needed, what is left over is drawn shorter than it is.
    """
    whole = max(memory.total, min(free, 4 * memory.total), 1)
    parts = [
        {"name": name, "size": size(amount), "share": f"{100 * amount / whole:.2f}",
         "number": place, "colour": colour, "ink": ink, "what": PARTS[name]}
        for place, ((name, amount), colour, ink) in enumerate(
            zip(memory.table(), _COLOURS, _INKS, strict=True), 1)
    ]  # fmt: skip
    said = ", ".join(f"{part['name']} {part['size']}" for part in parts)
    segments = "".join(fill(_PART, **part) for part in parts)
    limit = fill(_LIMIT, share=f"{100 * free / whole:.2f}") if free < memory.total else ""
    left = fill(_LEFT, size=size(free - memory.total)) if free > memory.total else ""
    keys = "".join(fill(_KEY, **part) for part in parts)
    return (
        fill(_BAR, label=f"Memory: {said}; {size(free)} free")
        + f"{segments}{left}{limit}</div>{_KEYS}{keys}</ul>"
    )


# The curves of a run


def _line(name: str, colour: str, **more: Any) -> dict[str, Any]:
    line = {"color": colour, "width": 2} | more.pop("line", {})
    return {"type": "scatter", "mode": "lines", "name": name, "line": line, **more}


def _perplexity_axis() -> dict[str, Any]:
    """An axis on the right that says perplexity where the left one says loss."""
    return {
        "title": "perplexity", "overlaying": "y", "side": "right", "matches": "y",
        "tickmode": "array", "tickvals": [log(p) for p in PERPLEXITIES],
        "ticktext": [f"{p:,}" for p in PERPLEXITIES], "showgrid": False,
    }  # fmt: skip


_LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}


def loss_plot() -> "Plot":
    """An empty plot of the losses against the step; `draw_losses` fills it."""
    from lablib.widgets.plot import COLOURS, Plot

    said = "step %{x}: %{y:.3f} nats, perplexity %{customdata:,.1f}<extra></extra>"
    heldout = {
        "mode": "lines+markers", "marker": {"symbol": "square", "size": 8}, "yaxis": "y2",
        "hovertemplate": said,
    }  # fmt: skip
    return Plot(
        [
            _line("training, each step", COLOURS[5], line={"width": 1}, opacity=0.6),
            _line(f"training, mean of {SMOOTH} steps", COLOURS[0], hovertemplate=said),
            _line("held out", COLOURS[1], **heldout),
        ],
        height=280,
        xaxis={"title": "step", "rangemode": "tozero"},
        yaxis={"title": "loss (nats per token)"},
        yaxis2=_perplexity_axis(),
        legend=_LEGEND,
    )


def draw_losses(plot: "Plot", records: Sequence[Record]) -> None:
    """Put the losses so far into the plot."""
    read = [r for r in records if r.loss is not None]
    means = smooth([r.loss for r in read if r.loss is not None])
    measured = [(r.step, r.heldout_loss) for r in records if r.heldout_loss is not None]
    each = thin([(r.step, r.loss) for r in read])
    curve = thin(list(zip((r.step for r in read), means, strict=True)))
    with plot.batch_update():
        for trace, points in zip(plot.data, (each, curve, thin(measured)), strict=True):
            trace.x, trace.y = [step for step, _ in points], [loss for _, loss in points]
            trace.customdata = [exp(min(loss, 50.0)) for _, loss in points]


def pulse_plot() -> "Plot":
    """Two small empty plots, learning rate and gradient norm; `draw_pulse` fills them."""
    from lablib.widgets.plot import COLOURS, Plot

    return Plot(
        [
            _line("learning rate", COLOURS[2]),
            _line("gradient norm", COLOURS[3], xaxis="x2", yaxis="y2"),
        ],
        height=160,
        showlegend=False,
        xaxis={"domain": [0.0, 0.46], "title": "step", "rangemode": "tozero"},
        yaxis={"title": "learning rate", "rangemode": "tozero", "exponentformat": "e", "nticks": 4},
        xaxis2={"domain": [0.56, 1.0], "title": "step", "rangemode": "tozero"},
        yaxis2={"title": "gradient norm", "rangemode": "tozero", "anchor": "x2", "nticks": 4},
    )


def draw_pulse(plot: "Plot", records: Sequence[Record]) -> None:
    """Put learning rates and gradient norms so far into the plots."""
    rates = thin([(r.step, r.learning_rate) for r in records if r.step])
    norms = thin([(r.step, r.grad_norm) for r in records if r.grad_norm is not None])
    with plot.batch_update():
        for trace, points in zip(plot.data, (rates, norms), strict=True):
            trace.x, trace.y = [step for step, _ in points], [value for _, value in points]


# Readouts

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
            "MFU",
            f"{speed * flops / peak:.0%}" if speed and peak else "–",
            f"the share of the {peak / 1e12:,.2f} TFLOP/s that the device can do at best",
        ),
        ("memory", size(records[-1].memory) if records else "–", "the most so far"),
        ("time left", duration(left) if left is not None else "–", "by the last steps"),
    ]
    return "".join(fill(_READOUT, name=name, value=value, tip=tip) for name, value, tip in shown)


# Samples

_SAMPLES = """<div role="log" aria-label="Samples, the newest first" tabindex="0" style="max-height:
 240px; overflow: auto; border: 1px solid var(--jp-border-color2, #e0e0e0); border-radius: 4px;
 padding: 0 8px">"""
_SAMPLE = """<div style="margin: 8px 0"><div style="color: var(--jp-ui-font-color2, #616161);
 font-size: 12px">step {step}</div><div style="white-space: pre-wrap; line-height: 1.5">{text}</div>
</div>"""


def samples(records: Sequence[Record]) -> str:
    """What the model wrote on its way, the newest first, as HTML."""
    wrote = [r for r in records if r.sample is not None]
    if not wrote:
        return ""
    each = (fill(_SAMPLE, step=r.step, text=r.sample) for r in reversed(wrote))
    return f"{_SAMPLES}{''.join(each)}</div>"


def outcome_words(info: RunInfo) -> str:
    """What a run has come to, in a sentence or two."""
    done = f"{info.step:,} of {info.total:,} steps in {duration(info.seconds)}."
    if info.before is None or info.after is None or info.step == 0:
        return done
    before, after = exp(min(info.before, 50.0)), exp(min(info.after, 50.0))
    change = "fell" if after < before else "rose"
    return f"{done} The held-out perplexity {change} from {before:,.1f} to {after:,.1f}."


def notes(records: Sequence[Record]) -> str:
    """What a person should know about the steps so far, a sentence each, the last three."""
    said = [f"Step {r.step}: {r.note}" for r in records if r.note]
    return " ".join(said[-3:])


# The list of runs

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
    text = config.text if len(config.text) <= 20 else f"{config.text[:19]}…"
    return f"{config.method}, {config.learning_rate:g}, {config.batch} × {config.length}, {text}"


def overlay_plot(runs: Sequence[tuple[str, Sequence[Record]]]) -> "Plot":
    """The losses of several runs on one pair of axes: held out with marks, training thin."""
    from lablib.widgets.plot import COLOURS, SYMBOLS, Plot

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
            _line(f"{name}, training", colour, **_points(curve), **thin_line),
            _line(name, colour, **_points(measured), **marks),
        ]
    return Plot(
        traces,
        height=280,
        xaxis={"title": "step", "rangemode": "tozero"},
        yaxis={"title": "loss (nats per token)"},
        yaxis2=_perplexity_axis(),
        legend=_LEGEND,
    )


def _points(points: Sequence[tuple[int, float]]) -> dict[str, list[float]]:
    return {"x": [step for step, _ in points], "y": [loss for _, loss in points]}
