"""Letting go of widgets: ipywidgets keeps each one, and a page its half, until it is closed."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import ipywidgets


def held(box: ipywidgets.Widget) -> list[ipywidgets.Widget]:
    """The widgets in a box, those it has as attributes to show later, and all in these; with the
    layouts and styles of all, which are widgets as well. Each comes once.

    >>> box = ipywidgets.VBox([ipywidgets.Label("in sight")])
    >>> box.later = {"a": [ipywidgets.Text()]}
    >>> [type(one).__name__ for one in held(box)][:3]
    ['Label', 'Text', 'Layout']
    """
    found = {id(box): box}
    waiting = [box]
    while waiting:
        for part in _parts(waiting.pop(0)):
            if id(part) not in found:
                found[id(part)] = part
                waiting.append(part)
    return [part for part in found.values() if part is not box]


def _parts(widget: ipywidgets.Widget) -> Iterator[ipywidgets.Widget]:
    """What a widget holds itself."""
    if isinstance(widget, ipywidgets.Box):
        own = [value for name, value in vars(widget).items() if not name.startswith("_trait")]
        yield from chain(widget.children, _widgets_among(own))
    for name in ("layout", "style"):
        yield from _widgets_among([getattr(widget, name, None)])


def _widgets_among(values: Sequence[Any]) -> Iterator[ipywidgets.Widget]:
    """The widgets among values, and among those of the lists and dicts among them."""
    for value in values:
        if isinstance(value, ipywidgets.Widget):
            yield value
        elif isinstance(value, list | tuple):
            yield from _widgets_among(value)
        elif isinstance(value, dict):
            yield from _widgets_among(list(value.values()))


def let_go(widget: ipywidgets.Widget, but: Sequence[ipywidgets.Widget] = ()) -> None:
    """Close a widget and all that it holds, but for some that are still shown.

    >>> box = ipywidgets.VBox([ipywidgets.Label("in sight")])
    >>> let_go(box)
    >>> box.children[0].comm is None
    True
    """
    kept = {id(one) for one in but}
    for one in (*held(widget), widget):
        if id(one) not in kept:
            one.close()


def put_in(box: ipywidgets.Box, widgets: Sequence[ipywidgets.Widget]) -> None:
    """Show widgets in a box, and let go of what stood there and is in none of them.

    >>> box, strip = ipywidgets.VBox(), ipywidgets.Label("kept")
    >>> put_in(box, [ipywidgets.HBox([ipywidgets.Label("first"), strip])])
    >>> first = box.children[0]
    >>> put_in(box, [ipywidgets.HBox([ipywidgets.Label("second"), strip])])
    >>> first.comm is None, strip.comm is None
    (True, False)
    """
    before, box.children = box.children, tuple(widgets)
    still = [part for widget in widgets for part in (widget, *held(widget))]
    for one in before:
        let_go(one, but=still)
