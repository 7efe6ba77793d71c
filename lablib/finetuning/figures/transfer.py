"""What the transfer panel shows: all ways to learn on one axis, a table, and the claim measured."""

from collections.abc import Iterable, Mapping, Sequence
from math import exp, log
from statistics import mean
from typing import TYPE_CHECKING

from lablib.finetuning.compute.transfer import RATES, TransferPoint
from lablib.finetuning.figures.shared import perplexity
from lablib.numbers import percent
from lablib.widgets.html import table
from lablib.widgets.tokens import number

if TYPE_CHECKING:
    from lablib.widgets.plot import Plot

NAMES = {
    "scratch": "from scratch",
    "full": "pretrained, all weights",
    "lora": "pretrained, LoRA",
    "last": "pretrained, last blocks",
}
"""Each way in words."""


def means(points: Iterable[TransferPoint]) -> dict[tuple[str, float], float]:
    """The perplexity of each method at each share: e to the mean over the seeds of the best loss.

    Points that failed are left out.
    """
    losses: dict[tuple[str, float], list[float]] = {}
    for point in points:
        if not point.failure:
            losses.setdefault((point.method, point.share), []).append(point.best)
    return {place: exp(min(mean(values), 700.0)) for place, values in losses.items()}


def transfer_plot() -> "Plot":
    """An empty plot with a line a method; `draw_transfer` fills it."""
    from lablib.widgets.plot import LEGEND, Plot, marked_line

    ends = {"type": "data", "symmetric": False}
    lines = [
        marked_line(place, NAMES[method], size=10, line={"width": 2}, error_y=ends)
        for place, method in enumerate(RATES)
    ]
    untrained = {
        "type": "scatter", "mode": "lines", "name": "pretrained, before learning",
        "line": {"color": "#888", "dash": "dot"},
    }  # fmt: skip
    return Plot(
        [*lines, untrained],
        height=320,
        xaxis={"title": "share of the text learned from", "type": "log", "tickmode": "array"},
        yaxis={"title": "held-out perplexity", "type": "log", "dtick": "D2"},
        legend=LEGEND,
    )


def draw_transfer(plot: "Plot", points: Sequence[TransferPoint]) -> None:
    """Put the points into the plot as they stand; a bar reaches from the best seed to the worst."""
    middle = means(points)
    shares = sorted({point.share for point in points})
    with plot.batch_update():
        plot.layout.xaxis.tickvals = shares
        plot.layout.xaxis.ticktext = [percent(share) for share in shares]
        for trace, method in zip(plot.data, RATES, strict=False):
            there = [share for share in shares if (method, share) in middle]
            trace.x, trace.y = there, [middle[method, share] for share in there]
            ends = [(middle[method, share], *_ends(points, method, share)) for share in there]
            trace.error_y.array = [high - mid for mid, _, high in ends]
            trace.error_y.arrayminus = [mid - low for mid, low, _ in ends]
        start = untrained(points)
        plot.data[-1].x = [shares[0], shares[-1]] if start and shares else []
        plot.data[-1].y = [start, start] if start and shares else []


def _ends(points: Sequence[TransferPoint], method: str, share: float) -> tuple[float, float]:
    """The best and the worst perplexity of a method at a share over the seeds."""
    own = [p.perplexity for p in points if (p.method, p.share) == (method, share) and not p.failure]
    return min(own), max(own)


def untrained(points: Iterable[TransferPoint]) -> float | None:
    """The held-out perplexity of the pretrained model as it came, None if it was not measured."""
    starts = [point.start for point in points if point.method != "scratch"]
    return exp(min(starts[0], 700.0)) if starts else None


def transfer_table(points: Sequence[TransferPoint]) -> str:
    """Every point in numbers, as HTML."""
    columns = [
        ("Way to learn", ""),
        ("text", "the share that was learned from"),
        ("rows", "of the text, used again and again if there are few"),
        ("best perplexity", "on the held-out part, the lowest of all measures"),
        ("at the end", "on the held-out part; higher than the best: it memorised"),
        ("steps", "done"),
        ("", "what went wrong"),
    ]
    rows = [
        (
            NAMES[p.method],
            percent(p.share),
            f"{p.rows}",
            perplexity(p.best),
            perplexity(p.last),
            f"{p.step} of {p.total}",
            p.failure,
        )
        for p in points
    ]
    return table("Measured on the same held-out part", columns, rows, words=(0, 6))


def transfer_words(points: Sequence[TransferPoint]) -> str:
    """The claim, as far as it was measured."""
    found = means(point for point in points if point.done)
    scratch = {share: value for (method, share), value in found.items() if method == "scratch"}
    pretrained = {place: value for place, value in found.items() if place[0] != "scratch"}
    if not scratch or not pretrained:
        return ""
    (method, least), few = min(pretrained.items(), key=lambda item: (item[0][1], item[1]))
    most = max(scratch)
    verdict = "still ahead of" if few < scratch[most] else "behind"
    return (
        f"With {percent(least)} of the text, {NAMES[method]} reaches perplexity "
        f"{perplexity(log(few))}: {verdict} a model from scratch with {percent(most)} of it "
        f"({perplexity(log(scratch[most]))})." + _gain(found, scratch)
    )


def _gain(found: Mapping[tuple[str, float], float], scratch: Mapping[float, float]) -> str:
    """How many times as high the perplexity from scratch is at the least and the most text."""
    ratios = {
        share: scratch[share] / found["full", share]
        for share in scratch
        if ("full", share) in found
    }
    if len(ratios) < 2:
        return ""
    least, most = min(ratios), max(ratios)
    return (
        f" From scratch the perplexity is {number(ratios[least])} times as high at "
        f"{percent(least)}, and {number(ratios[most])} times at {percent(most)}."
    )
