"""What the comparison panel shows of a result."""

from collections.abc import Sequence

from lablib.finetuning.compute.comparison import Continuation, TextMeasure
from lablib.finetuning.figures.shared import perplexity
from lablib.widgets.html import fill, table

Measures = tuple[TextMeasure, TextMeasure]
"""Of one text: before and after."""


_PAIR = """<section style="margin: 8px 0">
<p style="margin: 0; font-weight: 600">{prompt} <span style="font-weight: 400">· seed {seed}</span>
</p><div style="display: flex; gap: 16px; flex-wrap: wrap">
<div style="{half}"><em>before</em><br>{before}</div>
<div style="{half}"><em>after</em><br>{after}</div></div></section>"""


_HALF = "flex: 1 1 320px; min-width: 0; white-space: pre-wrap; overflow-wrap: anywhere"


def texts_html(before: Sequence[Continuation], after: Sequence[Continuation]) -> str:
    """What both wrote, side by side; what is not there yet stays empty."""
    written = {(one.prompt, one.seed): one.text for one in after}
    return "".join(
        fill(
            _PAIR,
            half=_HALF,
            prompt=one.prompt,
            seed=one.seed,
            before=one.text,
            after=written.get((one.prompt, one.seed), "…"),
        )
        for one in before
    )


def measures_table(own: Measures, general: Measures) -> str:
    """How well both predict both texts, as HTML."""
    columns = [
        ("Text", "what was predicted"),
        ("before", "perplexity: as many equally likely tokens"),
        ("after", "perplexity: as many equally likely tokens"),
        ("change", "of the perplexity"),
        ("bits per byte", "before → after; it does not depend on how a text is cut"),
        ("tokens", "how many were asked for"),
    ]
    rows = [
        (
            name,
            perplexity(before.loss),
            perplexity(after.loss),
            change(before.perplexity, after.perplexity),
            f"{before.bits_per_byte:.2f} → {after.bits_per_byte:.2f}",
            f"{before.tokens:,}",
        )
        for name, (before, after) in (
            ("the chosen text, its held-out part", own),
            ("general text", general),
        )
    ]
    return table("Perplexity: the lower, the better it predicts", columns, rows)


def change(before: float, after: float) -> str:
    """The change of a number as a share, with a sign.

    >>> change(20.0, 15.0), change(10.0, 12.0)
    ('−25 %', '+20 %')
    """
    return f"{100 * (after / before - 1):+.0f} %".replace("-", "−")


def measures_words(own: Measures, general: Measures) -> str:
    """What was learned and what was forgotten, in two sentences."""
    learned, forgotten = (
        change(before.perplexity, after.perplexity) for before, after in (own, general)
    )
    gained = own[1].loss < own[0].loss
    worse = general[1].loss > general[0].loss
    first = "It predicts new pages of its text better" if gained else "It learned nothing of use"
    second = (
        "and it pays for that with general text" if worse else "and general text did not suffer"
    )
    return f"{first} ({learned}), {second} ({forgotten})."
