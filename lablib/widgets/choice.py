"""Which model the panels of a lab use: chosen once, followed by all of them."""

from typing import TYPE_CHECKING, Any

import traitlets

from lablib import models

if TYPE_CHECKING:
    from lablib.widgets.worker import Slot


Kinds = models.Kind | tuple[models.Kind, ...]


class ModelChoice(traitlets.HasTraits):
    """A model that several panels share: one opens another, and all follow.

    Args:
        name: a name of the catalogue, a hub id or a folder; None for the kind's default.
        kind: what it must be able to do: "causal", "masked", "encoder" or "seq2seq"; or several of
            them, of which the first that a model can be is taken.

    Attributes:
        loaded: the open `LoadedModel`, None before first use; a failed change leaves it as it is.
    """

    loaded: Any = traitlets.Any(None, allow_none=True)

    def __init__(self, name: str | None = None, kind: Kinds = "causal") -> None:
        super().__init__()
        self.name = name
        self.kind = kind

    @property
    def default_name(self) -> str:
        """The model that is opened if none is named."""
        return models.default_name(self.kind if isinstance(self.kind, str) else self.kind[0])

    def open(self, slot: "Slot", name: str | None = None) -> "models.LoadedModel":
        """The model, loading it (or, if `name` is given, another in its place) if need be.

        Call it inside work: a download reports to `slot` and stops when the work is dropped.

        Raises:
            lablib.models.ModelError: if it cannot be had; the one before stays.
        """
        if self.loaded is None or name is not None:
            new = models.load(name or self.name, kind=self.kind, progress=slot.report)
            self.name = new.card.name
            self.loaded = new
        return self.loaded


def as_choice(model: "str | ModelChoice | None", kind: Kinds = "causal") -> ModelChoice:
    """A panel's model from what it was given: a name, a choice, or None for the shared choice."""
    if isinstance(model, ModelChoice):
        return model
    return shared_choice(kind) if model is None else ModelChoice(model, kind)


_SHARED: dict[Kinds, ModelChoice] = {}


def shared_choice(kind: Kinds = "causal") -> ModelChoice:
    """The choice that all panels of one kind follow unless they are given another."""
    return _SHARED.setdefault(kind, ModelChoice(kind=kind))
