"""The only way to HTML: every value that is put into a template is escaped first."""

from collections.abc import Sequence
from html import escape as _escape

import ipywidgets

from lablib.unicode import well_formed


def escape(text: object) -> str:
    """Text that a browser shows as it is, whatever is in it.

    A lone surrogate, which no UTF-8 message can carry, becomes U+FFFD.

    >>> escape("<b>&")
    '&lt;b&gt;&amp;'
    """
    return _escape(well_formed(str(text)))


def fill(template: str, **values: object) -> str:
    """The template with each value escaped and put in, as `str.format` does.

    The template is ours and may hold tags; the values are anybody's and may not.

    >>> fill("<b>{name}</b>", name="<script>")
    '<b>&lt;script&gt;</b>'
    """
    return template.format(**{name: escape(value) for name, value in values.items()})


def html_widget(template: str, **values: object) -> ipywidgets.HTML:
    """An `ipywidgets.HTML` of a filled template."""
    return ipywidgets.HTML(fill(template, **values))


_TABLE = """<table style="border-collapse: collapse; font-variant-numeric: tabular-nums">
<caption style="text-align: left; padding: 4px 0">{caption}</caption>
<tr>{head}</tr>
{rows}
</table>"""
_CELL = '<td style="padding: 2px 24px 2px 0; text-align: {side}">{text}</td>'
_HEADING = (
    '<th scope="col" style="padding: 2px 24px 2px 0; text-align: {side}" title="{tip}">{text}</th>'
)


def table(
    caption: str, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[object]]
) -> str:
    """An HTML table, everything in it escaped: words to the left, numbers to the right.

    Args:
        columns: for each column its name and a sentence that says what it is.

    >>> table("Two", [("n", "a number")], [["<b>"]]).count("&lt;b&gt;")
    1
    """
    head = "".join(
        fill(_HEADING, side="right" if i else "left", text=name, tip=tip)
        for i, (name, tip) in enumerate(columns)
    )
    body = "\n".join(
        "<tr>"
        + "".join(
            fill(_CELL, side="right" if i else "left", text=cell) for i, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    return _TABLE.format(caption=escape(caption), head=head, rows=body)
