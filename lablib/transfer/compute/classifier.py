"""A classifier: a model with a head that gives each text a probability for every class."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from lablib import models
from lablib.models.errors import quoted
from lablib.models.opening import class_names
from lablib.models.text import context_length
from lablib.numbers import require_count

if TYPE_CHECKING:
    from transformers import BatchEncoding, PreTrainedModel, PreTrainedTokenizerBase

AT_ONCE = 32
"""Texts that are read at once."""
NO_TEXT = "There is no text to judge: type some words."
SEVERAL = "Several labels may hold: each has a probability of its own, and they need not sum to 1."
YES_OR_NO = "It has one output, which says yes or no: the probability of {name}, or not."


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

    @property
    def several(self) -> bool:
        """Whether a text may have several of the labels at once, each with a probability of its
        own (`problem_type` "multi_label_classification" of `transformers`).
        """
        return self.model.config.problem_type == "multi_label_classification"

    @property
    def notes(self) -> tuple[str, ...]:
        """What is unusual about its answers, a sentence each."""
        if self.several:
            return (SEVERAL,)
        return (YES_OR_NO.format(name=self.names[1]),) if self.model.config.num_labels == 1 else ()

    def read(self, texts: Sequence[str]) -> "BatchEncoding":
        """Texts of the same number of tokens as the model reads them, on its device."""
        rows = self.tokenizer(
            list(texts), truncation=True, max_length=self.length, return_tensors="pt"
        )
        if not rows["input_ids"].numel():
            raise ValueError(NO_TEXT)
        return rows.to(self.model.device)

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write an ordinary folder of `transformers`, which `AutoModelForSequenceClassification`
        and `load_classifier` open.
        """
        self.model.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)


def load_classifier(folder: str | os.PathLike[str], length: int = 48) -> Classifier:
    """Open a folder that `Classifier.save` wrote, or any other with a classifier in it: of an
    encoder, a decoder or both. What is unusual about it stands in its `notes`.

    Args:
        length: tokens to read of a text; fewer if the model cannot read so many.

    Raises:
        ValueError: if there is none, or if it gives numbers and no classes (a regression). Weights
            are read from safetensors files only.

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
    require_count("length", length)
    if not os.path.isfile(Path(folder) / "config.json"):  # nor for a name no folder can have
        raise ValueError(f"There is no model in the folder {quoted(folder)}: check the path.")
    m = models.load(folder, kind="classifier", device="cpu")
    if m.model.config.problem_type == "regression":
        raise ValueError(
            f"The model in {quoted(folder)} is a regression: it gives a number and no classes, so "
            "there is no probability to show. Take a model that tells classes apart."
        )
    names = class_names(m.model.config)
    if len(names) == 1:
        names = (f"not {names[0]}", names[0])
    return Classifier(m.model, m.tokenizer, names, min(length, context_length(m) or length))


@dataclass(frozen=True)
class Prediction:
    """What a classifier makes of one text.

    Attributes:
        text: the text.
        names: the classes.
        probabilities: one for each class, [classes]; their sum is 1, but where a text may have
            `several` of them.
        several: whether it may.
    """

    text: str
    names: tuple[str, ...]
    probabilities: tuple[float, ...]
    several: bool = False

    @property
    def label(self) -> str:
        """The likeliest class."""
        return self.names[self.probabilities.index(max(self.probabilities))]

    @property
    def labels(self) -> tuple[str, ...]:
        """Where a text may have several, those likelier than not; else the likeliest.

        >>> Prediction("", ("rude", "loud", "kind"), (0.9, 0.7, 0.1), several=True).labels
        ('rude', 'loud')
        """
        if not self.several:
            return (self.label,)
        return tuple(name for name, p in self.top() if p > 0.5)

    def top(self, k: int | None = None) -> list[tuple[str, float]]:
        """The k likeliest classes with their probabilities."""
        pairs = zip(self.names, self.probabilities, strict=True)
        return sorted(pairs, key=lambda pair: -pair[1])[:k]


def logits(classifier: Classifier, texts: Sequence[str]) -> Tensor:
    """The scores before softmax (or sigmoid), float32 [texts, classes], on the CPU."""
    return logits_of(classifier, [classifier.read([text]) for text in texts])


@torch.inference_mode()
def logits_of(classifier: Classifier, rows: Sequence[Mapping[str, Tensor]]) -> Tensor:
    """The scores of texts that are read already, float32 [texts, classes], on the CPU.

    Those of the same number of tokens are computed together, so that there is no padding: a decoder
    that has no token for it (then each is computed alone), or whose tokenizer pads on the left,
    gives a text the scores that it has when it stands alone.

    Args:
        rows: for each text what the model is given, each tensor [1, tokens].
    """
    padded = classifier.model.config.get_text_config().pad_token_id is not None
    at_once = AT_ONCE if padded else 1
    scores = torch.empty(len(rows), len(classifier.names))
    lengths = [row["input_ids"].shape[1] for row in rows]
    order = sorted(range(len(rows)), key=lengths.__getitem__)
    for _, equal in groupby(order, key=lengths.__getitem__):
        places = list(equal)
        for start in range(0, len(places), at_once):
            part = places[start : start + at_once]
            batch = {name: torch.cat([rows[i][name] for i in part]) for name in rows[part[0]]}
            scores[torch.tensor(part)] = of_classes(classifier.model(**batch).logits).cpu()
    return scores


def of_classes(scores: Tensor) -> Tensor:
    """A model's scores as one for each class, float32: a single output is that of yes, and no
    has 0, so that their softmax is the sigmoid.

    >>> of_classes(torch.tensor([[3.0]]))
    tensor([[0., 3.]])
    """
    return (F.pad(scores, (1, 0)) if scores.shape[-1] == 1 else scores).float()


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
        raise ValueError(NO_TEXT)
    scores = logits(classifier, texts)
    rows = scores.sigmoid() if classifier.several else scores.softmax(-1)
    return [
        Prediction(text, classifier.names, tuple(row), classifier.several)
        for text, row in zip(texts, rows.tolist(), strict=True)
    ]
