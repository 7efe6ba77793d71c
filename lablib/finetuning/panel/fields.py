"""Small controls that several panels of this room share."""

import ipywidgets

from lablib import data

MOST = 2**31 - 1


def text_field(value: str) -> ipywidgets.Combobox:
    """Which text: a name of those that come with the labs, a file, a folder, or the text itself."""
    return ipywidgets.Combobox(
        value=value,
        options=data.names(),
        description="Text",
        continuous_update=False,
        tooltip="A text that comes with the labs, a file, a folder, or the text itself",
    )


def seed_field(value: int = 0, description: str = "Seed") -> ipywidgets.BoundedIntText:
    """What decides every draw."""
    return ipywidgets.BoundedIntText(value, min=0, max=MOST, description=description)


def button(description: str, tooltip: str = "") -> ipywidgets.Button:
    """The button that begins a panel's work."""
    return ipywidgets.Button(
        description=description, tooltip=tooltip, button_style="primary", layout={"width": "200px"}
    )
