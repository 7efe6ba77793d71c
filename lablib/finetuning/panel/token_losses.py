"""The loss panel: what each token of a sentence costs, before and after."""

from typing import TYPE_CHECKING

import ipywidgets

from lablib.finetuning.compute.token_losses import LossChange, loss_change
from lablib.finetuning.figures import token_losses as figures
from lablib.finetuning.panel.pair import READ, Named, PairPanel
from lablib.widgets import Drawing, TextInput, TokenStrip
from lablib.widgets.html import escape
from lablib.widgets.layout import beside, mark_main
from lablib.widgets.tokens import scale_from_zero, signed_scale

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


class LossPanel(PairPanel):
    """See what each token of a sentence costs a model before and after it learned a text.

    A sentence in three strips: its losses before, after, and the difference.
    `found` is what is drawn.

    Args:
        text: a sentence; it can be edited.
        before: a model's name or folder, or a run; None for what `after` was made from.
        after: the same; None for the newest run that has made a model.
    """

    found: LossChange | None = None

    def __init__(
        self,
        text: str = READ,
        before: Named | None = None,
        after: Named | None = None,
    ) -> None:
        self.text = TextInput(value=text, label="Sentence")
        self.strips = [
            TokenStrip(value_label=value, label=label, show_numbers=True, legend=legend)
            for label, value, legend in (
                ("Before", "loss", False),
                ("After", "loss", True),
                ("Difference", "after less before", True),
            )
        ]
        self.words = ipywidgets.HTML()
        labelled = [
            beside(ipywidgets.HTML(escape(strip.label)), strip, widths=(80, 720))
            for strip in self.strips
        ]
        mark_main(self.text, self.strips[-1])
        super().__init__(
            "What each token costs",
            "The loss at each token, for both models. Which became easier: the rare ones, the "
            "names, the punctuation of the style?",
            before,
            after,
            [self.text, *labelled, self.words],
            controls=[self.text],
        )

    def draw(self) -> Drawing:
        """Ask both models."""
        before, after = self.open_both()
        yield None
        self.found = loss_change(before, after, self.text.value)
        self._draw(self.found, before.tokenizer)

    def _draw(self, found: LossChange, tokenizer: "PreTrainedTokenizerBase") -> None:
        loss = scale_from_zero((*found.before.losses, *found.after.losses), "nats", least=1.0)
        signed = signed_scale(found.differences, "nats", least=0.1)
        columns = (
            (found.before.losses, loss), (found.after.losses, loss), (found.differences, signed),
        )  # fmt: skip
        for strip, (values, scale) in zip(self.strips, columns, strict=True):
            with strip.hold_sync():
                strip.scale = scale
                strip.tokens = figures.loss_tokens(found.before, tokenizer, values)
        self.text.note = found.before.note
        self.words.value = escape(figures.loss_words(found))

    def clear(self) -> None:
        """Take the losses away."""
        self.found, self.words.value = None, ""
        for strip in self.strips:
            strip.tokens = []

    def code_lines(self) -> str:
        """The losses of both, and what they differ by."""
        return self.opening() + (
            f"change = ft.loss_change(before, after, {self.text.value!r})\n"
            "change.before.losses, change.after.losses, change.differences"
        )


loss_panel = LossPanel
