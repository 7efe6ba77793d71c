"""A text whose words can be hidden by a click: the field and the token strip under it."""

from typing import TYPE_CHECKING, Any

import ipywidgets

from lablib.masking.compute.text import MASK, MaskedText, Word, hidden_words, hide, put, unhide
from lablib.widgets import TextInput, TokenStrip
from lablib.widgets.tokens import token_dicts

if TYPE_CHECKING:
    from lablib.models import LoadedModel

NOTHING_HIDDEN = "This mask hides no word: click one of the guesses to fill it, or type a word."


class MaskedInput(ipywidgets.VBox):
    """The text field and its tokens. A click on any piece of a word hides the whole word behind one
    mask; a click on that mask brings the word back.

    Attributes:
        text: the field, whose `value` is the text with its masks.
        hidden: the word behind each mask, None where it was typed as a mask, [masks].
        read: the text as the model read it last, None before the first.
    """

    def __init__(self, value: str) -> None:
        self.text = TextInput(value=value, label="Text, with [MASK] where the model guesses")
        self.strip = TokenStrip(label="Click a word to hide it", selection="one", legend=False)
        self.hidden: list[str | None] = [None] * value.count(MASK)
        self.read: MaskedText | None = None
        self.text.observe(lambda change: self._remember(change.old, change.new), "value")
        self.strip.observe(lambda change: self._clicked(change.new), "selected")
        super().__init__([self.text, self.strip])

    def show(self, m: "LoadedModel", read: MaskedText) -> None:
        """Show what the model read."""
        self.read = read
        self.text.note = read.note
        tokens = token_dicts(read.ids, m.tokenizer)
        hidden = zip(read.masks, self.hidden_in(read), strict=True)
        for number, (place, word) in enumerate(hidden, 1):
            tokens[place]["mark"] = "mask"
            tokens[place]["note"] = f"mask {number}" + (f", hides “{word}”" if word else "")
        self.strip.tokens = tokens

    def page_data(self) -> dict[str, Any]:
        """What a page must know to go on from here: the text as it was read, and what is hidden."""
        if self.read is None:
            return {"read": None, "hidden": self.hidden}
        text, words, masks = self.read.text, [*map(vars, self.read.words)], self.read.masks
        first = -self._masks(self.read).start
        read = {"text": text, "words": words, "masks": masks, "first": first}
        return {"read": read, "hidden": self.hidden}

    def _masks(self, read: MaskedText) -> range:
        """The numbers that the masks of the whole text have among those that were read."""
        first = read.text[: read.words[0].start].count(MASK) if read.words else 0
        return range(-first, len(self.hidden) - first)

    def hidden_in(self, read: MaskedText) -> list[str | None]:
        """The word behind each mask the model read, [masks]."""
        hidden = dict(zip(self._masks(read), self.hidden, strict=False))
        return [hidden.get(number) for number in range(len(read.masks))]

    def fill_in(self, guesses: dict[int, str], m: "LoadedModel") -> None:
        """Put a model's guesses into masks, by their numbers among those that were read."""
        if self.read is None:
            return
        text, numbers = self.read.text, self._masks(self.read)
        for mask in sorted(guesses, reverse=True):
            text = put(text, mask - numbers.start, guesses[mask], m)
        self.text.value = text

    def _remember(self, before: str, now: str) -> None:
        self.hidden = hidden_words(before, now, self.hidden)

    def _clicked(self, selected: list[int]) -> None:
        if not selected or self.read is None:
            return
        self.strip.selected = []
        word = next((w for w in self.read.words if selected[0] in w.places), None)
        if word is not None:
            self._toggle(self.read, word)

    def _toggle(self, read: MaskedText, word: Word) -> None:
        if not word.masked:
            self.text.value = hide(read.text, word)
            return
        mask = read.masks.index(word.first)
        behind = self.hidden_in(read)[mask]
        if behind is None:
            self.text.note = NOTHING_HIDDEN
        else:
            self.text.value = unhide(read.text, mask - self._masks(read).start, behind)
