"""What the evidence panel shows of a result."""

import math
from collections.abc import Sequence
from typing import Any

from lablib.masking.compute.evidence import Evidence
from lablib.masking.figures.shared import factor, nats, percent
from lablib.numbers import percent as share
from lablib.widgets.html import table


def evidence_tokens(found: Evidence) -> list[dict[str, Any]]:
    """The words of the text as chips, coloured by how much each changes the answer."""
    notes = [
        f"with “{other}” replacements: {percent(math.exp(chance))}"
        for other, chance in zip(found.replacements, found.ablated_log_probs, strict=True)
    ]
    chips = [
        (word.first, {"text": word.text, "value": change, "note": note})
        for word, change, note in zip(found.words, found.changes, notes, strict=True)
    ]
    return _with_masks(found, chips)


def attention_tokens(found: Evidence, looks: Sequence[float]) -> list[dict[str, Any]]:
    """The same words, coloured by how much the mask looks at them."""
    chips = [
        (word.first, {"text": word.text, "value": look})
        for word, look in zip(found.words, looks, strict=True)
    ]
    return _with_masks(found, chips)


def _with_masks(found: Evidence, chips: list[tuple[int, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Chips and masks in the order of the text; the answer's mask is marked."""
    mask = {"text": "[MASK]", "special": True}
    masks = [
        (place, {**mask, "mark": "asked" if place == found.place else ""})
        for place in found.read.masks
    ]
    return [chip for _, chip in sorted([*chips, *masks], key=lambda pair: pair[0])]


def evidence_words(found: Evidence, looks: Sequence[float]) -> str:
    """Which word carries the guess, which one is looked at most, and whether they are the same."""
    probability = percent(math.exp(found.log_probability))
    word, change = found.top(1)[0]
    does = "less" if change > 0 else "more"
    looked, most = max(zip(found.words, looks, strict=True), key=lambda pair: pair[1])
    agree = (
        f"Of the words, the mask looks at it most, too ({share(most)})."
        if looked.text == word
        else f"But of the words, the mask looks most at “{looked.text}” ({share(most)}): "
        "looking is not the same as using."
    )
    return (
        f"“{found.answer}” has {probability}. Without “{word}” it would be {factor(change)} "
        f"{does} probable. {agree}{_elsewhere(looks)}"
    )


def _elsewhere(looks: Sequence[float]) -> str:
    """What the picture leaves out of the attention, where that is the larger part.

    >>> _elsewhere([0.25, 0.125])
    ' Most of its attention (62\xa0%) rests on special tokens such as [CLS].'
    """
    rest = 1 - sum(looks)
    if rest <= 0.5:
        return ""
    return f" Most of its attention ({share(rest)}) rests on special tokens such as [CLS]."


def evidence_table(found: Evidence, looks: Sequence[float]) -> str:
    """Both measures of each word, with their ranks, as HTML."""
    columns = [
        ("Word", "taken away, one at a time"),
        ("instead", "what was in its place"),
        ("answer without it", "the probability of the answer then"),
        ("change", "in the answer's log-probability, in nats; above 0 the word speaks for it"),
        ("attention", "from the mask, mean over layers and heads"),
        ("ranks", "by the size of the change, and by attention"),
    ]
    by_change = _ranks([abs(change) for change in found.changes])
    by_look = _ranks(looks)
    rows = [
        (
            row["word"],
            row["instead"],
            percent(math.exp(row["without"])),
            nats(row["change"], sign=True),
            share(looks[i], 1),
            f"{by_change[i]} and {by_look[i]}",
        )
        for i, row in enumerate(found.table())
    ]
    return table(f"What each word does for “{found.answer}”", columns, rows)


def _ranks(values: Sequence[float]) -> list[int]:
    """1 for the largest, and so on.

    >>> _ranks([0.1, 0.5, 0.3])
    [3, 1, 2]
    """
    order = sorted(range(len(values)), key=lambda i: -values[i])
    return [order.index(i) + 1 for i in range(len(values))]
