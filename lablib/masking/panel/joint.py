"""The joint panel: four ways to fill several gaps, side by side."""

from collections.abc import Generator
from typing import TYPE_CHECKING

import ipywidgets

from lablib.masking.compute.joint import ORDERS, Filling, JointFill, Order, compare_orders
from lablib.masking.compute.text import prepare
from lablib.masking.figures import joint as figures
from lablib.masking.panel.live import LivePanel
from lablib.masking.panel.masked_input import MaskedInput
from lablib.widgets import ModelChoice
from lablib.widgets.guess_view import GuessView
from lablib.widgets.html import escape
from lablib.widgets.layout import mark_main

if TYPE_CHECKING:
    from lablib.models import LoadedModel


class JointPanel(LivePanel):
    """A text with several masks and what each way of filling them gives.

    `orders` and `result` are what is drawn: the fillings of the three orders, and the joint search.
    """

    def __init__(self, text: str, k: int, model: str | ModelChoice | None) -> None:
        self.input = MaskedInput(text)
        self.k = ipywidgets.IntSlider(
            k, min=1, max=20, description="Combinations", style={"description_width": "initial"}
        )
        self.view = GuessView(self._put, label="Fillings; click one to put it in")
        self.words = ipywidgets.HTML()
        self.table = ipywidgets.HTML()
        mark_main(self.input, self.view)
        self.orders: dict[Order, Filling] = {}
        self.result: JointFill | None = None
        self._reader: LoadedModel | None = None
        super().__init__(
            "Several gaps at once",
            [self.input, self.k, self.view, self.words, self.table],
            controls=(self.input.text, self.k),
            work=self._search,
            clear=self._empty,
            model=model,
            subtitle="Guessed one by one, words clash. The joint probability asks for words that "
            "go together.",
            code=self._lines,
        )

    def _search(self) -> Generator[None, None, None]:
        m, text, k = self.model(), self.input.text.value, self.k.value
        self.input.show(m, prepare(m, text))
        yield
        self.orders, self.result = compare_orders(m, text, k, self.slot.report)
        self._reader = m
        self.view.columns = figures.joint_columns(self.orders, self.result)
        self.words.value = escape(figures.clash_words(self.orders, self.result))
        self.table.value = figures.joint_table(self.orders, self.result)

    def _empty(self) -> None:
        self.result, self.view.columns = None, []
        self.words.value = self.table.value = ""

    def _put(self, column: int, place: int) -> None:
        if self.result is not None and self._reader is not None:
            filling: Filling = (
                self.orders[ORDERS[column]] if column < len(ORDERS) else self.result.fillings[place]
            )
            self.input.fill_in(dict(enumerate(filling.pieces)), self._reader)

    def _lines(self) -> str:
        return self.opening() + (
            f"text = {self.input.text.value!r}\n"
            f"orders, joint = mk.compare_orders(m, text, k={self.k.value})\n"
            "alone = {order: filling.pieces for order, filling in orders.items()}\n"
            "alone, [(filling.pieces, filling.probability) for filling in joint.top()]"
        )


def joint_panel(
    text: str = "The [MASK] [MASK] was very old.",
    k: int = 5,
    model: str | ModelChoice | None = None,
) -> JointPanel:
    """Fill several masks independently, left to right, most certain first, and jointly.

    Args:
        text: a text with two masks or more; it can be edited.
        k: how many of the best combinations to show.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """
    return JointPanel(text, k, model)
