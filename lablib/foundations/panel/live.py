"""What the panels of this room share: they answer every change of a control at once."""

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets

from lablib.widgets import Panel
from lablib.widgets.choice import Choice
from lablib.widgets.worker import Work

QUIET_SECONDS = 0.1

NAMED = {"description_width": "116px"}
"""The style of a control with a long name."""


class LivePanel(Panel):
    """A panel that does its work at the start and after every change of a control or the model.

    Args:
        controls: the widgets whose `value` the work depends on.
        work: the generator function that draws everything.
    """

    def __init__(
        self,
        title: str,
        body: Sequence[ipywidgets.Widget],
        controls: Sequence[Any],
        work: Work,
        subtitle: str,
        code: Callable[[], str],
        choice: Choice | None = None,
    ) -> None:
        self._work = work
        super().__init__(title, body, choice=choice, subtitle=subtitle, code=code)
        for control in controls:
            control.observe(lambda _: self.run(self._work, QUIET_SECONDS), "value")
        self.run(self._work)

    def model_changed(self) -> None:
        """Answer anew, with the new model."""
        self.run(self._work)


def toggles(options: Sequence[str], value: str, name: str) -> ipywidgets.ToggleButtons:
    """A row of buttons of which one is down."""
    buttons = ipywidgets.ToggleButtons(options=options, value=value, description=name)
    buttons.style.button_width = "auto"
    return buttons
