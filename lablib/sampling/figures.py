"""What the panels show of a result: sentences, tables, the nodes of a tree, plots.

Every function takes a result and gives a picture; none calls a model. plotly is imported when the
first plot is made, because that takes seconds.
"""

import math
import textwrap
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from lablib.sampling.beams import BeamNode, BeamTree
from lablib.sampling.generation import Step
from lablib.sampling.measures import Diversity, Timing, diversity, first_divergence
from lablib.widgets.html import escape, table
from lablib.widgets.tokens import number, power_of_ten, visible

if TYPE_CHECKING:
    from lablib.widgets.plot import Plot

Texts = Sequence[Sequence[int]]
Runs = Sequence[Sequence[Step]]


def partings(texts: Texts) -> list[int | None]:
    """For each text the first position at which it differs from the one above it; None if it does
    not, and for the first.

    >>> partings([[1, 2, 3], [1, 2, 4], [1, 5, 4]])
    [None, 2, 1]
    """
    return [None, *(first_divergence(pair) for pair in pairwise(texts))][: len(texts)]


def divergence_words(texts: Texts) -> str:
    """Where texts written with the same draws stop being the same.

    >>> divergence_words([[1, 2, 3], [1, 2, 4]])
    'The first 2 tokens are the same under every setting; then the texts part.'
    """
    place = first_divergence(texts)
    if place is None:
        return "Every setting writes the same text." if len(texts) > 1 else ""
    if place == 0:
        return "The texts part at the very first token."
    same = "The first token is" if place == 1 else f"The first {place} tokens are"
    return f"{same} the same under every setting; then the texts part."


def story_words(steps: Sequence[Step]) -> str:
    """How probable all tokens of a text are together, by the model's own probabilities."""
    if not steps:
        return ""
    exponent = steps[-1].cumulative / math.log(10)
    small = f"about {power_of_ten(round(exponent))}"
    chance = small if exponent < -3 else f"{number(100 * 10**exponent)} %"
    tokens = "this token" if len(steps) == 1 else f"these {len(steps)} tokens together"
    return f"The model gives {tokens} a probability of {chance}."


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
            f"{figure.repetition:.0%}",
        )
        for name, figure in zip(names, figures, strict=True)
    ]
    return table("All texts of a setting together", columns, rows)


def times(ratio: float) -> str:
    """How many times, in words.

    >>> times(1.26), times(12.4), times(1e9)
    ('1.3 times', '12 times', 'over a million times')
    """
    if ratio > 1e6:
        return "over a million times"
    return f"{ratio:,.1f} times" if ratio < 10 else f"{ratio:,.0f} times"


def beam_words(tree: BeamTree) -> str:
    """What beam search gained over greedy decoding, in a sentence."""
    winner, greedy = tree.winner, tree.greedy
    if [node.id for node in winner] == [step.id for step in greedy]:
        return "Beam search and greedy decoding write the same text."
    searched, followed = winner[-1].cumulative, greedy[-1].cumulative
    subject = "Beam search's text is"
    if len(winner) != len(greedy):  # a shorter text is always likelier, so compare per token
        searched, followed = searched / len(winner), followed / len(greedy)
        subject = "The texts differ in length: per token, beam search's is"
    gain = times(math.exp(min(abs(searched - followed), 100.0)))
    if searched >= followed:
        return f"{subject} {gain} as likely as greedy's, by the model's own probabilities."
    return f"Greedy's is {gain} as likely here: its text was pruned on the way."


def log_probability_words(name: str, nodes: Sequence[BeamNode] | Sequence[Step]) -> str:
    """A text's name with how probable the model finds it."""
    if not nodes:
        return name
    total = number(round(nodes[-1].cumulative, 2))
    mean = number(round(nodes[-1].cumulative / len(nodes), 2))
    return f"{name}: log-probability {total}, {mean} per token"


def probabilities(nodes: Sequence[BeamNode] | Sequence[Step]) -> list[float]:
    """By the model alone, of each token of a text."""
    return [math.exp(node.log_probability) for node in nodes]


def tree_nodes(tree: BeamTree) -> list[dict[str, Any]]:
    """The tree as `TreeView` takes it. Every step has as many candidates, so the node with number
    `id` is found again at `divmod(id, len(tree.steps[0]))`: its step and its place there.
    """
    winner = {id(node) for node in tree.winner}
    width = len(tree.steps[0])
    return [
        {
            "id": step * width + place,
            "parent": (step - 1) * width + node.parent if step else None,
            "text": visible(node.text),
            "value": math.exp(node.log_probability),
            "cumulative": node.cumulative,
            "state": "winner" if id(node) in winner else _state(node),
            "step": step,
        }
        for step, nodes in enumerate(tree.steps)
        for place, node in enumerate(nodes)
    ]


def _state(node: BeamNode) -> str:
    if node.finished:
        return "finished"
    return "kept" if node.kept else "pruned"


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


def timing_plot() -> "Plot":
    """An empty plot of the time per token against the length; `draw_timings` fills it."""
    from lablib.widgets.plot import COLOURS, SYMBOLS, Plot

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
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )


def draw_timings(plot: "Plot", timings: Sequence[Timing], scale: str) -> None:
    """Put the measured times into the plot; `scale` is "linear" or "log"."""
    with plot.batch_update():
        for trace, times_taken in zip(
            plot.data, ([t.uncached for t in timings], [t.cached for t in timings]), strict=True
        ):
            trace.x = [t.length for t in timings]
            trace.y = [1000 * seconds for seconds in times_taken]
        plot.layout.yaxis.type = scale


def seeds_plot() -> "Plot":
    """An empty plot: a point for each text, a row for each setting. `draw_seeds` fills it."""
    from lablib.widgets.plot import Plot

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


def draw_seeds(plot: "Plot", names: Sequence[str], runs: Sequence[Runs]) -> None:
    """Put the texts into the plot: `runs[i][j]` is what setting i wrote with the j-th seed.

    Points of a setting stand one above the other in the order of their seeds.
    """
    from lablib.widgets.plot import COLOURS, SYMBOLS

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
