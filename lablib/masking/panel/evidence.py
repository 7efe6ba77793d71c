"""The evidence panel: which words carry the guess, and where the mask looks."""

from typing import Any

import ipywidgets

from lablib.masking.compute.evidence import Evidence, attention_from_mask, evidence
from lablib.masking.compute.text import prepare
from lablib.masking.figures import evidence as figures
from lablib.masking.panel.masked_input import MaskedInput
from lablib.widgets import AnyModel, Drawing, LivePanel, TokenStrip, as_choice
from lablib.widgets.controls import number, text_line, toggles
from lablib.widgets.html import escape
from lablib.widgets.layout import Fold, in_row, mark_main
from lablib.widgets.tokens import scale_from_zero, signed_scale


class EvidencePanel(LivePanel):
    """Take each word away in turn, and see what the answer loses; beside it, the attention.

    `result` and `looks` are what is drawn: the changes of the answer, and the attention.

    Args:
        text: a text with a mask; it can be edited.
        answer: the word whose probability is followed; "" for the model's best guess.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "masking as mk, models"
    stand_in = "evidence"
    result: Evidence | None = None

    def __init__(
        self, text: str = "The cat sat on the [MASK].", answer: str = "", model: AnyModel = None
    ) -> None:
        self.input = MaskedInput(text)
        self.answer = text_line("Answer", answer, placeholder="the model's best guess")
        self.mask = number("Mask", 1, 1, 1)
        self.how = toggles("Method", [("hide each word", "mask"), ("replace each word", "replace")])
        self.changes = TokenStrip(
            value_label="raises the answer's log-probability by", label="What each word does"
        )
        self.attention = TokenStrip(value_label="attention from the mask", label="Attention")
        self.words, self.table = ipywidgets.HTML(), ipywidgets.HTML()
        mark_main(self.input, self.changes)
        self.looks: list[float] = []
        super().__init__(
            "Which words carry the guess?",
            "Each other word is taken away in turn: what does the answer lose? Below it, "
            "how much the mask looks at each.",
            [
                self.input,
                in_row(self.answer, self.mask, self.how),
                self.changes,
                self.attention,
                self.words,
                Fold("Word by word, in numbers", [self.table]),
            ],
            controls=[self.input.text, self.answer, self.mask, self.how],
            choice=as_choice(model, "masked"),
        )

    def draw(self) -> Drawing:
        """Take each word away, then look where the mask does."""
        m = self.model()
        read = prepare(m, self.input.text.value)
        self.input.show(m, read)
        self.mask.max = max(len(read.masks), 1)
        yield None
        found = evidence(
            m, read, self.answer.value.strip() or None, self.mask.value - 1, self.how.value,
            self.slot.report,
        )  # fmt: skip
        yield None
        self.looks = attention_from_mask(m, found).tolist()
        self.result = found
        self._draw(found)

    def page_data(self) -> dict[str, Any]:
        """The text as it was read."""
        return self.input.page_data()

    def clear(self) -> None:
        """Take the picture away."""
        self.result = None
        self.changes.tokens, self.attention.tokens = [], []
        self.words.value = self.table.value = ""

    def _draw(self, found: Evidence) -> None:
        with self.changes.hold_sync():
            self.changes.scale = signed_scale(found.changes, "nats")
            self.changes.tokens = figures.evidence_tokens(found)
        with self.attention.hold_sync():
            self.attention.scale = scale_from_zero(self.looks)
            self.attention.tokens = figures.attention_tokens(found, self.looks)
        self.words.value = escape(figures.evidence_words(found, self.looks))
        self.table.value = figures.evidence_table(found, self.looks)

    def code_lines(self) -> str:
        """What each word does, and how much the mask looks at it."""
        answer = self.answer.value.strip() or None
        return (
            f"text = {self.input.text.value!r}\n"
            f"found = mk.evidence(m, text, {answer!r}, mask={self.mask.value - 1}, "
            f"how={self.how.value!r})\n"
            "looks = mk.attention_from_mask(m, found)\n"
            "found.changes, looks"
        )


evidence_panel = EvidencePanel
