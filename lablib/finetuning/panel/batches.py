"""The batch panel: what a batch's tokens are there for, and mistakes to be switched on."""

from collections.abc import Generator
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
from lablib.finetuning.panel.fields import seed_field, text_field
from lablib.finetuning.views.shift import ShiftView
from lablib.training.config import Config
from lablib.training.tasks import make_task
from lablib.widgets import ModelChoice, Panel, TokenStrip, as_choice
from lablib.widgets.html import escape
from lablib.widgets.layout import Fold, in_row, mark_main, scrolling_rows

if TYPE_CHECKING:
    from torch import Tensor

ROWS = 4
QUIET_SECONDS = 0.1


class BatchPanel(Panel):
    """The rows of a batch as strips; a click on a token shows the shift in that row.

    `seen` is what is drawn, None before the first batch.
    """

    def __init__(self, text: str, length: int, packed: bool, model: str | ModelChoice | None):
        self.text = text_field(text)
        self.length = ipywidgets.BoundedIntText(length, min=2, max=512, description="Length")
        self.packed = ipywidgets.ToggleButtons(
            options=[("packed", True), ("padded", False)],
            value=packed,
            description="Rows",
            tooltips=["Rows are cut from one stream of tokens", "Each paragraph is a row"],
            style={"button_width": "96px"},
        )
        self.number = seed_field(0, "Batch no.")
        self.mistake = ipywidgets.Dropdown(options=list(MISTAKES), description="Mistake")
        self.strips = [
            TokenStrip(
                label=f"Row {row + 1}", marks=figures.MARKS, selection="one",
                legend=row == ROWS - 1,
            )
            for row in range(ROWS)
        ]  # fmt: skip
        self.shift = ShiftView()
        self.row = ipywidgets.BoundedIntText(1, min=1, max=ROWS, description="Row")
        self.words, self.table = ipywidgets.HTML(), ipywidgets.HTML()
        batch = scrolling_rows(216)
        batch.children = self.strips
        mark_main(self.mistake, batch)
        self.seen: SeenBatch | None = None
        controls = [self.text, self.length, self.number, self.mistake, self.packed]
        for control in controls[:-1]:
            control.layout.width = "240px"
        super().__init__(
            "What is learned from",
            [
                in_row(*controls),
                batch,
                self.words,
                self.row,
                self.shift,
                Fold("What the tokens are there for", [self.table]),
            ],
            choice=as_choice(model),
            subtitle="Every token of a batch has a role, told by its outline; below, what one row "
            "reads and is asked for. Switch a mistake on.",
            code=self._lines,
        )
        for control in (*controls, self.row):
            control.observe(lambda _: self.run(self._draw, QUIET_SECONDS), "value")
        for row, strip in enumerate(self.strips):
            strip.observe(lambda change, row=row: self._choose(row, change.new), "selected")
        self.run(self._draw)

    def model_changed(self) -> None:
        """Another tokenizer makes other batches."""
        self.run(self._draw)

    @property
    def config(self) -> Config:
        """The settings that the batch is made with."""
        return Config(
            model=self.choice.name or "pocket-gpt2", text=self.text.value,
            length=self.length.value, packed=self.packed.value, batch=ROWS,
        )  # fmt: skip

    def _choose(self, row: int, selected: list[int]) -> None:
        """A click on a token opens its row at its place."""
        if selected:
            self.row.value, self.shift.current = row + 1, selected[0]

    def _draw(self) -> Generator[None, None, None]:
        m = self.model()
        try:
            task = make_task(self.config, m)
            yield
            first = self.number.value * ROWS
            right = task.batch([(first + i) % task.train_rows for i in range(ROWS)])
            batch = inject_mistake(right, self.mistake.value, m.tokenizer.eos_token_id)
            yield
            found = batch_losses(m, batch), batch_losses(m, right)
        except ValueError:
            self._empty()
            raise
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

    def _empty(self) -> None:
        self.seen = None
        self.shift.columns, self.words.value, self.table.value = [], "", ""
        for strip in self.strips:
            strip.tokens = []

    def _lines(self) -> str:
        first = self.number.value * ROWS
        spoiled = (
            f"batch = ft.inject_mistake(batch, {self.mistake.value!r}, m.tokenizer.eos_token_id)\n"
            if self.mistake.value != RIGHT
            else ""
        )
        return (
            "from lablib import finetuning as ft, models\n\n"
            f"m = models.load({self.choice.name!r})\n"
            f"config = ft.Config(text={self.text.value!r}, length={self.length.value}, "
            f"packed={self.packed.value})\n"
            "task = ft.make_task(config, m)\n"
            f"rows = [n % task.train_rows for n in range({first}, {first + ROWS})]\n"
            f"batch = task.batch(rows)\n{spoiled}"
            "ft.annotate_batch(batch).table(), ft.batch_losses(m, batch)"
        )


def batch_panel(
    text: str = "almanac",
    length: int = 48,
    packed: bool = True,
    model: str | ModelChoice | None = None,
) -> BatchPanel:
    """See a batch as the training loop makes it: which tokens are asked for, which only fill it up.

    Args:
        text: a text that comes with the labs, a file, a folder, or the text itself.
        length: tokens in a row.
        packed: rows cut from one stream of tokens; else one paragraph a row, and padding.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """
    return BatchPanel(text, length, packed, model)
