"""What several panels of this room show alike."""

from collections.abc import Sequence
from typing import NamedTuple

from lablib.widgets.html import escape, fill
from lablib.widgets.tokens import visible

_GRID = """<div role="region" aria-label="{caption}" tabindex="0" style="overflow-x: auto">
<table style="border-collapse: collapse">
<caption style="text-align: left; padding: 4px 0; white-space: nowrap">{caption}</caption>
<tr>{head}</tr>
{rows}
</table></div>"""


_TOP = (
    '<th scope="col" style="padding: 2px 8px; border-bottom: 1px solid var(--jp-border-color1); '
    'white-space: pre">{text}</th>'
)


_SIDE = '<th scope="row" style="padding: 2px 8px; white-space: pre">{text}</th>'


_CELL = (
    '<td title="{tip}" style="padding: 2px 8px; text-align: center; white-space: pre; background: '
    'color-mix(in srgb, var(--jp-brand-color1) {percent}%, transparent)">{text}</td>'
)


PLACES = 10
"""How many columns a grid has room for."""


class Cell(NamedTuple):
    """A cell of a grid: its text, how strongly it is coloured (0 to 1), and its tooltip."""

    text: str
    strength: float
    tip: str


def grid(caption: str, columns: Sequence[str], rows: Sequence[tuple[str, Sequence[Cell]]]) -> str:
    """An HTML table whose cells are the darker the stronger, everything in it escaped.

    Args:
        columns: the names of the columns, that of the rows' names first.
        rows: for each row its name and its cells.

    >>> grid("One", ["head", "<b>"], [("0", [Cell("1 %", 0.01, "")])]).count("&lt;b&gt;")
    1
    """
    body = []
    for name, cells in rows:
        filled = (
            fill(_CELL, text=cell.text, percent=round(40 * cell.strength), tip=cell.tip)
            for cell in cells
        )
        body.append(f"<tr>{fill(_SIDE, text=name)}{''.join(filled)}</tr>")
    top = "".join(fill(_TOP, text=visible(name)) for name in columns)
    return _GRID.format(caption=escape(caption), head=top, rows="\n".join(body))


def window(token: int, tokens: int) -> range:
    """The places to show when all do not fit: up to `PLACES` of them, with `token` among them.

    >>> window(3, 40), window(39, 40), window(1, 4)
    (range(0, 10), range(30, 40), range(0, 4))
    """
    first = max(0, min(token - PLACES // 2, tokens - PLACES))
    return range(first, min(first + PLACES, tokens))
