"""What the data panel shows of a result."""

from lablib.transfer.compute.data import LabelledSet
from lablib.widgets.html import table


def shorten(text: str, most: int = 90) -> str:
    """The beginning of a text that is too long for a line.

    >>> shorten("one two three", 7)
    'one tw…'
    """
    return text if len(text) <= most else text[: most - 1] + "…"


def set_table(labelled: LabelledSet) -> str:
    """How many texts of each class there are, as HTML."""
    columns = [
        ("Class", "what is to be told apart"),
        ("to learn from", "texts of the training part"),
        ("to be tested on", "texts of the test part, which nobody learns from"),
    ]
    rows = [(row["label"], row["train"], row["test"]) for row in labelled.table()]
    return table(shorten(labelled.name), columns, rows)


def sample_table(labelled: LabelledSet, first: int, count: int = 6) -> str:
    """Some training texts with their classes, as HTML; they go round from the end to the start."""
    places = [(first + i) % len(labelled.train) for i in range(min(count, len(labelled.train)))]
    rows = [
        (labelled.names[label], shorten(text, 110)) for text, label in labelled.train.take(places)
    ]
    columns = [("Class", "the label"), ("text", "from the training part")]
    return table("Some of them", columns, rows, words=(0, 1))
