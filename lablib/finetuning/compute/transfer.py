"""Why a pretrained model needs so little text: ways to learn, on more and more of it, measured.

Each way (from random weights, all weights of a pretrained model, LoRA, its last blocks) learns from
the first 5 %, 20 % and 100 % of a text, the same number of steps of the same size each time. All
are measured on the same held-out part as they learn, and what counts is the best of these measures:
with little text a model soon memorises it and gets worse again, and nobody would keep that.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import torch

from lablib.training.config import Config, Device, Method, check
from lablib.training.engine import fit, setup
from lablib.training.tasks import Task, make_task, open_model

RATES: dict[Method, float] = {"scratch": 1e-3, "full": 5e-4, "lora": 2e-3, "last": 1e-3}
"""The ways, and a learning rate that suits each: what learns less can take longer steps."""
SHARES = (0.05, 0.2, 1.0)
LOOKS = 6
"""How often each is measured on the held-out part, the beginning not counted."""


@dataclass(frozen=True)
class TransferPoint:
    """One way to learn, from one share of the text, as it stands.

    Attributes:
        method, share, seed: which.
        rows: of the text that it learns from.
        step, total: done, and in all.
        start: held-out loss before the first step, in nats.
        best: the lowest held-out loss so far, in nats.
        last: the latest one, in nats.
        failure: why it ended early, or "".
    """

    method: str
    share: float
    seed: int
    rows: int
    step: int
    total: int
    start: float
    best: float
    last: float
    failure: str = ""

    @property
    def done(self) -> bool:
        """Whether it has come to its end."""
        return self.step >= self.total or bool(self.failure)

    @property
    def perplexity(self) -> float:
        """Of the best: e to the loss."""
        return math.exp(min(self.best, 700.0))


@torch.inference_mode(False)
def transfer_points(
    text: str,
    model: str = "pocket-gpt2",
    methods: Sequence[Method] = tuple(RATES),
    shares: Sequence[float] = SHARES,
    seeds: Sequence[int] = (0,),
    steps: int = 40,
    batch: int = 8,
    length: int = 64,
    device: Device = "auto",
) -> Iterator[TransferPoint]:
    """Train with each method on each share of a text; yields each point anew after every step.

    Args:
        text: as of `texts.read_text`; its end is held out, the same part for all.
        methods: of "full", "lora", "last" and "scratch".
        shares: of the rest of the text, its beginning, above 0 and up to 1.
        seeds: each gives every point once more, with other new weights and another order.
        steps, batch, length: optimizer steps, rows in each, tokens in a row: the same for all.

    Raises:
        ValueError: for another method or share, or a text that is too short.

    Example:
        >>> points = transfer_points("lighthouse", methods=["last"], shares=[1.0], steps=1)
        >>> [(point.step, point.done) for point in points]
        [(0, False), (1, True)]
    """
    if unknown := [method for method in methods if method not in RATES]:
        raise ValueError(f"There is no method {unknown[0]!r} here: take {', '.join(RATES)}.")
    if any(not 0 < share <= 1 for share in shares):
        raise ValueError("A share of the text is above 0 and at most 1, such as 0.05.")
    config = Config(
        model=model, text=text, steps=steps, batch=batch, length=length,
        evaluate_every=max(1, steps // LOOKS), warmup=min(3, steps - 1), device=device,
    )  # fmt: skip
    check(config)
    whole = make_task(config, open_model(config))
    for share, method, seed in product(shares, methods, seeds):
        own = replace(config, method=method, seed=seed, learning_rate=RATES[method])
        rows = max(1, round(share * whole.train_rows))
        yield from _learn(own, share, whole.with_rows(train=rows))


def _learn(config: Config, share: float, task: Task) -> Iterator[TransferPoint]:
    """One training, a point after each step; a failure of its own ends only this one."""
    state = setup(config, task=task)
    records = fit(state)
    first = next(records)
    start = math.nan if first.heldout_loss is None else first.heldout_loss
    point = TransferPoint(
        config.method, share, config.seed, task.train_rows, first.step, state.total,
        start, best=start, last=start,
    )  # fmt: skip
    yield point
    try:
        for record in records:
            point = replace(point, step=record.step)
            if (loss := record.heldout_loss) is not None:
                point = replace(point, best=min(point.best, loss), last=loss)
            yield point
    except (ArithmeticError, MemoryError) as error:
        yield replace(point, failure=str(error))
