"""What the vocabulary panel shows of a result."""

from collections.abc import Sequence
from typing import Any

from lablib.models.vocabulary import Entry
from lablib.widgets.tokens import entry_dict


def vocabulary_chips(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Entries of a vocabulary as a `TokenStrip` takes them."""
    return [{**entry_dict(entry), "caption": str(entry.id)} for entry in entries]
