"""What the cache panel shows of a result."""

from collections.abc import Sequence
from typing import Any

from lablib.sampling.compute.measures import Timing
from lablib.widgets.html import table
from lablib.widgets.plot import COLOURS, LEGEND, SYMBOLS, Plot
from lablib.widgets.tokens import times


def timing_lengths(context: int | None, points: int = 8) -> list[int]:
    """Evenly spaced lengths up to the last that a model can read and go on from, 1,023 at most.

    >>> timing_lengths(256, 4)
    [64, 128, 191, 255]
    """
    last = min(context or 1024, 1024) - 1
    return sorted({max(1, round(last * i / points)) for i in range(1, points + 1)})


def timing_words(timings: Sequence[Timing]) -> str:
    """What the cache saves at the longest length measured."""
    if not timings:
        return ""
    last = timings[-1]
    return (
        f"After {last.length:,} tokens, one more takes {last.cached * 1000:.3g} ms with the cache "
        f"and {last.uncached * 1000:.3g} ms without: {times(last.uncached / last.cached)} as long."
    )


def timing_table(timings: Sequence[Timing]) -> str:
    """The measured times as HTML: what the plot shows, for whoever cannot see it."""
    columns = [
        ("Tokens before", "how many tokens the text has already"),
        ("cache on", "only the new token is read"),
        ("cache off", "all tokens are read again"),
    ]
    rows = [(t.length, f"{t.cached * 1e3:.3g} ms", f"{t.uncached * 1e3:.3g} ms") for t in timings]
    return table("Time for one more token", columns, rows)


def timing_plot() -> Plot:
    """An empty plot of the time per token against the length; `draw_timings` fills it."""

    def line(place: int, name: str, dash: str) -> dict[str, Any]:
        look = {
            "line": {"color": COLOURS[place], "dash": dash},
            "marker": {"symbol": SYMBOLS[place]},
        }
        return {"type": "scatter", "mode": "lines+markers", "name": name, **look}

    return Plot(
        [line(1, "cache off: all tokens read again", "dash"), line(0, "cache on", "solid")],
        height=320,
        xaxis={"title": "tokens before it", "rangemode": "tozero"},
        yaxis={"title": "one more token takes (ms)", "rangemode": "tozero"},
        legend=LEGEND,
    )


def draw_timings(plot: Plot, timings: Sequence[Timing], scale: str) -> None:
    """Put the measured times into the plot; `scale` is "linear" or "log"."""
    with plot.batch_update():
        for trace, times_taken in zip(
            plot.data, ([t.uncached for t in timings], [t.cached for t in timings]), strict=True
        ):
            trace.x = [t.length for t in timings]
            trace.y = [1000 * seconds for seconds in times_taken]
        plot.layout.yaxis.type = scale
