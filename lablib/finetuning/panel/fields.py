"""The control that several panels of this room share."""

import ipywidgets

from lablib import data
from lablib.widgets.controls import combobox


def text_field(value: str, width: int | str | None = None) -> ipywidgets.Combobox:
    """Which text: a name of those that come with the labs, a file, a folder, or the text itself."""
    tip = "A text that comes with the labs, a file, a folder, or the text itself"
    return combobox("Text", data.names(), value, width=width, tooltip=tip)
