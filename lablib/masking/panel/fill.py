"""The fill panel: hide any word, and see what the model would put there."""

from collections.abc import Generator
from typing import TYPE_CHECKING

import ipywidgets

from lablib.masking.compute.fill import Fill, WordScore, fill, score_word
from lablib.masking.compute.text import prepare
from lablib.masking.figures import fill as figures
from lablib.masking.panel.live import LivePanel
from lablib.masking.panel.masked_input import MaskedInput
from lablib.widgets import ModelChoice
from lablib.widgets.guess_view import GuessView
from lablib.widgets.html import escape
from lablib.widgets.layout import mark_main

if TYPE_CHECKING:
    from lablib.models import LoadedModel

GUESSES = 10


class FillPanel(LivePanel):
    """A text with masks and the model's guesses for each of them.

    `result` is what is drawn, None before the first; `asked` are the scores of the word asked for.
    """

    def __init__(self, text: str, word: str, k: int, model: str | ModelChoice | None) -> None:
        self.input = MaskedInput(text)
        self.word = ipywidgets.Text(
            word,
            description="How probable is",
            placeholder="rhinoceros",
            style={"description_width": "initial"},
        )
        self.view = GuessView(self._put, label="Guesses; click one to put it in")
        self.words = ipywidgets.HTML()
        mark_main(self.input, self.view)
        self.result: Fill | None = None
        self.asked: list[WordScore] = []
        self._k = k
        self._reader: LoadedModel | None = None
        super().__init__(
            "What is behind the mask?",
            [self.input, self.view, self.word, self.words],
            controls=(self.input.text, self.word),
            work=self._fill,
            clear=self._empty,
            model=model,
            subtitle="Click a word to hide it, click again to bring it back. The model reads both "
            "sides of the gap.",
            code=self._lines,
        )

    def _fill(self) -> Generator[None, None, None]:
        m, text, word = self.model(), self.input.text.value, self.word.value
        read = prepare(m, text)
        self.input.show(m, read)
        yield
        self.result, self._reader = fill(m, text, self._k), m
        self.view.columns = figures.fill_columns(self.result)
        yield
        hidden = self.input.hidden_in(read)
        if any(hidden):
            scores = [_score(m, text, each, mask) for mask, each in enumerate(hidden)]
            self.view.columns = figures.fill_columns(self.result, hidden, scores)
        yield
        masks = range(len(read.masks) if word.strip() else 0)
        self.asked = [score_word(m, text, word, mask) for mask in masks]
        self.words.value = escape(figures.asked_words(self.asked))

    def _empty(self) -> None:
        self.result, self.asked, self.view.columns, self.words.value = None, [], [], ""

    def _put(self, mask: int, place: int) -> None:
        if self.result is not None and self._reader is not None:
            self.input.fill_in({mask: self.result.guesses[mask][place].text}, self._reader)

    def _lines(self) -> str:
        lines = self.opening() + (
            f"text = {self.input.text.value!r}\n"
            f"filled = mk.fill(m, text, k={self._k})\n"
            "guesses = [filled.top(mask=mask) for mask in range(len(filled.guesses))]\n"
        )
        if not self.asked:
            return lines + "guesses"
        call = f"mk.score_word(m, text, {self.word.value!r}, mask)"
        return lines + f"[{call}.probability for mask in range({len(self.asked)})]"


def _score(m: "LoadedModel", text: str, word: str | None, mask: int) -> WordScore | None:
    """How probable the word behind a mask is; None if there is none, or it cannot be spelled."""
    try:
        return score_word(m, text, word or "", mask)
    except ValueError:
        return None


def fill_panel(
    text: str = "The cat sat on the [MASK].",
    word: str = "",
    k: int = GUESSES,
    model: str | ModelChoice | None = None,
) -> FillPanel:
    """Hide words of a text and see what a masked-word model would put there.

    Args:
        text: a text, `[MASK]` where the model should guess; it can be edited.
        word: a word whose probability is asked for, of one piece or several; "" for none.
        k: how many guesses to show for each mask.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """
    return FillPanel(text, word, k, model)
