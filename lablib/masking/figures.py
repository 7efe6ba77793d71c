"""What the panels of this room show of a result: columns of guesses, tables, sentences, plots.

Every function takes a result and gives a picture; none calls a model. plotly is imported when the
first plot is made, because that takes seconds.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from lablib.masking.bias import Probe
from lablib.masking.causal import LeftFill
from lablib.masking.clues import Evidence
from lablib.masking.curves import Curve
from lablib.masking.filling import Fill, Guess, WordScore
from lablib.masking.joint import Filling, JointFill, Order
from lablib.masking.learning import BatchLoss, Exercise
from lablib.masking.likelihood import Comparison, PseudoLogLikelihood
from lablib.masking.training import TrainingStep
from lablib.widgets.html import escape, table
from lablib.widgets.tokens import power_of_ten, spoken, visible

if TYPE_CHECKING:
    from lablib.widgets.plot import Plot

Column = dict[str, Any]

ROWS = 24
"""How many word pairs of two sentences a chart has room for."""


def percent(probability: float) -> str:
    """A probability for people: three figures, and a power of ten where it is very small.

    >>> percent(0.236), percent(0.000123), percent(1.2e-9), percent(1.0)
    ('23.6 %', '0.0123 %', '1.2 × 10⁻⁹', '100 %')
    """
    if probability >= 1e-6:
        return f"{100 * probability:.3g} %"
    if probability <= 0:
        return "0 %"
    digits, exponent = f"{probability:.1e}".split("e")
    return f"{digits} × {power_of_ten(int(exponent))}"


def nats(value: float, sign: bool = False) -> str:
    """A number of nats to two decimals, with a real minus sign.

    >>> nats(-1.234), nats(0.5, sign=True)
    ('−1.23', '+0.50')
    """
    return f"{value:{'+' if sign else ''}.2f}".replace("-", "−")


def factor(difference: float) -> str:
    """How many times as probable something is that is so many nats ahead.

    >>> factor(0.6931), factor(-6.0), factor(50.0)
    ('2.0 times', '403 times', 'over a million times')
    """
    times = math.exp(min(abs(difference), 50.0))
    if times > 1e6:
        return "over a million times"
    return f"{times:.1f} times" if times < 10 else f"{times:,.0f} times"


# Filling


def _guess_row(guess: Guess) -> dict[str, Any]:
    return {
        "text": visible(guess.text),
        "spoken": spoken(guess.text),
        "value": guess.probability,
        "number": percent(guess.probability),
        "note": f"token {guess.id}",
    }


def fill_columns(
    filled: Fill,
    hidden: Sequence[str | None] = (),
    scores: Sequence[WordScore | None] = (),
) -> list[Column]:
    """A column of guesses for each mask, with what is known of the word it hides.

    Args:
        hidden: the word each mask hides, None where that is not known, [masks]; or nothing.
        scores: how probable that word is, None where that cannot be said, [masks]; or nothing.
    """
    columns = []
    for mask, guesses in enumerate(filled.guesses):
        word = hidden[mask] if hidden else None
        rows = [_guess_row(guess) for guess in guesses]
        score = scores[mask] if scores else None
        for row, guess in zip(rows, guesses, strict=True):
            row["mark"] = _is_word(guess, word, score)
        note = hidden_words_note(word, score) if word else ""
        columns.append({"title": f"Mask {mask + 1}", "note": note, "rows": rows})
    return columns


def _is_word(guess: Guess, word: str | None, score: WordScore | None) -> bool:
    """Whether a guess is the word behind the mask: by its token, where that is known."""
    if score is not None:
        return score.ids == (guess.id,)
    return bool(word) and guess.text.strip().casefold() == str(word).casefold()


def hidden_words_note(word: str, score: WordScore | None) -> str:
    """What to say of the word behind a mask.

    >>> hidden_words_note("mat", WordScore("mat", (5,), ("mat",), (math.log(0.5),)))
    'It hides “mat”: 50 %.'
    >>> hidden_words_note("keys", WordScore("keys", (5, 6), ("key", "##s"), (-1.0, -1.0)))
    'It hides “keys”: 13.5 % as 2 pieces.'
    """
    if score is None:
        return f"It hides “{word}”, which is not in the vocabulary."
    pieces = f" as {len(score.ids)} pieces" if len(score.ids) > 1 else ""
    return f"It hides “{word}”: {percent(score.probability)}{pieces}."


def asked_words(scores: Sequence[WordScore]) -> str:
    """How probable a word that was asked for is, at each mask, in a sentence."""
    if not scores:
        return ""
    word, ids, pieces = scores[0].word.strip(), scores[0].ids, scores[0].pieces
    several = f" It has {len(ids)} pieces, {' · '.join(map(visible, pieces))}: each is scored "
    several += "given those before it, and the probabilities are multiplied."
    where = [
        f"{percent(score.probability)} at mask {mask + 1}" for mask, score in enumerate(scores)
    ]
    places = percent(scores[0].probability) if len(scores) == 1 else ", ".join(where)
    return f"“{word}”: {places}.{several if len(ids) > 1 else ''}"


def _filling_row(filling: Filling, value: float, note: str) -> dict[str, Any]:
    words = " … ".join(filling.pieces)
    return {
        "text": visible(words).replace("␣", " "),
        "spoken": words,
        "value": value,
        "number": percent(value),
        "note": note,
    }


def joint_columns(orders: dict[Order, Filling], joint: JointFill) -> list[Column]:
    """A column for each way to fill several masks, all with the joint probability."""
    notes = {
        "independent": "All at once: no guess knows of another.",
        "left to right": "Each guess knows those before it.",
        "most certain first": "The surest gap first, then the text is read again.",
    }
    columns = [
        {
            "title": order.capitalize(),
            "note": notes[order],
            "rows": [_filling_row(filling, filling.probability, order)],
        }
        for order, filling in orders.items()
    ]
    sure = "Nothing better can have been missed." if joint.exact else "Others may be better still."
    best = [
        _filling_row(filling, filling.probability, f"combination {place + 1}")
        for place, filling in enumerate(joint.fillings)
    ]
    joined = {"title": "Joint", "note": f"The best of all combinations. {sure}", "rows": best}
    return [*columns, joined]


def joint_table(orders: dict[Order, Filling], joint: JointFill) -> str:
    """What each way promised and what its words are worth together, as HTML."""
    columns = [
        ("Way", "how the gaps were filled"),
        ("words", "in the order of the text"),
        ("promised", "the product of the probabilities as each guess saw them"),
        ("together", "the joint probability, from left to right"),
    ]
    fillings = [(order.capitalize(), filling) for order, filling in orders.items()]
    fillings += [("Joint", joint.fillings[0])]
    rows = [
        (name, " … ".join(f.pieces), percent(f.claimed), percent(f.probability))
        for name, f in fillings
    ]
    return table("What the guesses promise, and what they are worth together", columns, rows)


def clash_words(orders: dict[Order, Filling], joint: JointFill) -> str:
    """Whether independent guesses clash, in a sentence."""
    alone, best = orders["independent"], joint.fillings[0]
    if len(alone.ids) == 1:
        return "With one gap all ways are the same: hide a second word."
    if alone.ids == best.ids:
        return "Here the independent guesses happen to fit: they are the best combination too."
    gain = factor(best.log_probability - alone.log_probability)
    return (
        f"“{' … '.join(best.pieces)}” is {gain} as probable together as the independent "
        f"“{' … '.join(alone.pieces)}”: each of those guesses was made without the other."
    )


# Evidence


def evidence_tokens(found: Evidence) -> list[dict[str, Any]]:
    """The words of the text as chips, coloured by how much each changes the answer."""
    notes = [
        f"with “{other}” instead: {percent(math.exp(chance))}"
        for other, chance in zip(found.instead, found.without, strict=True)
    ]
    chips = [
        (word.first, {"text": word.text, "value": change, "note": note})
        for word, change, note in zip(found.words, found.changes, notes, strict=True)
    ]
    return _with_masks(found, chips)


def attention_tokens(found: Evidence, looks: Sequence[float]) -> list[dict[str, Any]]:
    """The same words, coloured by how much the mask looks at them."""
    chips = [
        (word.first, {"text": word.text, "value": look})
        for word, look in zip(found.words, looks, strict=True)
    ]
    return _with_masks(found, chips)


def _with_masks(found: Evidence, chips: list[tuple[int, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Chips and masks in the order of the text; the answer's mask is marked."""
    mask = {"text": "[MASK]", "special": True}
    masks = [
        (place, {**mask, "mark": "asked" if place == found.place else ""})
        for place in found.read.masks
    ]
    return [chip for _, chip in sorted([*chips, *masks], key=lambda pair: pair[0])]


