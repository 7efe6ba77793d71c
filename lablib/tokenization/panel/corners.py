"""The corner panel: two or three ways to write a text, cut by one tokenizer."""

import ipywidgets
import numpy as np

from lablib.tokenization.compute.corners import CORNERS, LONGEST, Reading, corner
from lablib.tokenization.compute.named import AnyTokenizer
from lablib.tokenization.figures.shared import ADDED, chips, counted
from lablib.tokenization.panel.choice import TokenizerChoice, as_choice
from lablib.tokenization.panel.code import text_code
from lablib.widgets import Drawing, LivePanel, TextInput, TokenStrip
from lablib.widgets.closing import put_in
from lablib.widgets.controls import dropdown
from lablib.widgets.html import fill
from lablib.widgets.layout import mark_main

DIFFERS = "differs from the first row"


class ReadingRow(ipywidgets.VBox):
    """One case: what was done to the text, and its tokens."""

    def __init__(self) -> None:
        self.words = ipywidgets.HTML()
        self.strip = TokenStrip(marks=[DIFFERS, ADDED], show_numbers=True)
        super().__init__([self.words, self.strip])

    def show(self, reading: Reading, first: Reading) -> None:
        """Draw a reading, and say how it compares with the first."""
        count = len(reading.encoding)
        tokens = chips(reading.encoding, np.zeros(count, bool), 0, count)
        for number in () if reading is first else reading.apart:
            tokens[number]["mark"] = DIFFERS
        words = reading_words(reading, first)
        self.words.value = fill("<b>{label}</b>: {words}", label=reading.label, words=words)
        self.strip.label, self.strip.tokens = reading.label, tokens


def reading_words(reading: Reading, first: Reading) -> str:
    """How many tokens, and whether they are those of the first case.

    >>> rows = corner("accents").compare("é", "gpt2")
    >>> [reading_words(row, rows[0]) for row in rows]
    ['1 token', '3 tokens']
    """
    words = counted(len(reading.encoding), "token")
    same = reading is not first and reading.encoding.ids == first.encoding.ids
    return f"{words}, the same as in the first row" if same else words


class CornerPanel(LivePanel):
    """Show how a tokenizer reads texts that look alike, or nearly.

    A corner to choose, its text to edit, and its cases one above the other.

    Args:
        name: the corner at the start, one of `tk.CORNERS`; another can be chosen.
        tokenizer: a tokenizer, its name, a hub id or a folder; another can be chosen.

    Raises:
        ValueError: if there is no such corner.
    """

    imports = "tokenization as tk"
    quiet_seconds = 0.0  # it is quick

    def __init__(
        self, name: str = "leading-space", tokenizer: AnyTokenizer | TokenizerChoice = "gpt2"
    ) -> None:
        chosen = corner(name)
        titles = [(one.title, one.name) for one in CORNERS.values()]
        self.menu = dropdown("Corner", titles, chosen.name, width=400)
        self.question, self.why = ipywidgets.HTML(), ipywidgets.HTML()
        self.text = TextInput(value=chosen.text, label="Text", limit=LONGEST)
        self.rows = ipywidgets.VBox()
        mark_main(self.text, self.rows)
        super().__init__(
            "Odd corners",
            "Texts that look nearly alike, and what a tokenizer makes of them. Choose a "
            "corner, change its text or the tokenizer.",
            [self.menu, self.question, self.text, self.rows, self.why],
            controls=[self.text],
            choice=as_choice(tokenizer),
        )
        self.menu.observe(lambda _: self._enter(), "value")
        self._describe()

    def _enter(self) -> None:
        """Go to the chosen corner, with its own text."""
        self._describe()
        self.text.value = corner(self.menu.value).text
        self.redraw()

    def _describe(self) -> None:
        chosen = corner(self.menu.value)
        self.question.value = fill("<b>{question}</b>", question=chosen.question)
        self.why.value = fill("{why}", why=chosen.why)

    def draw(self) -> Drawing:
        """Cut every case of the corner."""
        tokenizer = self.choice.open(self.slot).tokenizer
        readings = corner(self.menu.value).compare(self.text.value, tokenizer)
        yield None
        if len(self.rows.children) != len(readings):
            put_in(self.rows, [ReadingRow() for _ in readings])
        for row, reading in zip(self.rows.children, readings, strict=True):
            row.show(reading, readings[0])
            row.strip.legend = reading is readings[-1]

    def code_lines(self) -> str:
        """The ids of every case."""
        return (
            text_code(self.text.value)
            + f"readings = tk.corner({self.menu.value!r}).compare(text, {self.choice.name!r})\n"
            + "[(reading.label, reading.encoding.ids) for reading in readings]"
        )


corner_panel = CornerPanel
