"""The guess view: what may stand in a gap, as columns of buttons with a bar each."""

from collections.abc import Callable
from typing import Any

import anywidget
import traitlets

from lablib.widgets.assets import STATIC, source


class GuessView(anywidget.AnyWidget):
    """Columns of guesses; a click on one chooses it.

    A column is a dict: `title`, `note` (a line under it, or "") and `rows`. A row is a dict:
    `text`, with what cannot be seen made visible; `value`, from 0 up, drawn as a bar against the
    largest of its column; `number`, the value in words; and, if wanted, `spoken`, `note` (shown on
    hover) and `mark` (whether it stands out).

    Args:
        on_pick: called with the number of the column and of the row that was clicked.

    Example:
        >>> picked = []
        >>> row = {"text": "mat", "value": 0.4, "number": "40 %"}
        >>> view = GuessView(lambda *place: picked.append(place))
        >>> view.columns = [{"title": "mask 1", "note": "", "rows": [row]}]
        >>> view.pick(0, 0)
        >>> picked
        [(0, 0)]
    """

    needs_kernel = True
    _esm = source(STATIC / "guesses.js")
    _css = source(STATIC / "guesses.css")

    columns: Any = traitlets.List(traitlets.Dict()).tag(sync=True)
    label = traitlets.Unicode("Guesses").tag(sync=True)

    def __init__(
        self, on_pick: Callable[[int, int], object] = lambda *_: None, **traits: Any
    ) -> None:
        super().__init__(**traits)
        self._on_pick = on_pick
        self.on_msg(lambda _, message, __: self._received(message))

    def pick(self, column: int, row: int) -> None:
        """Choose a guess, as a click does; one that is not there any more is passed over."""
        if 0 <= column < len(self.columns) and 0 <= row < len(self.columns[column]["rows"]):
            self._on_pick(column, row)

    def _received(self, message: dict[str, Any]) -> None:
        place = message.get("pick")
        if isinstance(place, list) and len(place) == 2 and all(type(n) is int for n in place):
            self.pick(*place)
