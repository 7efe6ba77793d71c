"""What the judged panel shows of a result."""

from typing import Any

from lablib.transfer.compute.judge import Attribution
from lablib.widgets.tokens import signed_scale


def push_tokens(found: Attribution) -> list[dict[str, Any]]:
    """The words as chips, coloured by what each does for the class."""
    return [
        {
            "text": word,
            "value": value,
            "note": f"speaks {'for' if value >= 0 else 'against'} {found.name}",
        }
        for word, value in zip(found.words, found.values, strict=True)
    ]


def push_scale(found: Attribution) -> dict[str, Any]:
    """The colours' scale: as far to one side as to the other."""
    return signed_scale(found.values, "nats")
