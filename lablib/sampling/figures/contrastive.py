"""What the contrastive panel shows of a result."""

from collections.abc import Sequence

from lablib.numbers import percent
from lablib.sampling.compute.contrastive import ContrastiveStep
from lablib.sampling.compute.measures import first_divergence, repetition
from lablib.widgets.html import table
from lablib.widgets.tokens import number, visible

TAKEN = "taken"


def search_words(greedy: Sequence[ContrastiveStep], searched: Sequence[ContrastiveStep]) -> str:
    """Where both texts part, and how much each repeats itself."""
    texts = [[step.id for step in steps] for steps in (greedy, searched)]
    if not all(texts):
        return ""
    place = first_divergence(texts)
    if place is None:
        return "Both texts are the same."
    return (
        f"They part at token {place + 1}. Of the groups of four tokens, greedy search repeats "
        f"{percent(repetition(texts[0]))}, contrastive search {percent(repetition(texts[1]))}."
    )


def parting_place(greedy: Sequence[ContrastiveStep], searched: Sequence[ContrastiveStep]) -> int:
    """The first step of contrastive search that greedy search would not have taken, else the first.

    >>> parting_place([], [])
    0
    """
    place = first_divergence([[step.id for step in steps] for steps in (greedy, searched)])
    return place if place is not None and place < len(searched) else 0


def candidates_table(step: ContrastiveStep, before: Sequence[str]) -> str:
    """What was weighed at one step, as HTML.

    Args:
        before: the text of each token before it, prompt included.
    """
    columns = [
        ("Candidate", "one of the most probable tokens"),
        ("probability", "by the model alone"),
        ("penalty", "the greatest cosine between its vector and that of a token before"),
        ("most like", "the token before whose vector is nearest to its own"),
        ("score", "(1 - alpha) · probability - alpha · penalty"),
        ("", "the token that was written"),
    ]
    rows = [
        (
            visible(one.text),
            percent(one.probability, 1),
            number(round(one.penalty, 2)),
            f"{visible(before[one.nearest])} ({len(before) - one.nearest} back)",
            number(round(one.score, 3)),
            TAKEN if place == step.taken else "",
        )
        for place, one in enumerate(step.candidates)
    ]
    return table("What was weighed here", columns, rows, words=(0, 3, 5))
