"""The controls of panels, each in one line: its name, its value, and what it may be set to."""

from collections.abc import Mapping, Sequence
from typing import Any

import ipywidgets

LARGEST_SEED = 2**31 - 1
Options = Sequence[Any] | Mapping[str, Any]


def _look(width: int | str | None, label: int | str | None) -> dict[str, Any]:
    """The width of a control and of its name, as ipywidgets takes them; numbers are pixels."""
    look: dict[str, Any] = {}
    if width is not None:
        look["layout"] = {"width": css(width)}
    if label is not None:
        look["style"] = {"description_width": css(label)}
    return look


def css(size: int | str) -> str:
    """A size as CSS has it.

    >>> css(200), css("100%")
    ('200px', '100%')
    """
    return f"{size}px" if isinstance(size, int) else size


def slider(
    name: str, value: float, least: float, most: float, step: float = 1,
    width: int | str | None = None, label: int | str | None = None, **traits: Any,
) -> ipywidgets.Widget:  # fmt: skip
    """A slider, over whole numbers where `step` is one.

    Args:
        name: what stands before it.
        least, most, step: its ends, and the distance of two values.
        width: of all of it, in pixels or CSS.
        label: of its name, likewise; "initial" for as wide as the name is.
        traits: of the widget.

    >>> slider("Steps", 60, 1, 200).value, slider("Share", 0.5, 0, 1, 0.05).step
    (60, 0.05)
    """
    kind = ipywidgets.IntSlider if isinstance(step, int) else ipywidgets.FloatSlider
    ends = {"min": least, "max": most, "step": step}
    return kind(value, description=name, **ends, **_look(width, label), **traits)


def log_slider(
    name: str, value: float, least: float, most: float, step: float,
    width: int | str | None = None, label: int | str | None = None, **traits: Any,
) -> ipywidgets.FloatLogSlider:  # fmt: skip
    """A slider over powers of ten; `least`, `most` and `step` are exponents, the rest as `slider`.

    >>> log_slider("Learning rate", 0.1, -3, 1, 0.05).value
    0.1
    """
    ends = {"min": least, "max": most, "step": step}
    look = _look(width, label)
    return ipywidgets.FloatLogSlider(value, description=name, **ends, **look, **traits)


def number(
    name: str, value: float, least: float, most: float, step: float = 1,
    width: int | str | None = None, label: int | str | None = None, **traits: Any,
) -> ipywidgets.Widget:  # fmt: skip
    """A field for a number, a whole one where `least` is one; the rest as `slider`.

    >>> number("Seeds", 3, 1, 20).value, number("Seconds", 1.5, 0.2, 60.0, 0.5).value
    (3, 1.5)
    """
    kind = ipywidgets.BoundedIntText if isinstance(least, int) else ipywidgets.BoundedFloatText
    ends = {"min": least, "max": most, "step": step}
    return kind(value, description=name, **ends, **_look(width, label), **traits)


def seed_field(
    value: int = 0, name: str = "Seed", width: int | str | None = None
) -> ipywidgets.BoundedIntText:
    """What decides every draw.

    >>> seed_field().value
    0
    """
    return number(name, value, 0, LARGEST_SEED, width=width)


def dropdown(
    name: str, options: Options, value: Any = None,
    width: int | str | None = None, label: int | str | None = None, **traits: Any,
) -> ipywidgets.Dropdown:  # fmt: skip
    """A menu; its first entry is chosen where no `value` is given.

    >>> dropdown("Order", ["id", "text"]).value
    'id'
    """
    chosen = {} if value is None else {"value": value}
    return ipywidgets.Dropdown(
        options=options, description=name, **chosen, **_look(width, label), **traits
    )


def toggles(
    name: str, options: Options, value: Any = None, each: int | str | None = None, **traits: Any
) -> ipywidgets.ToggleButtons:
    """A row of buttons of which one is down: the first, where no `value` is given.

    Args:
        each: the width of a button, in pixels or CSS.

    >>> toggles("Show", ["chart", "table"], each="auto").value
    'chart'
    """
    chosen = {} if value is None else {"value": value}
    style = {} if each is None else {"style": {"button_width": css(each)}}
    return ipywidgets.ToggleButtons(options=options, description=name, **chosen, **style, **traits)


def checkbox(label: str, value: bool = False, **traits: Any) -> ipywidgets.Checkbox:
    """A box to tick, with its words right behind it.

    >>> checkbox("choose whole words").indent
    False
    """
    return ipywidgets.Checkbox(value, description=label, indent=False, **traits)


def button(
    label: str, tooltip: str = "", width: int | str | None = None, primary: bool = False
) -> ipywidgets.Button:
    """A button; `primary` for the one that begins a panel's work.

    >>> button("Train", primary=True).button_style
    'primary'
    """
    style = "primary" if primary else ""
    return ipywidgets.Button(
        description=label, tooltip=tooltip, button_style=style, **_look(width, None)
    )
