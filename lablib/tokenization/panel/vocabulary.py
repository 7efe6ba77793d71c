"""The vocabulary panel: what entries there are, and which of them a text uses."""

import ipywidgets

from lablib.models.vocabulary import Entry
from lablib.tokenization.compute.languages import parallel_sentences
from lablib.tokenization.compute.named import AnyTokenizer
from lablib.tokenization.compute.vocabulary import ORDERS, Query, entries_of, scripts, search, used
from lablib.tokenization.figures.shared import counted, vocabulary_chips
from lablib.tokenization.panel.choice import TokenizerChoice, as_choice
from lablib.tokenization.panel.code import text_code
from lablib.widgets import Drawing, LivePanel, TextInput, TokenStrip
from lablib.widgets.controls import checkbox, dropdown
from lablib.widgets.html import escape
from lablib.widgets.layout import mark_main

KINDS = {"contains": "contains", "begins with": "prefix", "has the bytes": "pattern"}
"""How the words of the search field are meant: for people, and as a field of `Query`."""
USES = {"all entries": None, "used by the text": True, "not used by the text": False}
ANY_SCRIPT = ("any script", "")


class VocabularyPanel(LivePanel):
    """Look through a tokenizer's vocabulary.

    A search field, filters, and the entries of the vocabulary that pass them.

    Args:
        tokenizer: a name, hub id or folder, a model, or a tokenizer; it can be changed in the head.
    """

    imports = "tokenization as tk"
    quiet_seconds = 0.0  # it is quick

    def __init__(self, tokenizer: AnyTokenizer | TokenizerChoice = "gpt2") -> None:
        controls = self._make_controls()
        self.words = ipywidgets.HTML()
        self.strip = TokenStrip(
            selection="one", label="Entries of the vocabulary", show_numbers=True
        )
        mark_main(self.wanted, self.strip)
        self.found: tuple[Entry, ...] = ()
        super().__init__(
            "Search the vocabulary",
            "Everything this tokenizer can say, and what of it a text uses.",
            [
                self.wanted,
                ipywidgets.Box(controls, layout={"flex_flow": "row wrap"}),
                self.text,
                self.words,
                self.strip,
            ],
            controls=[self.wanted, *controls, self.text],
            choice=as_choice(tokenizer),
        )
        self.use.observe(lambda _: self._show_text(), "value")
        self._show_text()

    def _make_controls(self) -> list[ipywidgets.Widget]:
        """What is looked for, all as wide as one another, and the text that is looked into."""
        self.kind = dropdown("Entry", KINDS)
        self.wanted = TextInput(label="Search", placeholder="ing, or f0 9f ?? for bytes", limit=200)
        self.script = dropdown("Script", [ANY_SCRIPT])
        self.length = ipywidgets.IntRangeSlider(
            value=(0, 130), min=0, max=130, description="Length", tooltip="in characters"
        )
        self.order, self.use = dropdown("Order", list(ORDERS)), dropdown("Show", USES)
        self.spaces = checkbox("only spaces")
        self.text = TextInput(
            value=" ".join(parallel_sentences().values()), label="A text of yours", limit=2**20
        )
        controls = [self.kind, self.script, self.length, self.order, self.use, self.spaces]
        for control in controls:
            control.layout.width = "296px"
        return controls

    def _show_text(self) -> None:
        """The text is there where it matters."""
        self.text.layout.display = "none" if self.use.value is None else None

    @property
    def query(self) -> Query:
        """What the controls ask for."""
        shortest, longest = self.length.value
        return Query(
            **{self.kind.value: self.wanted.value},
            script=self.script.value or "",
            shortest=shortest,
            longest=None if longest == self.length.max else longest,
            spaces=self.spaces.value,
        )

    def draw(self) -> Drawing:
        """Search the vocabulary."""
        tokenizer = self.choice.open(self.slot).tokenizer
        total = len(entries_of(tokenizer))
        yield None
        found = search(tokenizer, self.query, self.order.value)
        yield None
        if self.use.value is not None:
            seen = used([self.text.value], tokenizer)
            found = tuple(entry for entry in found if (entry.id in seen) == self.use.value)
        self._show(found, total)
        yield None
        self._offer_scripts(scripts(tokenizer))

    def _show(self, found: tuple[Entry, ...], total: int) -> None:
        self.found = found
        self.strip.show(len(found), lambda first, last: vocabulary_chips(found[first:last]))
        words = f"{counted(len(found), 'token')} of {total:,} in the vocabulary."
        self.words.value = escape(words)

    def _offer_scripts(self, counts: dict[str, int]) -> None:
        """The scripts of this vocabulary; the one chosen stays to be chosen."""
        options = [ANY_SCRIPT, *((f"{name} ({count:,})", name) for name, count in counts.items())]
        if tuple(options) != tuple(self.script.options):
            chosen = self.script.value
            with self.script.hold_trait_notifications():
                self.script.options = options
                self.script.value = chosen if chosen in counts else ""

    def code_lines(self) -> str:
        """The texts of the entries that are shown."""
        query = ", ".join(
            f"{name}={value!r}"
            for name, value in vars(self.query).items()
            if value != getattr(Query(), name)
        )
        call = f"tk.search({self.choice.name!r}, tk.Query({query}), {self.order.value!r})"
        if self.use.value is None:
            return f"found = {call}\n[entry.text for entry in found]"
        test = "in" if self.use.value else "not in"
        return (
            f"{text_code(self.text.value)}found = {call}\n"
            f"seen = tk.used([text], {self.choice.name!r})\n"
            f"[entry.text for entry in found if entry.id {test} seen]"
        )


vocabulary_panel = VocabularyPanel
