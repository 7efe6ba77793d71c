"""The language panel: what the same sentence costs in each language."""

from collections.abc import Generator, Sequence

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
from lablib.tokenization.panel.code import OPENING
from lablib.widgets import Panel, TextInput, html_widget
from lablib.widgets.layout import Tabs, beside, mark_main

TOKENIZERS = ("gpt2", "bert-base-uncased", "bytes")
SENTENCES = 5


class LanguagePanel(Panel):
    """Parallel sentences, tokenizers, a price, and what each language pays."""

    def __init__(self, tokenizers: Sequence[str]) -> None:
        numbers = {f"sentence {i + 1}": i for i in range(SENTENCES)}
        self.sentence = ipywidgets.Dropdown(
            options={"all five sentences": None} | numbers, description="Show", index=4
        )
        self.text = TextInput(
            value=as_lines(self.sentence.value),
            label="The same sentence, a language on each line",
            placeholder="English: Good night!",
        )
        self.tokenizers = TokenizerList(tokenizers, lambda: self.run(self._work))
        self.price = ipywidgets.BoundedFloatText(
            2.5, min=0, max=1e6, description="Price", tooltip="of a million tokens"
        )
        self.context = ipywidgets.BoundedIntText(
            CONTEXT, min=1, max=10**8, description="Context", tooltip="tokens read at once"
        )
        self.plot = costs_plot()
        self.words, self.table = html_widget(""), html_widget("")
        mark_main(self.text, self.plot)
        self.result: Costs | None = None
        settings = [self.sentence, self.price, self.context]
        for setting in settings:
            setting.layout.width = "240px"
        super().__init__(
            "The price of a language",
            [
                self.tokenizers,
                beside(
                    ipywidgets.VBox([self.text, *settings]),
                    Tabs({"Chart": ipywidgets.VBox([self.plot, self.words]), "Table": self.table}),
                ),
            ],
            subtitle="Vocabularies are learned from mostly English text. Add a line for a language "
            "of yours; the first line is what all are compared with.",
            code=self._lines,
        )
        self.sentence.observe(lambda change: self._fill(change.new), "value")
        for changing in (self.text, self.price, self.context):
            changing.observe(lambda _: self.run(self._work), "value")
        self.run(self._work)

    def _fill(self, number: int | None) -> None:
        self.text.value = as_lines(number)

    def _work(self) -> Generator[None, None, None]:
        sentences = read_parallel(self.text.value)
        for name in self.tokenizers.names:
            self.tokenizers.load(name)
            yield
        result = language_costs(
            sentences, self.tokenizers.names, self.price.value, self.context.value
        )
        yield
        self.result = result
        self.words.value = html_widget("{words}", words=costs_words(result)).value
        self.table.value = costs_table(result)
        draw_costs(self.plot, result)

    def _lines(self) -> str:
        return (
            OPENING
            + f"sentences = tk.read_parallel({self.text.value!r})\n"
            + f"costs = tk.language_costs(sentences, {list(self.tokenizers.names)!r}, "
            + f"price={self.price.value!r}, context={self.context.value!r})\n"
            + "costs.table()"
        )


def as_lines(number: int | None) -> str:
    """The parallel sentences that come with the labs, as the panel's text field takes them."""
    return "\n".join(f"{name}: {text}" for name, text in parallel_sentences(number).items())


def language_panel(tokenizers: Sequence[str] = TOKENIZERS) -> LanguagePanel:
    """Show what the same sentence costs in different languages.

    Args:
        tokenizers: names, hub ids or folders; more can be added in the panel.
    """
    return LanguagePanel(tokenizers)
