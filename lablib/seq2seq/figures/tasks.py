"""What the tasks panel shows of a result."""

from collections.abc import Sequence

from lablib.numbers import percent
from lablib.seq2seq.compute.tasks import ARCHITECTURES
from lablib.seq2seq.compute.translation import Translation
from lablib.widgets.html import table


def tasks_table(found: Sequence[tuple[str, Translation]]) -> str:
    """What the model writes under each prefix, as HTML."""
    columns = [
        ("prefix", "how the text begins"),
        ("it writes", "taking the likeliest token each time"),
        ("first token", "how probable the first token it wrote was"),
    ]
    rows = [
        (beginning.strip() or "(none)", each.text, percent(each.steps[0].probability))
        for beginning, each in found
    ]
    return table("The same text under each prefix", columns, rows, words=(0, 1))


def architectures_table() -> str:
    """Which architecture for which task, as HTML."""
    columns = [
        ("task", "what is to be done"),
        ("architecture", "what is used for it as a rule"),
        ("why", "in a sentence"),
        ("in these labs", "where to try it"),
    ]
    rows = [(each.task, each.family, each.why, each.here) for each in ARCHITECTURES]
    caption = "As a rule: a decoder that is large enough does nearly all of it"
    return table(caption, columns, rows, words=(0, 1, 2, 3))
