"""What a BERT is asked while it learns: hidden words, and whether a sentence follows another.

Both tasks are those of Devlin et al. 2019, section 3.1. The losses are in nats.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor

from lablib.masking.compute.fill import pieces, token_text
from lablib.masking.compute.reading import head_only_at, logits_at
from lablib.masking.compute.text import MaskedText, prepare, require_masked
from lablib.models.heads import word_scores
from lablib.models.text import context_length
from lablib.numbers import require_count
from lablib.randomness import generator
from lablib.training.corruption import IGNORE_INDEX, corrupt
from lablib.unicode import well_formed

if TYPE_CHECKING:
    from lablib.models import LoadedModel

MASKED, RANDOM, KEPT = "masked", "random token", "unchanged"
"""What can become of a token that was chosen."""


@dataclass(frozen=True)
class MaskedExample:
    """A text made into a masked-word exercise, and how the model did in it.

    Attributes:
        read: the text as the model would read it, nothing hidden.
        seen: the ids the model sees instead, [tokens].
        labels: the original id where a guess is asked for, `IGNORE_INDEX` elsewhere, [tokens].
        corruption_types: `MASKED`, `RANDOM` or `KEPT` where a guess is asked for, "" elsewhere,
            [tokens].
        losses: minus the log-probability of the original token, in nats, where a guess is asked
            for; None elsewhere, [tokens].
        answers: the original token there as a text, "" elsewhere, [tokens].
        guesses: the model's best guess there, "" elsewhere, [tokens].
    """

    read: MaskedText
    seen: tuple[int, ...]
    labels: tuple[int, ...]
    corruption_types: tuple[str, ...]
    losses: tuple[float | None, ...]
    answers: tuple[str, ...]
    guesses: tuple[str, ...]

    @property
    def loss(self) -> float | None:
        """The mean over the positions asked for; None if none was chosen."""
        asked = [loss for loss in self.losses if loss is not None]
        return sum(asked) / len(asked) if asked else None

    def table(self) -> list[dict[str, Any]]:
        """One row per position that carries loss: `place`, `fate`, `answer`, `guess`, `loss`."""
        return [
            {"place": place, "fate": fate, "answer": answer, "guess": guess, "loss": loss}
            for place, (fate, answer, guess, loss) in enumerate(
                zip(self.corruption_types, self.answers, self.guesses, self.losses, strict=True)
            )
            if fate
        ]


def exercise(
    m: "LoadedModel",
    text: str | MaskedText,
    seed: int = 0,
    rate: float = 0.15,
    mask: float = 0.8,
    random: float = 0.1,
    whole_words: bool = False,
) -> MaskedExample:
    """Corrupt a text as in pretraining (see `corrupt`), and let the model guess.

    Args:
        seed: the same seed and shares give the same corruption.
        rate, mask, random, whole_words: as for `corrupt`.

    Raises:
        ValueError: for shares that are none, or a model that does not fill in masks.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-bert", kind="masked")
        >>> done = exercise(m, "The cat sat on the mat.", rate=1.0, mask=1.0, random=0.0)
        >>> set(done.corruption_types), done.loss > 0
        ({'', 'masked'}, True)
    """
    read = prepare(m, text)
    rng = generator(seed)
    ids = torch.tensor(read.ids)
    made = corrupt(ids, m.tokenizer, rng, rate, mask, random, whole_words)
    places = (made.labels != IGNORE_INDEX).nonzero().flatten().tolist()
    scores = logits_at(m, [made.ids.tolist()], [places])
    losses = F.cross_entropy(scores, made.labels[places], reduction="none").tolist()
    best = pieces(m, scores.argmax(-1).tolist())
    return MaskedExample(
        read=read,
        seen=tuple(made.ids.tolist()),
        labels=tuple(made.labels.tolist()),
        corruption_types=_spread(len(ids), places, _fates(m, ids[places], made.ids[places]), ""),
        losses=_spread(len(ids), places, losses, None),
        answers=_spread(len(ids), places, pieces(m, made.labels[places].tolist()), ""),
        guesses=_spread(len(ids), places, best, ""),
    )


def _fates(m: "LoadedModel", original: Tensor, seen: Tensor) -> list[str]:
    """What became of each token that was chosen; a random draw may give the token itself."""
    return [
        KEPT if now == before else MASKED if now == m.tokenizer.mask_token_id else RANDOM
        for before, now in zip(original.tolist(), seen.tolist(), strict=True)
    ]


def _spread(size: int, places: Sequence[int], values: Sequence[Any], other: Any) -> tuple[Any, ...]:
    """Values at their places, `other` everywhere else.

    >>> _spread(4, [1, 3], ["a", "b"], "")
    ('', 'a', '', 'b')
    """
    value_at = dict(zip(places, values, strict=True))
    return tuple(value_at.get(place, other) for place in range(size))


def require_sentence_head(m: "LoadedModel") -> None:
    """Refuse a model that has no next-sentence head.

    Raises:
        ValueError: with a sentence that says what to do.
    """
    require_masked(m)
    if not hasattr(getattr(m.model, "cls", None), "seq_relationship"):
        raise ValueError(
            f"{type(m.model).__name__} has no next-sentence head, so it cannot say whether a "
            "sentence follows another: choose minilm-masked or pocket-bert."
        )


@torch.inference_mode()
def next_sentence(m: "LoadedModel", first: str, second: str) -> float:
    """The probability, by the model's next-sentence head, that `second` follows `first`.

    What is too long is cut at the end of the longer one.

    Raises:
        ValueError: if the model has no such head.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-bert", kind="masked")
        >>> 0 <= next_sentence(m, "He opened the door.", "Nobody was there.") <= 1
        True
    """
    require_sentence_head(m)
    pair = m.tokenizer(
        well_formed(first),
        well_formed(second),
        truncation=True,
        max_length=context_length(m),
        return_tensors="pt",
    ).to(m.model.device)
    with head_only_at(m.model, [[0]]):
        logits = m.model(**pair).seq_relationship_logits[0].float()
    return float(logits.softmax(0)[0])  # 0 is "follows", 1 "does not": BERT's own order


@dataclass(frozen=True)
class PairLoss:
    """One pair of a pretraining batch.

    Attributes:
        first, second: the two texts before anything was hidden.
        seen: both as the model saw them.
        follows: whether the second really follows the first.
        probability: the model's, that it does.
        asked: how many tokens were asked for.
    """

    first: str
    second: str
    seen: str
    follows: bool
    probability: float
    asked: int


@dataclass(frozen=True)
class BatchLoss:
    """The two losses of BERT's pretraining on one batch, in nats.

    Attributes:
        pairs: the rows of the batch.
        words: the masked-word loss, the mean over all tokens asked for; 0 if there are none.
        next_sentence: the next-sentence loss, the mean over the pairs.
    """

    pairs: tuple[PairLoss, ...]
    words: float
    next_sentence: float

    def total(self, alpha: float = 1.0, beta: float = 1.0) -> float:
        """What the optimizer would make smaller: α · words + β · next sentence."""
        return weighted_loss(self.words, self.next_sentence, alpha, beta)


def weighted_loss(words: float, next_sentence: float, alpha: float, beta: float) -> float:
    """α · L_MLM + β · L_NSP.

    >>> weighted_loss(3.0, 0.5, alpha=1.0, beta=2.0)
    4.0
    """
    return alpha * words + beta * next_sentence


@torch.inference_mode()
def pretraining_loss(
    m: "LoadedModel",
    text: str,
    seed: int = 0,
    pairs: int = 8,
    length: int = 48,
    rate: float = 0.15,
    mask: float = 0.8,
    random: float = 0.1,
    whole_words: bool = False,
) -> BatchLoss:
    """Both losses on a batch cut from a text, as in pretraining: half of the second parts come from
    another row.

    Args:
        text: where the batch comes from; at least (pairs + 1) × length tokens.
        seed: which part of it, what is hidden, and which pairs are broken.
        length: tokens of text in a pair.

    Raises:
        ValueError: if the model has no next-sentence head, the text is too short, or a number is
            below 1.

    Example:
        >>> from lablib import data, models
        >>> m = models.load("pocket-bert", kind="masked")
        >>> loss = pretraining_loss(m, data.text("lighthouse"))
        >>> len(loss.pairs), loss.total(1, 0) == loss.words
        (8, True)
    """
    require_sentence_head(m)
    require_count("pairs", pairs)
    require_count("length", length)
    rng = generator(seed)
    rows = _pairs(m, well_formed(text), seed, pairs, length, rng)
    made = corrupt(rows["input_ids"], m.tokenizer, rng, rate, mask, random, whole_words)
    asked = made.labels != IGNORE_INDEX
    words, follows = _both_scores(m, made.ids, rows["token_type_ids"], asked)
    broken = rows["next_sentence_label"]
    probabilities = follows.softmax(-1)[:, 0].tolist()
    return BatchLoss(
        pairs=tuple(
            _pair(m, rows["input_ids"][i], made.ids[i], not broken[i], probabilities[i], int(n))
            for i, n in enumerate(asked.sum(1))
        ),
        words=float(F.cross_entropy(words, made.labels[asked])) if asked.any() else 0.0,
        next_sentence=float(F.cross_entropy(follows, broken)),
    )


def _pairs(
    m: "LoadedModel", text: str, seed: int, pairs: int, length: int, rng: torch.Generator
) -> dict[str, Tensor]:
    """BERT's inputs for a batch of a text, as `lablib.training.objective` makes them."""
    from lablib.training.corpus import batch, token_stream
    from lablib.training.objective import sentence_pairs

    length = min(length, (context_length(m) or length + 3) - 3)
    stream = token_stream([text], m.tokenizer)
    if len(stream) // length - 1 < pairs:
        raise ValueError(
            f"{pairs} pairs of {length} tokens need a text of {(pairs + 1) * length:,} tokens, "
            f"and this one has {len(stream):,}: take a longer one."
        )
    return sentence_pairs(batch(stream, 0, pairs, length, seed), m.tokenizer, rng)


def _both_scores(
    m: "LoadedModel", ids: Tensor, types: Tensor, asked: Tensor
) -> tuple[Tensor, Tensor]:
    """The word scores where they are asked for, [asked, vocab], and those of both answers to the
    next-sentence question, [rows, 2].
    """
    places = [row.nonzero().flatten().tolist() for row in asked]
    device = m.model.device
    with head_only_at(m.model, places):
        out = m.model(input_ids=ids.to(device), token_type_ids=types.to(device))
    return word_scores(out)[0].float().cpu(), out.seq_relationship_logits.float().cpu()


def _pair(
    m: "LoadedModel", ids: Tensor, seen: Tensor, follows: bool, chance: float, asked: int
) -> PairLoss:
    """One row in words: [CLS] first [SEP] second [SEP]."""
    middle = (len(ids) - 3) // 2 + 1
    first, second = ids[1:middle].tolist(), ids[middle + 1 : -1].tolist()
    return PairLoss(
        first=token_text(m, *first),
        second=token_text(m, *second),
        seen=token_text(m, *seen.tolist()),
        follows=bool(follows),
        probability=chance,
        asked=asked,
    )
