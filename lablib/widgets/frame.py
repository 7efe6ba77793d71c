"""The frame round every panel: the head with title and model, the foot with state and code."""

from typing import Any

import anywidget
import traitlets

from lablib.widgets.assets import STATIC, source


class Head(anywidget.AnyWidget):
    """The title line: what the panel is, which model answers and why, and a way to change it.

    Sends the custom message `{"open": name}` when the learner asks for another model. `noun` says
    what it is that is chosen, where it is not a model.
    """

    needs_kernel = True
    _esm = source(STATIC / "head.js")
    _css = source(STATIC / "frame.css")

    title = traitlets.Unicode().tag(sync=True)
    subtitle = traitlets.Unicode().tag(sync=True)
    model_name = traitlets.Unicode().tag(sync=True)
    why = traitlets.Unicode().tag(sync=True)
    choices: Any = traitlets.List(traitlets.Dict()).tag(sync=True)
    noun = traitlets.Unicode("model").tag(sync=True)


class Foot(anywidget.AnyWidget):
    """The status line, the error card and the code behind the picture.

    Sends the custom message `{"here": true}` when a page has it, `{"stop": true}` when the learner
    presses stop, and `{"cell": true}` for the lines that open the panel as it stands; this is
    answered by `{"cell": lines}` or `{"problem": sentence}`.

    Attributes:
        can_reopen: whether there are such lines.
    """

    _esm = source(STATIC / "foot.js")
    _css = source(STATIC / "frame.css")

    state = traitlets.Enum(["ready", "working", "stale", "failed"], "ready").tag(sync=True)
    text = traitlets.Unicode().tag(sync=True)
    share = traitlets.Float(None, allow_none=True).tag(sync=True)
    message = traitlets.Unicode().tag(sync=True)
    details = traitlets.Unicode().tag(sync=True)
    code = traitlets.Unicode().tag(sync=True)
    can_reopen = traitlets.Bool(False).tag(sync=True)

    def page_state(self) -> dict[str, Any]:
        """The state; on a page nobody answers for a cell."""
        state: dict[str, Any] = self.get_state()
        return {**state, "can_reopen": False}


class TextInput(anywidget.AnyWidget):
    """A text field that grows with its text and sends it when the typing pauses.

    `value` never holds a lone surrogate, which no message could carry back; `note` stands under the
    field (what was cut, say).

    Attributes:
        limit: how many UTF-16 units the field takes; the reader is told when it is full.
        marked: start and end of each stretch of characters that is marked in the field.
        selects: whether what the reader selects is sent.
        selection: start and end of the characters selected; empty for none.
    """

    needs_kernel = True
    _esm = source(STATIC / "text.js")
    _css = source(STATIC / "frame.css")

    value = traitlets.Unicode().tag(sync=True)
    label = traitlets.Unicode("Text").tag(sync=True)
    placeholder = traitlets.Unicode().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)
    limit = traitlets.Int(100_000).tag(sync=True)
    marked: Any = traitlets.List(traitlets.List(traitlets.Int())).tag(sync=True)
    selects = traitlets.Bool(False).tag(sync=True)
    selection: Any = traitlets.List(traitlets.Int()).tag(sync=True)
