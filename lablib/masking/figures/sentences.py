"""What the sentences panel shows of a result."""

import math
from typing import Any

from lablib.masking.compute.sentences import Comparison, PseudoLogLikelihood
from lablib.masking.figures.shared import Dumbbell, nats, percent
from lablib.widgets.html import table
from lablib.widgets.tokens import scale_from_zero

ROWS = 24
"""How many word pairs of two sentences a chart has room for."""


def likelihood_tokens(score: PseudoLogLikelihood) -> list[dict[str, Any]]:
    """The words of a sentence as chips, coloured by their surprisal in bits."""
    return [
        {
            "text": word.text,
            "value": -chance / math.log(2),
            "note": f"probability {percent(math.exp(chance))}, {len(word.places)} pieces",
        }
        for word, chance in score.words
    ]


def likelihood_scale(*scores: PseudoLogLikelihood) -> dict[str, Any]:
    """The colours of some sentences' words: to their largest surprisal, to 1 bit at least."""
    values = (token["value"] for score in scores for token in likelihood_tokens(score))
    return scale_from_zero(values, "bits", least=1.0)


def likelihood_words(score: PseudoLogLikelihood) -> str:
    """A sentence's score in a sentence."""
    return (
        f"Score {nats(score.total)} nats over {len(score.places)} tokens, "
        f"{nats(score.per_token)} per token: as hard as one of "
        f"{score.pseudo_perplexity:,.0f} equally likely tokens each time."
    )


def comparison_words(pair: Comparison) -> str:
    """Which of two sentences is the more likely, and by which word most of all."""
    if abs(pair.difference) < 0.005:
        return "The model finds both equally likely."
    better = "second" if pair.difference > 0 else "first"
    sign = math.copysign(1.0, pair.difference)
    most = max(pair.pairs, key=lambda p: sign * p.difference)
    total, gain = round(abs(pair.difference), 2), round(sign * most.difference, 2)
    words = f"“{most.first or '–'}” against “{most.second or '–'}”"
    lengths = (
        " They differ in length: compare the scores per token, too."
        if len(pair.first.places) != len(pair.second.places)
        else ""
    )
    shown = f" The chart has the {ROWS} words that differ most." if len(pair.pairs) > ROWS else ""
    return (
        f"The {better} scores {nats(total)} nats more: {nats(gain, sign=True)} by {words}, "
        f"{nats(round(total - gain, 2) + 0.0, sign=True)} by all the rest.{lengths}{shown}"
    )


def comparison_table(pair: Comparison) -> str:
    """Both sentences word by word, as HTML."""
    columns = [
        ("First", "a word of the first sentence"),
        ("second", "the word in its place in the second"),
        ("log-probability, first", "natural, given all other words"),
        ("log-probability, second", "natural, given all other words"),
        ("difference", "above 0 the second is the more likely"),
    ]
    rows = [
        (
            p.first,
            p.second,
            "" if p.first_log_probability is None else nats(p.first_log_probability),
            "" if p.second_log_probability is None else nats(p.second_log_probability),
            nats(p.difference, sign=True),
        )
        for p in pair.pairs
    ]
    return table("Word by word", columns, rows)


def comparison_rows(pair: Comparison) -> list[Dumbbell]:
    """The word pairs of two sentences as rows of a dumbbell chart: the `ROWS` that differ most."""
    ranked = sorted(range(len(pair.pairs)), key=lambda i: -abs(pair.pairs[i].difference))
    return [
        Dumbbell(
            p.first if p.same else f"{p.first or '–'} / {p.second or '–'}",
            p.first_log_probability,
            p.second_log_probability,
        )
        for p in (pair.pairs[i] for i in sorted(ranked[:ROWS]))
    ]
