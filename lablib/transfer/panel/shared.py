"""What the panels of a notebook share: the labelled set, and the classifier trained on it."""

from dataclasses import dataclass
from typing import Any

import traitlets

from lablib.transfer.compute import Classifier
from lablib.transfer.examples import LabelledSet, read_labelled

NOTHING_TRAINED = "Nothing is trained yet: press Train in the training panel."


@dataclass(frozen=True, eq=False)
class Trained:
    """A classifier, the set it was trained on, and the lines that train it again."""

    classifier: Classifier
    labelled: LabelledSet
    code: str


class Desk(traitlets.HasTraits):
    """The one set and the one classifier that all panels of a notebook work on.

    Attributes:
        labelled: the set, read at first use.
        code: the line that reads it.
        trained: what came of the last training that ran to its end; None before.
    """

    labelled: Any = traitlets.Any(None, allow_none=True)
    trained: Any = traitlets.Any(None, allow_none=True)

    def __init__(self, source: str = "sentiment") -> None:
        super().__init__()
        self.source = source
        self.code = f"labelled = tr.read_labelled({source!r})\n"

    def read(self) -> LabelledSet:
        """The set; call it inside work."""
        if self.labelled is None:
            self.labelled = read_labelled(self.source)
        found: LabelledSet = self.labelled
        return found


DESK = Desk()
"""What a panel uses that is not given another."""

OPENING = "from lablib import transfer as tr\n\n"
