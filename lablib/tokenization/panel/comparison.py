"""The comparison panel: the same text through any number of tokenizers."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import ipywidgets

from lablib.tokenization.compute.comparison import Comparison, Row, compare
from lablib.tokenization.compute.levels import sharing
from lablib.tokenization.figures.comparison import comparison_table, cuts_and_spread
from lablib.tokenization.figures.shared import MARKS, chips, counted
from lablib.tokenization.panel.choice import TokenizerList
from lablib.tokenization.panel.code import text_code
from lablib.unicode import well_formed
from lablib.widgets import Drawing, LivePanel, Progress, TextInput, TokenStrip, html_widget
from lablib.widgets.closing import put_in
from lablib.widgets.layout import Tabs, beside, mark_main, scrolling_rows

TOKENIZERS = ("gpt2", "bert-base-uncased", "words", "characters", "bytes")


class ComparePanel(LivePanel):
    """Show what several tokenizers make of the same text.

    A text, its tokens in each tokenizer, and a table of what each makes of it.

    Args:
        text: the text at the start; it can be edited.
        tokenizers: names, hub ids or folders; more can be added in the panel.
    """

    imports = "tokenization as tk"
    quiet_seconds = 0.0  # it is quick
    result: Comparison | None = None

    def __init__(
        self,
        text: str = "The naïve café owner said: “Ω ≠ 1.5e9” 👋\n\tIsn't that 東京?",
        tokenizers: Sequence[str] = TOKENIZERS,
    ) -> None:
        self.text = TextInput(value=well_formed(text), label="Text")
        self.tokenizers = TokenizerList(tokenizers, self.redraw)
        self.strips: dict[str, TokenStrip] = {}
        self.rows = scrolling_rows(344)
        self.table, self.marked = ipywidgets.HTML(), ipywidgets.HTML()
        self.marked.layout.max_height = "120px"
        mark_main(self.tokenizers, self.rows)
        super().__init__(
            "Tokenizers side by side",
            "How many tokens, what is unknown, and whether the text comes back. What they do not "
            "all cut alike is marked.",
            [
                self.text,
                self.tokenizers,
                self.marked,
                Tabs({"Tokens": self.rows, "Table": self.table}),
            ],
            controls=[self.text],
        )

    def draw(self) -> Drawing:
        """Cut the text with one tokenizer after another."""
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
        put_in(self.rows, [self._labelled(row) for row in result.rows])
        self.table.value = comparison_table(result)
        self.marked.value = cuts_and_spread(result)

    def _strip(self, name: str) -> TokenStrip:
        if name not in self.strips:
            self.strips[name] = TokenStrip(marks=MARKS, label=f"Tokens of {name}")
            self.strips[name].legend = False
        return self.strips[name]

    def _labelled(self, row: Row) -> ipywidgets.Box:
        words, added = counted(row.tokens, "token"), len(row.encoding) - row.tokens
        words += f", and {added} that it adds" if added else ""
        label = html_widget("<b>{name}</b>: {words}", name=row.name, words=words)
        return beside(label, self.strips[row.name], widths=(120, 560))

    def code_lines(self) -> str:
        """What each makes of the text, as a table."""
        return (
            text_code(self.text.value)
            + f"comparison = tk.compare(text, {list(self.tokenizers.names)!r})\n"
            + "comparison.table()"
        )


compare_panel = ComparePanel
