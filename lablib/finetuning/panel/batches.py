"""The batch panel: what a batch's tokens are there for, and mistakes to be switched on."""

from typing import TYPE_CHECKING, Any

import ipywidgets

from lablib.finetuning.compute.batches import (
    MISTAKES,
    RIGHT,
    SeenBatch,
    annotate_batch,
    batch_losses,
    inject_mistake,
)
from lablib.finetuning.figures import batches as figures
from lablib.finetuning.panel.fields import text_field
from lablib.finetuning.views.shift import ShiftView
from lablib.training.config import Config
from lablib.training.tasks import make_task
from lablib.widgets import AnyModel, Drawing, LivePanel, TokenStrip, as_choice
from lablib.widgets.controls import dropdown, number, seed_field, toggles
from lablib.widgets.html import escape
from lablib.widgets.layout import Fold, in_row, mark_main, scrolling_rows

if TYPE_CHECKING:
    from torch import Tensor

ROWS = 4


class BatchPanel(LivePanel):
    """See a batch as the training loop makes it: which tokens are asked for, which only fill it up.

    The rows of a batch as strips; a click on a token shows the shift in that row.
    `seen` is what is drawn, None before the first batch.

    Args:
        text: a text that comes with the labs, a file, a folder, or the text itself.
        length: tokens in a row.
        packed: rows cut from one stream of tokens; else one paragraph a row, and padding.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "finetuning as ft, models"
    seen: SeenBatch | None = None

    def __init__(
        self, text: str = "almanac", length: int = 48, packed: bool = True, model: AnyModel = None
    ) -> None:
        controls = self._make_controls(text, length, packed)
        self.strips = [_strip(row) for row in range(ROWS)]
        self.shift = ShiftView()
        self.row = number("Row", 1, 1, ROWS)
        self.words, self.table = ipywidgets.HTML(), ipywidgets.HTML()
        batch = scrolling_rows(216)
        batch.children = self.strips
        mark_main(self.mistake, batch)
        super().__init__(
            "What is learned from",
            "Every token of a batch has a role, told by its outline; below, what one row "
            "reads and is asked for. Switch a mistake on.",
            [
                in_row(*controls),
                batch,
                self.words,
                self.row,
                self.shift,
                Fold("What the tokens are there for", [self.table]),
            ],
            controls=[*controls, self.row],
            choice=as_choice(model),
        )
        for row, strip in enumerate(self.strips):
            strip.observe(lambda change, row=row: self._choose(row, change.new), "selected")

    def _make_controls(self, text: str, length: int, packed: bool) -> list[ipywidgets.Widget]:
        """What the batch is made of, and what is wrong with it."""
        self.text = text_field(text, width=240)
        self.length = number("Length", length, 2, 512, width=240)
        kinds = [("packed", True), ("padded", False)]
        tips = ["Rows are cut from one stream of tokens", "Each paragraph is a row"]
        self.packed = toggles("Rows", kinds, packed, each=96, tooltips=tips)
        self.number = seed_field(name="Batch no.", width=240)
        self.mistake = dropdown("Mistake", list(MISTAKES), width=240)
        return [self.text, self.length, self.number, self.mistake, self.packed]

    @property
    def config(self) -> Config:
        """The settings that the batch is made with."""
        return Config(
            model=self.choice.chosen, text=self.text.value,
            length=self.length.value, packed=self.packed.value, batch=ROWS,
        )  # fmt: skip

    def _choose(self, row: int, selected: list[int]) -> None:
        """A click on a token opens its row at its place."""
        if selected:
            self.row.value, self.shift.current = row + 1, selected[0]

    def draw(self) -> Drawing:
        """Make the batch, with the mistake if there is one, and compute its losses."""
        m = self.model()
        task = make_task(self.config, m)
        yield None
        first = self.number.value * ROWS
        right = task.batch([(first + i) % task.train_rows for i in range(ROWS)])
        batch = inject_mistake(right, self.mistake.value, m.tokenizer.eos_token_id)
        yield None
        found = batch_losses(m, batch), batch_losses(m, right)
        self._show(annotate_batch(batch), m.tokenizer, *found)

    def _show(self, seen: SeenBatch, tokenizer: Any, each: "Tensor", right: "Tensor") -> None:
        """Draw a batch, its losses and those it would have without the mistake."""
        self.seen = seen
        for row, strip in enumerate(self.strips):
            strip.tokens = figures.row_tokens(seen, row, tokenizer)
        columns = figures.shift_columns(seen, self.row.value - 1, tokenizer, each)
        with self.shift.hold_sync():
            self.shift.label_shift, self.shift.columns = seen.label_shift, columns
        means = each.nanmean().item(), right.nanmean().item()
        self.words.value = escape(figures.batch_words(seen, self.mistake.value, *means))
        self.table.value = figures.roles_table(seen)

    def clear(self) -> None:
        """Take the batch away."""
        self.seen = None
        self.shift.columns, self.words.value, self.table.value = [], "", ""
        for strip in self.strips:
            strip.tokens = []

    def code_lines(self) -> str:
        """The same batch, with the roles of its tokens and their losses."""
        first = self.number.value * ROWS
        spoiled = (
            f"batch = ft.inject_mistake(batch, {self.mistake.value!r}, m.tokenizer.eos_token_id)\n"
            if self.mistake.value != RIGHT
            else ""
        )
        return (
            f"config = ft.Config(text={self.text.value!r}, length={self.length.value}, "
            f"packed={self.packed.value})\n"
            "task = ft.make_task(config, m)\n"
            f"rows = [n % task.train_rows for n in range({first}, {first + ROWS})]\n"
            f"batch = task.batch(rows)\n{spoiled}"
            "ft.annotate_batch(batch).table(), ft.batch_losses(m, batch)"
        )


def _strip(row: int) -> TokenStrip:
    """The place of a row's tokens; the last one explains the marks of all."""
    last = row == ROWS - 1
    return TokenStrip(label=f"Row {row + 1}", marks=figures.MARKS, selection="one", legend=last)


batch_panel = BatchPanel
