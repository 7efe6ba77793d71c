"""When a notebook's cell has shown what it shows, and when it is run again."""

import os
import threading
import weakref
from collections.abc import Callable
from typing import Any

import ipywidgets
from IPython.core.getipython import get_ipython

from lablib.widgets.closing import let_go

_MADE: dict[tuple[str, str], tuple[str, list["weakref.ref[ipywidgets.Widget]"]]] = {}
"""By notebook and cell: its last run, and what that has made."""


def after_cell(action: Callable[[], None]) -> None:
    """Call `action` when the cell that is running is done, on its thread; at once outside of a
    notebook, and where no cell is running (in the callback of a widget).

    What a cell shows is on its way to the browser by then, so that slow work does not hold it up;
    and the next cell waits until the action is done.

    Example:
        >>> after_cell(lambda: print("no cell is running"))
        no cell is running
    """
    if not _request():
        action()
        return
    shell: Any = get_ipython()

    def once() -> None:
        shell.events.unregister("post_execute", once)
        action()

    shell.events.register("post_execute", once)


def page_comes_later() -> bool:
    """Whether a page is shown when all cells have run: that is what Voila does, and it says so to
    the kernel as the Common Gateway Interface does (RFC 3875).

    Example:
        >>> page_comes_later()
        False
    """
    return os.environ.get("SERVER_SOFTWARE", "").startswith("voila/")


def close_when_run_again(widget: ipywidgets.Widget) -> None:
    """Let go of a widget that the running cell makes as soon as another run of that cell makes one.

    A page drops what a cell showed when it is run again; the kernel would keep it, have it follow
    the model that all panels share, and grow with each run. Nothing happens where no cell is
    running, or its notebook does not tell which one.

    Example:
        >>> close_when_run_again(ipywidgets.Label("no cell is running"))
    """
    request = _request()
    cell = request.get("metadata", {}).get("cellId")
    if not cell or threading.current_thread() is not threading.main_thread():
        return
    place, run = (request["header"]["session"], cell), request["header"]["msg_id"]
    last, made = _MADE.get(place, (run, []))
    if last != run:
        for one in filter(None, (reference() for reference in made)):
            _forget(one)
            let_go(one)
        made = []
    _MADE[place] = (run, [*made, weakref.ref(widget)])


def _request() -> dict[str, Any]:
    """The message that asked for the running cell; empty where none is running."""
    request = getattr(get_ipython(), "parent_header", None) or {}
    return request if request.get("msg_type") == "execute_request" else {}


def _forget(widget: ipywidgets.Widget) -> None:
    """Take a widget out of `Out`, where IPython keeps what cells gave."""
    shell: Any = get_ipython()
    given = shell.user_ns.get("_oh", {})
    for number in [number for number, one in given.items() if one is widget]:
        del given[number]
        for names in (shell.user_ns, shell.user_ns_hidden):
            names.pop(f"_{number}", None)
