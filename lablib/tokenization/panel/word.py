"""The word panel: how a tokenizer builds the tokens of a word, step by step."""

from typing import Any

import ipywidgets

from lablib.tokenization.compute.named import AnyTokenizer
from lablib.tokenization.compute.word import WordSteps, kind_of, word_steps
from lablib.tokenization.figures.word import MARKS, Frame, frames, readable
from lablib.tokenization.panel.choice import TokenizerChoice, as_choice
from lablib.unicode import well_formed
from lablib.widgets import Drawing, LivePanel, TextInput, TokenStrip
from lablib.widgets.closing import put_in
from lablib.widgets.controls import slider
from lablib.widgets.html import escape, scrolling
from lablib.widgets.layout import mark_main

LIMIT = 300
"""Characters of a word: every one may be a step, and the work grows with their square."""


class WordPanel(LivePanel):
    """Watch a word being built: BPE's merges, WordPiece's matches or a unigram's best path.

    `built` holds all steps, `frames` what the slider shows at each of its places.

    Args:
        word: the word at the start; it can be edited. A space before it counts in most BPEs.
        tokenizer: a name, hub id or folder, a tokenizer, or a choice that panels share.
    """

    imports = "tokenization as tk"
    quiet_seconds = 0.0  # it is quick
    built: WordSteps[Any] | None = None

    def __init__(
        self, word: str = "untranslatable", tokenizer: AnyTokenizer | TokenizerChoice = "gpt2"
    ) -> None:
        self.text = TextInput(value=well_formed(word)[:LIMIT], label="Word", limit=LIMIT)
        self.slider = self._new_slider(0, 0)
        self.place = ipywidgets.VBox([self.slider])
        self.strip = TokenStrip(marks=MARKS, label="Pieces")
        self.words, self.table = ipywidgets.HTML(), ipywidgets.HTML()
        mark_main(self.place, self.strip)
        self.frames: list[Frame] = []
        self._texts: tuple[object, dict[str, str]] = (None, {})
        super().__init__(
            "How a word is built",
            "Move the slider to watch the tokenizer work. At each step: what it could do, "
            "what it does, and why this first.",
            [self.text, self.place, self.strip, self.words, self.table],
            controls=[self.text],
            choice=as_choice(tokenizer),
        )

    def draw(self) -> Drawing:
        """Build the word, and show the step the slider stands at."""
        tokenizer = self.choice.open(self.slot).tokenizer
        built = word_steps(self.text.value[:LIMIT], tokenizer)
        yield None
        if self._texts[0] is not tokenizer:
            self._texts = (tokenizer, readable(tokenizer))
        shown = frames(built, self._texts[1])
        yield None
        self.built, self.frames = built, shown
        if self.slider.max != len(shown) - 1:
            last = len(shown) - 1
            self.slider = self._new_slider(min(self.slider.value, last), last)
            put_in(self.place, [self.slider])
        self._draw()

    def _new_slider(self, value: int, last: int) -> ipywidgets.IntSlider:
        """A slider over the steps 0 to `last`; a slider whose end is moved instead would still go
        to its first end at the key "End".
        """
        made = slider("Step", value, 0, last, width="100%")
        made.observe(lambda _: self._draw(), "value")
        return made

    def _draw(self) -> None:
        frame = self.frames[min(self.slider.value, len(self.frames) - 1)]
        self.strip.tokens = [{"text": text, "mark": mark} for text, mark in frame.pieces]
        self.words.value = escape(frame.words)
        self.table.value = scrolling(frame.table, "Choices", 336)

    def code_lines(self) -> str:
        """Every step, and the tokens at the end."""
        kind = kind_of(self.choice.open(self.slot).tokenizer)
        step = "step.pair, step.rank" if kind == "BPE" else "step"
        return (
            f"word, tokenizer = {self.text.value!r}, {self.choice.name!r}\n"
            f"built = tk.{kind.lower()}_steps(word, tokenizer)\n"
            "for step in built:\n"
            f"    print({step})\n"
            "built.tokens"
        )


word_panel = WordPanel
