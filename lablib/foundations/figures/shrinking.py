"""What the shrinking panel shows of a result."""

from collections.abc import Sequence
from typing import Any

from lablib.foundations.compute.shrinking import Copy
from lablib.foundations.figures.shared import LEFT, RIGHT, line
from lablib.widgets.html import escape, table
from lablib.widgets.plot import Plot


def copies_plot() -> Plot:
    """An empty plot of size and cost, and of speed and cost; `draw_copies` fills it."""
    names: dict[str, Any] = {
        "mode": "markers+text",
        "textposition": "top center",
        "showlegend": False,
    }
    return Plot(
        [line(0, "size", **names), line(1, "speed", "2", **names)],
        height=320,
        xaxis={"title": "file (MB)", "rangemode": "tozero", "domain": LEFT},
        yaxis={"title": "bits per byte"},
        xaxis2={"title": "tokens read per second", "rangemode": "tozero", "domain": RIGHT},
        yaxis2={"anchor": "x2"},
    )


def draw_copies(plot: Plot, copies: Sequence[Copy]) -> None:
    """Put the copies into the plot."""
    costs = [one.bits_per_byte for one in copies]
    middle, spread = (max(costs) + min(costs)) / 2, max(0.1, max(costs) - min(costs))
    columns = (
        [one.file_bytes / 1e6 for one in copies],
        [one.tokens_per_second for one in copies],
    )
    with plot.batch_update():
        for trace, values in zip(plot.data, columns, strict=True):
            trace.x, trace.y, trace.text = values, costs, [escape(one.name) for one in copies]
        for axis, values in zip(("xaxis", "xaxis2"), columns, strict=True):
            plot.layout[axis].range = [0, 1.15 * max(values)]
        for axis in ("yaxis", "yaxis2"):
            plot.layout[axis].range = [middle - spread, middle + spread]


def copies_table(copies: Sequence[Copy]) -> str:
    """What was measured, as HTML."""
    columns = [
        ("Copy", "what was done"),
        ("file", "its weights as safetensors"),
        ("compressed", "the same file, compressed"),
        ("tokens per second", "reading the text, on this machine"),
        ("bits per byte", "what the text costs it"),
    ]
    rows = [
        (
            one.name,
            f"{one.file_bytes / 1e6:.1f} MB",
            f"{one.packed_bytes / 1e6:.1f} MB",
            f"{one.tokens_per_second:,.0f}",
            f"{one.bits_per_byte:.3f}",
        )
        for one in copies
    ]
    return table("As measured just now", columns, rows)


def copies_words(copies: Sequence[Copy]) -> str:
    """What the smaller copies gained and lost, in a sentence each."""
    first, *others = copies
    return (
        " ".join(
            f"{one.name}: {one.file_bytes / first.file_bytes:.2f} times the file, "
            f"{one.tokens_per_second / first.tokens_per_second:.2f} times the speed, "
            f"{one.bits_per_byte - first.bits_per_byte:+.3f} bits per byte.".replace("-", "−")
            for one in others
        )
        + " Speeds differ from one measurement to the next, most of all on a busy machine."
    )
