"""The sentence panel: how likely a sentence is, word by word, and beside a variant of it."""

from collections.abc import Generator

import ipywidgets

from lablib.masking.compute.sentences import (
    Comparison,
    PseudoLogLikelihood,
    compare_sentences,
    pseudo_log_likelihood,
)
from lablib.masking.figures import sentences as figures
from lablib.masking.figures import shared
from lablib.masking.panel.live import LivePanel
from lablib.widgets import ModelChoice, TextInput, TokenStrip
from lablib.widgets.html import escape
from lablib.widgets.layout import Fold, mark_main
from lablib.widgets.plot import Plot


class ScoredSentence(ipywidgets.VBox):
    """A sentence, its words coloured by surprisal, and its score."""

    def __init__(self, value: str, label: str) -> None:
        self.text = TextInput(value=value, label=label)
        self.strip = TokenStrip(value_label="surprisal", label=label, show_numbers=True)
        self.words = ipywidgets.HTML()
        super().__init__([self.text, self.strip, self.words])

    def show(self, score: PseudoLogLikelihood | None, most: float) -> None:
        """Draw a score, the colours reaching to `most` bits; nothing for None."""
        self.text.note = score.read.note if score else ""
        with self.strip.hold_sync():
            self.strip.scale = {"min": 0.0, "max": most, "unit": "bits"}
            self.strip.tokens = figures.likelihood_tokens(score) if score else []
        self.words.value = escape(figures.likelihood_words(score)) if score else ""


class SentencePanel(LivePanel):
    """One sentence or two, each word hidden in turn.

    `result` is what is drawn: a `Comparison`, or the score of the one sentence there is.
    """

    def __init__(self, first: str, second: str, model: str | ModelChoice | None) -> None:
        self.first = ScoredSentence(first, "Sentence")
        self.second = ScoredSentence(second, "Variant (may be empty)")
        self.whole = ipywidgets.Checkbox(
            False, description="hide the rest of a word with its piece", indent=False
        )
        self.place = ipywidgets.VBox()
        self.plot: Plot | None = None
        self.words = ipywidgets.HTML()
        self.table = ipywidgets.HTML()
        mark_main(self.first.text, self.second.strip)
        self.result: Comparison | PseudoLogLikelihood | None = None
        super().__init__(
            "How likely is this sentence?",
            [
                self.first,
                self.second,
                self.whole,
                self.words,
                Fold("Word by word", [self.place, self.table]),
            ],
            controls=(self.first.text, self.second.text, self.whole),
            work=self._score,
            clear=self._empty,
            model=model,
            subtitle="Each word is hidden in turn and asked for. The log-probabilities add up to "
            "the pseudo-log-likelihood.",
            code=self._lines,
        )

    def _score(self) -> Generator[None, None, None]:
        m, whole = self.model(), self.whole.value
        first, second = self.first.text.value, self.second.text.value
        yield
        if second.strip():
            self.result = compare_sentences(m, first, second, whole, self.slot.report)
            self._draw_pair(self.result)
        else:
            self.result = pseudo_log_likelihood(m, first, whole, self.slot.report)
            self._empty()
            self.first.show(self.result, _most(self.result))

    def _empty(self) -> None:
        for sentence in (self.first, self.second):
            sentence.show(None, 1.0)
        self.words.value, self.table.value, self.place.children = "", "", []

    def _draw_pair(self, pair: Comparison) -> None:
        if self.plot is None:
            self.plot = shared.dumbbell_plot(
                "log-probability given all other words (nats)", height=480
            )
        shared.draw_dumbbells(self.plot, ("sentence", "variant"), figures.comparison_rows(pair))
        most = max(_most(pair.first), _most(pair.second))
        self.first.show(pair.first, most)
        self.second.show(pair.second, most)
        self.words.value = escape(figures.comparison_words(pair))
        self.table.value = figures.comparison_table(pair)
        self.place.children = [self.plot]

    def _lines(self) -> str:
        whole = ", whole_words=True" if self.whole.value else ""
        first, second = self.first.text.value, self.second.text.value
        if not second.strip():
            return self.opening() + (
                f"score = mk.pseudo_log_likelihood(m, {first!r}{whole})\nscore.total, score.table()"
            )
        return self.opening() + (
            f"first = {first!r}\n"
            f"second = {second!r}\n"
            f"pair = mk.compare_sentences(m, first, second{whole})\n"
            "pair.difference, pair.table()"
        )


def _most(score: PseudoLogLikelihood) -> float:
    """The end of the colour scale: the largest surprisal in bits, 1 at least."""
    return max([1.0, *(token["value"] for token in figures.likelihood_tokens(score))])


def sentence_panel(
    first: str = "The keys to the cabinet is on the table.",
    second: str = "The keys to the cabinet are on the table.",
    model: str | ModelChoice | None = None,
) -> SentencePanel:
    """Score a sentence word by word, and compare it with a variant.

    Args:
        first, second: the sentence and its variant; "" as the second scores only the first.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """
    return SentencePanel(first, second, model)
