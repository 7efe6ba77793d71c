"""What the languages panel shows of a result."""

from lablib.numbers import percent
from lablib.tokenization.compute.languages import Costs
from lablib.tokenization.figures.shared import counted
from lablib.widgets.html import escape, scrolling, table
from lablib.widgets.plot import COLOURS, LEGEND, Plot


def costs_table(costs: Costs) -> str:
    """One row for each language and tokenizer, as HTML."""
    columns = [
        ("Language", "of the sentence"),
        ("tokenizer", "its name"),
        ("tokens", "how many the sentence is"),
        ("unknown", "how many of them only say that something unknown is there"),
        ("premium", "how many times as many tokens as in the first language"),
        ("context used", "which share of what the model reads at once"),
        ("dollars for 1,000", "what reading it a thousand times costs, at the price you set"),
    ]
    rows = [
        (
            cost.language,
            cost.tokenizer,
            f"{cost.tokens:,}",
            f"{cost.unknown:,}",
            f"× {cost.premium:.2f}",
            percent(cost.context, 1),
            f"{1000 * cost.price:,.4f}",
        )
        for cost in costs.costs
    ]
    return scrolling(table("The same sentence", columns, rows, words={0, 1}), "Costs", 360)


def costs_words(costs: Costs) -> str:
    """The dearest language of each tokenizer, in sentences."""
    names = dict.fromkeys(cost.tokenizer for cost in costs.costs)
    dearest = {name: max(costs.of(name), key=lambda cost: cost.premium) for name in names}
    return " ".join(
        f"With {name} the sentence costs most in {cost.language}: {cost.premium:.1f} times as many "
        f"tokens as in {costs.costs[0].language}."
        for name, cost in dearest.items()
    )


def costs_plot() -> Plot:
    """An empty plot of bars; `draw_costs` fills it."""
    return Plot(
        [],
        height=360,
        barmode="group",
        xaxis={"tickangle": -40},
        yaxis={"title": "tokens, against the first language", "rangemode": "tozero"},
        legend=LEGEND,
    )


PATTERNS = ("", "/", "x", ".", "\\", "-")
"""A hatching to go with each colour, so that nothing hangs on colour alone."""


def draw_costs(plot: Plot, costs: Costs) -> None:
    """One group of bars for each language, one bar in it for each tokenizer."""
    names = list(dict.fromkeys(cost.tokenizer for cost in costs.costs))
    with plot.batch_update():
        plot.data = plot.data[: len(names)]
        for _ in names[len(plot.data) :]:
            plot.add_bar()
        for i, (trace, name) in enumerate(zip(plot.data, names, strict=True)):
            rows = costs.of(name)
            trace.name = escape(name)
            trace.showlegend = True
            trace.x = [escape(cost.language) for cost in rows]
            trace.y = [cost.premium for cost in rows]
            trace.hovertext = [counted(cost.tokens, "token") for cost in rows]
            trace.marker.color = COLOURS[i % len(COLOURS)]
            trace.marker.pattern.shape = PATTERNS[i % len(PATTERNS)]
