"""What a bug costs, in a live run: the code as it was beside the code as it should be.

Both begin with the same weights and see the same batches; only the lines of the bug differ, and
they are the very lines that the learner was shown: the two codes of the bug's card.
"""

import copy
import functools
import random
import re
import warnings
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor

from lablib import data, models
from lablib.exercises.practice import practice_model
from lablib.exercises.records import Bug, find
from lablib.finetuning.compute.harms import BugEffect
from lablib.randomness import seeded
from lablib.training.methods import set_dropout

if TYPE_CHECKING:
    from transformers import GPT2LMHeadModel

LENGTH, ROWS, STEPS, RATE = 32, 8, 12, 5e-4
"""Small enough for some seconds on any machine."""
HELD_OUT = 8

Code = SimpleNamespace
"""The functions of a code by name: the wrong code and the fixed one have the same."""
Points = Iterator[tuple[int, float]]
"""Step and measure, as a run goes."""


def menu() -> list[str]:
    """The bugs, by the ids of their exercises.

    >>> menu()[0]
    'finetuning/labels-shifted-twice'
    """
    return list(_RUNS)


def harm(id: str) -> BugEffect:
    """Run the code of a bug and the fixed code, some seconds each.

    Raises:
        ValueError: for a bug that this room does not have.

    Example:
        >>> found = harm("finetuning/adamw-of-transformers")
        >>> found.fixed[1] < found.fixed[0], found.error[:11]
        (True, 'ImportError')
    """
    *_, found = watch(id)
    return found


@torch.inference_mode(False)
def watch(id: str) -> Generator[BugEffect, None, None]:
    """`harm`, as far as it has come, after each measurement."""
    if id not in _RUNS:
        raise ValueError(f"There is no bug {id!r}: choose one of {', '.join(_RUNS)}.")
    measure, run = _RUNS[id]
    found = BugEffect(measure, (), (), (), axis=AXES.get(id, "training steps"))
    broken_code, mended_code = codes(id)
    for step, value in run(mended_code):
        found = replace(found, steps=(*found.steps, step), fixed=(*found.fixed, value))
        yield found
    try:
        for _, value in run(broken_code):
            found = replace(found, broken=(*found.broken, value))
            yield found
    except ImportError as error:
        yield replace(found, error=f"{type(error).__name__}: {_sentence(error)}")


def codes(id: str) -> tuple[Code, Code]:
    """The wrong code of a bug and the fixed one, as they stand on its card.

    >>> [hasattr(code, "one_step") for code in codes("finetuning/adamw-of-transformers")]
    [True, True]
    """
    bug = cast(Bug, find(id))
    return _functions(bug.code), _functions(bug.solution)


def _functions(text: str) -> Code:
    """The functions of a code of ours, which may use torch."""
    names: dict[str, Any] = {"torch": torch}
    exec(text, names)
    return Code(**{name: value for name, value in names.items() if callable(value)})


def _sentence(error: ImportError) -> str:
    """What an error says, without the file it names.

    >>> _sentence(ImportError("cannot import name 'x' from 'y' (y.py)"))
    "cannot import name 'x' from 'y'"
    """
    return str(error).partition(" (")[0]


# --- the material of the runs -----------------------------------------------------------------


@functools.cache
def _base() -> models.LoadedModel:
    """The model that both runs begin with."""
    return models.load("pocket-gpt2", device="cpu")


def _pocket() -> "GPT2LMHeadModel":
    """A copy of it that may learn."""
    model = copy.deepcopy(_base().model).float()
    model.requires_grad_(True).train()
    return model


def _optimizer(model: Any, rate: float = RATE) -> torch.optim.Optimizer:
    return torch.optim.AdamW(model.parameters(), lr=rate)


def _ids(text: str) -> list[int]:
    return list(_base().tokenizer(text, verbose=False).input_ids)


