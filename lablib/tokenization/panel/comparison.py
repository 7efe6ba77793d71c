"""The comparison panel: the same text through any number of tokenizers."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from functools import partial

import ipywidgets

from lablib.tokenization.compute.comparison import Comparison, Row, compare
from lablib.tokenization.compute.levels import sharing
from lablib.tokenization.figures.comparison import comparison_table
from lablib.tokenization.figures.shared import MARKS, chips, counted
from lablib.tokenization.panel.choice import TokenizerList
from lablib.tokenization.panel.code import OPENING, text_code
from lablib.unicode import well_formed
from lablib.widgets import Panel, Progress, TextInput, TokenStrip, html_widget
from lablib.widgets.layout import Tabs, beside, mark_main, scrolling_rows

TOKENIZERS = ("gpt2", "bert-base-uncased", "words", "characters", "bytes")


class ComparePanel(Panel):
    """A text, its tokens in each tokenizer, and a table of what each makes of it."""

    def __init__(self, text: str, tokenizers: Sequence[str]) -> None:
        self.text = TextInput(value=well_formed(text), label="Text")
        self.tokenizers = TokenizerList(tokenizers, lambda: self.run(self._work))
        self.strips: dict[str, TokenStrip] = {}
        self.rows = scrolling_rows(400)
        self.table = html_widget("")
        mark_main(self.tokenizers, self.rows)
        self.result: Comparison | None = None
        super().__init__(
            "Tokenizers side by side",
            [self.text, self.tokenizers, Tabs({"Tokens": self.rows, "Table": self.table})],
            subtitle="The same text in each of them: how many tokens, what is unknown, and whether "
            "the tokens give the text back.",
            code=self._lines,
        )
        self.text.observe(lambda _: self.run(self._work), "value")
        self.run(self._work)

    def _work(self) -> Generator[Progress, None, None]:
        names, rows = self.tokenizers.names, []
        for i, name in enumerate(names):
            yield Progress(i, len(names), "tokenizers")
            tokenizer = self.tokenizers.load(name)
            rows.append(replace(compare(self.text.value, [tokenizer]).rows[0], name=name))
        self._show(Comparison(self.text.value, tuple(rows)))

    def _show(self, result: Comparison) -> None:
        self.result = result
        for row in result.rows:
            self._strip(row.name).show(
                len(row.encoding), partial(chips, row.encoding, sharing(row.encoding))
            )
        self.rows.children = [self._labelled(row) for row in result.rows]
        self.table.value = comparison_table(result)

    def _strip(self, name: str) -> TokenStrip:
        if name not in self.strips:
            self.strips[name] = TokenStrip(marks=MARKS, label=f"Tokens of {name}")
            self.strips[name].legend = False
        return self.strips[name]

    def _labelled(self, row: Row) -> ipywidgets.Box:
        words = counted(row.tokens, "token")
        label = html_widget("<b>{name}</b>: {words}", name=row.name, words=words)
        return beside(label, self.strips[row.name], widths=(120, 560))

    def _lines(self) -> str:
        return (
            OPENING
            + text_code(self.text.value)
            + f"comparison = tk.compare(text, {list(self.tokenizers.names)!r})\n"
            + "comparison.table()"
        )


def compare_panel(
    text: str = "The naïve café owner said: “Ω ≠ 1.5e9” 👋\n\tIsn't that 東京?",
    tokenizers: Sequence[str] = TOKENIZERS,
) -> ComparePanel:
    """Show what several tokenizers make of the same text.

    Args:
        text: the text at the start; it can be edited.
        tokenizers: names, hub ids or folders; more can be added in the panel.
    """
    return ComparePanel(text, tokenizers)
