"""A page that shows widgets with no kernel and no network."""

from base64 import b64encode
from typing import Any

import ipywidgets

from lablib.numbers import finite
from lablib.widgets.assets import STATIC, bundle
from lablib.widgets.html import fill, script_json

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title></head>
<body></body>
</html>
"""


def static_page(*widgets: ipywidgets.Widget, title: str = "Language Model Labs") -> str:
    """One self-contained HTML page that shows `widgets` as they stand now.

    What a widget's own JavaScript answers keeps answering there; nothing reaches Python. They are
    widgets of our own, whose state is JSON and bytes. For whole notebooks there is `lablib.pages`.

    >>> from lablib.widgets.strip import TokenStrip
    >>> page = static_page(TokenStrip(tokens=[{"text": "</script><script>alert(1)"}]))
    >>> page.count("<script")
    2
    """
    data = script_json([page_state(widget) for widget in widgets], default=as_base64)
    scripts = (
        f'<script type="application/json" id="widgets">{data}</script>\n'
        f'<script type="module">\n{bundle(STATIC / "page.js")}\n</script>\n'
    )
    return fill(_PAGE, title=title).replace("</body>", f"{scripts}</body>")


def page_state(widget: ipywidgets.Widget) -> dict[str, Any]:
    """What a page without a kernel must know of a widget.

    It is the state that a browser gets, or what the widget's own `page_state` gives: a widget that
    sends its parts one at a time, when they are asked for, gives them all there.

    >>> page_state(ipywidgets.IntSlider(3))["value"]
    3
    """
    state: dict[str, Any] = finite(getattr(widget, "page_state", widget.get_state)())
    return state


def as_base64(value: bytes | memoryview) -> dict[str, str]:
    """Bytes as JSON has them; the page makes bytes of them again.

    >>> as_base64(b"abc")
    {'base64': 'YWJj'}
    """
    return {"base64": b64encode(value).decode()}
