"""Knowledge distillation: a small model learns what a large one says, beside one that learns from
the text alone.

A text names one next token; a teacher gives each of the vocabulary a probability, so a student
that is taught learns more from the same text (Hinton, Vinyals and Dean 2015, "Distilling the
Knowledge in a Neural Network"). As for DistilBERT (Sanh et al. 2019), the student is the teacher
with some of its layers left out.
"""

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor

from lablib.models import LoadedModel
from lablib.models.text import (
    context_length,
    require_vectors,
    require_writer,
    start_of_text,
    text_ids,
)
from lablib.numbers import require_above, require_count, require_within
from lablib.randomness import Draws, drawing, generator, seeded

if TYPE_CHECKING:
    from transformers import GPT2LMHeadModel

ROW = 64
"""Tokens of the text in each row."""
BATCH = 4
EVERY = 10
"""The losses are measured every so many steps."""


@dataclass(frozen=True)
class Distillation:
    """How a student is taught.

    Attributes:
        layers: that it has.
        temperature: what the logits of both models are divided with before the softmax.
        share: of its loss that comes from the teacher; the rest comes from the text.
        steps: of either training.
        learning_rate: the highest; it rises for a tenth of the steps, and falls to 0.
        seed: decides which rows of the text are learned from, in which order.

    Raises:
        ValueError: for a setting with which nothing could be learned.
    """

    layers: int = 3
    temperature: float = 2.0
    share: float = 1.0
    steps: int = 100
    learning_rate: float = 1e-3
    seed: int = 0

    def __post_init__(self) -> None:
        says = f"The temperature is from 0.1 to 100, not {self.temperature}."
        require_within("temperature", self.temperature, 0.1, 100, says)
        says = f"The teacher's share is from 0 to 1, not {self.share}."
        require_within("share", self.share, says=says)
        says = "Layers, steps and learning rate are above 0."
        require_count("layers", self.layers, says=says)
        require_count("steps", self.steps, says=says)
        require_above("learning_rate", self.learning_rate, says=says)


@dataclass(frozen=True)
class DistillationStep:
    """Where both trainings stand.

    Attributes:
        step, total: steps done, and how many there will be.
        taught, alone: the loss on the held-out text of the student that has a teacher and of the
            one that has none, in nats per token; None where it was not measured.
        teacher: the teacher's own loss on that text.
    """

    step: int
    total: int
    taught: float | None
    alone: float | None
    teacher: float


