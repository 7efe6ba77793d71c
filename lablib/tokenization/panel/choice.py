"""Which tokenizers a panel uses: one in its head, or any number of them in a list."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ipywidgets

from lablib.models import ModelError
from lablib.tokenization.compute.named import AnyTokenizer, as_tokenizer, menu, name_of
from lablib.widgets import Choice, Slot
from lablib.widgets.closing import put_in
from lablib.widgets.controls import button, combobox

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True, eq=False)
class Opened:
    """A tokenizer and what it is called."""

    name: str
    tokenizer: "PreTrainedTokenizerBase"


class TokenizerChoice(Choice):
    """A tokenizer that panels share, chosen by name in their heads.

    Args:
        tokenizer: a name, or the tokenizer itself.
    """

    noun = "tokenizer"

    def __init__(self, tokenizer: AnyTokenizer = "gpt2") -> None:
        super().__init__(name_of(tokenizer))
        self.given = None if self.name == tokenizer else tokenizer

    def _open(self, slot: Slot, name: str | None) -> tuple[Opened, str]:
        wanted = self.given if self.given is not None and name == self.name else name
        return Opened(name or "", as_tokenizer(wanted or "")), name or ""

    def badge(self) -> tuple[str, str]:
        """The name and the size of the vocabulary."""
        if self.loaded is None:
            return super().badge()
        return self.loaded.name, f"Its vocabulary has {len(self.loaded.tokenizer):,} entries."

    def menu(self) -> list[dict[str, str]]:
        """The tokenizers of the menu; the head has a field for any other."""
        return [{"name": card.name, "text": f"{card.name}: {card.summary}"} for card in menu()]


def as_choice(tokenizer: AnyTokenizer | TokenizerChoice) -> TokenizerChoice:
    """A panel's tokenizer from what it was given."""
    return tokenizer if isinstance(tokenizer, TokenizerChoice) else TokenizerChoice(tokenizer)


class TokenizerList(ipywidgets.Box):
    """Names of tokenizers, each with a button that takes it away, and a field to add one.

    Args:
        names: those at the start.
        on_change: called, with nothing, when one was added or taken away.

    Example:
        >>> chosen = TokenizerList(["gpt2"], lambda: None)
        >>> chosen.add("bytes")
        >>> chosen.names
        ('gpt2', 'bytes')
    """

    def __init__(self, names: Sequence[str], on_change: Callable[[], object]) -> None:
        self.names = tuple(dict.fromkeys(names))
        self._on_change = on_change
        names, hint = [card.name for card in menu()], "a name, hub id or folder"
        self.field = combobox("Add", names, width=280, label=40, placeholder=hint)
        self.field.continuous_update = True
        self.button = button("Add", width=80)
        self.button.on_click(lambda _: self.add(self.field.value))
        super().__init__(layout=ipywidgets.Layout(flex_flow="row wrap", align_items="center"))
        self._draw()

    def add(self, name: str) -> None:
        """Put a tokenizer at the end, if it is not there yet."""
        name = name.strip()
        self.field.value = ""
        if name and name not in self.names:
            self._set((*self.names, name))

    def remove(self, name: str) -> None:
        """Take a tokenizer away; the last one stays."""
        if len(self.names) > 1:
            self._set(self._without(name))

    def load(self, name: str) -> "PreTrainedTokenizerBase":
        """The tokenizer of this name; one that cannot be had leaves the list. Call it inside work.

        Raises:
            lablib.models.ModelError: if it cannot be had.
        """
        try:
            return as_tokenizer(name)
        except ModelError:
            self.names = self._without(name) or self.names
            self._draw()
            raise

    def _without(self, name: str) -> tuple[str, ...]:
        return tuple(other for other in self.names if other != name)

    def _set(self, names: tuple[str, ...]) -> None:
        self.names = names
        self._draw()
        self._on_change()

    def _draw(self) -> None:
        buttons = [self._button(name) for name in self.names]
        put_in(self, [*buttons, self.field, self.button])

    def _button(self, name: str) -> ipywidgets.Button:
        made = button(f"{name} ✕", f"Take {name} away", width="auto")
        made.disabled = len(self.names) == 1
        made.on_click(lambda _: self.remove(name))
        return made