def evidence_words(found: Evidence, looks: Sequence[float]) -> str:
    """Which word carries the guess, which one is looked at most, and whether they are the same."""
    probability = percent(math.exp(found.log_probability))
    word, change = found.top(1)[0]
    does = "less" if change > 0 else "more"
    looked = found.words[max(range(len(looks)), key=lambda i: looks[i])].text
    agree = (
        "It is also the word the mask looks at most."
        if looked == word
        else f"But the mask looks most at “{looked}”: looking is not the same as using."
    )
    return (
        f"“{found.answer}” has {probability}. Without “{word}” it would be {factor(change)} "
        f"{does} probable. {agree}"
    )


def evidence_table(found: Evidence, looks: Sequence[float]) -> str:
    """Both measures of each word, with their ranks, as HTML."""
    columns = [
        ("Word", "taken away, one at a time"),
        ("instead", "what was in its place"),
        ("answer without it", "the probability of the answer then"),
        ("change", "in the answer's log-probability, in nats; above 0 the word speaks for it"),
        ("attention", "from the mask, mean over layers and heads"),
        ("ranks", "by the size of the change, and by attention"),
    ]
    by_change = _ranks([abs(change) for change in found.changes])
    by_look = _ranks(looks)
    rows = [
        (
            row["word"],
            row["instead"],
            percent(math.exp(row["without"])),
            nats(row["change"], sign=True),
            f"{looks[i]:.1%}",
            f"{by_change[i]} and {by_look[i]}",
        )
        for i, row in enumerate(found.table())
    ]
    return table(f"What each word does for “{found.answer}”", columns, rows)


