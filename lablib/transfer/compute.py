"""A classifier: an encoder with a head that gives each text a probability for every class."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from lablib.randomness import seeded

if TYPE_CHECKING:
    from transformers import BatchEncoding, PreTrainedModel, PreTrainedTokenizerBase

AT_ONCE = 32
"""Texts that are read at once."""


@dataclass(frozen=True, eq=False)
class Classifier:
    """A model that tells classes apart.

    Attributes:
        model: a sequence classifier of `transformers`.
        tokenizer: the tokenizer it was trained with.
        names: the classes, in the order of its outputs.
        length: tokens it reads of a text; the rest is cut.
    """

    model: "PreTrainedModel"
    tokenizer: "PreTrainedTokenizerBase"
    names: tuple[str, ...]
    length: int = 48

    def read(self, texts: Sequence[str]) -> "BatchEncoding":
        """The texts as the model reads them, padded, on its device."""
        rows = self.tokenizer(
            list(texts), truncation=True, max_length=self.length, padding=True, return_tensors="pt"
        )
        return rows.to(self.model.device)

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write an ordinary folder of `transformers`, which `AutoModelForSequenceClassification`
        and `load_classifier` open.
        """
        self.model.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)


def load_classifier(folder: str | os.PathLike[str], length: int = 48) -> Classifier:
    """Open a folder that `Classifier.save` wrote, or any other with a classifier in it.

    Raises:
        ValueError: if there is none. Weights are read from safetensors files only.

    Example:
        >>> import tempfile
        >>> from lablib.transfer import fine_tune, read_labelled, recipe
        >>> labelled = read_labelled("sentiment")
        >>> config = recipe(model="pocket-bert", steps=1, batch=4, length=16)
        >>> *_, last = fine_tune(labelled, config, learn_from=labelled.train.take(range(8)))
        >>> folder = tempfile.mkdtemp()
        >>> last.classifier.save(folder)
        >>> again = load_classifier(folder)
        >>> texts = ["A fine book.", "Never again."]
        >>> before, after = logits(last.classifier, texts), logits(again, texts)
        >>> again.names, torch.allclose(before, after, atol=1e-5)
        (('positive', 'negative'), True)
    """
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    if not (Path(folder) / "config.json").is_file():
        raise ValueError(f"There is no model in the folder {str(folder)!r}: check the path.")
    with seeded(0):  # for weights that the folder lacks
        model = AutoModelForSequenceClassification.from_pretrained(folder, use_safetensors=True)
    names = tuple(model.config.id2label[i] for i in range(model.config.num_labels))
    return Classifier(model.eval(), AutoTokenizer.from_pretrained(folder), names, length)


@dataclass(frozen=True)
class Prediction:
    """What a classifier makes of one text.

    Attributes:
        text: the text.
        names: the classes.
        probabilities: one for each class, [classes]; their sum is 1.
    """

    text: str
    names: tuple[str, ...]
    probabilities: tuple[float, ...]

    @property
    def label(self) -> str:
        """The likeliest class."""
        return self.names[self.probabilities.index(max(self.probabilities))]

    def top(self, k: int | None = None) -> list[tuple[str, float]]:
        """The k likeliest classes with their probabilities."""
        pairs = zip(self.names, self.probabilities, strict=True)
        return sorted(pairs, key=lambda pair: -pair[1])[:k]


@torch.inference_mode()
def logits(classifier: Classifier, texts: Sequence[str]) -> Tensor:
    """The scores before softmax, float32 [texts, classes], on the CPU. Texts of similar length are
    read together, so that little is padding.
    """
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    scores = torch.empty(len(texts), len(classifier.names))
    for start in range(0, len(order), AT_ONCE):
        part = order[start : start + AT_ONCE]
        found = classifier.model(**classifier.read([texts[i] for i in part])).logits
        scores[torch.tensor(part)] = found.float().cpu()
    return scores


def predict(classifier: Classifier, texts: Sequence[str]) -> list[Prediction]:
    """What a classifier makes of some texts.

    Raises:
        ValueError: if there is no text, or an empty one.

    >>> predict(None, [" "])
    Traceback (most recent call last):
    ...
    ValueError: There is no text to judge: type some words.
    """
    if not texts or not all(text.strip() for text in texts):
        raise ValueError("There is no text to judge: type some words.")
    rows = logits(classifier, texts).softmax(-1).tolist()
    return [
        Prediction(text, classifier.names, tuple(row))
        for text, row in zip(texts, rows, strict=True)
    ]
