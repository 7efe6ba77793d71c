"""What the panels of this room share: they answer every change of a control at once."""

from collections.abc import Callable, Generator, Sequence
from typing import Any

import ipywidgets

from lablib.widgets import ModelChoice, Panel, Progress, as_choice
from lablib.widgets.worker import Work

QUIET_SECONDS = 0.1


class LivePanel(Panel):
    """A panel that does its work at the start and after every change of a control or the model.

    Args:
        controls: the widgets whose `value` the work depends on, in a fixed order: two panels of a
            kind can so be linked (see `side_by_side`).
        work: the generator function that draws everything.
        clear: takes the picture away, called when the work fails: what was drawn for another text
            must not stand beside the error.
        model: a name, a choice, or None for the one that all panels of the notebook share.
    """

    def __init__(
        self,
        title: str,
        body: Sequence[ipywidgets.Widget],
        controls: Sequence[Any],
        work: Work,
        clear: Callable[[], object],
        model: str | ModelChoice | None,
        subtitle: str,
        code: Callable[[], str],
    ) -> None:
        self.controls = tuple(controls)
        self._work, self._clear = work, clear
        super().__init__(
            title, body, choice=as_choice(model, "masked"), subtitle=subtitle, code=code
        )
        for control in self.controls:
            control.observe(lambda _: self.run(self._answer, QUIET_SECONDS), "value")
        self.run(self._answer)

    def model_changed(self) -> None:
        """Ask the new model."""
        self.run(self._answer)

    def _answer(self) -> Generator[Progress | None, None, None]:
        try:
            yield from self._work()
        except Exception:  # the panel shows it; here only the old picture goes
            self._clear()
            raise

    def opening(self) -> str:
        """The lines that the code of every panel here begins with."""
        return opening_code(self.choice.name or self.model_name)

    @property
    def model_name(self) -> str:
        """What stands on the badge, without the device."""
        return str(self.head.model_name).split(" on ")[0]


def opening_code(name: str) -> str:
    """The import and the model, as code.

    >>> print(opening_code("pocket-bert"))
    from lablib import masking as mk, models
    <BLANKLINE>
    m = models.load('pocket-bert', kind="masked")
    <BLANKLINE>
    """
    return f'from lablib import masking as mk, models\n\nm = models.load({name!r}, kind="masked")\n'