def _ranks(values: Sequence[float]) -> list[int]:
    """1 for the largest, and so on.

    >>> _ranks([0.1, 0.5, 0.3])
    [3, 1, 2]
    """
    order = sorted(range(len(values)), key=lambda i: -values[i])
    return [order.index(i) + 1 for i in range(len(values))]


# Sentences


def likelihood_tokens(score: PseudoLogLikelihood) -> list[dict[str, Any]]:
    """The words of a sentence as chips, coloured by their surprisal in bits."""
    return [
        {
            "text": word.text,
            "value": -chance / math.log(2),
            "note": f"probability {percent(math.exp(chance))}, {len(word.places)} pieces",
        }
        for word, chance in score.words
    ]


def likelihood_words(score: PseudoLogLikelihood) -> str:
    """A sentence's score in a sentence."""
    return (
        f"Score {nats(score.total)} nats over {len(score.places)} tokens, "
        f"{nats(score.per_token)} per token: as hard as one of "
        f"{score.pseudo_perplexity:,.0f} equally likely tokens each time."
    )


def comparison_words(pair: Comparison) -> str:
    """Which of two sentences is the more likely, and which word makes the difference."""
    if abs(pair.difference) < 0.005:
        return "The model finds both equally likely."
    better = "second" if pair.difference > 0 else "first"
    sign = math.copysign(1.0, pair.difference)
    most = max(pair.pairs, key=lambda p: sign * p.difference)
    words = f"“{most.first or '–'}” against “{most.second or '–'}”"
    lengths = (
        " They differ in length: compare the scores per token, too."
        if len(pair.first.places) != len(pair.second.places)
        else ""
    )
    shown = f" The chart has the {ROWS} words that differ most." if len(pair.pairs) > ROWS else ""
    return (
        f"The {better} scores {nats(abs(pair.difference))} nats more. Most of it comes from "
        f"{words} ({nats(most.difference, sign=True)}).{lengths}{shown}"
    )


