"""What the entity panel shows of a result."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lablib.numbers import percent
from lablib.transfer.compute.entities import Tagged, TaggingStep, entities_of

if TYPE_CHECKING:
    from lablib.widgets.plot import Plot

HEIGHT = 220


def tagging_plot() -> "Plot":
    """An empty plot of the F1 of entities and the accuracy of words against the steps."""
    from lablib.widgets.plot import LEGEND, Plot, marked_line

    return Plot(
        [marked_line(0, "F1 of entities"), marked_line(1, "accuracy of words")],
        height=HEIGHT,
        xaxis={"title": "training steps", "rangemode": "tozero"},
        yaxis={"title": "test sentences", "range": [0, 1.02], "tickformat": ".0%"},
        legend=LEGEND,
    )


def draw_tagging(plot: "Plot", steps: Sequence[TaggingStep]) -> None:
    """Put what was measured so far into the plot."""
    found = [(step.step, step.scores) for step in steps if step.scores]
    with plot.batch_update():
        for trace in plot.data:
            trace.x = [step for step, _ in found]
        plot.data[0].y = [scores.f1 for _, scores in found]
        plot.data[1].y = [scores.word_accuracy for _, scores in found]


def tagging_words(steps: Sequence[TaggingStep]) -> str:
    """How good it is so far, in a sentence."""
    scores = [step.scores for step in steps if step.scores]
    if not scores:
        return ""
    last = scores[-1]
    return (
        f"It found {last.hits} of {last.right} entities, and {last.found - last.hits} wrong ones "
        f"besides: F1 {percent(last.f1)}. {percent(last.word_accuracy)} of the words have the "
        "right label, most of them O."
    )


def piece_tokens(tagged: Tagged) -> list[dict[str, Any]]:
    """The pieces of a sentence as chips: marked by the kind of entity they are part of, with the
    label below the piece that carries it, and “–” below the others.
    """
    chips, before = [], None
    for piece, word in zip(tagged.pieces, tagged.word_ids, strict=True):
        if word is None:
            chips.append({"text": piece, "special": True, "caption": "–"})
            continue
        label = tagged.labels[word]
        chip: dict[str, Any] = {"text": piece, "caption": label if word != before else "–"}
        if label != "O":
            chip["mark"] = label[2:]
        chips.append(chip)
        before = word
    return chips


def entity_words(tagged: Tagged) -> str:
    """The entities of a sentence, in words.

    >>> entity_words(Tagged(("Ada", "ate"), ("B-person", "O"), (), ()))
    'Found: Ada (person).'
    """
    found = [
        f"{' '.join(tagged.words[first : last + 1])} ({kind})"
        for kind, first, last in entities_of(tagged.labels)
    ]
    return f"Found: {', '.join(found)}." if found else "It finds no name in this sentence."
