"""The language panel: what the same sentence costs in each language."""

from collections.abc import Sequence

import ipywidgets

from lablib.tokenization.compute.languages import (
    CONTEXT,
    Costs,
    language_costs,
    parallel_sentences,
    read_parallel,
)
from lablib.tokenization.figures.languages import costs_plot, costs_table, costs_words, draw_costs
from lablib.tokenization.panel.choice import TokenizerList
from lablib.widgets import Drawing, LivePanel, TextInput
from lablib.widgets.controls import dropdown, number
from lablib.widgets.html import escape
from lablib.widgets.layout import Tabs, beside, mark_main
from lablib.widgets.plot import Plot

TOKENIZERS = ("gpt2", "bert-base-uncased", "bytes")
SENTENCES = 5


class LanguagePanel(LivePanel):
    """Show what the same sentence costs in different languages.

    Parallel sentences, tokenizers, a price, and what each language pays.

    Args:
        tokenizers: names, hub ids or folders; more can be added in the panel.
    """

    imports = "tokenization as tk"
    quiet_seconds = 0.0  # it is quick
    result: Costs | None = None

    def __init__(self, tokenizers: Sequence[str] = TOKENIZERS) -> None:
        numbers = {f"sentence {i + 1}": i for i in range(SENTENCES)}
        look = {"width": 240, "label": 96}
        price = "of a million tokens, in dollars"
        self.sentence = dropdown("Show", {"all five sentences": None} | numbers, index=4, **look)
        self.text = TextInput(
            value=as_lines(self.sentence.value),
            label="The same sentence, a language on each line",
            placeholder="English: Good night!",
        )
        self.tokenizers = TokenizerList(tokenizers, self.redraw)
        self.price = number("$ per million", 2.5, 0.0, 1e6, tooltip=price, **look)
        self.context = number("Context", CONTEXT, 1, 10**8, tooltip="tokens read at once", **look)
        self.plot: Plot = costs_plot()
        self.words, self.table = ipywidgets.HTML(), ipywidgets.HTML()
        mark_main(self.text, self.plot)
        super().__init__(
            "The price of a language",
            "Vocabularies are learned from mostly English text. Add a line for a language "
            "of yours; the first line is what all are compared with.",
            [
                self.tokenizers,
                beside(
                    ipywidgets.VBox([self.text, self.sentence, self.price, self.context]),
                    Tabs({"Chart": ipywidgets.VBox([self.plot, self.words]), "Table": self.table}),
                ),
            ],
            controls=[self.text, self.price, self.context],
        )
        self.sentence.observe(
            lambda change: self.text.set_trait("value", as_lines(change.new)), "value"
        )

    def draw(self) -> Drawing:
        """Open the tokenizers, and reckon what each language pays."""
        sentences = read_parallel(self.text.value)
        for name in self.tokenizers.names:
            self.tokenizers.load(name)
            yield None
        result = language_costs(
            sentences, self.tokenizers.names, self.price.value, self.context.value
        )
        yield None
        self.result = result
        self.words.value = escape(costs_words(result))
        self.table.value = costs_table(result)
        draw_costs(self.plot, result)

    def code_lines(self) -> str:
        """The costs as a table."""
        return (
            f"sentences = tk.read_parallel({self.text.value!r})\n"
            + f"costs = tk.language_costs(sentences, {list(self.tokenizers.names)!r}, "
            + f"price={self.price.value!r}, context={self.context.value!r})\n"
            + "costs.table()"
        )


def as_lines(number: int | None) -> str:
    """The parallel sentences that come with the labs, as the panel's text field takes them."""
    return "\n".join(f"{name}: {text}" for name, text in parallel_sentences(number).items())


language_panel = LanguagePanel
