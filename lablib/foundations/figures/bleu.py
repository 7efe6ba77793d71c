"""What the bleu panel shows of a result."""

from collections.abc import Sequence
from typing import Any

from lablib.foundations.compute.bleu import Bleu
from lablib.numbers import percent
from lablib.widgets.html import table

NOT_MATCHED = "not in the other"


def word_chips(words: Sequence[str], longest: Sequence[int]) -> list[dict[str, Any]]:
    """Words for a `TokenStrip`: the value is the longest matched n-gram each is part of."""
    return [
        {
            "text": word,
            "value": float(n),
            "caption": str(n) if n else "–",
            "note": f"part of a matched {n}-gram" if n else NOT_MATCHED,
            "mark": "" if n else NOT_MATCHED,
        }
        for word, n in zip(words, longest, strict=True)
    ]


def bleu_table(found: Bleu) -> str:
    """The four precisions, as HTML."""
    columns = [
        ("n", "words in a piece"),
        ("matched", "pieces of the candidate that are in the reference, each used once"),
        ("of", "pieces the candidate has"),
        ("precision", "the share"),
    ]
    rows = [
        (n, matched, total, percent(share, 1) if total else "–")
        for n, (matched, total, share) in enumerate(
            zip(found.matched, found.total, found.precisions, strict=True), 1
        )
    ]
    return table("Pieces of n words", columns, rows)


def bleu_words(found: Bleu) -> str:
    """How the score comes about."""
    short = (
        f"The candidate has {len(found.candidate)} words and the reference "
        f"{len(found.reference)}: the penalty for shortness is {found.penalty:.2f}."
        if found.penalty < 1
        else "The candidate is not shorter than the reference: no penalty."
    )
    pairs = zip(found.matched, found.total, strict=True)
    smoothed = (
        " Where nothing is matched, sacrebleu puts a small number in place of 0."
        if any(total and not matched for matched, total in pairs)
        else ""
    )
    return (
        f"BLEU {found.score:.1f}: the geometric mean of the precisions, times the penalty. {short}"
        f"{smoothed}"
    )
