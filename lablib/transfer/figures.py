"""What the panels of this room show: results in, plots, tables, chips and sentences out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lablib.transfer.compute import Prediction
from lablib.transfer.curves import METHODS, Growth
from lablib.transfer.examples import LabelledSet
from lablib.transfer.influence import Pushes
from lablib.transfer.scoring import Scores
from lablib.transfer.training import Training
from lablib.widgets.html import escape, table
from lablib.widgets.tokens import number

if TYPE_CHECKING:
    from lablib.widgets.plot import Plot

HEIGHT = 280
SHADES = [[0.0, "rgba(0, 114, 178, 0.04)"], [1.0, "rgba(0, 114, 178, 0.55)"]]
"""Of cells with numbers in them: those have the theme's colour, so no shade may be strong."""
_LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
WAY_NAMES = {
    "frozen": "frozen encoder, new head",
    "lora": "LoRA",
    "full": "all weights",
    "scratch": "from scratch",
}
"""The ways of `METHODS` as they stand in a legend."""


def percent(share: float) -> str:
    """A share in whole percents.

    >>> percent(0.786)
    '79 %'
    """
    return f"{share * 100:.0f} %"


def shorten(text: str, most: int = 90) -> str:
    """The beginning of a text that is too long for a line.

    >>> shorten("one two three", 7)
    'one tw…'
    """
    return text if len(text) <= most else text[: most - 1] + "…"


# The data


def set_table(labelled: LabelledSet) -> str:
    """How many texts of each class there are, as HTML."""
    columns = [
        ("Class", "what is to be told apart"),
        ("to learn from", "texts of the training part"),
        ("to be tested on", "texts of the test part, which nobody learns from"),
    ]
    rows = [(row["label"], row["train"], row["test"]) for row in labelled.table()]
    return table(shorten(labelled.name), columns, rows)


def sample_table(labelled: LabelledSet, first: int, count: int = 6) -> str:
    """Some training texts with their classes, as HTML; they go round from the end to the start."""
    places = [(first + i) % len(labelled.train) for i in range(min(count, len(labelled.train)))]
    rows = [
        (labelled.names[label], shorten(text, 110)) for text, label in labelled.train.take(places)
    ]
    columns = [("Class", "the label"), ("text", "from the training part")]
    return table("Some of them", columns, rows, words=(0, 1))


# Training


def training_plot() -> "Plot":
    """An empty plot of both losses and the accuracy; `draw_training` fills it."""
    from lablib.widgets.plot import COLOURS, SYMBOLS, Plot

    def line(place: int, name: str, axis: str, mode: str) -> dict[str, Any]:
        marker = {"symbol": SYMBOLS[place], "size": 7}
        style = {"color": COLOURS[place], "dash": "dot" if axis == "y2" else "solid"}
        return {"type": "scatter", "mode": mode, "name": name, "yaxis": axis, "line": style,
                "marker": marker}  # fmt: skip

    return Plot(
        [
            line(0, "training loss", "y", "lines"),
            line(1, "validation loss", "y", "lines+markers"),
            line(2, "validation accuracy", "y2", "lines+markers"),
        ],
        height=HEIGHT,
        xaxis={"title": "training steps", "rangemode": "tozero"},
        yaxis={"title": "loss (nats)", "rangemode": "tozero"},
        yaxis2={
            "title": "accuracy", "overlaying": "y", "side": "right", "range": [0, 1.02],
            "tickformat": ".0%", "showgrid": False, "tickmode": "auto",
        },
        legend=_LEGEND,
    )  # fmt: skip


def draw_training(plot: "Plot", steps: Sequence[Training]) -> None:
    """Put where the training stands into the plot."""
    with plot.batch_update():
        for trace, name in zip(plot.data, ("loss", "watched_loss", "accuracy"), strict=True):
            known = [step for step in steps if getattr(step, name) is not None]
            trace.x = [step.step for step in known]
            trace.y = [getattr(step, name) for step in known]


def training_words(steps: Sequence[Training]) -> str:
    """Where the training stands, and whether it overfits, in a sentence."""
    asked = [step for step in steps if step.watched_loss is not None]
    if not asked:
        return "Nothing is measured on the way: all texts are learned from."
    last = asked[-1]
    best = min(asked, key=lambda step: step.watched_loss or 0.0)
    words = (
        f"After {last.step} of {last.total} steps ({last.epoch:.1f} epochs): validation loss "
        f"{last.watched_loss:.2f} nats, accuracy {percent(last.accuracy or 0.0)}."
    )
    if (last.watched_loss or 0.0) > 1.15 * (best.watched_loss or 0.0):
        words += f" It was lower at step {best.step}: the model begins to memorise its texts."
    return words


