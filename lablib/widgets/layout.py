"""How the parts of a panel stand: beside each other, folded away or behind tabs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import anywidget
import ipywidgets
import traitlets

from lablib.widgets.assets import STATIC, source

CONTROL, PICTURE = "lab-main-control", "lab-main-picture"
"""The classes of what has to be in sight together: what a reader moves, and what answers."""


def mark_main(control: ipywidgets.DOMWidget, picture: ipywidgets.DOMWidget) -> None:
    """Say which control and which picture of a panel a reader must see at one glance.

    >>> control, picture = ipywidgets.IntSlider(), ipywidgets.HTML()
    >>> mark_main(control, picture)
    >>> picture._dom_classes
    ('lab-main-picture',)
    """
    control.add_class(CONTROL)
    picture.add_class(PICTURE)


def beside(
    *parts: ipywidgets.DOMWidget, widths: Sequence[int] = (320, 480), align: str = "flex-start"
) -> ipywidgets.Box:
    """Widgets side by side where there is room for all, else one below the other.

    Args:
        parts: from left to right, from top to bottom.
        widths: in pixels, what each needs; more room is shared out in the same proportion.
        align: how they stand to each other, as CSS has it.

    >>> beside(ipywidgets.HTML(), ipywidgets.HTML()).children[1].layout.flex
    '480 1 480px'
    """
    for part, width in zip(parts, widths, strict=True):
        part.layout.flex, part.layout.min_width = f"{width} 1 {width}px", "0"
    layout = {"flex_flow": "row wrap", "width": "100%", "grid_gap": "8px 24px"}
    return ipywidgets.Box(parts, layout={**layout, "align_items": align})


def in_row(*controls: ipywidgets.DOMWidget, width: int | None = None) -> ipywidgets.Box:
    """Controls in one line, which breaks where there is no room.

    Args:
        controls: from left to right.
        width: of each, in pixels; None for as wide as it is.

    >>> len(in_row(ipywidgets.IntSlider(), ipywidgets.Button()).children)
    2
    """
    for control in controls if width else ():
        control.layout.width = f"{width}px"
    layout = {"flex_flow": "row wrap", "align_items": "center", "grid_gap": "0 16px"}
    return ipywidgets.Box(controls, layout={**layout, "width": "100%"})


def share_look(widgets: Iterable[ipywidgets.Widget]) -> None:
    """Let widgets that look alike have one layout, and one style where these are of a kind.

    Each layout and each style is a widget as well, and a page that is loaded again has to make them
    all before it shows one: JupyterLab gives up on a panel that takes two seconds.

    >>> one, other = ipywidgets.IntText(), ipywidgets.IntText()
    >>> share_look([one, other])
    >>> one.layout is other.layout, one.style is other.style
    (True, True)
    """
    kept: dict[type, ipywidgets.Widget] = {}
    for widget in widgets:
        for trait in ("layout", "style"):
            own = getattr(widget, trait, None)
            if own is not None and kept.setdefault(type(own), own) is not own:
                setattr(widget, trait, kept[type(own)])
                own.close()


def scrolling_rows(height: int) -> ipywidgets.VBox:
    """An empty box for rows, which scrolls where they are higher than `height` pixels.

    >>> scrolling_rows(400).layout.max_height
    '400px'
    """
    box = ipywidgets.VBox(layout={"max_height": f"{height}px", "overflow": "hidden auto"})
    return box.add_class("lab-rows")


class FoldLine(anywidget.AnyWidget):
    """The line that opens and closes what stands below it in the same box."""

    _esm = source(STATIC / "fold.js")
    _css = source(STATIC / "layout.css")

    label = traitlets.Unicode().tag(sync=True)
    is_open = traitlets.Bool(False).tag(sync=True)


class Fold(ipywidgets.VBox):
    """Widgets behind a line that opens them; it answers in the browser, with no kernel as well.

    Args:
        label: what is behind it, in a few words.
        parts: what is behind it.

    Example:
        >>> fold = Fold("The numbers", [ipywidgets.HTML()])
        >>> fold.line.is_open
        False
    """

    def __init__(self, label: str, parts: Sequence[ipywidgets.DOMWidget]) -> None:
        self.line = FoldLine(label=label)
        super().__init__([self.line, *parts], layout={"width": "100%"})
        self.add_class("lab-foldable")


class TabLine(anywidget.AnyWidget):
    """The buttons that say which of the widgets below them in the same box is in sight."""

    _esm = source(STATIC / "tabs.js")
    _css = source(STATIC / "layout.css")

    labels: Any = traitlets.List(traitlets.Unicode()).tag(sync=True)
    shown = traitlets.Int(0).tag(sync=True)


class Tabs(ipywidgets.VBox):
    """Widgets in one place, one in sight; it answers in the browser, with no kernel as well.

    Args:
        parts: for each label its widget, two to four of them.

    Example:
        >>> tabs = Tabs({"Chart": ipywidgets.HTML(), "Table": ipywidgets.HTML()})
        >>> tabs.line.labels, tabs.line.shown
        (['Chart', 'Table'], 0)
    """

    def __init__(self, parts: Mapping[str, ipywidgets.DOMWidget]) -> None:
        self.line = TabLine(labels=list(parts))
        super().__init__([self.line, *parts.values()], layout={"width": "100%"})
        self.add_class("lab-tabbed")

    def show(self, label: str) -> None:
        """Put the widget with this label in sight."""
        self.line.shown = self.line.labels.index(label)
