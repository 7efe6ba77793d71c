"""When a notebook's cell has shown what it shows."""

from collections.abc import Callable
from typing import Any

from IPython.core.getipython import get_ipython


def after_cell(action: Callable[[], None]) -> None:
    """Call `action` when the cell that is running is done, on its thread; at once outside of a
    notebook, and where no cell is running (in the callback of a widget).

    What a cell shows is on its way to the browser by then, so that slow work does not hold it up;
    and the next cell waits until the action is done.

    Example:
        >>> after_cell(lambda: print("no cell is running"))
        no cell is running
    """
    shell: Any = get_ipython()
    header = getattr(shell, "parent_header", None) or {}
    if header.get("msg_type") != "execute_request":
        action()
        return

    def once() -> None:
        shell.events.unregister("post_execute", once)
        action()

    shell.events.register("post_execute", once)
