"""The control that several panels of this room share."""

import ipywidgets

from lablib import data
from lablib.widgets.controls import css


def text_field(value: str, width: int | str | None = None) -> ipywidgets.Combobox:
    """Which text: a name of those that come with the labs, a file, a folder, or the text itself."""
    return ipywidgets.Combobox(
        value=value,
        options=data.names(),
        description="Text",
        continuous_update=False,
        tooltip="A text that comes with the labs, a file, a folder, or the text itself",
        layout={} if width is None else {"width": css(width)},
    )
