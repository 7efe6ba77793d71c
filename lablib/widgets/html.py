"""The only way to HTML: every value that is put into a template is escaped first."""

import json
from collections.abc import Callable, Container, Sequence
from html import escape as _escape
from typing import Any

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
    """An `ipywidgets.HTML` of a filled template.

    Example:
        >>> html_widget("<b>{word}</b>", word="<i>").value
        '<b>&lt;i&gt;</b>'
    """
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
    caption: str,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[Sequence[object]],
    words: Container[int] = (0,),
) -> str:
    """An HTML table, everything in it escaped: words to the left, numbers to the right.

    Args:
        columns: for each column its name and a sentence that says what it is.
        words: which columns hold words.

    >>> table("Two", [("n", "a number")], [["<b>"]]).count("&lt;b&gt;")
    1
    """
    head = "".join(
        fill(_HEADING, side="left" if i in words else "right", text=name, tip=tip)
        for i, (name, tip) in enumerate(columns)
    )
    body = "\n".join(
        "<tr>"
        + "".join(
            fill(_CELL, side="left" if i in words else "right", text=cell)
            for i, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    return _TABLE.format(caption=escape(caption), head=head, rows=body)


_SCROLLING = """<div class="lab-scroll" style="max-height: {height}px" tabindex="0" role="region"
 aria-label="{label}">{inside}</div>"""


def scrolling(inside: str, label: str, height: int) -> str:
    """HTML of ours in a box of its own, which scrolls where it is higher or wider than the place.

    Args:
        inside: nothing that a person or a model wrote, except through `fill`; "" for no box.
        label: what a screen reader says.
        height: at most, in pixels.

    >>> scrolling("<b>x</b>", "Rows", 200).endswith('aria-label="Rows"><b>x</b></div>')
    True
    """
    if not inside:
        return ""
    return _SCROLLING.format(inside=inside, label=escape(label), height=height)


def script_json(value: Any, default: Callable[[Any], Any] | None = None) -> str:
    """JSON that can stand in a page's script: no text in it ends the script or begins another.

    >>> script_json("</script>")
    '"\\\\u003c/script>"'
    """
    return json.dumps(value, default=default, separators=(",", ":")).replace("<", "\\u003c")


_DOCUMENT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'">
<style>body {{margin: 0}}</style></head>
<body>{body}{scripts}</body></html>"""

# Another library's page knows no theme: in the dark, light and dark change places and hues stay.
_FRAME = """<style>
.lab-frame {{width: 100%; border: 0; color-scheme: light; background: #fff}}
.lab-frame:focus {{outline: 2px solid var(--jp-brand-color1, #1976d2)}}
:is([data-jp-theme-light="false"], .theme-dark) .lab-frame
 {{filter: invert(0.93) hue-rotate(180deg)}}
</style>
<iframe class="lab-frame" sandbox="allow-scripts" title="{title}" srcdoc="{document}"
 style="height: {height}px"></iframe>"""


def frame(body: str, scripts: Sequence[str], title: str, height: int) -> ipywidgets.HTML:
    """A page of another library in a frame of its own, which reaches neither us nor a network.

    The frame is sandboxed and its page may load nothing, whatever is in it. It is drawn for a light
    theme, and in a dark one its colours are turned round.

    Args:
        body: HTML of the library; nothing that a person or a model wrote, except through `fill`.
        scripts: what the page runs, in order; data goes into it through `script_json`.
        title: what a screen reader says.
        height: in pixels.
    """
    tags = "".join(f"<script>{script}</script>" for script in scripts)
    document = _DOCUMENT.format(body=body, scripts=tags)
    return html_widget(_FRAME, document=document, title=title, height=height)
