"""The joint panel: four ways to fill several gaps, side by side."""

from typing import TYPE_CHECKING, Any

import ipywidgets

from lablib.masking.compute.joint import ORDERS, Filling, JointFill, Order, compare_orders
from lablib.masking.compute.text import prepare
from lablib.masking.figures import joint as figures
from lablib.masking.panel.masked_input import MaskedInput
from lablib.widgets import AnyModel, Drawing, LivePanel, as_choice
from lablib.widgets.controls import slider
from lablib.widgets.guess_view import GuessView
from lablib.widgets.html import escape
from lablib.widgets.layout import mark_main

if TYPE_CHECKING:
    from lablib.models import LoadedModel


class JointPanel(LivePanel):
    """Fill several masks independently, left to right, most certain first, and jointly.

    `orders` and `result` are what is drawn: the fillings of the three orders, and the joint search.

    Args:
        text: a text with two masks or more; it can be edited.
        k: how many of the best combinations to show.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "masking as mk, models"
    stand_in = "joint"
    result: JointFill | None = None

    def __init__(
        self, text: str = "The [MASK] [MASK] was very old.", k: int = 5, model: AnyModel = None
    ) -> None:
        self.input = MaskedInput(text)
        self.k = slider("Combinations", k, 1, 20, label="initial")
        self.view = GuessView(self._put, label="Fillings; click one to put it in")
        self.words, self.table = ipywidgets.HTML(), ipywidgets.HTML()
        mark_main(self.input, self.view)
        self.orders: dict[Order, Filling] = {}
        self._reader: LoadedModel | None = None
        super().__init__(
            "Several gaps at once",
            "Guessed one by one, words clash. The joint probability asks for words that "
            "go together.",
            [self.input, self.k, self.view, self.words, self.table],
            controls=[self.input.text, self.k],
            choice=as_choice(model, "masked"),
        )

    def draw(self) -> Drawing:
        """Fill the gaps in all four ways."""
        m, k = self.model(), self.k.value
        read = prepare(m, self.input.text.value)
        self.input.show(m, read)
        yield None
        self.orders, self.result = compare_orders(m, read, k, self.slot.report)
        self._reader = m
        self.view.columns = figures.joint_columns(self.orders, self.result)
        self.words.value = escape(figures.clash_words(self.orders, self.result))
        self.table.value = figures.joint_table(self.orders, self.result)

    def clear(self) -> None:
        """Take the fillings away."""
        self.result, self.view.columns = None, []
        self.words.value = self.table.value = ""

    def page_data(self) -> dict[str, Any]:
        """The text as it was read, and the words that a click puts in."""
        found = None
        if self.result is not None:
            ways = [*self.orders.values()], self.result.fillings
            orders, fillings = ([{"pieces": each.pieces} for each in way] for way in ways)
            found = {"orders": orders, "fillings": fillings}
        return {**self.input.page_data(), "found": found}

    def _put(self, column: int, place: int) -> None:
        if self.result is not None and self._reader is not None:
            filling: Filling = (
                self.orders[ORDERS[column]] if column < len(ORDERS) else self.result.fillings[place]
            )
            self.input.fill_in(dict(enumerate(filling.pieces)), self._reader)

    def code_lines(self) -> str:
        """The tokens of each way, and the best combinations."""
        return (
            f"text = {self.input.text.value!r}\n"
            f"orders, joint = mk.compare_orders(m, text, k={self.k.value})\n"
            "alone = {order: filling.pieces for order, filling in orders.items()}\n"
            "alone, [(filling.pieces, filling.probability) for filling in joint.top()]"
        )


joint_panel = JointPanel
