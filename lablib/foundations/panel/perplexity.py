"""The perplexity panel: from the loss of each token to one number for a text."""

import ipywidgets

from lablib.foundations.compute.perplexity import TokenSurprisal, surprise
from lablib.foundations.figures import perplexity as figures
from lablib.widgets import AnyModel, Drawing, LivePanel, TextInput, TokenStrip, as_choice
from lablib.widgets.controls import dropdown
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

MOST = 2048
"""Tokens that are read and shown: some seconds of work, and more than anybody looks at."""


class PerplexityPanel(LivePanel):
    """Show what each token of a text costs a model, and what perplexity is.

    `found` is what is drawn.

    Args:
        text: the text at the start; it can be edited.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "foundations as fo, models"
    found: TokenSurprisal | None = None

    def __init__(self, text: str = CASES["a sentence"], model: AnyModel = None) -> None:
        self.text = TextInput(value=text, label="Text")
        self.case = dropdown("Or try", [("choose one …", ""), *CASES.items()])
        self.strip = TokenStrip(value_label="surprisal", label="Text", show_numbers=True)
        self.strip.scale = {"min": 12.0, "max": 0.0, "palette": "viridis", "unit": "bits"}
        self.words = ipywidgets.HTML()
        mark_main(self.text, self.strip)
        super().__init__(
            "What a text costs",
            "Each token costs −log₂ of its probability. Perplexity says how good a "
            "guesser the model is, not how good the text is.",
            [self.text, self.case, self.strip, self.words],
            controls=[self.text],
            choice=as_choice(model),
        )
        start_from(self.case, lambda text: self.text.set_trait("value", text), [self.text])

    def draw(self) -> Drawing:
        """Ask the model what each token costs."""
        m = self.model()
        yield None
        self.found = surprise(m, self.text.value, MOST)
        self.text.note = self.found.note
        self.strip.tokens = token_dicts(self.found.ids, m.tokenizer, self.found.bits)
        self.words.value = escape(figures.perplexity_words(self.found))

    def code_lines(self) -> str:
        """The measures of the text."""
        return (
            f"found = fo.surprise(m, {self.text.value!r}, most={MOST})\n"
            "found.loss, found.perplexity, found.bits_per_byte"
        )


perplexity_panel = PerplexityPanel
