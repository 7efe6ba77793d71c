"""A panel as a cell of code that opens it again as it stands: how it was called, and what was set
in it since.
"""

import ast
import sys
from collections.abc import Container, Mapping
from contextlib import suppress
from dataclasses import is_dataclass
from importlib import import_module
from inspect import signature
from os import PathLike
from typing import Any

import ipywidgets
from ipywidgets.widgets.widget_selection import _Selection
from traitlets import TraitError

from lablib.widgets.choice import Choice
from lablib.widgets.frame import TextInput
from lablib.widgets.panel import Panel, parts_of

Settings = dict[str, Any]
"""How controls stand, by `part.trait`: `text.value`, `sliders.sliders.top_k.value`."""

WITH_A_VALUE = (
    TextInput,
    ipywidgets.BoundedFloatText,
    ipywidgets.BoundedIntText,
    ipywidgets.Checkbox,
    ipywidgets.FloatLogSlider,
    ipywidgets.FloatRangeSlider,
    ipywidgets.FloatSlider,
    ipywidgets.IntRangeSlider,
    ipywidgets.IntSlider,
    ipywidgets.Text,
    ipywidgets.Textarea,
    ipywidgets.ToggleButton,
)


def settings_of(panel: Panel) -> Settings:
    """How everything stands that a reader can set in a panel.

    Of an option its name is taken. A view of our own says which of its traits its reader sets
    (`link_traits`: those that a link to a page's panel sets, too).

    >>> panel = Panel("Counting", [])
    >>> panel.steps = ipywidgets.IntSlider(3)
    >>> panel.order = ipywidgets.Dropdown(options=[("by id", 0), ("by text", 1)])
    >>> settings_of(panel)
    {'steps.value': 3, 'order.label': 'by id'}
    """
    return {
        f"{name}.{trait}": getattr(part, trait)
        for name, part in parts_of(panel)
        for trait in _traits_of(part)
    }


def of_views(panel: Panel) -> set[str]:
    """Which of a panel's settings are those of views: what they show must be there before.

    >>> of_views(Panel("Counting", []))
    set()
    """
    return {
        f"{name}.{trait}"
        for name, part in parts_of(panel)
        for trait in getattr(part, "link_traits", ())
    }


def put(panel: Panel, settings: Settings, names: Container[str]) -> Settings:
    """Set those of some names, in their order; gives back what no control takes as things stand.

    >>> panel = Panel("Counting", [])
    >>> panel.steps = ipywidgets.IntSlider(3, max=10)
    >>> put(panel, {"steps.value": 40}, ["steps.value"]), panel.steps.value
    ({'steps.value': 40}, 10)
    """
    parts = dict(parts_of(panel))
    chosen = {name: value for name, value in settings.items() if name in names}
    for _ in range(2):  # a control may move another
        for name, value in chosen.items():
            part, _, trait = name.rpartition(".")
            with suppress(TraitError):
                setattr(parts[part], trait, value)
    now = settings_of(panel)
    return {name: value for name, value in chosen.items() if now[name] != value}


def require_known(panel: Panel, settings: Settings) -> None:
    """Refuse what a panel has no control for.

    Raises:
        ValueError: with a sentence, if there is such a setting.
    """
    if unknown := sorted(settings.keys() - settings_of(panel).keys()):
        raise ValueError(
            f"This panel has no setting {unknown[0]!r}: leave it out, or copy the cell from the "
            "panel once more."
        )


def left_out(settings: Settings) -> str:
    """What to say of settings that no control takes, though the picture is there.

    >>> left_out({"place.layer_slider.value": 99})[:51]
    'The cell sets place.layer_slider.value to what it c'
    >>> left_out({})
    ''
    """
    if not settings:
        return ""
    return (
        f"The cell sets {', '.join(settings)} to what it cannot be here, so that was left as it "
        "is. All else is set: go on, or copy the cell once more."
    )


def public_name(kind: type[Panel]) -> str:
    """What a notebook calls to make a panel of some kind; "" if it is none of the labs' own.

    >>> from lablib import sampling
    >>> public_name(sampling.knob_panel), public_name(Panel)
    ('knob_panel', '')
    """
    names = vars(sys.modules[kind.__module__]).items()
    return next((name for name, value in names if value is kind and name.endswith("_panel")), "")