# Scores


def confusion_plot(names: Sequence[str]) -> "Plot":
    """An empty confusion matrix; `draw_confusion` fills it."""
    from lablib.widgets.plot import Plot

    heat = {
        "type": "heatmap", "colorscale": SHADES, "showscale": False, "xgap": 2, "ygap": 2,
        "texttemplate": "%{z}", "hoverinfo": "text",
    }  # fmt: skip
    return Plot(
        [heat],
        height=140 + 40 * min(len(names), 12),
        xaxis={"title": "called", "side": "top", "showgrid": False},
        yaxis={"title": "is", "autorange": "reversed", "showgrid": False},
    )


def draw_confusion(plot: "Plot", scores: Scores) -> None:
    """Put a confusion matrix into its plot."""
    names = [escape(name) for name in scores.names]
    with plot.batch_update():
        heat = plot.data[0]
        heat.x, heat.y, heat.z = names, names, scores.confusion.tolist()
        heat.hovertext = [
            [f"{is_so}, called {called}: {count}" for called, count in zip(names, row, strict=True)]
            for is_so, row in zip(names, scores.confusion.tolist(), strict=True)
        ]


def scores_table(scores: Scores) -> str:
    """Precision, recall and F1 of every class, as HTML."""
    columns = [
        ("Class", "what is told apart"),
        ("precision", "of the texts called so, the share that is"),
        ("recall", "of the texts that are so, the share called so"),
        ("F1", "the harmonic mean of the two"),
        ("texts", "how many of the test part are so"),
    ]
    rows: list[tuple[str, str, str, str, object]] = [
        (c.name, percent(c.precision), percent(c.recall), f"{c.f1:.2f}", c.support)
        for c in scores.classes
    ]
    rows.append(("mean of the classes", "", "", f"{scores.macro_f1:.2f}", ""))
    return table("On the test part", columns, rows)


def scores_words(scores: Scores) -> str:
    """Accuracy with its margin, and the commonest confusion, in two sentences."""
    total = int(scores.confusion.sum())
    margin = 1.96 * (scores.accuracy * (1 - scores.accuracy) / total) ** 0.5
    words = (
        f"{percent(scores.accuracy)} of {total} test texts are right; with so few, another test "
        f"part might give {100 * margin:.0f} points more or less."
    )
    wrong = scores.confusion.copy()
    for place in range(len(scores.names)):
        wrong[place, place] = 0
    if wrong.max() == 0:
        return words + " There is no mistake to look at."
    is_so, called = divmod(int(wrong.argmax()), len(scores.names))
    return words + (
        f" The commonest mistake: {wrong.max()} × {scores.names[is_so]} taken for "
        f"{scores.names[called]}."
    )


# What pushed


def push_tokens(found: Pushes) -> list[dict[str, Any]]:
    """The words as chips, coloured by what each does for the class."""
    return [
        {
            "text": word,
            "value": value,
            "note": f"speaks {'for' if value >= 0 else 'against'} {found.name}",
        }
        for word, value in zip(found.words, found.values, strict=True)
    ]


def push_scale(found: Pushes) -> dict[str, Any]:
    """The colours' scale: as far to one side as to the other."""
    most = max(map(abs, found.values))
    return {"min": -(most or 1.0), "max": most or 1.0, "palette": "signed", "unit": "nats"}


def push_words(found: Pushes, other: Pushes) -> str:
    """The hardest pushes for both ways, in a sentence."""
    (first, value), (second, _) = found.top(1)[0], other.top(1)[0]
    side = "less" if value >= 0 else "more"
    words = f"Without “{first}” it would be {number(abs(value))} nats {side} {found.name}."
    if first == second:
        return f"{words} Gradient × input names the same word."
    return f"{words} Gradient × input names “{second}” first: the two ask different questions."


def prediction_plot() -> "Plot":
    """An empty plot of a bar for every class."""
    from lablib.widgets.plot import COLOURS, Plot

    bars = {
        "type": "bar", "orientation": "h", "marker": {"color": COLOURS[0]},
        "textposition": "outside", "hoverinfo": "skip",
    }  # fmt: skip
    return Plot(
        [bars],
        height=180,
        xaxis={"range": [0, 1.1], "tickformat": ".0%", "title": "probability"},
        yaxis={"autorange": "reversed", "showgrid": False},
    )


