"""A page that shows widgets with no kernel and no network."""

from base64 import b64encode
from typing import Any

import anywidget

from lablib.widgets.assets import STATIC, source
from lablib.widgets.html import fill, script_json

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title></head>
<body></body>
</html>
"""


def static_page(*widgets: anywidget.AnyWidget, title: str = "Language Model Labs") -> str:
    """One self-contained HTML page that shows `widgets` as they stand now.

    What a widget's own JavaScript answers keeps answering there; nothing reaches Python. They are
    widgets of our own, whose state is JSON and bytes.

    >>> from lablib.widgets.strip import TokenStrip
    >>> page = static_page(TokenStrip(tokens=[{"text": "</script><script>alert(1)"}]))
    >>> page.count("<script")
    2
    """
    data = script_json([_parts(widget) for widget in widgets], default=_base64)
    scripts = (
        f'<script type="application/json" id="widgets">{data}</script>\n'
        f'<script type="module">\n{source(STATIC / "dom.js", STATIC / "page.js")}\n</script>\n'
    )
    return fill(_PAGE, title=title).replace("</body>", f"{scripts}</body>")


def _parts(widget: anywidget.AnyWidget) -> dict[str, Any]:
    own = {name: value for name, value in widget.get_state().items() if not name.startswith("_")}
    return {"esm": str(widget._esm), "css": str(widget._css), "state": own}


def _base64(value: bytes | memoryview) -> dict[str, str]:
    return {"base64": b64encode(value).decode()}
