"""The evidence panel: which words carry the guess, and where the mask looks."""

from collections.abc import Generator

import ipywidgets

from lablib.masking.compute.evidence import Evidence, attention_from_mask, evidence
from lablib.masking.compute.text import prepare
from lablib.masking.figures import evidence as figures
from lablib.masking.panel.live import LivePanel
from lablib.masking.panel.masked_input import MaskedInput
from lablib.widgets import ModelChoice, TokenStrip
from lablib.widgets.html import escape
from lablib.widgets.layout import Fold, in_row, mark_main


class EvidencePanel(LivePanel):
    """A text with a mask, and two opinions on which of its words matter.

    `result` and `looks` are what is drawn: the changes of the answer, and the attention.
    """

    def __init__(self, text: str, answer: str, model: str | ModelChoice | None) -> None:
        self.input = MaskedInput(text)
        self.answer = ipywidgets.Text(
            answer, description="Answer", placeholder="the model's best guess"
        )
        self.mask = ipywidgets.BoundedIntText(1, min=1, max=1, description="Mask")
        self.how = ipywidgets.ToggleButtons(
            options=[("hide each word", "mask"), ("replace each word", "replace")],
            description="Method",
        )
        self.changes = TokenStrip(
            value_label="raises the answer's log-probability by", label="What each word does"
        )
        self.attention = TokenStrip(value_label="attention from the mask", label="Attention")
        self.words = ipywidgets.HTML()
        self.table = ipywidgets.HTML()
        mark_main(self.input, self.changes)
        self.result: Evidence | None = None
        self.looks: list[float] = []
        super().__init__(
            "Which words carry the guess?",
            [
                self.input,
                in_row(self.answer, self.mask, self.how),
                self.changes,
                self.attention,
                self.words,
                Fold("Word by word, in numbers", [self.table]),
            ],
            controls=(self.input.text, self.answer, self.mask, self.how),
            work=self._weigh,
            clear=self._empty,
            model=model,
            subtitle="Each other word is taken away in turn: what does the answer lose? Below it, "
            "how much the mask looks at each.",
            code=self._lines,
        )

    def _weigh(self) -> Generator[None, None, None]:
        m, text = self.model(), self.input.text.value
        read = prepare(m, text)
        self.input.show(m, read)
        self.mask.max = max(len(read.masks), 1)
        yield
        found = evidence(
            m, text, self.answer.value.strip() or None, self.mask.value - 1, self.how.value,
            self.slot.report,
        )  # fmt: skip
        yield
        self.looks = attention_from_mask(m, found).tolist()
        self.result = found
        self._draw(found)

    def _empty(self) -> None:
        self.result = None
        self.changes.tokens, self.attention.tokens = [], []
        self.words.value = self.table.value = ""

    def _draw(self, found: Evidence) -> None:
        most = max(map(abs, found.changes)) or 1.0
        with self.changes.hold_sync():
            self.changes.scale = {"min": -most, "max": most, "palette": "signed", "unit": "nats"}
            self.changes.tokens = figures.evidence_tokens(found)
        with self.attention.hold_sync():
            self.attention.scale = {"min": 0.0, "max": max(self.looks) or 1.0}
            self.attention.tokens = figures.attention_tokens(found, self.looks)
        self.words.value = escape(figures.evidence_words(found, self.looks))
        self.table.value = figures.evidence_table(found, self.looks)

    def _lines(self) -> str:
        answer = self.answer.value.strip() or None
        return self.opening() + (
            f"text = {self.input.text.value!r}\n"
            f"found = mk.evidence(m, text, {answer!r}, mask={self.mask.value - 1}, "
            f"how={self.how.value!r})\n"
            "looks = mk.attention_from_mask(m, found)\n"
            "found.changes, looks"
        )


def evidence_panel(
    text: str = "The cat sat on the [MASK].",
    answer: str = "",
    model: str | ModelChoice | None = None,
) -> EvidencePanel:
    """Take each word away in turn, and see what the answer loses; beside it, the attention.

    Args:
        text: a text with a mask; it can be edited.
        answer: the word whose probability is followed; "" for the model's best guess.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """
    return EvidencePanel(text, answer, model)
