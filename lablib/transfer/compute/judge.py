"""What pushed a decision: two ways to ask a classifier which words it went by.

Both are in the same unit, log-odds of the class asked for: log p − log(1 − p), in nats.

- **Occlusion** (Zeiler and Fergus 2014; Li et al. 2016) hides a word and reads again. It says what
  happens without the word, and costs one reading for each. Where a model has no token for what is
  hidden, as a decoder, the word is left out.
- **Gradient × input** (Shrikumar et al. 2016) asks how steeply the log-odds change along the word's
  vectors. It costs one backward pass, and is a straight line laid along a curve: where the model is
  sure, the curve is flat and it may say little.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import Tensor

from lablib.models import gradients
from lablib.transfer.compute.classifier import Classifier, logits_of, of_classes

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Method = Literal["occlusion", "gradient"]


@dataclass(frozen=True)
class Attribution:
    """What each word of a text did for a class.

    Attributes:
        text: the text, as far as the model read it.
        name: the class that was asked for.
        log_odds: of that class for the whole text, in nats.
        words: the words, in order, [words].
        values: what each adds to the log-odds, [words]: above 0 it speaks for the class.
    """

    text: str
    name: str
    log_odds: float
    words: tuple[str, ...]
    values: tuple[float, ...]

    def top(self, k: int | None = None) -> list[tuple[str, float]]:
        """The k words that push hardest, either way."""
        pairs = zip(self.words, self.values, strict=True)
        return sorted(pairs, key=lambda pair: -abs(pair[1]))[:k]


@dataclass(frozen=True)
class _Read:
    """A text as the model reads it: what it is given, each tensor [1, tokens], and for each word
    its text and tokens.
    """

    given: dict[str, Tensor]
    words: tuple[str, ...]
    places: tuple[tuple[int, ...], ...]


def pushes(
    classifier: Classifier, text: str, name: str | None = None, way: Method = "occlusion"
) -> Attribution:
    """What each word of a text does for a class.

    Args:
        name: the class; None for the one the classifier chooses.
        way: "occlusion" or "gradient".

    Raises:
        ValueError: if there is no word in the text, or no such class or way.

    Example: of two classes, what speaks for one speaks as much against the other.
        >>> from lablib.transfer import fine_tune, read_labelled, recipe
        >>> labelled = read_labelled("sentiment")
        >>> config = recipe(model="pocket-bert", steps=1, batch=4, length=16)
        >>> *_, last = fine_tune(labelled, config, learn_from=labelled.train.take(range(8)))
        >>> liked = pushes(last.classifier, "A fine book", "positive")
        >>> liked.words
        ('A', 'fine', 'book')
        >>> disliked = pushes(last.classifier, "A fine book", "negative")
        >>> all(a == -b for a, b in zip(liked.values, disliked.values, strict=True))
        True
    """
    if way not in WAYS:
        raise ValueError(f"The way is {' or '.join(WAYS)}, not {way!r}.")
    if name is not None and name not in classifier.names:
        raise ValueError(f"There is no class {name!r}: choose of {', '.join(classifier.names)}.")
    read = _read(classifier, text)
    scores = logits_of(classifier, [read.given])[0]
    number = int(scores.argmax()) if name is None else classifier.names.index(name)
    values = WAYS[way](classifier, read, number)
    return Attribution(
        text=text,
        name=classifier.names[number],
        log_odds=float(log_odds(scores, number, classifier.several)),
        words=read.words,
        values=tuple(values.tolist()),
    )


def log_odds(scores: Tensor, number: int, several: bool = False) -> Tensor:
    """The log-odds, log p − log(1 − p), of class `number` from scores [..., classes].

    It is its score less those of all others together, so with two classes the plain difference.
    Where a text may have several of the labels, none stands against another, and it is the score.

    >>> scores = torch.tensor([3.0, 1.0])
    >>> float(log_odds(scores, 0)), float(log_odds(scores, 0, several=True))
    (2.0, 3.0)
    """
    if several:
        return scores[..., number].float()
    others = torch.cat([scores[..., :number], scores[..., number + 1 :]], dim=-1)
    return scores[..., number].float() - others.float().logsumexp(-1)


def _read(classifier: Classifier, text: str) -> _Read:
    rows = classifier.read([text])
    if not rows.encodings:
        raise ValueError(
            "This model's tokenizer does not say which tokens make a word: choose another model."
        )
    encoding = rows.encodings[0]
    numbers = encoding.word_ids
    words = sorted({n for n in numbers if n is not None})
    if not words:
        raise ValueError("There is no word in this text: type some.")
    spans = [encoding.word_to_chars(n) or (0, 0) for n in words]
    return _Read(
        given=dict(rows),
        words=tuple(text[start:end] for start, end in spans),
        places=tuple(tuple(i for i, n in enumerate(numbers) if n == word) for word in words),
    )


def occlusion(classifier: Classifier, read: _Read, number: int) -> Tensor:
    """By how much the log-odds fall where each word in turn is hidden, [words]."""
    rows = [read.given, *(_without(classifier.tokenizer, read.given, p) for p in read.places)]
    odds = log_odds(logits_of(classifier, rows), number, classifier.several)
    return odds[0] - odds[1:]


def _without(
    tokenizer: "PreTrainedTokenizerBase", given: dict[str, Tensor], places: Sequence[int]
) -> dict[str, Tensor]:
    """What a model is given where a word's tokens are masked, or else left out. Of a text that was
    this word alone the token is left with which texts begin or end.
    """
    mask = tokenizer.mask_token_id
    start = tokenizer.eos_token_id if tokenizer.bos_token_id is None else tokenizer.bos_token_id
    kept = [i for i in range(given["input_ids"].shape[1]) if mask is not None or i not in places]
    if not kept and start is None:
        raise ValueError("Without its only word nothing is left of this text: type another one.")
    rest = {name: part[:, kept or [0]].clone() for name, part in given.items()}
    if mask is not None:
        rest["input_ids"][:, list(places)] = mask
    elif not kept:
        rest["input_ids"][:] = start
    return rest


def gradient_times_input(classifier: Classifier, read: _Read, number: int) -> Tensor:
    """The gradient of the log-odds along each word's own vectors, summed over them, [words]."""

    def odds(output: Any) -> Tensor:
        return log_odds(of_classes(output.logits[0]), number, classifier.several)

    each = gradients.gradient_times_input(classifier.model, read.given, odds)
    return torch.stack([each[list(places)].sum() for places in read.places])


WAYS: dict[str, Callable[[Classifier, _Read, int], Tensor]] = {
    "occlusion": occlusion,
    "gradient": gradient_times_input,
}