@functools.cache
def _rows() -> tuple[Tensor, Tensor]:
    """The logbook in rows, to learn from and held out, int64 [rows, LENGTH]."""
    ids = torch.tensor(_ids(data.text("logbook")))
    rows = ids[: len(ids) // LENGTH * LENGTH].view(-1, LENGTH)
    return rows[:-HELD_OUT], rows[-HELD_OUT:]


def _batches(count: int) -> list[Tensor]:
    rows, _ = _rows()
    rng = torch.Generator().manual_seed(0)
    return [rows[torch.randint(len(rows), (ROWS,), generator=rng)] for _ in range(count)]


@functools.cache
def _sentences() -> list[list[int]]:
    """Sentences of the logbook as ids."""
    found = re.findall(r"[A-Z][^.\n]{25,90}\.", data.text("logbook"))
    return [_ids(sentence) for sentence in found]


@torch.no_grad()
def _heldout_loss(model: Any, heldout: Tensor | None = None) -> float:
    heldout = _rows()[1] if heldout is None else heldout
    return float(model(input_ids=heldout, labels=heldout).loss)


def _measured(
    backward: Callable[[Any, int], Any], measure: Callable[[Any], float] = _heldout_loss
) -> Points:
    """Train the pocket model, measuring at the start and after every fourth step."""
    model = _pocket()
    optimizer = _optimizer(model)
    yield 0, measure(model)
    for step in range(STEPS):
        optimizer.zero_grad()
        backward(model, step)
        optimizer.step()
        if (step + 1) % 4 == 0:
            yield step + 1, measure(model)


# --- one run for each bug ---------------------------------------------------------------------


def _shifted(code: Code) -> Points:
    batches = _batches(STEPS)
    return _measured(lambda model, step: code.batch_loss(model, batches[step]).backward())


def _padded(code: Code) -> Points:
    batches = [_padded_batch(step) for step in range(STEPS)]
    return _measured(lambda model, step: code.padded_loss(model, *batches[step]).backward())


def _padded_batch(step: int) -> tuple[Tensor, Tensor]:
    """Ids and mask of some sentences, filled up with 0 to twice the length."""
    rows = random.Random(step).sample(_sentences(), ROWS)
    width = 2 * LENGTH
    ids = [row + [0] * (width - len(row)) for row in rows]
    mask = [[1] * len(row) + [0] * (width - len(row)) for row in rows]
    return torch.tensor(ids), torch.tensor(mask)


def _one_step(code: Code) -> Points:
    before, after = code.one_step(_pocket(), _batches(1)[0], RATE)
    yield 0, before
    yield 1, after


def _ends(code: Code) -> Points:
    """How sure the model is, after a sentence that is not learned from, that the text ends."""
    end = _base().tokenizer.eos_token_id
    texts = [[*sentence, end] for sentence in _sentences()]

    def backward(model: Any, step: int) -> None:
        rows = random.Random(step).sample(texts[:-HELD_OUT], ROWS)
        width = max(map(len, rows))
        ids = torch.tensor([row + [end] * (width - len(row)) for row in rows])
        model(input_ids=ids, labels=torch.tensor(code.labels_of(rows, end))).loss.backward()

    @torch.no_grad()
    def measure(model: Any) -> float:
        finished = [torch.tensor([text[:-1]]) for text in texts[-HELD_OUT:]]
        probabilities = [model(input_ids=ids).logits[0, -1].softmax(-1)[end] for ids in finished]
        return 100 * float(torch.stack(probabilities).mean())

    return _measured(backward, measure)


def _scheduled(code: Code) -> Points:
    for steps in (1, 2, 4):
        model = _pocket()
        with warnings.catch_warnings():  # Torch warns of just this bug.
            warnings.simplefilter("ignore")
            code.rates_used(model, _optimizer(model), _batches(steps))
        yield steps, _heldout_loss(model)


def _in_parts(code: Code) -> Points:
    """How far the gradient of a batch moves, when the batch is cut into more and more parts."""
    ids = _batches(1)[0]
    kept = torch.tensor([max(LENGTH >> row, 2) for row in range(ROWS)])
    labels = ids.masked_fill(torch.arange(LENGTH) >= kept[:, None], -100)

    def gradient(code: Code, parts: int) -> Tensor:
        model = _pocket()
        code.accumulate(model, list(zip(ids.chunk(parts), labels.chunk(parts), strict=True)))
        found = [weight.grad for weight in model.parameters()]
        return torch.cat([one.flatten() for one in found if one is not None])

    _, fixed = codes("finetuning/mean-of-means")
    whole = gradient(fixed, 1)
    for parts in (1, 2, 4, 8):
        moved = gradient(code, parts) - whole
        yield parts, 100 * float(moved.norm() / whole.norm())


def _uncleared(code: Code) -> Points:
    yield from enumerate(code.learn(_pocket(), _batches(STEPS), RATE))


def _stuck_in_eval(code: Code) -> Points:
    """A tiny model that begins with nothing learns a short tale, letter by letter."""
    from transformers import GPT2Config, GPT2LMHeadModel

    config = GPT2Config(
        vocab_size=95, n_positions=32, n_embd=64, n_layer=2, n_head=2,
        bos_token_id=None, eos_token_id=None,
    )  # fmt: skip
    ids = torch.tensor(practice_model()[1](data.text("lighthouse")).input_ids)
    rows = ids[: 56 * LENGTH].view(56, LENGTH)
    rng = torch.Generator().manual_seed(0)
    batches = [rows[torch.randint(32, (4,), generator=rng)] for _ in range(140)]
    with seeded(0):
        model = GPT2LMHeadModel(config)
        set_dropout(model, 0.3)
        optimizer = _optimizer(model, rate=3e-3)
        losses = code.learn_and_look(
            model, optimizer, batches, lambda model: _heldout_loss(model, rows[-6:])
        )
    yield from list(enumerate(losses, 1))[9::10]


HELD_OUT_LOSS = "loss on the held-out part (nats)"

_RUNS: dict[str, tuple[str, Callable[[Code], Points]]] = {
    "finetuning/labels-shifted-twice": (HELD_OUT_LOSS, _shifted),
    "finetuning/padding-in-the-loss": (HELD_OUT_LOSS, _padded),
    "finetuning/adamw-of-transformers": ("loss on the batch, before and after (nats)", _one_step),
    "finetuning/pad-is-end": ("probability of the end after a finished sentence (%)", _ends),
    "finetuning/scheduler-first": (HELD_OUT_LOSS, _scheduled),
    "finetuning/mean-of-means": ("distance from the whole batch's gradient (%)", _in_parts),
    "finetuning/no-zero-grad": ("loss on each batch before it is learned (nats)", _uncleared),
    "finetuning/stays-in-eval": (HELD_OUT_LOSS, _stuck_in_eval),
}

AXES = {
    "finetuning/mean-of-means": "parts of the batch",
    "finetuning/scheduler-first": "training steps of the whole run",
}
"""What a run is drawn over, where it is not its own steps."""