def comparison_table(pair: Comparison) -> str:
    """Both sentences word by word, as HTML."""
    columns = [
        ("First", "a word of the first sentence"),
        ("second", "the word in its place in the second"),
        ("log-probability, first", "natural, given all other words"),
        ("log-probability, second", "natural, given all other words"),
        ("difference", "above 0 the second is the more likely"),
    ]
    rows = [
        (
            p.first,
            p.second,
            "" if p.first_log_probability is None else nats(p.first_log_probability),
            "" if p.second_log_probability is None else nats(p.second_log_probability),
            nats(p.difference, sign=True),
        )
        for p in pair.pairs
    ]
    return table("Word by word", columns, rows)


# Plots


def dumbbell_plot(title: str, height: int = 320) -> "Plot":
    """An empty dumbbell chart: two points a row, joined by a line. `draw_dumbbells` fills it."""
    from lablib.widgets.plot import COLOURS, SYMBOLS, Plot

    def points(place: int) -> dict[str, Any]:
        marker = {"color": COLOURS[place], "symbol": SYMBOLS[place], "size": 10}
        return {"type": "scatter", "mode": "markers", "marker": marker, "hoverinfo": "text"}

    lines = {
        "type": "scatter",
        "mode": "lines",
        "line": {"color": "#888", "width": 2},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    return Plot(
        [lines, points(0), points(1)],
        height=height,
        xaxis={"title": title},
        yaxis={"tickmode": "array", "showgrid": False},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )


class Dumbbell(NamedTuple):
    """A row of a dumbbell chart: a label and two values, None for a missing one."""

    label: str
    first: float | None
    second: float | None


def draw_dumbbells(plot: "Plot", names: tuple[str, str], rows: Sequence[Dumbbell]) -> None:
    """Put rows into the chart, from top to bottom; `names` are those of the two values."""
    whole = [(i, row) for i, row in enumerate(rows) if None not in row]
    with plot.batch_update():
        _name_rows(plot, [row.label for row in rows])
        plot.data[0].x = [x for _, row in whole for x in (row.first, row.second, None)]
        plot.data[0].y = [y for i, _ in whole for y in (-i, -i, None)]
        columns = ([row.first for row in rows], [row.second for row in rows])
        for trace, name, values in zip(plot.data[1:], names, columns, strict=True):
            there = [(i, value) for i, value in enumerate(values) if value is not None]
            trace.name = escape(name)
            trace.x, trace.y = [value for _, value in there], [-i for i, _ in there]
            trace.hovertext = [
                f"{escape(name)}: {escape(rows[i].label)}, {nats(value)} nats" for i, value in there
            ]


def _name_rows(plot: "Plot", labels: Sequence[str]) -> None:
    """Labels on the y axis, from top to bottom at 0, −1, −2, …"""
    plot.layout.yaxis.tickvals = [-place for place in range(len(labels))]
    plot.layout.yaxis.ticktext = [escape(label) for label in labels]
    plot.layout.yaxis.range = [0.5 - len(labels), 0.5]


def comparison_rows(pair: Comparison) -> list[Dumbbell]:
    """The word pairs of two sentences as rows of a dumbbell chart: the `ROWS` that differ most."""
    ranked = sorted(range(len(pair.pairs)), key=lambda i: -abs(pair.pairs[i].difference))
    return [
        Dumbbell(
            p.first if p.same else f"{p.first or '–'} / {p.second or '–'}",
            p.first_log_probability,
            p.second_log_probability,
        )
        for p in (pair.pairs[i] for i in sorted(ranked[:ROWS]))
    ]


# Learning


def exercise_tokens(done: Exercise, original: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The original tokens, those that carry loss marked by their fate and coloured by their loss.

    Args:
        original: the tokens of the text as a strip shows them, [tokens].
    """
    return [
        {
            **token,
            "mark": fate,
            "value": loss,
            "note": f"the model's guess: {guess}" if fate else token.get("note", ""),
        }
        for token, fate, loss, guess in zip(
            original, done.fates, done.losses, done.guesses, strict=True
        )
    ]


def exercise_words(done: Exercise) -> str:
    """How many positions carry loss, and the loss, in a sentence."""
    asked = sum(map(bool, done.fates))
    if done.loss is None:
        return "No token was chosen, so there is nothing to learn: raise the rate or draw again."
    pairs = zip(done.fates, done.guesses, done.answers, strict=True)
    right = sum(guess == answer for fate, guess, answer in pairs if fate)
    return (
        f"{asked} of {len(done.fates)} tokens carry loss: {nats(done.loss)} nats on average, "
        f"{right} guessed right. All other positions have the label −100 and teach nothing."
    )


def batch_table(loss: BatchLoss) -> str:
    """The pairs of a batch with the model's opinion of each, as HTML."""
    columns = [
        ("Pair", "what the model saw"),
        ("follows", "whether the second part really follows"),
        ("model says", "the probability that it does"),
        ("right", "whether that is on the right side of one half"),
    ]
    rows = [
        (
            pair.seen,
            "yes" if pair.follows else "no",
            percent(pair.probability),
            "yes" if (pair.probability > 0.5) == pair.follows else "no",
        )
        for pair in loss.pairs
    ]
    return table("A batch of pretraining", columns, rows)


def total_words(loss: BatchLoss, alpha: float, beta: float) -> str:
    """The weighted sum, written out.

    >>> total_words(BatchLoss((), 3.0, 0.5), 1.0, 2.0)
    'α · L_MLM + β · L_NSP = 1 × 3.00 + 2 × 0.50 = 4.00 nats'
    """
    parts = f"{alpha:g} × {nats(loss.words)} + {beta:g} × {nats(loss.next_sentence)}"
    return f"α · L_MLM + β · L_NSP = {parts} = {nats(loss.total(alpha, beta))} nats"


def training_plot() -> "Plot":
    """An empty plot of accuracy and loss against the step; `draw_training` fills it."""
    from lablib.widgets.plot import COLOURS, SYMBOLS, Plot

    def line(place: int, name: str, axis: str, dash: str = "solid") -> dict[str, Any]:
        return {
            "type": "scatter",
            "mode": "lines+markers" if dash == "solid" else "lines",
            "name": name,
            "yaxis": axis,
            "line": {"color": COLOURS[place], "dash": dash},
            "marker": {"symbol": SYMBOLS[place], "size": 5},
        }

    return Plot(
        [
            line(0, "guessed right", "y"),
            line(0, "always the most common token", "y", "dot"),
            line(1, "loss", "y2"),
        ],
        height=320,
        xaxis={"title": "training steps", "rangemode": "tozero"},
        yaxis={"title": "hidden tokens guessed right", "tickformat": ".0%", "rangemode": "tozero"},
        yaxis2={
            "title": "loss (nats)",
            "overlaying": "y",
            "side": "right",
            "rangemode": "tozero",
            "showgrid": False,
            "tickmode": "auto",
        },
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )


def draw_training(plot: "Plot", steps: Sequence[TrainingStep]) -> None:
    """Put the reports into the plot."""
    numbers = [step.step for step in steps]
    values = (
        [step.accuracy for step in steps],
        [step.most_common for step in steps],
        [step.heldout_loss for step in steps],
    )
    with plot.batch_update():
        for trace, column in zip(plot.data, values, strict=True):
            trace.x, trace.y = numbers, column


def training_column(step: TrainingStep) -> Column:
    """What the tiny BERT would put into the example now."""
    rows = [_guess_row(guess) for guess in step.guesses]
    return {"title": f"After {step.step:,} steps it would put there", "note": "", "rows": rows}


def training_words(steps: Sequence[TrainingStep]) -> str:
    """How far it has come, in a sentence."""
    if not steps:
        return ""
    last = steps[-1]
    stage = (
        "It still guesses by how common each token is."
        if last.accuracy < last.most_common + 0.05
        else "It uses the words around the gap."
    )
    return (
        f"After {last.step:,} steps it guesses {last.accuracy:.0%} of the hidden tokens of a page "
        f"it never saw ({last.most_common:.0%} by always saying the most common one). {stage}"
    )


# Bias


def curves_plot(curves: Sequence[Curve]) -> "Plot":
    """The accuracy of each training against its time, with the points as they were measured."""
    from lablib.widgets.plot import COLOURS, SYMBOLS, Plot

    traces = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": escape(f"{curve.model}, {curve.began}"),
            "x": [point.minutes for point in curve.points],
            "y": [point.accuracy for point in curve.points],
            "line": {"color": COLOURS[place]},
            "marker": {"symbol": SYMBOLS[place], "size": 8},
        }
        for place, curve in enumerate(curves)
    ]
    return Plot(
        traces,
        height=320,
        xaxis={"title": "minutes of one processor core", "rangemode": "tozero"},
        yaxis={"title": "hidden tokens guessed right", "tickformat": ".0%", "rangemode": "tozero"},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        showlegend=True,
    )