def draw_prediction(plot: "Plot", said: Prediction) -> None:
    """Put the probabilities of the likeliest classes into the plot."""
    top = said.top(8)
    with plot.batch_update():
        plot.data[0].y = [escape(name) for name, _ in top]
        plot.data[0].x = [probability for _, probability in top]
        plot.data[0].text = [percent(probability) for _, probability in top]


def prediction_words(said: Prediction) -> str:
    """The likeliest class, in a sentence.

    >>> prediction_words(Prediction("So so.", ("bad", "good"), (0.25, 0.75)))
    'It says good, 75 %.'
    >>> prediction_words(Prediction("Hey!", ("rude", "loud"), (0.75, 0.9), several=True))
    'It says loud, 90 %, and rude, 75 %: labels that may stand together.'
    """
    if said.several:
        kept = ", and ".join(f"{name}, {percent(p)}" for name, p in said.top() if p > 0.5)
        return f"It says {kept or 'none of its labels'}: labels that may stand together."
    return f"It says {said.label}, {percent(max(said.probabilities))}."


def mistake_words(said: Prediction, is_so: str) -> str:
    """What a mistake was.

    >>> mistake_words(Prediction("So so.", ("bad", "good"), (0.25, 0.75)), "bad")
    'It is bad, and was called good, 75 % sure.'
    """
    sure = percent(max(said.probabilities))
    return f"It is {is_so}, and was called {said.label}, {sure} sure."


# Growth


def growth_plot(chance: float) -> "Plot":
    """An empty plot of accuracy against the number of texts, a line for each way."""
    from lablib.widgets.plot import COLOURS, SYMBOLS, Plot

    lines = [
        {
            "type": "scatter", "mode": "lines+markers", "name": WAY_NAMES[way],
            "line": {"color": COLOURS[place]}, "marker": {"symbol": SYMBOLS[place], "size": 9},
            "error_y": {"type": "data", "thickness": 1.5},
        }
        for place, way in enumerate(METHODS)
    ]  # fmt: skip
    guess = {
        "type": "scatter", "mode": "lines", "name": "guessing", "hoverinfo": "skip",
        "line": {"color": "#888", "dash": "dot"}, "y": [chance, chance], "x": [],
    }  # fmt: skip
    return Plot(
        [*lines, guess],
        height=HEIGHT + 40,
        xaxis={"title": "training texts", "type": "log", "tickmode": "array"},
        yaxis={"title": "test accuracy", "tickformat": ".0%", "range": [0, 1.02]},
        legend=_LEGEND,
        showlegend=True,
    )


def draw_growth(plot: "Plot", rows: Sequence[Growth]) -> None:
    """Put means and spreads into the plot."""
    sizes = sorted({row.size for row in rows})
    with plot.batch_update():
        plot.layout.xaxis.tickvals, plot.layout.xaxis.ticktext = sizes, [str(s) for s in sizes]
        for trace, way in zip(plot.data, METHODS, strict=False):
            found = [row for row in rows if row.method == way]
            trace.x, trace.y = [row.size for row in found], [row.mean for row in found]
            trace.error_y.array = [row.spread for row in found]
        if sizes:
            plot.data[-1].x = [sizes[0], sizes[-1]]


def growth_table(rows: Sequence[Growth]) -> str:
    """Mean and spread of every way at every size, as HTML."""
    sizes = sorted({row.size for row in rows})
    found = {(row.method, row.size): row for row in rows}

    def cell(way: str, size: int) -> str:
        row = found.get((way, size))
        if row is None:
            return "–"
        return f"{100 * row.mean:.0f}" + (f" ± {100 * row.spread:.0f}" if row.count > 1 else "")

    columns = [("Way", "how the classifier came to be")]
    columns += [(f"{size}", "test accuracy in %, mean ± standard deviation") for size in sizes]
    ways = [way for way in METHODS if any(row.method == way for row in rows)]
    cells = [(WAY_NAMES[way], *(cell(way, size) for size in sizes)) for way in ways]
    return table("Test accuracy (%) by the number of training texts", columns, cells)


def growth_words(rows: Sequence[Growth]) -> str:
    """What the pretraining is worth so far, in a sentence."""
    scratch = [row for row in rows if row.method == "scratch"]
    others = [row for row in rows if row.method != "scratch"]
    if not scratch or not others:
        return "The frozen encoder is quick; the other ways take their time."
    most = scratch[-1]
    least = min(others, key=lambda row: (row.size, -row.mean))
    return (
        f"From scratch, {most.size} texts give {percent(most.mean)}. With the pretrained encoder "
        f"{least.size} give {percent(least.mean)} ({WAY_NAMES[least.method]})."
    )
