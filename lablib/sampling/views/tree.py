"""The tree view: texts that share a beginning, drawn as one tree of tokens."""

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from lablib.widgets.assets import source

_HERE = Path(__file__).parent


class TreeView(anywidget.AnyWidget):
    """Tokens from left to right, each joined to the one it follows.

    A node is a dict: `id`; `parent` (the id of the node it follows, None after the prompt); `step`
    (its column, from 0); `text`, with what cannot be seen made visible; `value`, its probability,
    drawn as the width of its edge; `cumulative`, the log-probability up to it; `state`, one of
    "kept", "pruned", "winner", "finished" and "path" (the text shown elsewhere). Parents stand
    before their children in the list.

    Attributes:
        picked: the id of the node that was clicked or chosen with Enter, None for none.
        label: the name a screen reader says.

    Example:
        >>> root = {"id": 0, "parent": None, "step": 0, "text": "a", "value": 0.5}
        >>> TreeView(nodes=[root | {"cumulative": -0.7, "state": "kept"}]).picked is None
        True
    """

    _esm = source(_HERE / "tree.js")
    _css = source(_HERE / "tree.css")

    nodes: Any = traitlets.List(traitlets.Dict()).tag(sync=True)
    picked: Any = traitlets.Int(None, allow_none=True).tag(sync=True)
    label = traitlets.Unicode("Tree").tag(sync=True)
