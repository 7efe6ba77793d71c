"""The whole-model view: every part of a model as a box, with its numbers and a switch."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from lablib.widgets.assets import source

_HERE = Path(__file__).parent


class WholeView(anywidget.AnyWidget):
    """A model from ids to scores: a click on a box shows its numbers, its switch leaves it out.

    Attributes:
        off_parts: the parts that are switched off, in every block.
        off_blocks: the blocks that are switched off.
        open_block: the block whose parts are in sight.
        chosen: the key of the box whose numbers are in sight.
        step: the step of the tour, −1 for none.
        answered: the switches for which `rows` and `loss` are: `off_parts` and `off_blocks`.

    Example:
        >>> view = WholeView()
        >>> view.show_outcome([("a", 0.5, 0.25)], "Loss", "next", ["norm"], [])
        >>> view.rows, view.answered
        ([['a', 0.5, 0.25]], [['norm'], []])
    """

    _esm = source(_HERE / "whole.js")
    _css = source(_HERE / "whole.css")
    link_traits = ("off_parts", "off_blocks", "open_block", "chosen")

    boxes: Any = traitlets.List(traitlets.Dict()).tag(sync=True)
    values = traitlets.Bytes().tag(sync=True)
    tokens: Any = traitlets.List(traitlets.Dict()).tag(sync=True)
    blocks = traitlets.Int(0).tag(sync=True)
    tour: Any = traitlets.List(traitlets.List(traitlets.Unicode())).tag(sync=True)
    rows: Any = traitlets.List(traitlets.List()).tag(sync=True)
    loss = traitlets.Unicode().tag(sync=True)
    asked = traitlets.Unicode().tag(sync=True)
    answered: Any = traitlets.List([[], []]).tag(sync=True)

    # An echo of an older move would set a switch back under the learner's hand.
    off_parts: Any = traitlets.List(traitlets.Unicode()).tag(sync=True, echo_update=False)
    off_blocks: Any = traitlets.List(traitlets.Int()).tag(sync=True, echo_update=False)
    open_block = traitlets.Int(0).tag(sync=True, echo_update=False)
    chosen = traitlets.Unicode("tokens").tag(sync=True, echo_update=False)
    step = traitlets.Int(-1).tag(sync=True, echo_update=False)

    def show(
        self,
        boxes: Sequence[dict[str, Any]],
        values: bytes,
        tokens: Sequence[dict[str, Any]],
        blocks: int,
        tour: Sequence[Sequence[str]],
    ) -> None:
        """Draw the parts of a model for a text; switches and what is chosen stay as they are.

        Args:
            boxes: the parts in their order (see `figures.whole.packed`).
            values: the numbers of all boxes, float32, one box after the other.
            tokens: the tokens whose numbers are shown, each with `text` and `spoken`.
            blocks: how many blocks the model has.
            tour: for each step a box's key, a heading and a text.
        """
        with self.hold_sync():
            self.boxes, self.values, self.tokens = list(boxes), values, list(tokens)
            self.blocks = blocks
            self.tour = [list(step) for step in tour]
            self.open_block = min(self.open_block, max(blocks - 1, 0))

    def show_outcome(
        self,
        rows: Sequence[tuple[str, float, float]],
        loss: str,
        asked: str,
        parts: Sequence[str],
        blocks: Sequence[int],
    ) -> None:
        """Show what the model says with these parts and blocks left out.

        Args:
            rows: for each possible token its text and its probability before and after.
            loss: the loss of the text, in words.
            asked: which token is asked for, in words.
            parts: what was left out.
            blocks: likewise.
        """
        with self.hold_sync():
            self.rows = [list(row) for row in rows]
            self.loss, self.asked = loss, asked
            self.answered = [list(parts), list(blocks)]