def soft_loss(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    """What the student has still to learn of the teacher: T² times the Kullback–Leibler divergence
    KL(teacher ‖ student) of the two at temperature T, in nats, mean over the positions.

    The gradients of the softened distributions shrink with 1/T²; T² brings them back.

    Args:
        student, teacher: logits, [batch, length, vocabulary] or with fewer axes before the last.

    Returns:
        A scalar.

    Raises:
        ValueError: for a temperature of 0 or below, or above a million.

    >>> logits = torch.tensor([[2.0, 1.0, 0.0]])
    >>> float(soft_loss(logits, logits, 3.0))
    0.0
    """
    says = f"temperature must be above 0, at most 1e6, and it was {temperature!r}."
    require_above("temperature", temperature, most=1e6, says=says)
    said, wanted = (
        (logits.float() / temperature).log_softmax(-1).reshape(-1, logits.shape[-1])
        for logits in (student, teacher)
    )
    return temperature**2 * F.kl_div(said, wanted, reduction="batchmean", log_target=True)


@torch.inference_mode(False)
def small_student(m: LoadedModel, layers: int = 3) -> "GPT2LMHeadModel":
    """A GPT-2 with fewer layers, all of them the teacher's: spread evenly, the first among them.

    Raises:
        ValueError: if the model is no GPT-2, or has no more layers than that.

    Example: embeddings and three of six layers.
        >>> from lablib import models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> student = small_student(m, layers=3)
        >>> student.config.n_layer, torch.equal(
        ...     student.transformer.h[1].mlp.c_fc.weight, m.model.transformer.h[2].mlp.c_fc.weight
        ... )
        (3, True)
    """
    require_writer(m)
    require_count("layers", layers)
    model: Any = m.model
    config = copy.deepcopy(model.config)
    if config.model_type != "gpt2":
        raise ValueError("Only a GPT-2 is made smaller here: open pocket-gpt2, or another GPT-2.")
    if config.n_layer <= layers:
        raise ValueError(
            f"The teacher has {config.n_layer} layers, so a student of {layers} would be no "
            "smaller: take fewer, or another teacher."
        )
    kept = [layer * config.n_layer // layers for layer in range(layers)]
    config.n_layer = layers
    with seeded(0):  # random weights that are overwritten, and nobody else's draws
        made: Any = type(model)(config).float()
    weights = model.state_dict()
    made.load_state_dict({name: weights[_of(name, kept)] for name in made.state_dict()})
    return made.to(m.device)


def _of(name: str, kept: list[int]) -> str:
    """The teacher's name of a weight of the student.

    >>> _of("transformer.h.1.ln_1.weight", [0, 2, 4]), _of("transformer.wte.weight", [0, 2, 4])
    ('transformer.h.2.ln_1.weight', 'transformer.wte.weight')
    """
    return re.sub(r"\.h\.(\d+)\.", lambda found: f".h.{kept[int(found[1])]}.", name)


def distill(
    m: LoadedModel, text: str, heldout: str, settings: Distillation | None = None
) -> Iterator[DistillationStep]:
    """Train two equal students on the same rows, one with a teacher and one without, yielding where
    they stand after each step.

    Args:
        m: the teacher, a GPT-2. It stays as it is.
        text: what they learn from.
        heldout: what they are measured on, and never learn from.
        settings: of the training; None for `Distillation()`.

    Raises:
        ValueError: if a text is shorter than a row, or `m` cannot be a teacher.

    Example: both begin as the same model.
        >>> from lablib import data, models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> steps = distill(m, data.text("almanac"), data.text("tale"), Distillation(steps=1))
        >>> first = next(steps)
        >>> first.taught == first.alone > first.teacher
        True
    """
    settings = settings or Distillation()
    rows, held = rows_of(m, text), rows_of(m, heldout)
    taught, alone = (_Student(small_student(m, settings.layers), settings) for _ in range(2))
    order = generator(settings.seed)
    teacher = _heldout_loss(m.model, held)
    for step in range(settings.steps + 1):
        if step:
            batch = rows[torch.randint(len(rows), (BATCH,), generator=order)].to(m.device)
            taught.learn(batch, _said(m.model, batch))
            alone.learn(batch)
        is_measured = step % EVERY == 0 or step == settings.steps
        yield DistillationStep(
            step,
            settings.steps,
            _heldout_loss(taught.model, held) if is_measured else None,
            _heldout_loss(alone.model, held) if is_measured else None,
            teacher,
        )


def rows_of(m: LoadedModel, text: str) -> Tensor:
    """A text as rows of at most `ROW` tokens that each begin with the model's start-of-text token:
    ids [rows, ROW + 1]. What is left over at the end is left out.

    Raises:
        ValueError: if the text has fewer tokens than a row.
    """
    start = start_of_text(m)
    length = min(ROW, (context_length(m) or 2 * ROW) - len(start))
    ids = text_ids(m.tokenizer, text)
    if len(ids) < length:
        raise ValueError(f"The text has {len(ids)} tokens: give one of at least {length}.")
    require_vectors(m, ids)
    rows = torch.tensor(ids[: len(ids) // length * length]).reshape(-1, length)
    return torch.cat([torch.tensor(start).expand(len(rows), -1), rows], dim=1)


class _Student:
    """A model that learns, with or without a teacher, from draws of its own."""

    def __init__(self, model: "GPT2LMHeadModel", settings: Distillation) -> None:
        self.model, self.settings = model, settings
        self.draws = Draws(settings.seed)
        with torch.inference_mode(False):
            self.optimizer = torch.optim.AdamW(model.parameters(), lr=settings.learning_rate)
            self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimizer, self._rate)

    def _rate(self, step: int) -> float:
        steps = self.settings.steps
        return min((step + 1) / max(steps / 10, 1), (steps - step) / steps)

    @torch.inference_mode(False)
    @torch.enable_grad()
    def learn(self, batch: Tensor, teacher: Tensor | None = None) -> None:
        """One step on rows [batch, length], with what the teacher says of them, if there is one."""
        batch = batch.clone()  # a tensor of the inference mode takes part in no gradient
        self.model.train()
        with drawing(self.draws):
            logits = self.model(batch).logits[:, :-1]
        loss = F.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten())
        if teacher is not None:
            share, temperature = self.settings.share, self.settings.temperature
            soft = soft_loss(logits, teacher.clone(), temperature)
            loss = share * soft + (1 - share) * loss
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.schedule.step()


@torch.inference_mode()
def _said(teacher: Any, batch: Tensor) -> Tensor:
    """The teacher's logits of each next token, [batch, length - 1, vocabulary]."""
    return teacher.eval()(batch).logits[:, :-1]


@torch.inference_mode()
def _heldout_loss(model: Any, rows: Tensor) -> float:
    """Mean loss over the tokens of the rows, in nats."""
    model.eval()
    sums = [
        F.cross_entropy(
            model(part).logits[:, :-1].float().flatten(0, 1), part[:, 1:].flatten(), reduction="sum"
        )
        for part in rows.to(model.device).split(BATCH)
    ]
    return float(torch.stack(sums).sum() / rows[:, 1:].numel())
