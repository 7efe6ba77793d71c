"""The fill panel: hide any word, and see what the model would put there."""

from typing import TYPE_CHECKING, Any

import ipywidgets

from lablib.masking.compute.fill import Fill, WordScore, fill, score_word
from lablib.masking.compute.text import MaskedText, prepare
from lablib.masking.figures import fill as figures
from lablib.masking.panel.masked_input import MaskedInput
from lablib.widgets import AnyModel, Drawing, LivePanel, as_choice
from lablib.widgets.controls import text_line
from lablib.widgets.guess_view import GuessView
from lablib.widgets.html import escape
from lablib.widgets.layout import mark_main

if TYPE_CHECKING:
    from lablib.models import LoadedModel

GUESSES = 10


class FillPanel(LivePanel):
    """Hide words of a text and see what a masked-word model would put there.

    `result` is what is drawn, None before the first; `asked` are the scores of the word asked for.

    Args:
        text: a text, `[MASK]` where the model should guess; it can be edited.
        word: a word whose probability is asked for, of one piece or several; "" for none.
        k: how many guesses to show for each mask.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "masking as mk, models"
    stand_in = "fill"
    result: Fill | None = None

    def __init__(
        self,
        text: str = "The cat sat on the [MASK].",
        word: str = "",
        k: int = GUESSES,
        model: AnyModel = None,
    ) -> None:
        self.input = MaskedInput(text)
        name, example = "How probable is", "rhinoceros"
        self.word = text_line(name, word, label="initial", placeholder=example)
        self.view = GuessView(self._put, label="Guesses; click one to put it in")
        self.words = ipywidgets.HTML()
        mark_main(self.input, self.view)
        self.asked: list[WordScore] = []
        self._k = k
        self._reader: LoadedModel | None = None
        super().__init__(
            "What is behind the mask?",
            "Click a word to hide it, click again to bring it back. The model reads both "
            "sides of the gap.",
            [self.input, self.view, self.word, self.words],
            controls=[self.input.text, self.word],
            choice=as_choice(model, "masked"),
        )

    def draw(self) -> Drawing:
        """The guesses first, then how probable the hidden words and the one asked for are."""
        m, word = self.model(), self.word.value
        read = prepare(m, self.input.text.value)
        self.input.show(m, read)
        yield None
        self.result, self._reader = fill(m, read, self._k), m
        self.view.columns = figures.fill_columns(self.result)
        yield None
        hidden = self.input.hidden_in(read)
        if any(hidden):
            scores = [_score(m, read, each, mask) for mask, each in enumerate(hidden)]
            self.view.columns = figures.fill_columns(self.result, hidden, scores)
        yield None
        masks = range(len(read.masks) if word.strip() else 0)
        self.asked = [score_word(m, read, word, mask) for mask in masks]
        self.words.value = escape(figures.asked_words(self.asked))

    def clear(self) -> None:
        """Take the guesses away."""
        self.result, self.asked, self.view.columns, self.words.value = None, [], [], ""

    def page_data(self) -> dict[str, Any]:
        """The text as it was read, and the words that a click puts in."""
        guesses = self.result.guesses if self.result else ()
        texts = [[{"text": guess.text} for guess in each] for each in guesses]
        return {**self.input.page_data(), "guesses": texts}

    def _put(self, mask: int, place: int) -> None:
        if self.result is not None and self._reader is not None:
            self.input.fill_in({mask: self.result.guesses[mask][place].text}, self._reader)

    def code_lines(self) -> str:
        """The guesses, or how probable the word asked for is at each mask."""
        lines = (
            f"text = {self.input.text.value!r}\n"
            f"filled = mk.fill(m, text, k={self._k})\n"
            "guesses = [filled.top(mask=mask) for mask in range(len(filled.guesses))]\n"
        )
        if not self.asked:
            return lines + "guesses"
        call = f"mk.score_word(m, text, {self.word.value!r}, mask)"
        return lines + f"[{call}.probability for mask in range({len(self.asked)})]"


def _score(m: "LoadedModel", read: MaskedText, word: str | None, mask: int) -> WordScore | None:
    """How probable the word behind a mask is; None if there is none, or it cannot be spelled."""
    try:
        return score_word(m, read, word or "", mask)
    except ValueError:
        return None


fill_panel = FillPanel
