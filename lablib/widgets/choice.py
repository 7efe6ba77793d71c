"""Which model or tokenizer the panels of a lab use: chosen once, followed by all of them."""

from typing import Any

import traitlets

from lablib import models
from lablib.widgets.worker import Slot

Kinds = models.Kind | tuple[models.Kind, ...]


class Choice(traitlets.HasTraits):
    """Something to be opened by name that several panels share: one opens another, all follow.

    A kind of choice says how it is opened (`_open`) and how it is told of (`badge`, `menu`).

    Attributes:
        noun: what it is, for people.
        name: a name of its menu, a hub id or a folder.
        loaded: what is open, None before first use; a failed change leaves it as it is.
    """

    noun = "model"
    loaded: Any = traitlets.Any(None, allow_none=True)

    def __init__(self, name: str | None) -> None:
        super().__init__()
        self.name = name

    def open(self, slot: Slot, name: str | None = None) -> Any:
        """What is chosen, opening it (or, if `name` is given, another in its place) if need be.

        Call it inside work: a download reports to `slot` and stops when the work is dropped.

        Raises:
            lablib.models.ModelError: if it cannot be had; the one before stays.
        """
        if self.loaded is None or name is not None:
            new, self.name = self._open(slot, name or self.name)
            self.loaded = new
        return self.loaded

    def _open(self, slot: Slot, name: str | None) -> tuple[Any, str]:
        """Open it; what is open and its name."""
        raise TypeError(f"{type(self).__name__} does not say how it is opened.")

    @property
    def chosen(self) -> str:
        """The name of what is open, or will be at first use."""
        return self.name or ""

    def badge(self) -> tuple[str, str]:
        """What stands on the panel, and a sentence that says why."""
        return self.chosen, "It opens at first use."

    def menu(self) -> list[dict[str, str]]:
        """What there is to choose from: `name`, and `text` for people."""
        return []


class ModelChoice(Choice):
    """A model that several panels share.

    Args:
        name: a name of the catalogue, a hub id or a folder; None for the kind's default.
        kind: what it must be able to do: "causal", "masked", "encoder" or "seq2seq"; or several of
            them, of which the first that a model can be is taken.

    Attributes:
        loaded: the open `LoadedModel`, None before first use; a failed change leaves it as it is.
    """

    def __init__(self, name: str | None = None, kind: Kinds = "causal") -> None:
        super().__init__(name)
        self.kind = kind

    def _open(self, slot: Slot, name: str | None) -> tuple[models.LoadedModel, str]:
        new = models.load(name, kind=self.kind, progress=slot.report)
        return new, new.card.name

    @property
    def chosen(self) -> str:
        """The name of what is open, or the kind's default."""
        return self.name or models.default_name(self._first_kind)

    @property
    def code(self) -> str:
        """The call that opens it.

        >>> ModelChoice("pocket-bert", "masked").code
        "models.load('pocket-bert', kind='masked')"
        """
        several = self.loaded and not isinstance(self.kind, str)
        kind = self.loaded.card.kind if several else self._first_kind
        return f"models.load({self.chosen!r}{'' if kind == 'causal' else f', {kind=}'})"

    @property
    def _first_kind(self) -> models.Kind:
        return self.kind if isinstance(self.kind, str) else self.kind[0]

    def badge(self) -> tuple[str, str]:
        """The model and the device it runs on."""
        if self.loaded is None:
            return super().badge()
        return f"{self.loaded.card.name} on {self.loaded.device.type}", self.loaded.why

    def menu(self) -> list[dict[str, str]]:
        """The catalogue."""
        return [{"name": card.name, "text": describe(card)} for card in models.catalogue()]


def describe(card: models.ModelCard) -> str:
    """A catalogue line: name, size, and what it is."""
    size = f"{card.parameters / 1e6:.0f} M parameters" if card.parameters else "size unknown"
    return f"{card.name} ({size}): {card.summary}"


AnyModel = str | ModelChoice | None
"""What a panel takes for its model: a name, a choice, or None for the shared choice."""


def as_choice(model: AnyModel, kind: Kinds = "causal") -> ModelChoice:
    """A panel's model from what it was given.

    Example:
        >>> as_choice("pocket-gpt2").name
        'pocket-gpt2'
    """
    if isinstance(model, ModelChoice):
        return model
    return shared_choice(kind) if model is None else ModelChoice(model, kind)


_SHARED: dict[Kinds, ModelChoice] = {}


def shared_choice(kind: Kinds = "causal") -> ModelChoice:
    """The choice that all panels of one kind follow unless they are given another.

    Example:
        >>> shared_choice() is shared_choice()
        True
    """
    return _SHARED.setdefault(kind, ModelChoice(kind=kind))
