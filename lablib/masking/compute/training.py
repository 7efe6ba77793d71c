"""A tiny BERT that learns from nothing, while you watch.

Two layers, a vocabulary of a few hundred pieces, one short tale: small enough for a minute on any
machine, large enough to show the stages that a real BERT goes through. First it guesses by how
common each piece is; then, when its attention has found something to look at, by what stands
around the gap. The parts are those with which the models of these labs were made.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
import torch.nn.functional as F
from transformers import PreTrainedTokenizerBase

from lablib import data
from lablib.masking.compute.fill import Guess, fill
from lablib.masking.compute.reading import logits_at
from lablib.models import LoadedModel, ModelCard
from lablib.numbers import require_count
from lablib.randomness import seeded
from lablib.training.corpus import batch, token_stream, train_tokenizer
from lablib.training.corruption import IGNORE_INDEX, corrupt
from lablib.training.objective import masked_loss
from lablib.training.optimizers import descend, make_optimizers
from lablib.training.recipe import Recipe, new_model, tiny
from lablib.training.texts import split

if TYPE_CHECKING:
    from transformers import BertForPreTraining

EXAMPLE = "The cat sat on the [MASK]."
HELD_OUT = 0.15
"""The share of the text, its end, that is never learned from."""
DRAWS = 8
"""How many times other tokens of it are hidden, so that a short text still gives a fair figure."""
VOCABULARY = 400


@dataclass(frozen=True, eq=False)
class TrainingStep:
    """Where the training stands.

    Attributes:
        step: how many steps were made.
        total: how many there will be.
        loss: on the last batch, both tasks together, in nats; None at the start.
        accuracy: the share of the hidden tokens of the held-out text that are guessed right.
        most_common: the accuracy of always guessing the text's most common token.
        heldout_loss: of the hidden tokens, in nats.
        guesses: what it puts into the example, the best first.
        m: the model as it stands, to be asked anything; the training goes on with it.
    """

    step: int
    total: int
    loss: float | None
    accuracy: float
    most_common: float
    heldout_loss: float
    guesses: tuple[Guess, ...]
    m: LoadedModel = field(repr=False)


@dataclass(frozen=True)
class HeldOut:
    """The end of the text with tokens hidden, always the same ones.

    Attributes:
        rows: what the model sees, [rows][tokens].
        places: where it is asked, [rows][any number].
        labels: what stood there, int64 [all places].
        most_common: the accuracy of always guessing the most common token of the text.
    """

    rows: list[list[int]]
    places: list[list[int]]
    labels: torch.Tensor
    most_common: float


@torch.inference_mode(False)
def learn(
    text: str | None = None,
    steps: int = 600,
    seed: int = 0,
    every: int = 10,
    example: str = EXAMPLE,
) -> Iterator[TrainingStep]:
    """Train a tiny BERT from random weights, yielding where it stands before the first step and
    after every few.

    Args:
        text: what it learns; None for the tale that comes with the labs. At least 1,000 words.
        seed: decides the first weights, the batches and the masks.
        every: steps between two reports.
        example: a text with one mask that it is asked at each report.

    Raises:
        ValueError: if the text is too short, or a number is below 1.

    Example:
        >>> first, last = learn(steps=2, every=2)
        >>> first.step, last.step, last.m.card.name
        (0, 2, 'tiny-bert')
    """
    for name, value in {"steps": steps, "every": every}.items():
        says = "Training takes at least 1 step, and reports come at least 1 step apart."
        require_count(name, value, says=says)
    recipe = tiny_recipe(steps, seed)
    m, stream, heldout = begin(text, recipe)
    model = cast("BertForPreTraining", m.model)
    optimizers = make_optimizers(model, recipe)
    yield report(m, heldout, 0, steps, None, example)
    for step in range(steps):
        rng = torch.Generator().manual_seed(seed * 1_000_003 + step)
        ids = batch(stream, step, recipe.batch, recipe.window, seed)
        loss = masked_loss(model, ids, m.tokenizer, rng, recipe.masked_share)
        descend(loss, optimizers, recipe, step)
        if (step + 1) % every == 0 or step + 1 == steps:
            yield report(m, heldout, step + 1, steps, loss.item(), example)


def tiny_recipe(steps: int, seed: int) -> Recipe:
    """The settings of the tiny BERT, in the terms of `lablib.training.recipe`."""
    return tiny("bert", steps, vocab_size=VOCABULARY, context=32, batch=24, seed=seed)


def begin(text: str | None, recipe: Recipe) -> tuple[LoadedModel, np.ndarray, HeldOut]:
    """A new model with its tokenizer, the ids it learns from [tokens], and what it is measured on.

    Raises:
        ValueError: if the text is too short.
    """
    text = data.text("lighthouse") if text is None else text
    parts = split(text, HELD_OUT)
    tokenizer = train_tokenizer("bert", [parts[0]], recipe.vocab_size)
    known, unseen = (token_stream([part], tokenizer) for part in parts)
    length = recipe.context - 3
    if len(known) // length <= recipe.batch or len(unseen) < 2 * length:
        raise ValueError("This text is too short to learn from: give one of at least 1,000 words.")
    with seeded(recipe.seed):
        model = new_model(recipe, tokenizer).eval()
    card = ModelCard(
        "tiny-bert", "masked", "folder", model.num_parameters(), 0, "mit", ("en",),
        "A BERT of two layers, trained just now.",
    )  # fmt: skip
    m = LoadedModel(model, tokenizer, card, model.device, "It was trained in this notebook.")
    return m, known, held_out(unseen, known, tokenizer, length)


def held_out(
    unseen: np.ndarray, known: np.ndarray, tokenizer: PreTrainedTokenizerBase, length: int
) -> HeldOut:
    """Rows of the unseen ids [tokens] with hidden tokens, at BERT's 15 %."""
    rng = torch.Generator().manual_seed(0)
    count = len(unseen) // length
    ids = torch.from_numpy(unseen[: count * length].astype(np.int64)).view(count, length)
    ends = torch.tensor([tokenizer.cls_token_id, tokenizer.sep_token_id]).repeat(count * DRAWS, 1)
    ids = torch.cat([ends[:, :1], ids.repeat(DRAWS, 1), ends[:, 1:]], dim=1)
    made = corrupt(ids, tokenizer, rng, mask=1.0, random=0.0)
    asked = made.labels != IGNORE_INDEX
    labels = made.labels[asked]
    common = int(np.bincount(known).argmax())
    return HeldOut(
        rows=made.ids.tolist(),
        places=[row.nonzero().flatten().tolist() for row in asked],
        labels=labels,
        most_common=float((labels == common).float().mean()),
    )


def report(
    m: LoadedModel, heldout: HeldOut, step: int, total: int, loss: float | None, example: str
) -> TrainingStep:
    """Measure the model as it stands."""
    scores = logits_at(m, heldout.rows, heldout.places)
    return TrainingStep(
        step=step,
        total=total,
        loss=loss,
        accuracy=float((scores.argmax(-1) == heldout.labels).float().mean()),
        most_common=heldout.most_common,
        heldout_loss=float(F.cross_entropy(scores, heldout.labels)),
        guesses=fill(m, example, k=5).top(),
        m=m,
    )
