"""What the panels show of a result: chips, sentences, tables, the ladder, the bars."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lablib.models.vocabulary import Entry
from lablib.tokenization.comparison import Comparison, Difference
from lablib.tokenization.compute import Encoding
from lablib.tokenization.languages import Costs
from lablib.tokenization.levels import Ladder, Rung
from lablib.widgets.html import escape, fill, scrolling, table
from lablib.widgets.tokens import entry_dict, visible

if TYPE_CHECKING:
    from lablib.widgets.plot import Plot

SHARED = "shares a character with another token"
ADDED = "added by the tokenizer"
MARKS = [SHARED, ADDED]
"""The marks of chips in this room, in the order of their outlines."""

MOST_BYTES = 96
"""Bytes a ladder is drawn for; more would be wider than anybody scrolls."""
MOST_NAMES = 8
"""Code points whose names stand under it."""


def chips(encoding: Encoding, shared: np.ndarray, first: int, last: int) -> list[dict[str, Any]]:
    """The tokens number `first` up to `last` as a `TokenStrip` takes them.

    Args:
        shared: which tokens share a character with another, bool [tokens] (see `sharing`).
    """
    added = encoding.added
    return [
        {
            **entry_dict(encoding.entries[token.id]),
            "caption": str(token.id),
            "note": place_words(token.start, token.end, token.byte_start, token.byte_end),
            "mark": SHARED if shared[i] else ADDED if added[i] else "",
        }
        for i, token in enumerate(encoding.between(first, last), first)
    ]


def place_words(start: int, end: int, byte_start: int, byte_end: int) -> str:
    """Where a token stands.

    >>> place_words(2, 3, 4, 6), place_words(9, 9, 9, 9)
    ('characters 2 to 3, bytes 4 to 6 of the text', 'at character 9, from none of the text')
    """
    if start == end:
        return f"at character {start:,}, from none of the text"
    return f"characters {start:,} to {end:,}, bytes {byte_start:,} to {byte_end:,} of the text"


def vocabulary_chips(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Entries of a vocabulary as a `TokenStrip` takes them."""
    return [{**entry_dict(entry), "caption": str(entry.id)} for entry in entries]


def counted(number: int, noun: str) -> str:
    """A number of things in words.

    >>> counted(1, "token"), counted(1234, "token")
    ('1 token', '1,234 tokens')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def encoding_words(encoding: Encoding, shared: np.ndarray) -> str:
    """What there is to say of a text's tokens, in a few sentences."""
    if not encoding.text:
        return "No text, no tokens of its own."
    size = len(encoding.text.encode())
    own = len(encoding) - int(encoding.added.sum())
    words = [
        f"{counted(own, 'token')} for {counted(len(encoding.text), 'character')} "
        f"({counted(size, 'byte')}): {size / max(own, 1):.2f} bytes per token."
    ]
    if added := len(encoding) - own:
        words.append(f"The tokenizer adds {counted(added, 'token')} of its own.")
    if parts := int(shared.sum()):
        words.append(f"{counted(parts, 'token')} share a character with another token.")
    if dropped := sum(end - start for start, end in encoding.unread()):
        words.append(f"{counted(dropped, 'character')} left no trace in any token.")
    return " ".join(words)


_LADDER = """<table style="border-collapse: collapse">
<caption style="text-align: left; padding: 4px 0">{caption}</caption>
{rows}
</table>
<p style="color: var(--jp-ui-font-color2, #616161)">{names}</p>"""
_LADDER_HEIGHT = 232
_LEVEL = (
    '<tr><th scope="row" style="text-align: left; padding: 2px 16px 2px 0">{name}</th>{cells}</tr>'
)
_RUNG = (
    '<td colspan="{span}" title="{note}" style="border: 1px solid var(--jp-border-color1, #bdbdbd);'
    " padding: 2px 6px; text-align: center; white-space: nowrap;"
    ' font-family: var(--jp-code-font-family, monospace)"><bdi>{text}</bdi></td>'
)
_GAP = '<td colspan="{span}" title="no token comes from here"></td>'


