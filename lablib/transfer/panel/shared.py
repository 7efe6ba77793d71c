"""What the panels of a notebook share: the labelled set, and the classifier trained on it."""

from dataclasses import dataclass
from typing import Any

import traitlets

from lablib.transfer.compute.classifier import Classifier
from lablib.transfer.compute.data import LabelledSet, read_labelled

NOTHING_TRAINED = "Nothing is trained yet: press Train in the training panel."


@dataclass(frozen=True, eq=False)
class Trained:
    """A classifier, the set it was trained on, and the lines that train it again."""

    classifier: Classifier
    labelled: LabelledSet
    code: str


@dataclass(frozen=True)
class Source:
    """Where a set comes from.

    Attributes:
        name: one of the labs' sets, a file, a data set of the hub, or the name of an upload.
        content: of the upload.
        text, label: the columns that matter.
    """

    name: str = "sentiment"
    content: bytes | None = None
    text: str = "text"
    label: str = "label"

    def read(self) -> LabelledSet:
        """The set, checked."""
        source = self.name if self.content is None else self.content
        return read_labelled(source, self.text, self.label)

    def line(self) -> str:
        """The line that reads it; an upload's file is looked for beside the notebook.

        >>> Source("mine.csv", label="mood").line()
        "labelled = tr.read_labelled('mine.csv', label='mood')\\n"
        """
        columns = {"text": self.text, "label": self.label}
        others = "".join(f", {k}={v!r}" for k, v in columns.items() if k != v)
        return f"labelled = tr.read_labelled({self.name!r}{others})\n"


class SharedClassifier(traitlets.HasTraits):
    """The one set and the one classifier that all panels of a notebook work on.

    Attributes:
        labelled: the set, read at first use.
        source: where it is from.
        trained: what came of the last training that ran to its end; None before.
    """

    labelled: Any = traitlets.Any(None, allow_none=True)
    trained: Any = traitlets.Any(None, allow_none=True)
    source = Source()

    @property
    def code(self) -> str:
        """The line that reads the set."""
        return self.source.line()

    def read(self) -> LabelledSet:
        """The set; call it inside work."""
        if self.labelled is None:
            self.labelled = self.source.read()
        found: LabelledSet = self.labelled
        return found

    def put(self, source: Source, labelled: LabelledSet) -> None:
        """Let all panels work on another set."""
        self.source = source
        self.labelled = labelled


DESK = SharedClassifier()
"""What a panel uses that is not given another."""
