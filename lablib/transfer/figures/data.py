"""What the data panel shows of a result."""

from lablib.transfer.compute.data import LabelledSet
from lablib.widgets.html import table
from lablib.widgets.tokens import shortened

SAMPLES = 6


def set_table(labelled: LabelledSet) -> str:
    """How many texts of each class there are, as HTML."""
    columns = [
        ("Class", "what is to be told apart"),
        ("to learn from", "texts of the training part"),
        ("to be tested on", "texts of the test part, which nobody learns from"),
    ]
    rows = [(row["label"], row["train"], row["test"]) for row in labelled.table()]
    return table(shortened(labelled.name, 90), columns, rows)


def sample_table(labelled: LabelledSet, first: int) -> str:
    """Some training texts with their classes, as HTML; they go round from the end to the start."""
    places = [(first + i) % len(labelled.train) for i in range(min(SAMPLES, len(labelled.train)))]
    rows = [
        (labelled.names[label], shortened(text, 110)) for text, label in labelled.train.take(places)
    ]
    columns = [("Class", "the label"), ("text", "from the training part")]
    return table("Some of them", columns, rows, words=(0, 1))
