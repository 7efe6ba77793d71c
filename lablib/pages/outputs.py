"""What a cell put out, as HTML in which nothing is a tag that was not one of ours."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from lablib.widgets.html import fill

WIDGET = "application/vnd.jupyter.widget-view+json"
_PICTURES = ("image/png", "image/jpeg")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def output(found: Mapping[str, Any], widget: Callable[[str], str]) -> str:
    """One output: a widget, a picture, or else its plain text, escaped; warnings are left out.

    Args:
        found: an output of a notebook (nbformat 4).
        widget: gives the HTML of the widget with an id.

    >>> output({"output_type": "stream", "name": "stdout", "text": "<b>"}, str)
    '<pre class="page-text">&lt;b&gt;</pre>'
    """
    if found["output_type"] == "stream":
        return _text(found["text"]) if found["name"] == "stdout" else ""
    data = found.get("data", {})
    if WIDGET in data:
        return f'<div class="page-output">{widget(data[WIDGET]["model_id"])}</div>'
    for kind in _PICTURES:
        if kind in data:
            return _picture(kind, data)
    return _text(data.get("text/plain", ""))


def _picture(kind: str, data: Mapping[str, str]) -> str:
    source = f"data:{kind};base64,{data[kind].strip()}"
    return fill('<img src="{source}" alt="{alt}">', source=source, alt=data.get("text/plain", ""))


def _text(text: str) -> str:
    return fill('<pre class="page-text">{text}</pre>', text=_COLOUR.sub("", text)) if text else ""
