"""Watching a run elsewhere: what it says of each step is passed on to TensorBoard or trackio.

Both keep it on this machine and need no account. They get what the run has found out anyway, so it
is the same run with them and without; and one that breaks does not end it.
"""

import importlib.util
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal, Protocol, get_args

from lablib.models.errors import quoted, reason
from lablib.output import say
from lablib.training.config import Config
from lablib.training.records import Record

Tool = Literal["tensorboard", "trackio"]


class Tracker(Protocol):
    """What takes the numbers of a step."""

    def log(self, step: int, values: dict[str, float], sample: str | None) -> None:
        """Take them, and what the model writes, if it was asked."""

    def close(self) -> None:
        """Write down what is not written yet."""


class TensorBoard:
    """Event files in a run's folder, for `tensorboard --logdir runs`.

    Args:
        first: the step with which it begins; what was told of later ones before is not shown.
    """

    def __init__(self, folder: Path, first: int) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self._writer: Any = SummaryWriter(str(folder / "tensorboard"), purge_step=first)

    def log(self, step: int, values: dict[str, float], sample: str | None) -> None:
        """A scalar for each value."""
        for name, value in values.items():
            self._writer.add_scalar(name, value, step)
        if sample is not None:
            self._writer.add_text("sample", sample, step)

    def close(self) -> None:
        """Write the rest."""
        self._writer.close()


class Trackio:
    """A run of trackio's project "language-model-labs", in its files, for `trackio show`."""

    def __init__(self, folder: Path, config: Config) -> None:
        import trackio

        self._trackio: Any = trackio
        trackio.init(
            project="language-model-labs", name=folder.resolve().name, config=asdict(config),
            resume="allow", embed=False,
        )  # fmt: skip

    def log(self, step: int, values: dict[str, float], sample: str | None) -> None:
        """All values of the step at once."""
        text = {} if sample is None else {"sample": sample}
        self._trackio.log({**values, **text}, step=step)

    def close(self) -> None:
        """Write the rest."""
        self._trackio.finish()


def reported(record: Record) -> dict[str, float]:
    """The numbers of a step that were read, by name; without those that are no numbers.

    >>> reported(Record(1, 2.5, 0.1, None, 8, None, 0, 0.0, heldout_loss=3.0))
    {'loss': 2.5, 'held-out loss': 3.0, 'learning rate': 0.1}
    """
    values = {
        "loss": record.loss,
        "held-out loss": record.heldout_loss,
        "learning rate": record.learning_rate,
        "gradient norm": record.grad_norm,
        "tokens per second": record.tokens_per_second,
    }
    others = {k: v for k, v in (record.measures or {}).items() if k != "loss"}
    named = {**values, **{f"held-out {name}": value for name, value in others.items()}}
    return {name: v for name, v in named.items() if v is not None and math.isfinite(v)}


@contextmanager
def reporting(tool: Tool, config: Config, folder: Path) -> Iterator[Callable[[Record], None]]:
    """What passes the records of a run on to a tool, for `tell` of `training.run.train`.

    Raises:
        ValueError: for a tool that is not known or not installed.

    Example:
        >>> with reporting("wandb", Config(), Path("runs/a")) as report:
        ...     pass
        Traceback (most recent call last):
        ...
        ValueError: There is no 'wandb' here: take tensorboard or trackio.
    """
    _require(tool)
    trackers: list[Tracker] = []
    broken = False

    def report(record: Record) -> None:
        nonlocal broken
        if broken:
            return
        try:
            if not trackers:
                trackers.append(_start(tool, config, folder, record.step))
            trackers[0].log(record.step, reported(record), record.sample)
        except Exception as error:  # whatever it is, the run goes on
            broken = True
            say(f"{tool} takes nothing any more ({reason(error)}); the run goes on without it.")

    try:
        yield report
    finally:
        for tracker in trackers:
            with suppress(Exception):
                tracker.close()


def _start(tool: Tool, config: Config, folder: Path, first: int) -> Tracker:
    if tool == "tensorboard":
        return TensorBoard(folder, first)
    return Trackio(folder, config)


def _require(tool: Tool) -> None:
    if tool not in get_args(Tool):
        raise ValueError(f"There is no {quoted(tool)} here: take {' or '.join(get_args(Tool))}.")
    if importlib.util.find_spec(tool) is None:
        raise ValueError(f"{tool} is not installed: pip install {tool}, or leave it out.")
