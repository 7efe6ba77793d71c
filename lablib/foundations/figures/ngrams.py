"""What the n-gram panel shows of a result: guesses in columns, sentences, a table, a plot.

Every function takes a result and gives a picture; none counts.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from transformers import PreTrainedTokenizerBase

from lablib.foundations.compute.counting import Cost, Split
from lablib.foundations.compute.ngrams import Seen
from lablib.numbers import finite
from lablib.widgets.html import table
from lablib.widgets.plot import COLOURS, LEGEND, SYMBOLS, Plot
from lablib.widgets.tokens import number, spoken, token_dicts, visible

SUM_TOLERANCE = 1e-4
"""What sums to 1 within this is a distribution (a model's is rounded to single precision)."""

NAMES = {
    "none": "none: what was not seen is impossible",
    "add-k": "add-k: a little for everything",
    "backoff": "backoff: ask the shorter context",
    "witten-bell": "Witten–Bell: mix with the shorter",
    "kneser-ney": "Kneser–Ney: mix, by kinds of context",
}
"""What the switch of smoothings says."""


def share(value: float) -> str:
    """A probability in percent, to three figures.

    >>> share(0.1234), share(0.0), share(0.0000021)
    ('12.3 %', '0 %', '0.00021 %')
    """
    return f"{100 * value:.3g} %" if value >= 1e-6 or not value else f"{100 * value:.5f} %"


def column(
    title: str,
    note: str,
    scores: np.ndarray,
    ids: Sequence[int],
    tokenizer: PreTrainedTokenizerBase,
) -> dict[str, Any]:
    """Some `ids` with their scores, of [vocabulary], as a column of a `GuessView`."""
    probabilities = abs(scores.sum() - 1) < SUM_TOLERANCE
    words = share if probabilities else number
    rows = [
        {
            "text": visible(token["text"]),
            "spoken": spoken(token["text"]),
            "value": float(scores[token["id"]]),
            "number": words(float(scores[token["id"]])),
            "note": f"token {token['id']}",
        }
        for token in token_dicts(ids, tokenizer)
    ]
    return {"title": title, "note": note, "rows": rows}


def answer_note(scores: np.ndarray) -> str:
    """What is to be said of an n-gram model's answer [vocabulary]."""
    total = float(scores.sum())
    if not total:
        return "It has no answer: this context never occurred."
    if abs(total - 1) > SUM_TOLERANCE:
        return f"Scores, no probabilities: over the whole vocabulary they sum to {total:.2f}."
    possible = int((scores > 0).sum())
    if possible == len(scores):
        return f"Some probability for each of {possible:,} tokens."
    return f"{possible:,} of {len(scores):,} tokens are possible, the others are not."


def seen_table(rows: Sequence[Seen], tokenizer: PreTrainedTokenizerBase) -> str:
    """How often each end of the prompt occurs in the text that was counted, as HTML."""
    columns = [
        ("Context", "the end of the prompt that is looked up"),
        ("tokens", "its length"),
        ("seen", "how often the text goes on after it"),
        ("ways on", "how many different tokens followed"),
    ]
    body = [
        (_words(row.ids, tokenizer), len(row.ids), f"{row.times:,}", f"{row.types:,}")
        for row in rows
    ]
    return table("Looked up, the longest first", columns, body)


def _words(ids: Sequence[int], tokenizer: PreTrainedTokenizerBase) -> str:
    if not ids:
        return "(nothing: how common each token is)"
    return "".join(visible(token["text"]) for token in token_dicts(ids, tokenizer))


def context_words(rows: Sequence[Seen], smoothing: str, name: str) -> str:
    """What both models do about this context, in a sentence or two."""
    longest = rows[0]
    if longest.times:
        times = "once" if longest.times == 1 else f"{longest.times:,} times"
        return (
            f"The table saw {_last(longest)} {times}. {name} keeps no table: "
            "it computes an answer from all the tokens it reads."
            if longest.ids
            else f"n = 1 looks at no context at all; {name} reads the whole prompt."
        )
    there = next((row for row in rows if row.times), rows[-1])
    does = {
        "none": "so it has nothing to say",
        "add-k": "so all tokens are equally likely to it",
    }.get(
        smoothing,
        f"so it goes by {_last(there)} only"
        if there.ids
        else "so it goes by how common each token is",
    )
    return (
        f"The table never saw {_last(longest)}, {does}. {name} never saw most "
        "of its prompts either, and answers all the same: alike contexts get alike numbers inside."
    )


def _last(row: Seen) -> str:
    return "the last token" if len(row.ids) == 1 else f"the last {len(row.ids)} tokens"


def split_words(split: Split) -> str:
    """How the text was divided."""
    return (
        f"Counted: {len(split.train):,} tokens ({split.train_bytes:,} bytes). Kept back to measure "
        f"on: {len(split.heldout):,} tokens ({split.heldout_bytes:,} bytes). Both models use the "
        "same tokens, so the probabilities they give to a token can be compared; bits per byte can "
        "be compared in any case."
    )


def costs_plot() -> Plot:
    """An empty plot of bits per byte against n; `draw_costs` fills it."""

    def line(place: int, name: str, dash: str) -> dict[str, Any]:
        look = {
            "line": {"color": COLOURS[place], "dash": dash},
            "marker": {"symbol": SYMBOLS[place], "size": 8},
        }
        return {"type": "scatter", "mode": "lines+markers", "name": name, **look}

    neural = {"type": "scatter", "mode": "lines", "line": {"color": COLOURS[2], "dash": "dash"}}
    return Plot(
        [
            line(1, "n-grams, text that was kept back", "solid"),
            line(0, "n-grams, text they counted", "dot"),
            neural | {"name": "the neural model, same text"},
        ],
        height=280,
        showlegend=True,
        xaxis={"title": "n", "dtick": 1, "range": [0.8, 6.2]},
        yaxis={"title": "bits per byte", "rangemode": "tozero"},
        legend=LEGEND,
    )


def draw_costs(plot: Plot, rows: Sequence[Cost], neural: float | None) -> None:
    """Put the costs into the plot; what is infinite is left out."""
    lengths = [row.n for row in rows]
    with plot.batch_update():
        heldout, known, other = plot.data
        heldout.x, heldout.y = lengths, finite([row.heldout for row in rows])
        known.x, known.y = lengths, finite([row.known for row in rows])
        other.x = [0.8, 6.2] if neural is not None else []
        other.y = [neural, neural] if neural is not None else []


def costs_words(rows: Sequence[Cost], n: int, neural: float | None, name: str) -> str:
    """The bits per byte of both models on the text that was kept back."""
    ours = ""
    if rows:
        row = rows[n - 1]
        ours = f"{number(row.heldout)} bits per byte for the {n}-gram model"
        if row.impossible:
            ours += f" ({share(row.impossible)} of the tokens are impossible to it)"
    else:
        ours = "no number for backoff, whose scores are no probabilities"
    theirs = "" if neural is None else f", {number(neural)} for {name}"
    return f"On the text that was kept back: {ours}{theirs}."
