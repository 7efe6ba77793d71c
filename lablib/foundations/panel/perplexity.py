"""The perplexity panel: from the loss of each token to one number for a text."""

from collections.abc import Generator

import ipywidgets

from lablib.foundations.compute.perplexity import TokenSurprisal, surprise
from lablib.foundations.figures import perplexity as figures
from lablib.foundations.panel.live import LivePanel
from lablib.widgets import ModelChoice, TextInput, TokenStrip, as_choice
from lablib.widgets.html import escape
from lablib.widgets.layout import mark_main
from lablib.widgets.presets import start_from
from lablib.widgets.tokens import token_dicts

CASES = {
    "a sentence": "The old king looked at the sea, and said nothing for a long time.",
    "its words in disorder": "Looked long nothing old the sea for, king at said and a the time.",
    "one phrase, again and again": "and so it was, " * 12,
    "correct, and rare": "Zirconium oxide crystallises in three polymorphs.",
}
"""Texts to try: the third is the least of a text, and has the least perplexity."""


class PerplexityPanel(LivePanel):
    """A text as tokens coloured by what they cost, and the measures made of it.

    `found` is what is drawn.
    """

    def __init__(self, text: str, model: str | ModelChoice | None) -> None:
        self.text = TextInput(value=text, label="Text")
        self.case = ipywidgets.Dropdown(
            options=[("choose one …", ""), *CASES.items()], value="", description="Or try"
        )
        self.strip = TokenStrip(value_label="surprisal", label="Text", show_numbers=True)
        self.strip.scale = {"min": 12.0, "max": 0.0, "palette": "viridis", "unit": "bits"}
        self.words = ipywidgets.HTML()
        mark_main(self.text, self.strip)
        self.found: TokenSurprisal | None = None
        super().__init__(
            "What a text costs",
            [self.text, self.case, self.strip, self.words],
            controls=(self.text,),
            work=self._answer,
            subtitle="Each token costs −log₂ of its probability. Perplexity says how good a "
            "guesser the model is, not how good the text is.",
            code=self._lines,
            choice=as_choice(model),
        )
        start_from(self.case, self._take, (self.text,))

    def _take(self, text: str) -> None:
        self.text.value = text

    def _answer(self) -> Generator[None, None, None]:
        m = self.model()
        yield
        self.found = surprise(m, self.text.value)
        self.strip.tokens = token_dicts(self.found.ids, m.tokenizer, self.found.bits)
        self.words.value = escape(figures.perplexity_words(self.found))

    def _lines(self) -> str:
        return (
            "from lablib import foundations as fo, models\n\n"
            f"m = models.load({self.choice.name!r})\n"
            f"found = fo.surprise(m, {self.text.value!r})\n"
            "found.loss, found.perplexity, found.bits_per_byte"
        )


def perplexity_panel(
    text: str = CASES["a sentence"], model: str | ModelChoice | None = None
) -> PerplexityPanel:
    """Show what each token of a text costs a model, and what perplexity is.

    Args:
        text: the text at the start; it can be edited.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """
    return PerplexityPanel(text, model)
