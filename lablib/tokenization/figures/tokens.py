"""What the tokens panel shows of a result."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lablib.tokenization.compute.levels import Ladder, TextUnit
from lablib.tokenization.compute.tokens import Encoding
from lablib.tokenization.figures.shared import counted
from lablib.widgets.html import escape, fill, scrolling
from lablib.widgets.tokens import visible

MOST_BYTES = 96
"""Bytes a ladder is drawn for; more would be wider than anybody scrolls."""


MOST_NAMES = 8
"""Code points whose names stand under it."""


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
    caption = f"The first {shown} bytes" if shown < size else _whole(size, ladder.text)
    rows = [
        fill(_LEVEL, name=name, cells="@").replace("@", _cells(rungs, shown))
        for name, rungs in levels.items()
    ]
    names = "; ".join(f"{rung.text} {rung.note}" for rung in ladder.code_points[:MOST_NAMES])
    inside = _LADDER.format(
        caption=escape(caption), rows="\n".join(rows), names=escape(f"{names}.")
    )
    return scrolling(inside, caption, 232)


def _whole(size: int, text: str) -> str:
    """Of what all the bytes are shown, which need not be the whole text of the panel.

    >>> _whole(2, "é ")
    '2 bytes of ‘é␣’'
    """
    return f"{counted(size, 'byte')} of ‘{visible(text)}’"


def _side_by_side(rungs: Sequence[TextUnit]) -> list[TextUnit]:
    """Rungs that stand in the same place as one: a table has no room for one over the other."""
    result: list[TextUnit] = []
    for rung in rungs:
        if result and rung.start < result[-1].end:
            last = result.pop()
            text, note = f"{last.text} + {rung.text}", f"{last.note} + {rung.note}"
            rung = TextUnit(text, note, last.start, max(last.end, rung.end))
        result.append(rung)
    return result


def _cells(rungs: Sequence[TextUnit], size: int) -> str:
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
