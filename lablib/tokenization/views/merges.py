"""The merge view: a vocabulary sent once, and every size of it answered in the browser."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets

from lablib.models.vocabulary import vocabulary
from lablib.tokenization.compute.pipeline import backend, model_part, pretokens
from lablib.tokenization.compute.sizes import VocabularyCurve
from lablib.tokenization.compute.training import Trained
from lablib.unicode import well_formed
from lablib.widgets.assets import source
from lablib.widgets.tokens import visible

_HERE = Path(__file__).parent


class MergeView(anywidget.AnyWidget):
    """A slider over the size of a vocabulary, and a text cut with the entries up to there.

    Python sends the vocabulary in the order in which it grew, the pretokens of the text, and how
    many tokens some texts take at each size. The page cuts and draws: no move waits for a kernel,
    and an exported page goes on working.

    Attributes:
        size: of the vocabulary; goes both ways, 250 ms after the last move.

    Example:
        >>> from lablib.tokenization.compute.training import train_bpe
        >>> view = MergeView()
        >>> view.use(train_bpe(["low lower lowest"], 258))
        >>> view.show("low")
        >>> view.size, view.words, view.text_bytes
        (258, ['low'], 3)
    """

    _esm = source(_HERE / "merges.js")
    _css = source(_HERE / "merges.css")

    kind = traitlets.Enum(["BPE", "WordPiece", "Unigram"], "BPE").tag(sync=True)
    entries = traitlets.Bytes().tag(sync=True)
    merges = traitlets.Bytes().tag(sync=True)
    scores = traitlets.Bytes().tag(sync=True)
    smallest = traitlets.Int(0).tag(sync=True)
    words: Any = traitlets.List(traitlets.Unicode()).tag(sync=True)
    text_bytes = traitlets.Int(0).tag(sync=True)
    curves: Any = traitlets.List(traitlets.Dict()).tag(sync=True)
    # An echo of an older move would set the slider back under the learner's hand.
    size = traitlets.Int(0).tag(sync=True, echo_update=False)

    def use(self, trained: Trained, growths: Mapping[str, VocabularyCurve] | None = None) -> None:
        """Take a vocabulary.

        Args:
            trained: the tokenizer and how it grew.
            growths: a curve for each name, at most three; for a BPE the first one's tokens also
                tell how often each merge was made.
        """
        self._trained = trained
        with self.hold_sync():
            self.kind, self.smallest = trained.kind, trained.smallest
            self.entries = json.dumps(_names(trained)).encode()
            self.merges = _merges(trained).tobytes()
            self.scores = _scores(trained).tobytes()
            self.curves = [_curve(label, grown) for label, grown in (growths or {}).items()]
            self.words, self.text_bytes = [], 0
            self.size = len(trained.entries)

    def show(self, text: str) -> None:
        """Cut this text: the tokenizer's own pretokens go to the page."""
        with self.hold_sync():
            self.words = [part.text for part in pretokens(text, self._trained.tokenizer)]
            self.text_bytes = len(well_formed(text).encode())


def _names(trained: Trained) -> dict[str, list[str]]:
    """The entries as the vocabulary writes them, and as people can read them."""
    texts = {entry.name: visible(entry.text) for entry in vocabulary(trained.tokenizer)}
    return {"entries": list(trained.entries), "shown": [texts[name] for name in trained.entries]}


def _merges(trained: Trained) -> np.ndarray:
    """Left piece, right piece and what they make as numbers, int32 [merges, 3]; BPE only."""
    if trained.kind != "BPE":
        return np.zeros(0, np.int32)
    number = {name: place for place, name in enumerate(trained.entries)}
    return np.array(
        [(number[a], number[b], number[a + b]) for a, b in trained.merges], dtype=np.int32
    )


def _scores(trained: Trained) -> np.ndarray:
    """The log-probabilities of the entries, float64 [entries]; unigram only."""
    if trained.kind != "Unigram":
        return np.zeros(0)
    scores = dict(model_part(backend(trained.tokenizer))["vocab"])
    return np.array([scores[name] for name in trained.entries])


def _curve(label: str, grown: VocabularyCurve) -> dict[str, Any]:
    numbers = {
        name: getattr(grown, name).astype(np.int32).tobytes() for name in ("sizes", "tokens")
    }
    return {"label": label, "bytes": grown.bytes, **numbers}
