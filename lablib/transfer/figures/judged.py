"""What the judged panel shows of a result."""

from typing import Any

from lablib.transfer.compute.judge import Attribution


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
