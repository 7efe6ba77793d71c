"""What several panels of this room show alike."""

from collections.abc import Sequence
from math import ceil, exp, log
from typing import TYPE_CHECKING, Any

from lablib.training.run import RunInfo
from lablib.widgets.html import fill
from lablib.widgets.tokens import number, visible

if TYPE_CHECKING:
    from lablib.finetuning.compute.from_nothing import WritingStep
    from lablib.training.records import Record

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


def line(name: str, colour: str, **more: Any) -> dict[str, Any]:
    """A line of a plot, with nothing drawn in it yet."""
    line = {"color": colour, "width": 2} | more.pop("line", {})
    return {"type": "scatter", "mode": "lines", "name": name, "line": line, **more}


def perplexity_axis() -> dict[str, Any]:
    """An axis on the right that says perplexity where the left one says loss."""
    return {
        "title": "perplexity", "overlaying": "y", "side": "right", "matches": "y",
        "tickmode": "array", "tickvals": [log(p) for p in PERPLEXITIES],
        "ticktext": [f"{p:,}" for p in PERPLEXITIES], "showgrid": False,
    }  # fmt: skip


_SAMPLES = """<div role="log" aria-label="Samples, the newest first" tabindex="0" style="max-height:
 {height}px; overflow: auto; border: 1px solid var(--jp-border-color2, #e0e0e0); border-radius: 4px;
 padding: 0 8px">"""


_SAMPLE = """<div style="margin: 8px 0"><div style="color: var(--jp-ui-font-color2, #616161);
 font-size: 12px">step {step}</div><div style="white-space: pre-wrap; overflow-wrap: anywhere;
 line-height: 1.5">{text}</div></div>"""


def samples(records: "Sequence[Record | WritingStep]", height: int = 240) -> str:
    """What the model wrote on its way, the newest first, as HTML; at most so many pixels high."""
    wrote = [(r.step, r.sample) for r in records if r.sample is not None]
    each = (fill(_SAMPLE, step=step, text=legible(text)) for step, text in reversed(wrote))
    return f"{fill(_SAMPLES, height=height)}{''.join(each)}</div>" if wrote else ""


def legible(text: str) -> str:
    """A text with a mark for each character that has no shape; spaces and new lines stay.

    >>> legible("The\\x03 end.")
    'The␃ end.'
    """
    return "".join(c if c.isprintable() or c == "\n" else visible(c) for c in text)


def outcome_words(info: RunInfo) -> str:
    """What a run has come to, in a sentence or two."""
    done = f"{info.step:,} of {info.total:,} steps in {duration(info.seconds)}."
    if info.before is None or info.after is None or info.step == 0:
        return done
    before, after = exp(min(info.before, 50.0)), exp(min(info.after, 50.0))
    change = "fell" if after < before else "rose"
    kept = f" The model of step {info.result:,} was kept." if info.config.patience else ""
    return f"{done} The held-out perplexity {change} from {before:,.1f} to {after:,.1f}.{kept}"


def perplexity(loss: float) -> str:
    """A mean loss in nats as the perplexity, in figures that can be read.

    >>> perplexity(3.0), perplexity(9.0)
    ('20.1', '8,103')
    """
    value = exp(min(loss, 700.0))
    return f"{value:,.0f}" if 1000 <= value < 1e12 else number(value)
