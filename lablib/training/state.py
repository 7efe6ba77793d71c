"""All of a run in one place, and which rows each of its steps learns from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn
from torch.distributed.device_mesh import DeviceMesh
from transformers import PreTrainedTokenizerBase

from lablib.training.config import Config
from lablib.training.tasks import Task

if TYPE_CHECKING:
    from accelerate import Accelerator
    from transformers import PreTrainedModel


@dataclass
class Best:
    """The lowest held-out loss so far, and the weights that had it; see `Config.patience`.

    Attributes:
        step: at which it was measured.
        loss: in nats; infinite before the first measurement.
        waited: measurements since then.
        weights: those that learn, by name, on the CPU.
    """

    step: int = 0
    loss: float = inf
    waited: int = 0
    weights: dict[str, Tensor] = field(default_factory=dict)


@dataclass
class State:
    """All of a run, in one place.

    Attributes:
        model: the model that learns, bare.
        objective: the same under its task, wrapped for all processes: a batch in, its loss out.
        lr: the learning rate of a step, counted from 0.
        precision: of the matrix products.
        total: steps of the whole run.
        micro_batch: rows computed at once; halved when memory runs out.
        threads: of a CPU, that compute a step.
        step, tokens, seconds: done so far.
        began: the step at which this process took the run up.
        memory: most bytes seen in use.
        notes: what the next record has to say.
        last_read: tokens and seconds when the speed was read last.
        best: what is kept where the settings have patience.
        broken: the first step with a loss or gradient that is no number; 0: none. On the device.
        mesh: the processes that share the model, of which each holds a part; None where each has
            all of it.
    """

    config: Config
    folder: Path | None
    accelerator: Accelerator
    device: torch.device
    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    task: Task
    objective: nn.Module
    optimizer: torch.optim.Optimizer
    scaler: torch.amp.GradScaler
    lr: Callable[[int], float]
    precision: str
    total: int
    micro_batch: int
    threads: int
    step: int = 0
    tokens: int = 0
    seconds: float = 0.0
    began: int = 0
    memory: int = 0
    notes: list[str] = field(default_factory=list)
    last_read: tuple[int, float] = (0, 0.0)
    best: Best = field(default_factory=Best)
    broken: Tensor = field(default_factory=lambda: torch.zeros((), dtype=torch.long))
    mesh: DeviceMesh | None = None

    @property
    def is_done(self) -> bool:
        """Whether there is no step left to make, or no patience."""
        patience = self.config.patience
        return self.step >= self.total or 0 < patience <= self.best.waited

    def rows(self, step: int) -> list[int]:
        """The rows of the global batch of a step, counted from 1."""
        return rows_of(step - 1, self.config.batch, self.task.train_rows, self.config.seed)


def rows_of(step: int, batch: int, rows: int, seed: int) -> list[int]:
    """The rows of a step's global batch: every epoch is a new permutation of all rows.

    A row's number grows by `rows` with each epoch, so that a task can tell them apart.

    >>> first, second = rows_of(0, 3, 4, seed=0), rows_of(1, 3, 4, seed=0)
    >>> sorted(first + second[:1]), [row // 4 for row in second]
    ([0, 1, 2, 3], [0, 1, 1])
    """
    places = (divmod(step * batch + i, rows) for i in range(batch))
    return [epoch * rows + _permutation(rows, seed, epoch)[place] for epoch, place in places]


@lru_cache(maxsize=4)
def _permutation(rows: int, seed: int, epoch: int) -> list[int]:
    return [int(row) for row in np.random.default_rng((seed, epoch)).permutation(rows)]
