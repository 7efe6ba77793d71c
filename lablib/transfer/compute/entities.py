"""Names in a text: an encoder gives each word a label, and entities are read off the labels.

The labels are those of the shared task of CoNLL 2003 (Ramshaw and Marcus 1995): B-person at the
first word of a person, I-person at the others, O outside.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import torch

from lablib.data import Entity, MarkedSentence, split_words
from lablib.training.config import QUIET, Config, check
from lablib.training.corruption import IGNORE_INDEX

if TYPE_CHECKING:
    from transformers import BatchEncoding, PreTrainedModel, PreTrainedTokenizerBase

    from lablib.training.tasks import WordLabels

KINDS = ("person", "place", "organisation")
LABELS = ("O", *(f"{begin}-{kind}" for kind in KINDS for begin in "BI"))
NO_SENTENCE = "There is no sentence to look for names in: type some words."

TAGGING = Config(
    model="pocket-bert", task="classification", batch=16, length=64, learning_rate=6e-4, steps=100,
    warmup=6, heldout=0.0, labels=LABELS, precision="fp32", **QUIET,
)  # fmt: skip
"""Settings to start from: some sixteen times through a hundred sentences."""


def tags(sentence: MarkedSentence) -> list[str]:
    """The label of each word [words].

    >>> tags(MarkedSentence(("Old", "Peter", "ate"), (Entity("person", 0, 1),)))
    ['B-person', 'I-person', 'O']
    """
    found = ["O"] * len(sentence.words)
    for kind, first, last in sentence.entities:
        found[first : last + 1] = [f"B-{kind}"] + [f"I-{kind}"] * (last - first)
    return found


def entities_of(labels: Sequence[str]) -> list[Entity]:
    """The entities that some labels of words [words] say; an I that does not go on with the entity
    before it begins one, as for `seqeval`.

    >>> entities_of(["B-person", "I-person", "O", "I-place", "B-place"])
    [Entity(kind='person', first=0, last=1), Entity(kind='place', first=3, last=3),
     Entity(kind='place', first=4, last=4)]
    """
    found: list[Entity] = []
    before = "O"
    for place, label in enumerate(labels):
        if label.startswith("I-") and before[1:] == label[1:]:
            found[-1] = found[-1]._replace(last=place)
        elif label != "O":
            found.append(Entity(label[2:], place, place))
        before = label
    return found


def label_pieces(labels: Sequence[int], word_ids: Iterable[int | None]) -> list[int]:
    """The label of each piece [pieces]: that of its word for the first piece of a word, and
    `IGNORE_INDEX` for later ones and special tokens.

    Args:
        labels: of the words.
        word_ids: for each piece the number of its word, None for a special token.

    Raises:
        ValueError: if a word has no label.

    >>> label_pieces([1, 0], [None, 0, 0, 1, None])
    [-100, 1, -100, 0, -100]
    """
    words: list[int | None] = list(word_ids)
    count = 1 + max((word for word in words if word is not None), default=-1)
    if count > len(labels):
        raise ValueError(f"Each word needs a label: {count} words have {len(labels)}.")
    found, before = [], None
    for word in words:
        found.append(IGNORE_INDEX if word is None or word == before else labels[word])
        before = word
    return found


@dataclass(frozen=True)
class EntityScores:
    """How well entities are found: an entity counts only if kind, first and last word are right.

    Attributes:
        hits: found ones that are right.
        found, right: how many are found, and how many there are.
        word_accuracy: the share of the words with the right label.
    """

    hits: int
    found: int
    right: int
    word_accuracy: float

    @property
    def f1(self) -> float:
        """The harmonic mean of precision (hits / found) and recall (hits / right).

        >>> EntityScores(hits=2, found=3, right=5, word_accuracy=0.9).f1
        0.5
        """
        return 2 * self.hits / (self.found + self.right) if self.hits else 0.0


def score_entities(right: Sequence[Sequence[str]], said: Sequence[Sequence[str]]) -> EntityScores:
    """Compare labels of words with the right ones, both [sentences][words].

    >>> score_entities([["B-place", "I-place", "O"]], [["B-place", "O", "O"]])
    EntityScores(hits=0, found=1, right=1, word_accuracy=0.66...)
    """
    pairs = list(zip(right, said, strict=True))
    entities = [(set(entities_of(r)), set(entities_of(s))) for r, s in pairs]
    words = [a == b for r, s in pairs for a, b in zip(r, s, strict=True)]
    return EntityScores(
        hits=sum(len(r & s) for r, s in entities),
        found=sum(len(s) for _, s in entities),
        right=sum(len(r) for r, _ in entities),
        word_accuracy=sum(words) / len(words) if words else 0.0,
    )


@dataclass(frozen=True)
class Tagged:
    """A sentence with the labels that a model gives it.

    Attributes:
        words: its words.
        labels: one for each word.
        pieces: what the model reads: the text of each piece, special tokens too.
        word_ids: for each piece the number of its word, None for a special token.
    """

    words: tuple[str, ...]
    labels: tuple[str, ...]
    pieces: tuple[str, ...]
    word_ids: tuple[int | None, ...]


@dataclass(frozen=True, eq=False)
class Tagger:
    """A model that gives each word a label.

    Attributes:
        model: a token classifier of `transformers`.
        tokenizer: its tokenizer.
        length: pieces that it reads of a sentence; words beyond get the label O.
    """

    model: "PreTrainedModel"
    tokenizer: "PreTrainedTokenizerBase"
    length: int = 64

    def tag(self, text: str) -> Tagged:
        """The labels of a sentence.

        Raises:
            ValueError: if there is no word in it.
        """
        words = split_words(text)
        if not words:
            raise ValueError(NO_SENTENCE)
        return self.tag_words(words)

    @torch.inference_mode()
    def tag_words(self, words: Sequence[str]) -> Tagged:
        """The labels of words: of each the likeliest at its first piece."""
        encoded = _read(self.tokenizer, words, self.length)
        ids = torch.tensor([encoded["input_ids"]], device=self.model.device)
        said = self.model(input_ids=ids).logits[0].argmax(-1).tolist()
        labels = ["O"] * len(words)
        first_of = label_pieces(range(len(words)), encoded.word_ids())
        for label, word in zip(said, first_of, strict=True):
            if word != IGNORE_INDEX:
                labels[word] = LABELS[label]
        word_ids, pieces = tuple(encoded.word_ids()), tuple(encoded.tokens())
        return Tagged(tuple(words), tuple(labels), pieces, word_ids)


@dataclass(frozen=True, eq=False)
class TaggingStep:
    """Where a training stands.

    Attributes:
        step, total: steps done, and how many there will be.
        loss: on the last batch, in nats per label; None before the first step.
        scores: on the test part; None where it was not asked.
        tagger: what came of it; None before the last step.
    """

    step: int
    total: int
    loss: float | None
    scores: EntityScores | None
    tagger: Tagger | None = field(default=None, repr=False)


def learn_entities(
    train: Sequence[MarkedSentence],
    test: Sequence[MarkedSentence],
    config: Config = TAGGING,
    every: int = 10,
) -> Iterator[TaggingStep]:
    """Teach an encoder to label words, yielding where it stands at each step.

    Args:
        train: what it learns from.
        test: what it is measured on; nothing is chosen by it.
        config: its settings; the labels are `LABELS`, whatever they say.
        every: steps between two measurements; there is one at either end, too.

    Raises:
        ValueError: if the settings or the model cannot do it, in a sentence.

    Example: one step on four sentences.
        >>> from lablib.data import marked_sentences
        >>> few = marked_sentences("train")[:4]
        >>> *_, last = learn_entities(few, few, replace(TAGGING, steps=1, batch=4))
        >>> last.step, last.tagger.tag("Ada rowed.").words
        (1, ('Ada', 'rowed', '.'))
    """
    from lablib.training.engine import fit, setup
    from lablib.training.methods import merged

    config = replace(config, labels=LABELS)
    # The worker of the panels forbids gradients; what is made here has to carry some.
    with torch.inference_mode(False):
        check(config)
        state = setup(config, task=_task(train, config))
    right = [tags(sentence) for sentence in test]
    for record in fit(state):
        tagger = Tagger(state.model, state.tokenizer, config.length)
        scores = None
        if state.is_done or record.step % every == 0:
            scores = score_entities(right, _labels(tagger, test))
        if state.is_done:
            with torch.inference_mode(False):
                tagger = replace(tagger, model=merged(state.model).eval())
        done = tagger if state.is_done else None
        yield TaggingStep(record.step, state.total, record.loss, scores, done)


def _labels(tagger: Tagger, sentences: Sequence[MarkedSentence]) -> list[tuple[str, ...]]:
    """What a model that may be learning says of sentences, without dropout."""
    training = tagger.model.training
    tagger.model.eval()
    said = [tagger.tag_words(sentence.words).labels for sentence in sentences]
    tagger.model.train(training)
    return said


def _task(sentences: Sequence[MarkedSentence], config: Config) -> "WordLabels":
    from lablib.training.tasks import WordLabels, open_model

    tokenizer = open_model(config).tokenizer
    if not getattr(tokenizer, "is_fast", False) or tokenizer.pad_token_id is None:
        raise ValueError("This model's tokenizer does not say which word a piece is of: take BERT.")

    def row(sentence: MarkedSentence) -> dict[str, torch.Tensor]:
        numbers = [LABELS.index(label) for label in tags(sentence)]
        encoded = _read(tokenizer, sentence.words, config.length)
        labels = torch.tensor(label_pieces(numbers, encoded.word_ids()))
        return {"input_ids": torch.tensor(encoded["input_ids"]), "labels": labels}

    return WordLabels([row(one) for one in sentences], [], tokenizer.pad_token_id, LABELS)


def _read(
    tokenizer: "PreTrainedTokenizerBase", words: Sequence[str], length: int
) -> "BatchEncoding":
    """Words as pieces, with the word of each."""
    return tokenizer(list(words), is_split_into_words=True, truncation=True, max_length=length)
