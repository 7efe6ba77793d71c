"""What a run says of each step, and of how good the model is."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp


@dataclass(frozen=True)
class Record:
    """What is known after one step: a line of `history.jsonl`.

    Attributes:
        step: optimizer steps done; 0 is before the first.
        loss: mean over the targets of the global batch, in nats; None where it was not read.
        learning_rate: with which the step was made.
        grad_norm: length of the gradient before it was cut; None where it was not read.
        tokens: tokens learned from so far, over all processes.
        tokens_per_second: over the steps since the last reading; None where it was not read.
        memory: most bytes this process (on a GPU: the device) has had so far.
        seconds: spent on training so far, without measuring, samples and pauses.
        heldout_loss: mean over all targets of the held-out part, in nats; None where not measured.
        measures: all that the task measures there, by name.
        sample: what the model writes now; None where it was not asked.
        note: what a person should know about this step, as that the micro-batch was halved.
    """

    step: int
    loss: float | None
    learning_rate: float
    grad_norm: float | None
    tokens: int
    tokens_per_second: float | None
    memory: int
    seconds: float
    heldout_loss: float | None = None
    measures: dict[str, float] | None = None
    sample: str | None = None
    note: str = ""


def best_record(records: Sequence[Record]) -> Record | None:
    """The first record with the lowest held-out loss; None if nothing was measured.

    >>> losses = enumerate((3.0, 2.0, None, 2.0, 2.5))
    >>> best_record([Record(i, None, 0.1, None, 0, None, 0, 0.0, loss) for i, loss in losses]).step
    1
    """
    measured = [(r.heldout_loss, r.step, r) for r in records if r.heldout_loss is not None]
    return min(measured, key=lambda each: each[:2], default=(None, 0, None))[-1]


@dataclass(frozen=True)
class Evaluation:
    """How good the model is on the held-out part.

    Attributes:
        step: optimizer steps done.
        loss: mean over all targets, in nats.
        measures: all that the task measures, by name, "loss" among them.
        targets: how many tokens (or texts) were asked.
        seconds: how long it took.
    """

    step: int
    loss: float
    measures: dict[str, float]
    targets: int
    seconds: float

    @property
    def perplexity(self) -> float:
        """How unsure it is: e to the loss, as many equally likely tokens."""
        return exp(min(self.loss, 700.0))