def written(panel: Panel, imports: str, called: Mapping[str, Any], begun: Settings) -> str:
    """The lines that open a panel as it stands; "" if it is none of the labs' own.

    Args:
        imports: what its code imports from lablib; the name of its room is taken from there.
        called: the arguments it was made with, by name.
        begun: how its controls stood before anybody set one.

    Raises:
        ValueError: with a sentence, if it was made with something that cannot be written.
    """
    name = public_name(type(panel))
    if not name:
        return ""
    room = type(panel).__module__.split(".")[1]
    line, alias = _import(room, imports)
    given = ", ".join(f"{key}={_code(value, room, alias)}" for key, value in called.items())
    opening = f"{line}\n\n{alias}.{name}({given})"
    changed = {key: value for key, value in settings_of(panel).items() if begun.get(key) != value}
    if not changed:
        return opening
    lines = [f"    {key!r}: {_code(value, room, alias)}," for key, value in changed.items()]
    return "\n".join([f"{opening}.restore({{", *lines, "})"])


def arguments(kind: type[Panel], given: tuple[Any, ...], named: Mapping[str, Any]) -> Settings:
    """The arguments of a call by their names; none of a call that will fail.

    >>> class Counting(Panel):
    ...     def __init__(self, text, steps=3):
    ...         super().__init__(text, [])
    >>> arguments(Counting, ("a",), {"steps": 4}), arguments(Counting, (), {"other": 1})
    ({'text': 'a', 'steps': 4}, {})
    """
    with suppress(TypeError):
        return dict(signature(kind).bind(*given, **named).arguments)
    return {}


def naming(kind: type[Panel], choice: Choice | None) -> Settings:
    """The argument that names what a panel computes with, if it takes one.

    >>> from lablib import sampling
    >>> naming(sampling.knob_panel, Choice("pocket-gpt2"))
    {'model': 'pocket-gpt2'}
    """
    names = [name for name in ("model", "tokenizer") if name in signature(kind).parameters]
    return dict.fromkeys(names[:1], choice.chosen) if choice is not None else {}


def _traits_of(part: ipywidgets.Widget) -> tuple[str, ...]:
    if isinstance(part, _Selection):
        return ("label",)
    if isinstance(part, WITH_A_VALUE):
        return ("value",)
    traits: tuple[str, ...] = getattr(part, "link_traits", ())
    return traits


def _import(room: str, imports: str) -> tuple[str, str]:
    """The line that imports a room, and what it is called then.

    >>> _import("masking", "data, masking as mk, models")
    ('from lablib import masking as mk', 'mk')
    """
    aliases = dict(entry.split(" as ") for entry in imports.split(", ") if " as " in entry)
    alias = aliases.get(room, room)
    return f"from lablib import {room}{f' as {alias}' if alias != room else ''}", alias


def _code(value: Any, room: str, alias: str) -> str:
    """A value as it stands in code: what Python can read again, a choice's name, a path, or an
    object of the room's own that is made of such.

    >>> from lablib.sampling import Knobs
    >>> _code([Knobs(top_k=3)], "sampling", "sp")[:29], _code(Choice("gpt2"), "", "")
    ('[sp.Knobs(temperature=1.0, to', "'gpt2'")
    """
    if isinstance(value, Choice):
        return repr(value.chosen)
    if isinstance(value, PathLike):
        return repr(str(value))
    if isinstance(value, list | tuple) and not _is_literal(value):
        return f"[{', '.join(_code(one, room, alias) for one in value)}]"
    if is_dataclass(value) and _is_public(type(value), room):
        return f"{alias}.{value!r}"
    if not _is_literal(value):
        raise ValueError(
            f"This panel was made with something that no cell can hold ({type(value).__name__}): "
            "copy the code that made it, instead."
        )
    return repr(value)


def _is_literal(value: Any) -> bool:
    with suppress(ValueError, SyntaxError):
        return bool(ast.literal_eval(repr(value)) == value)
    return False


def _is_public(kind: type, room: str) -> bool:
    return getattr(import_module(f"lablib.{room}"), kind.__name__, None) is kind