def curves_words(curves: Sequence[Curve]) -> str:
    """Where the trainings stood at the last whole minute that all of them reached."""
    if not curves:
        return "No learning curves came with these labs."
    minutes = int(min(curve.points[-1].minutes for curve in curves))
    parts = [
        f"{curve.model} ({curve.began}) guessed {percent(curve.accuracy_at(minutes) or 0.0)} of "
        f"the hidden tokens, out of {curve.vocabulary:,} entries"
        for curve in curves
    ]
    return f"After {minutes} minutes {'; '.join(parts)}."


def curves_table(curves: Sequence[Curve]) -> str:
    """Every measured point, as HTML."""
    columns = [
        ("Model", "what came of the training"),
        ("step", "optimizer steps done"),
        ("minutes", "of one processor core"),
        ("guessed", "share of the hidden tokens of an unseen book"),
        ("loss", "of those tokens, in nats"),
    ]
    rows = [
        (curve.model, f"{p.step:,}", f"{p.minutes:.1f}", percent(p.accuracy), nats(p.loss))
        for curve in curves
        for p in curve.points
    ]
    return table("As measured", columns, rows)


def probe_rows(found: Probe) -> list[Dumbbell]:
    """The mean log-probability of each word after both subjects, as rows of a dumbbell chart."""
    return [Dumbbell(row["word"], row["first"], row["second"]) for row in found.table()]


def probe_plot() -> "Plot":
    """An empty plot of the differences: a small point a template, a large one for their mean."""
    from lablib.widgets.plot import COLOURS, Plot

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
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
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
        _name_rows(plot, found.words)
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


# Causal against masked


def causal_columns(left: LeftFill, masked: Fill | None) -> list[Column]:
    """What a GPT expects from the left, what it makes of whole sentences, and what a BERT expects.

    Args:
        masked: None if there is no masked model's answer.
    """
    columns = [
        {
            "title": "GPT, the left side only",
            "note": f"It read “{left.left}” and nothing more." if left.left else "It read nothing.",
            "rows": [_guess_row(guess) for guess in left.guesses],
        },
        {
            "title": "GPT, judging whole sentences",
            "note": "Each word tried in turn: shares among those tried.",
            "rows": [_guess_row(guess) for guess in left.rescored],
        },
    ]
    if masked is not None:
        both = {
            "title": "BERT, both sides at once",
            "note": "One reading of the whole text.",
            "rows": [_guess_row(guess) for guess in masked.top()],
        }
        columns.append(both)
    return columns
