"""A menu of starting points that never says what is no longer so."""

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets


def start_from(
    menu: ipywidgets.Dropdown,
    take: Callable[[Any], object],
    controls: Sequence[ipywidgets.Widget],
) -> None:
    """Let a menu fill controls, and put it back to its first entry as soon as one of them changes.

    So what stands in the menu is what stands in the controls, and a starting point that was left
    can be chosen again: a menu says nothing where one chooses what it shows already.

    Args:
        menu: its first entry stands for none of the others.
        take: fills the controls for the value of an entry.
        controls: those that it fills.

    Example:
        >>> field = ipywidgets.IntText(0)
        >>> menu = ipywidgets.Dropdown(options=[("choose one …", 0), ("five", 5)])
        >>> start_from(menu, lambda value: field.set_trait("value", value), [field])
        >>> menu.value = 5
        >>> field.value = 6
        >>> menu.value, field.value
        (0, 6)
    """
    nothing = menu.value
    filling = False

    def chosen(change: Any) -> None:
        nonlocal filling
        if change.new == nothing:
            return
        filling = True
        try:
            take(change.new)
        finally:
            filling = False

    def changed(_: object) -> None:
        if not filling:
            menu.value = nothing

    menu.observe(chosen, "value")
    for control in controls:
        control.observe(changed, "value")
