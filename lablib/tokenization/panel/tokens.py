"""The token panel: a text, its tokens, and the way from one to the other and back."""

from collections.abc import Sequence
from functools import partial

import ipywidgets
import numpy as np

from lablib.tokenization.compute.levels import ladder, sharing
from lablib.tokenization.compute.named import AnyTokenizer
from lablib.tokenization.compute.tokens import Encoding, encode
from lablib.tokenization.figures.shared import MARKS, chips
from lablib.tokenization.figures.tokens import encoding_words, ladder_html
from lablib.tokenization.panel.choice import TokenizerChoice, as_choice
from lablib.tokenization.panel.code import text_code
from lablib.unicode import well_formed
from lablib.widgets import Drawing, LivePanel, TextInput, TokenStrip
from lablib.widgets.controls import checkbox
from lablib.widgets.html import escape
from lablib.widgets.layout import mark_main

LIMIT = 2**20
"""Characters the text field takes: a megabyte."""
MOST_SELECTED = 2_000
"""Tokens that are marked for one selection in the text."""
FIRST = 16
"""Characters the ladder shows while nothing is selected."""
LONGEST_PIECE = 200
"""Characters it is made for at most, which is more than it shows."""


class TokenPanel(LivePanel):
    """Show a text as tokens while it is typed.

    A text and its tokens; whatever is pointed at or selected in one is marked in the other.

    Args:
        text: the text at the start; it can be edited, up to a megabyte.
        tokenizer: a name, hub id or folder, a model, or a tokenizer; it can be changed in the head.
    """

    imports = "tokenization as tk"
    stand_in = "tokens"
    quiet_seconds = 0.0  # it is quick
    encoding: Encoding | None = None

    def __init__(
        self,
        text: str = "Hello world! Tokens aren't words: naïve 👩🏽‍🚀 नमस्ते 1234567",
        tokenizer: AnyTokenizer | TokenizerChoice = "gpt2",
    ) -> None:
        self.text = TextInput(value=well_formed(text), label="Text", limit=LIMIT, selects=True)
        tip = "As libraries read text; untick it to read <|endoftext|> as any other text"
        name = "a control token spelled in the text becomes one"
        self.control = checkbox(name, True, width="auto", tooltip=tip)
        self.words, self.ladder = ipywidgets.HTML(), ipywidgets.HTML()
        self.strip = TokenStrip(selection="many", marks=MARKS, label="Tokens", show_numbers=True)
        mark_main(self.text, self.strip)
        super().__init__(
            "Text and tokens",
            "The text as the model gets it. Point at a token; select tokens, or "
            "characters of the text, to see what they are made of.",
            [self.text, self.control, self.words, self.strip, self.ladder],
            controls=[self.text, self.control],
            choice=as_choice(tokenizer),
        )
        self.text.observe(lambda change: self._select(change.new), "selection")
        self.strip.observe(lambda _: self._mark(), "hovered")
        self.strip.observe(lambda _: self._look(), "selected")

    def draw(self) -> Drawing:
        """Cut the text."""
        opened = self.choice.open(self.slot)
        encoding = encode(self.text.value, opened.tokenizer, self.control.value)
        yield None
        shared = sharing(encoding)
        yield None
        self._show(encoding, shared)

    def _show(self, encoding: Encoding, shared: np.ndarray) -> None:
        self.encoding = encoding
        self.text.marked = []
        self.strip.show(len(encoding), partial(chips, encoding, shared))
        self.words.value = escape(encoding_words(encoding, shared))
        self._look()

    def _select(self, selection: Sequence[int]) -> None:
        """Characters were selected: select their tokens."""
        if self.encoding is not None and self.encoding.text == self.text.value:
            start, end = selection or (0, 0)
            self.strip.selected = self.encoding.touching(start, end)[:MOST_SELECTED]

    def _mark(self) -> None:
        """Mark the characters of the token pointed at, else those of the selected tokens."""
        hovered = self.strip.hovered
        self.text.marked = self._spans(self.strip.selected if hovered is None else [hovered])

    def _spans(self, tokens: Sequence[int]) -> list[list[int]]:
        """Where some tokens stand; stretches that touch are one."""
        spans: list[list[int]] = []
        rows = self.encoding.spans if self.encoding is not None else np.zeros((0, 2), int)
        for start, end in rows[[token for token in tokens if token < len(rows)]].tolist():
            if spans and start <= spans[-1][1]:
                spans[-1][1] = max(spans[-1][1], end)
            elif start < end:
                spans.append([start, end])
        return spans

    def _look(self) -> None:
        """Show what the selection is made of, or the beginning of the text."""
        self._mark()
        if self.encoding is None:
            return
        spans = self._spans(self.strip.selected)
        start, end = (spans[0][0], spans[-1][1]) if spans else (0, FIRST)
        end = min(end, start + LONGEST_PIECE)
        self.ladder.value = ladder_html(ladder(self.encoding, start, end))

    def code_lines(self) -> str:
        """The tokens as a table."""
        control = "" if self.control.value else ", control=False"
        return (
            text_code(self.text.value)
            + f"encoding = tk.encode(text, {self.choice.name!r}{control})\n"
            + "encoding.table()"
        )


token_panel = TokenPanel