def ladder_html(ladder: Ladder) -> str:
    """The ladder as a table: one column a byte, and above and below it what the byte is part of."""
    if not ladder.text:
        return ""
    size, tokens = len(ladder.bytes), _side_by_side(ladder.tokens)
    levels = {
        "characters": ladder.characters,
        "code points": ladder.code_points,
        "UTF-8 bytes": ladder.bytes,
        "tokens": tokens,
        "token ids": [replace(rung, text=rung.note, note=rung.text) for rung in tokens],
    }
    shown = min(size, MOST_BYTES)
    caption = f"The first {shown} bytes" if shown < size else counted(size, "byte")
    rows = [
        fill(_LEVEL, name=name, cells="@").replace("@", _cells(rungs, shown))
        for name, rungs in levels.items()
    ]
    names = "; ".join(f"{rung.text} {rung.note}" for rung in ladder.code_points[:MOST_NAMES])
    inside = _LADDER.format(
        caption=escape(caption), rows="\n".join(rows), names=escape(f"{names}.")
    )
    return scrolling(inside, caption, _LADDER_HEIGHT)


def _side_by_side(rungs: Sequence[Rung]) -> list[Rung]:
    """Rungs that stand in the same place as one: a table has no room for one over the other."""
    result: list[Rung] = []
    for rung in rungs:
        if result and rung.start < result[-1].end:
            last = result.pop()
            text, note = f"{last.text} + {rung.text}", f"{last.note} + {rung.note}"
            rung = Rung(text, note, last.start, max(last.end, rung.end))
        result.append(rung)
    return result


def _cells(rungs: Sequence[Rung], size: int) -> str:
    cells, reached = [], 0
    for rung in rungs:
        start, end = min(rung.start, size), min(rung.end, size)
        if start > reached:
            cells.append(fill(_GAP, span=start - reached))
        if end > start:
            note = f"{rung.text}: {rung.note}" if rung.note else rung.text
            cells.append(fill(_RUNG, span=end - start, note=note, text=visible(rung.text)))
        reached = max(reached, end)
    return "".join(cells)


def comparison_table(comparison: Comparison) -> str:
    """One row for each tokenizer, as HTML."""
    columns = [
        ("Tokenizer", "its name"),
        ("tokens", "how many the text is, without those the tokenizer adds"),
        ("bytes per token", "how much text a token holds"),
        ("unknown", "tokens that only say that something unknown is there"),
        ("comes back", "whether decoding the tokens gives the text"),
        ("what does not", "what is in the text, and what comes back instead"),
    ]
    rows = [
        (
            row.name,
            f"{row.tokens:,}",
            f"{row.bytes_per_token:.2f}",
            f"{row.unknown:,}",
            "yes" if row.exact else "no",
            difference_words(row.differences),
        )
        for row in comparison.rows
    ]
    return table("The same text", columns, rows, words={0, 4, 5})


def difference_words(differences: Sequence[Difference], most: int = 4) -> str:
    """The first differences between a text and what came back.

    >>> difference_words([Difference(0, 2, "Ça", "ca"), Difference(3, 4, "\\n", "")])
    'Ça → ca, ⏎ → nothing'
    """
    shown = [
        f"{visible(shortened(d.was)) or 'nothing'} → {visible(shortened(d.now)) or 'nothing'}"
        for d in differences[:most]
    ]
    more = len(differences) - len(shown)
    return ", ".join([*shown, *([f"and {more:,} more"] if more else [])])


def shortened(text: str, most: int = 24) -> str:
    """A text that fits a cell of a table.

    >>> shortened("a" * 100)
    'aaaaaaaaaaaaaaaaaaaaaaa…'
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"


def costs_table(costs: Costs) -> str:
    """One row for each language and tokenizer, as HTML."""
    columns = [
        ("Language", "of the sentence"),
        ("tokenizer", "its name"),
        ("tokens", "how many the sentence is"),
        ("unknown", "how many of them only say that something unknown is there"),
        ("premium", "how many times as many tokens as in the first language"),
        ("context used", "which share of what the model reads at once"),
        ("price of 1,000", "of reading it a thousand times, in the unit of the price you set"),
    ]
    rows = [
        (
            cost.language,
            cost.tokenizer,
            f"{cost.tokens:,}",
            f"{cost.unknown:,}",
            f"× {cost.premium:.2f}",
            f"{cost.context:.1%}",
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


def costs_plot() -> "Plot":
    """An empty plot of bars; `draw_costs` fills it."""
    from lablib.widgets.plot import Plot

    return Plot(
        [],
        height=360,
        barmode="group",
        xaxis={"tickangle": -40},
        yaxis={"title": "tokens, against the first language", "rangemode": "tozero"},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )


PATTERNS = ("", "/", "x", ".", "\\", "-")
"""A hatching to go with each colour, so that nothing hangs on colour alone."""


def draw_costs(plot: "Plot", costs: Costs) -> None:
    """One group of bars for each language, one bar in it for each tokenizer."""
    from lablib.widgets.plot import COLOURS

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
