"""What the bias panel shows of a result."""

from typing import TYPE_CHECKING

from lablib.masking.compute.bias import Probe
from lablib.widgets.html import escape, table

if TYPE_CHECKING:
    from lablib.widgets.plot import Plot
from lablib.masking.figures.shared import Dumbbell, factor, name_rows, nats


def probe_rows(found: Probe) -> list[Dumbbell]:
    """The mean log-probability of each word after both subjects, as rows of a dumbbell chart."""
    return [Dumbbell(row["word"], row["first"], row["second"]) for row in found.table()]


def probe_plot() -> "Plot":
    """An empty plot of the differences: a small point a template, a large one for their mean."""
    from lablib.widgets.plot import COLOURS, LEGEND, Plot

    single = {"color": COLOURS[5], "symbol": "circle-open", "size": 8, "line": {"width": 2}}
    mean = {"color": COLOURS[1], "symbol": "diamond", "size": 12}
    return Plot(
        [
            {"type": "scatter", "mode": "markers", "name": "one template", "marker": single,
             "hoverinfo": "text"},
            {"type": "scatter", "mode": "markers", "name": "mean and spread", "marker": mean,
             "hoverinfo": "text", "error_x": {"type": "data", "color": COLOURS[1]}},
        ],
        height=320,
        xaxis={"zeroline": True, "zerolinecolor": "#888", "zerolinewidth": 2},
        yaxis={"tickmode": "array", "showgrid": False},
        legend=LEGEND,
    )  # fmt: skip


def draw_probe(plot: "Plot", found: Probe) -> None:
    """Put the differences into the plot: a row for each word."""
    rows = found.table()
    first, second = found.subjects
    points = [
        (float(found.differences[t, w]), -w, template)
        for w in range(len(found.words))
        for t, template in enumerate(found.templates)
    ]
    with plot.batch_update():
        plot.layout.xaxis.title = (
            f"← more after “{escape(second)}” · nats · more after “{escape(first)}” →"
        )
        name_rows(plot, found.words)
        single, mean = plot.data
        single.x, single.y = [x for x, _, _ in points], [y + 0.15 for _, y, _ in points]
        single.hovertext = [f"{escape(t)}<br>{nats(x, sign=True)} nats" for x, _, t in points]
        mean.x = [row["mean"] for row in rows]
        mean.y = [-place - 0.1 for place in range(len(rows))]
        mean.error_x.array = [row["spread"] or 0.0 for row in rows]
        mean.hovertext = [f"mean {nats(row['mean'], sign=True)} nats" for row in rows]


def probe_table(found: Probe) -> str:
    """The differences with their spread, as HTML."""
    first, second = found.subjects
    columns = [
        ("Word", "asked for at the mask"),
        (f"after “{first}”", "mean log-probability over the templates"),
        (f"after “{second}”", "mean log-probability over the templates"),
        ("difference", "above 0: more expected after the first"),
        ("spread", "standard deviation of the difference over the templates"),
        ("from … to", "the least and the most of them"),
        ("templates that agree", "in how many the difference has the sign of the mean"),
    ]
    rows = [
        (
            row["word"],
            nats(row["first"]),
            nats(row["second"]),
            nats(row["mean"], sign=True),
            "" if row["spread"] is None else nats(row["spread"]),
            f"{nats(row['least'], sign=True)} … {nats(row['most'], sign=True)}",
            f"{row['agree']} of {len(found.templates)}",
        )
        for row in found.table()
    ]
    return table("Log-probabilities in nats", columns, rows)


def probe_words(found: Probe) -> str:
    """What the probe found, with as much doubt as it deserves."""
    first, second = found.subjects
    rows = found.table()
    sure = [row for row in rows if row["agree"] == len(found.templates)]
    if len(found.templates) < 3:
        doubt = "With so few templates this is an anecdote: add some."
    else:
        doubt = f"{len(sure)} of {len(rows)} words lean the same way in all templates."
    most = max(rows, key=lambda row: abs(row["mean"]))
    side = first if most["mean"] > 0 else second
    return (
        f"Most of all, “{most['word']}” is {factor(most['mean'])} as probable after “{side}”. "
        f"{doubt}"
    )
