"""What the seeds panel shows of a result."""

import textwrap
from collections.abc import Sequence
from typing import Any

from lablib.numbers import percent
from lablib.sampling.compute.generation import Step
from lablib.sampling.compute.measures import Diversity, diversity
from lablib.widgets.html import escape, table
from lablib.widgets.plot import COLOURS, SYMBOLS, Plot
from lablib.widgets.tokens import visible


def diversity_table(names: Sequence[str], figures: Sequence[Diversity]) -> str:
    """How varied the texts of each setting are, one row each, as HTML."""
    columns = [
        ("Setting", "how the next token was chosen"),
        ("distinct-1", "the share of different tokens among all tokens of all texts"),
        ("distinct-2", "the share of different pairs of tokens"),
        ("distinct-3", "the share of different groups of three tokens"),
        ("entropy", "of the distribution a token was drawn from, in bits, on average"),
        ("repetition", "the share of groups of four tokens that repeat one in their own text"),
    ]
    rows = [
        (
            name,
            f"{figure.distinct_1:.2f}",
            f"{figure.distinct_2:.2f}",
            f"{figure.distinct_3:.2f}",
            f"{figure.entropy:.2f} bits",
            percent(figure.repetition),
        )
        for name, figure in zip(names, figures, strict=True)
    ]
    return table("All texts of a setting together", columns, rows)


def seeds_plot() -> Plot:
    """An empty plot: a point for each text, a row for each setting. `draw_seeds` fills it."""

    def points(axis: str) -> dict[str, Any]:
        return {"type": "scatter", "mode": "markers", "hoverinfo": "text", "xaxis": axis}

    return Plot(
        [points("x"), points("x2")],
        height=320,
        showlegend=False,
        xaxis={"title": "entropy (bits per token)", "domain": [0, 0.48], "rangemode": "tozero"},
        xaxis2={"title": "share of different pairs in a text", "domain": [0.52, 1]},
        yaxis={"tickmode": "array", "showgrid": False},
    )


def draw_seeds(plot: Plot, names: Sequence[str], runs: Sequence[Sequence[Sequence[Step]]]) -> None:
    """Put the texts into the plot: `runs[i][j]` is what setting i wrote with the j-th seed.

    Points of a setting stand one above the other in the order of their seeds.
    """
    each = [(i, seed, run) for i, row in enumerate(runs) for seed, run in enumerate(row)]
    figures = [diversity([run]) for _, _, run in each]
    with plot.batch_update():
        plot.layout.yaxis.tickvals = [-i for i in range(len(names))]
        plot.layout.yaxis.ticktext = [escape(name).replace(", ", ",<br>") for name in names]
        plot.layout.yaxis.range = [0.5 - len(names), 0.5]
        plot.data[0].x = [figure.entropy for figure in figures]
        plot.data[1].x = [figure.distinct_2 for figure in figures]
        for trace in plot.data:
            trace.y = [0.35 - i - 0.7 * seed / max(len(runs[i]) - 1, 1) for i, seed, _ in each]
            trace.hovertext = [seed_words(seed, run) for _, seed, run in each]
            trace.marker.color = [COLOURS[i % len(COLOURS)] for i, _, _ in each]
            trace.marker.symbol = [SYMBOLS[i % len(SYMBOLS)] for i, _, _ in each]


def seed_words(seed: int, run: Sequence[Step]) -> str:
    """A seed and the text it gave, as plotly's hover card takes it: escaped, in short lines."""
    text = visible("".join(step.text for step in run)).replace("␣", " ")
    return "<br>".join([f"seed {seed}", *map(escape, textwrap.wrap(text, 64))])
