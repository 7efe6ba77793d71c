"""A tiny GPT that learns to write from nothing, while you watch.

Its tokens are single bytes, so that nothing about the language is in them: it has to find out which
letters there are, then how words are spelt, then which words follow each other. Two layers and one
short text are enough to see it, within a minute on any machine.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import numpy as np
import torch

from lablib.models import LoadedModel, ModelCard
from lablib.numbers import require_count
from lablib.randomness import seeded
from lablib.sampling.compute.generation import generate
from lablib.sampling.compute.knobs import Knobs
from lablib.sampling.compute.text import prepare
from lablib.training.corpus import batch, log_shares, token_stream, train_tokenizer
from lablib.training.objective import causal_loss, causal_rows
from lablib.training.optimizers import descend, make_optimizers
from lablib.training.recipe import Recipe, random_gpt2, tiny
from lablib.training.texts import read_text, split

if TYPE_CHECKING:
    from transformers import GPT2LMHeadModel

EVERY = 10
"""The held-out loss is measured every so many steps."""
HELD_OUT = 0.15
"""The share of the text, its end, that is never learned from."""
HELD_ROWS = 16
"""Rows of it that are measured, at most."""
SAMPLE = 100
"""How long a sample is, in bytes."""


@dataclass(frozen=True, eq=False)
class WritingStep:
    """Where the training stands after a step.

    Attributes:
        step, total: steps made, and how many there will be.
        loss: on the batch of this step, in nats per token; None before the first.
        heldout_loss: on the text's end, in nats per token; None where it was not measured.
        frequency_loss: the same of always saying each byte as often as the text has it.
        sample: what it writes now; None where it was not asked.
        m: the model as it stands, to be asked anything; the training goes on with it.
    """

    step: int
    total: int
    loss: float | None
    heldout_loss: float | None
    frequency_loss: float
    sample: str | None
    m: LoadedModel = field(repr=False)


def sample_steps(steps: int) -> tuple[int, ...]:
    """After which steps it writes: first, then at 10 and at twice as many each time, and last.

    >>> sample_steps(100)
    (0, 10, 20, 40, 80, 100)
    """
    require_count("steps", steps)
    doubled = (EVERY * 2**i for i in range(steps.bit_length()))
    return (0, *(step for step in doubled if step < steps), steps)


@dataclass(frozen=True, eq=False)
class _Lesson:
    """What is learned from, ids [tokens], what is measured on, ids [rows, tokens], and the loss on
    it of a model that has only counted how often each token is in the text.
    """

    known: np.ndarray
    heldout: torch.Tensor
    frequency_loss: float


@torch.inference_mode(False)
def learn_from_nothing(
    text: str = "lighthouse", steps: int = 400, seed: int = 0, prompt: str = "The "
) -> Iterator[WritingStep]:
    """Train a GPT of two layers from random weights, yielding where it stands before the first step
    and after each.

    Args:
        text: what it learns, as of `texts.read_text`; at least 1,000 characters.
        seed: decides the first weights, the batches and the draws of the samples.
        prompt: how each sample begins.

    Raises:
        ValueError: if the text or `steps` is too small.

    Example:
        >>> first, second = learn_from_nothing(steps=1)
        >>> first.loss, first.sample[:4], first.heldout_loss > second.heldout_loss
        (None, 'The ', True)
    """
    require_count("steps", steps)
    recipe = _recipe(steps, seed)
    m, lesson = _begin(read_text(text), recipe)
    optimizers = make_optimizers(cast("GPT2LMHeadModel", m.model), recipe)
    yield _report(m, lesson, None, 0, recipe, prompt)
    for step in range(steps):
        loss = _batch_loss(m, lesson, step, recipe)
        descend(loss, optimizers, recipe, step)
        yield _report(m, lesson, loss.item(), step + 1, recipe, prompt)


def _recipe(steps: int, seed: int) -> Recipe:
    vocabulary = 257  # the bytes and the end-of-text token
    return tiny("gpt2", steps, vocab_size=vocabulary, context=128, batch=4, seed=seed)


def _begin(text: str, recipe: Recipe) -> tuple[LoadedModel, _Lesson]:
    """A new model that reads bytes, and the text cut into what it learns and what it does not."""
    tokenizer = train_tokenizer("gpt2", [text], recipe.vocab_size)
    known, rest = (token_stream([part], tokenizer) for part in split(text, HELD_OUT))
    count = min(len(rest) // recipe.context, HELD_ROWS)
    if len(known) // recipe.context <= recipe.batch or not count:
        raise ValueError("This text is too short to learn from: give at least 1,000 characters.")
    heldout = torch.from_numpy(rest[: count * recipe.context].astype(np.int64))
    heldout = heldout.view(count, recipe.context)
    counted = -float(log_shares(known, recipe.vocab_size)[heldout[:, 1:]].mean())
    with seeded(recipe.seed):
        model = random_gpt2(recipe, tokenizer).eval()
    card = ModelCard(
        "tiny-gpt", "causal", "folder", model.num_parameters(), 0, "mit", ("en",),
        "A GPT of two layers that reads bytes, trained just now.",
    )  # fmt: skip
    m = LoadedModel(model, tokenizer, card, model.device, "It was trained in this notebook.")
    return m, _Lesson(known, heldout, counted)


def _batch_loss(m: LoadedModel, lesson: _Lesson, step: int, recipe: Recipe) -> torch.Tensor:
    """The loss on the rows of a step (0-based), with its gradient."""
    rng = torch.Generator().manual_seed(recipe.seed * 1_000_003 + step)
    ids = batch(lesson.known, step, recipe.batch, recipe.window, recipe.seed)
    rows, labels = causal_rows(ids, m.tokenizer.bos_token_id, recipe.vocab_size, 0.0, rng)
    return causal_loss(cast("GPT2LMHeadModel", m.model), rows, labels)


def _report(
    m: LoadedModel, lesson: _Lesson, loss: float | None, step: int, recipe: Recipe, prompt: str
) -> WritingStep:
    """Where it stands, measured and asked to write at the steps that are chosen for it."""
    is_measured = step % EVERY == 0 or step == recipe.steps
    return WritingStep(
        step=step,
        total=recipe.steps,
        loss=loss,
        heldout_loss=_heldout_loss(m, lesson) if is_measured else None,
        frequency_loss=lesson.frequency_loss,
        sample=_sample(m, prompt, recipe.seed) if step in sample_steps(recipe.steps) else None,
        m=m,
    )


@torch.no_grad()
def _heldout_loss(m: LoadedModel, lesson: _Lesson) -> float:
    return float(causal_loss(cast("GPT2LMHeadModel", m.model), lesson.heldout))


def _sample(m: LoadedModel, prompt: str, seed: int) -> str:
    """The prompt, and what the model writes after it."""
    begun = prepare(m, prompt, SAMPLE)
    steps = generate(m, begun, Knobs(temperature=0.7), seed, SAMPLE)
    return prompt + "".join(step.text for step in steps)
