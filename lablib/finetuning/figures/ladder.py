"""What the ladder panel shows: bars of speed and memory, a table, and what helped most."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from lablib.finetuning.compute.ladder import Measurement
from lablib.numbers import percent
from lablib.widgets.html import escape, table
from lablib.widgets.tokens import number

if TYPE_CHECKING:
    from lablib.widgets.plot import Plot


def megabytes(size: float) -> str:
    """Bytes for people, in powers of ten.

    >>> megabytes(513_400_000), megabytes(2_400_000_000)
    ('513 MB', '2.4 GB')
    """
    return f"{size / 1e6:,.0f} MB" if size < 1e9 else f"{size / 1e9:.1f} GB"


def ladder_plot() -> "Plot":
    """Empty bars of speed and memory side by side; `draw_ladder` fills them."""
    from lablib.widgets.plot import COLOURS, Plot

    def bars(place: int, axis: str) -> dict[str, object]:
        marker = {"color": COLOURS[place], "pattern": {"shape": ("", "/")[place]}}
        return {
            "type": "bar", "orientation": "h", "xaxis": axis, "marker": marker,
            "hoverinfo": "skip", "textposition": "auto",
        }  # fmt: skip

    return Plot(
        [bars(0, "x"), bars(1, "x2")],
        height=320,
        showlegend=False,
        xaxis={"title": "tokens per second", "domain": [0.0, 0.48], "rangemode": "tozero"},
        xaxis2={"title": "peak memory (MB)", "domain": [0.54, 1.0], "rangemode": "tozero"},
        yaxis={"autorange": "reversed", "showgrid": False},
    )


def draw_ladder(plot: "Plot", found: Sequence[Measurement]) -> None:
    """Put the stages measured so far into the plot, from top to bottom."""
    there = [one for one in found if not one.failure]
    names = [escape(_added(one, found)) for one in there]
    columns = (
        [(one.tokens_per_second or 0.0, f"{one.tokens_per_second:,.0f}") for one in there],
        [((one.memory or 0) / 1e6, megabytes(one.memory or 0)) for one in there],
    )
    with plot.batch_update():
        for trace, column in zip(plot.data, columns, strict=True):
            trace.y, trace.x = names, [value for value, _ in column]
            trace.text = [text for _, text in column]


def _added(one: Measurement, found: Sequence[Measurement]) -> str:
    """A stage's name, with a plus where it stands on others."""
    return one.stage.name if one is found[0] else f"+ {one.stage.name}"


def ladder_table(found: Sequence[Measurement]) -> str:
    """Every stage in numbers, against the first and against the one below it, as HTML."""
    columns = [
        ("Stage", "each keeps what those above it do"),
        ("tokens/s", "of real tokens, padding not counted"),
        ("× first", "how many times as fast as the first"),
        ("× before", "how many times as fast as the one above it"),
        ("memory", "the most this process had, less what it had before the training"),
        ("what it does", ""),
    ]
    rows = [_row(one, found) for one in found]
    return table("Measured on this device", columns, rows, words=(0, 5))


def _row(one: Measurement, found: Sequence[Measurement]) -> tuple[str, ...]:
    name = _added(one, found)
    if one.tokens_per_second is None or one.memory is None:
        return (name, "–", "–", "–", "–", f"It could not be measured. {one.failure}")
    speeds = [other.tokens_per_second for other in found if other.tokens_per_second]
    place = speeds.index(one.tokens_per_second)
    before = speeds[max(place - 1, 0)]
    ratios = [f"{one.tokens_per_second / speed:.2f}" for speed in (speeds[0], before)]
    speed = f"{one.tokens_per_second:,.0f}"
    return (name, speed, *ratios, megabytes(one.memory), one.stage.meaning)


def ladder_words(found: Sequence[Measurement]) -> str:
    """What helped most, in a sentence or two."""
    there = [(one, one.tokens_per_second or 0.0, one.memory or 0) for one in found]
    there = [entry for entry in there if entry[1]]
    if len(there) < 2:
        return ""
    fastest = max(there, key=lambda entry: entry[1])
    least = min(there, key=lambda entry: entry[2])
    steps = pairwise(there)
    gain, stage = max((after[1] / before[1], after[0].stage.name) for before, after in steps)
    best = f"Up to “{fastest[0].stage.name}” it became {number(fastest[1] / there[0][1])} times"
    helped = f"; the largest step was “{stage}” ({number(gain)} times)" if gain > 1 else ""
    return (
        f"{best} as fast{helped}. The least memory is that of “{least[0].stage.name}”: "
        f"{percent(least[2] / there[0][2])} of the first stage's."
    )
