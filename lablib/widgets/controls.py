"""The controls of panels, each in one line: its name, its value, and what it may be set to.

What all of them take besides, as `look`: `width`, of the control, and `label`, of its name (both in
pixels or as CSS has it), and any trait of the widget, such as `tooltip`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import ipywidgets

LARGEST_SEED = 2**31 - 1
Options = Sequence[Any] | Mapping[str, Any]


def slider(
    name: str, value: float, least: float, most: float, step: float = 1, **look: Any
) -> ipywidgets.Widget:
    """A slider, over whole numbers where `step` is one.

    >>> slider("Steps", 60, 1, 200).value, slider("Share", 0.5, 0, 1, 0.05).step
    (60, 0.05)
    """
    kind = ipywidgets.IntSlider if isinstance(step, int) else ipywidgets.FloatSlider
    return _control(kind, name, value=value, min=least, max=most, step=step, **look)


def log_slider(
    name: str, value: float, least: float, most: float, step: float, **look: Any
) -> ipywidgets.FloatLogSlider:
    """A slider over powers of ten, of which `least`, `most` and `step` are the exponents.

    >>> log_slider("Learning rate", 0.1, -3, 1, 0.05).value
    0.1
    """
    kind = ipywidgets.FloatLogSlider
    return _control(kind, name, value=value, min=least, max=most, step=step, **look)


def number(
    name: str, value: float, least: float, most: float, step: float = 1, **look: Any
) -> ipywidgets.Widget:
    """A field for a number, a whole one where `least` is one.

    >>> number("Seeds", 3, 1, 20).value, number("Seconds", 1.5, 0.2, 60.0, 0.5).value
    (3, 1.5)
    """
    kind = ipywidgets.BoundedIntText if isinstance(least, int) else ipywidgets.BoundedFloatText
    return _control(kind, name, value=value, min=least, max=most, step=step, **look)


def seed_field(value: int = 0, name: str = "Seed", **look: Any) -> ipywidgets.BoundedIntText:
    """What decides every draw.

    >>> seed_field().value
    0
    """
    return number(name, value, 0, LARGEST_SEED, **look)


def dropdown(name: str, options: Options, value: Any = None, **look: Any) -> ipywidgets.Dropdown:
    """A menu; its first entry is chosen where no `value` is given.

    >>> dropdown("Order", ["id", "text"]).value
    'id'
    """
    chosen = {} if value is None else {"value": value}
    return _control(ipywidgets.Dropdown, name, options=options, **chosen, **look)


def combobox(name: str, options: Options, value: str = "", **look: Any) -> ipywidgets.Combobox:
    """A field for any name, with a list of some; it is read when the typing has ended.

    >>> combobox("Model", ["pocket-gpt2"], "gpt2").value
    'gpt2'
    """
    look = {"continuous_update": False, **look}
    return _control(ipywidgets.Combobox, name, options=options, value=value, **look)


def text_line(name: str, value: str = "", **look: Any) -> ipywidgets.Text:
    """A field for a few words.

    >>> text_line("Answer", "mat").value
    'mat'
    """
    return _control(ipywidgets.Text, name, value=value, **look)


def toggles(
    name: str, options: Options, value: Any = None, each: int | str = "", **look: Any
) -> ipywidgets.ToggleButtons:
    """A row of buttons of which one is down: the first, where no `value` is given.

    Args:
        each: the width of a button, in pixels or CSS; "" for the usual one.

    >>> toggles("Show", ["chart", "table"], each="auto").value
    'chart'
    """
    chosen = {} if value is None else {"value": value}
    buttons = _control(ipywidgets.ToggleButtons, name, options=options, **chosen, **look)
    buttons.style.button_width = css(each)
    return buttons


def checkbox(
    name: str, value: bool = False, indent: bool = False, **look: Any
) -> ipywidgets.Checkbox:
    """A box to tick, with its words behind it; `indent` puts it where other controls begin.

    >>> checkbox("choose whole words").indent
    False
    """
    return _control(ipywidgets.Checkbox, name, value=value, indent=indent, **look)


def button(
    name: str, tooltip: str = "", width: int | str | None = None, primary: bool = False
) -> ipywidgets.Button:
    """A button; `primary` for the one that begins a panel's work.

    >>> button("Train", primary=True).button_style
    'primary'
    """
    style = "primary" if primary else ""
    return _control(ipywidgets.Button, name, width, tooltip=tooltip, button_style=style)


def css(size: int | str) -> str:
    """A size as CSS has it.

    >>> css(200), css("100%")
    ('200px', '100%')
    """
    return f"{size}px" if isinstance(size, int) else size


def _control(
    kind: Any,
    name: str,
    width: int | str | None = None,
    label: int | str | None = None,
    **more: Any,
) -> ipywidgets.Widget:
    control = kind(description=name, **more)
    if width is not None:
        control.layout.width = css(width)
    if label is not None:
        control.style.description_width = css(label)
    return control
