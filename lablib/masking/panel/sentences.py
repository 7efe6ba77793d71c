"""The sentence panel: how likely a sentence is, word by word, and beside a variant of it."""

from typing import Any

from ipywidgets import HTML, VBox

from lablib.masking.compute.sentences import (
    Comparison,
    PseudoLogLikelihood,
    compare_sentences,
    pseudo_log_likelihood,
)
from lablib.masking.figures import sentences as figures
from lablib.masking.figures import shared
from lablib.widgets import AnyModel, Drawing, LivePanel, PlotPlace, TextInput, TokenStrip, as_choice
from lablib.widgets.controls import checkbox
from lablib.widgets.html import escape
from lablib.widgets.layout import Fold, mark_main


class ScoredSentence(VBox):
    """A sentence, its words coloured by surprisal, and its score."""

    def __init__(self, value: str, label: str) -> None:
        self.text = TextInput(value=value, label=label)
        self.strip = TokenStrip(value_label="surprisal", label=label, show_numbers=True)
        self.words = HTML()
        super().__init__([self.text, self.strip, self.words])

    def show(self, score: PseudoLogLikelihood | None, scale: dict[str, Any] | None = None) -> None:
        """Draw a score in the colours of a scale; nothing for None."""
        self.text.note = score.read.note if score else ""
        with self.strip.hold_sync():
            self.strip.scale = scale or figures.likelihood_scale()
            self.strip.tokens = figures.likelihood_tokens(score) if score else []
        self.words.value = escape(figures.likelihood_words(score)) if score else ""


class SentencePanel(LivePanel):
    """Score a sentence word by word, and compare it with a variant.

    `result` is what is drawn: a `Comparison`, or the score of the one sentence there is.

    Args:
        first, second: the sentence and its variant; "" as the second scores only the first.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "masking as mk, models"
    stand_in = "sentences"
    result: Comparison | PseudoLogLikelihood | None = None

    def __init__(
        self,
        first: str = "The keys to the cabinet is on the table.",
        second: str = "The keys to the cabinet are on the table.",
        model: AnyModel = None,
    ) -> None:
        self.first = ScoredSentence(first, "Sentence")
        self.second = ScoredSentence(second, "Variant (may be empty)")
        self.whole = checkbox("hide the rest of a word with its piece")
        self.place, self.words, self.table = PlotPlace(), HTML(), HTML()
        mark_main(self.first.text, self.second.strip)
        super().__init__(
            "How likely is this sentence?",
            "Each word is hidden in turn and asked for. The log-probabilities add up to "
            "the pseudo-log-likelihood.",
            [
                self.first,
                self.second,
                self.whole,
                self.words,
                Fold("Word by word", [self.place, self.table]),
            ],
            controls=[self.first.text, self.second.text, self.whole],
            choice=as_choice(model, "masked"),
        )

    def draw(self) -> Drawing:
        """Score the sentence, and its variant if there is one."""
        m, whole = self.model(), self.whole.value
        first, second = self.first.text.value, self.second.text.value
        yield None
        if second.strip():
            self.result = compare_sentences(m, first, second, whole, self.slot.report)
            self._draw_pair(self.result)
        else:
            self.result = pseudo_log_likelihood(m, first, whole, self.slot.report)
            self.clear()
            self.first.show(self.result, figures.likelihood_scale(self.result))

    def clear(self) -> None:
        """Take the scores away."""
        for sentence in (self.first, self.second):
            sentence.show(None)
        self.words.value, self.table.value, self.place.children = "", "", []

    def _draw_pair(self, pair: Comparison) -> None:
        plot = self.open_plot(
            shared.dumbbell_plot, "log-probability given all other words (nats)", 480
        )
        shared.draw_dumbbells(plot, ("sentence", "variant"), figures.comparison_rows(pair))
        scale = figures.likelihood_scale(pair.first, pair.second)
        self.first.show(pair.first, scale)
        self.second.show(pair.second, scale)
        self.words.value = escape(figures.comparison_words(pair))
        self.table.value = figures.comparison_table(pair)
        self.place.children = [plot]

    def code_lines(self) -> str:
        """The score of the sentence, or what the variant differs by."""
        whole = ", whole_words=True" if self.whole.value else ""
        first, second = self.first.text.value, self.second.text.value
        if not second.strip():
            return (
                f"score = mk.pseudo_log_likelihood(m, {first!r}{whole})\nscore.total, score.table()"
            )
        return (
            f"first = {first!r}\n"
            f"second = {second!r}\n"
            f"pair = mk.compare_sentences(m, first, second{whole})\n"
            "pair.difference, pair.table()"
        )


sentence_panel = SentencePanel
