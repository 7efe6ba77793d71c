"""What the panels of before and after show: strips, texts side by side, a table, sentences."""

from collections.abc import Sequence
from math import exp
from typing import TYPE_CHECKING, Any

from lablib.finetuning.comparison import Continuation, TextMeasure
from lablib.finetuning.per_token import LossChange, TokenLosses
from lablib.finetuning.same_head import HeadChange
from lablib.widgets.html import fill, table
from lablib.widgets.tokens import number, token_dicts, visible

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

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


def perplexity(loss: float) -> str:
    """A mean loss in nats as the perplexity, in figures that can be read.

    >>> perplexity(3.0), perplexity(9.0)
    ('20.1', '8,103')
    """
    value = exp(min(loss, 700.0))
    return f"{value:,.0f}" if 1000 <= value < 1e12 else number(value)


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


def loss_tokens(
    found: TokenLosses, tokenizer: "PreTrainedTokenizerBase", values: Sequence[float]
) -> list[dict[str, Any]]:
    """The tokens of a sentence with a number each, as a strip takes them."""
    return token_dicts(found.ids, tokenizer, values)


def loss_words(found: LossChange) -> str:
    """By how much the sentence became easier, and where most."""
    (token, most), *_ = found.top(1)
    before, after = found.before.mean, found.after.mean
    way = "fell" if after < before else "rose"
    return (
        f"The mean loss {way} from {number(before)} to {number(after)} nats per token "
        f"(perplexity {perplexity(before)} → {perplexity(after)}). The largest "
        f"change is at “{visible(token)}”: {number(most)} nats."
    )


def head_words(found: HeadChange, layer: int, head: int) -> str:
    """How much of its attention a head has moved, and which has moved most."""
    most = found.top(1)[0]
    others = found.moved.mean().item()
    said = (
        f"Layer {layer}, head {head} has moved {found.moved[layer, head]:.1%} of its attention "
        f"elsewhere; the mean over all heads is {others:.1%}."
    )
    if (layer, head) == most[:2]:
        return f"{said} No head has moved more."
    return f"{said} Layer {most[0]}, head {most[1]} has moved most: {most[2]:.1%}."
