"""Looking for good settings: a learning-rate range test, and a search over a few settings.

The range test (Smith 2017, "Cyclical Learning Rates") is one short training in which the learning
rate grows from step to step. While it is too small the loss stands still; then it falls; then it
diverges. A good rate lies where the loss falls fastest, well below where it rises again.

A search tries settings within a budget of trials: all combinations of a grid, random ones, or ones
that a model of the trials so far holds to be promising (Bergstra et al. 2011, the tree-structured
Parzen estimator, as Optuna has it).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from lablib.finetuning.compute.trials import How, Range, Space, Study, Trial
from lablib.numbers import require_above, require_count, require_whole
from lablib.training.config import QUIET, Config, check
from lablib.training.engine import fit, setup
from lablib.training.prepared import Prepared

DIVERGED = 1.5
"""A smoothed loss so many times its lowest ends a range test."""
SMOOTHING = 0.8
"""The weight of the past in the smoothed loss."""
BEGINNING = 6
"""The first of so many parts of a range test suggests nothing: its smoothed loss is a mean of few,
so it falls and rises with single batches."""


@dataclass(frozen=True)
class RangeTest:
    """A learning-rate range test as far as it has come.

    Attributes:
        rates: the learning rate of each step, growing by the same factor each time, [steps].
        losses: the training loss of each step, in nats, [steps].
        total: how many steps it was to make.
        ended: why it ended before that, or "".
    """

    rates: tuple[float, ...] = ()
    losses: tuple[float, ...] = ()
    total: int = 0
    ended: str = ""

    @property
    def smoothed(self) -> tuple[float, ...]:
        """An exponential mean of the losses, without the bias of its beginning, [steps].

        >>> [round(loss, 6) for loss in RangeTest((1.0, 2.0), (4.0, 4.0)).smoothed]
        [4.0, 4.0]
        """
        mean, means = 0.0, []
        for step, loss in enumerate(self.losses, start=1):
            mean = SMOOTHING * mean + (1 - SMOOTHING) * loss
            means.append(mean / (1 - SMOOTHING**step))
        return tuple(means)

    @property
    def suggestion(self) -> float | None:
        """The rate at which the smoothed loss falls most steeply on the logarithmic axis, after the
        `BEGINNING` and up to its lowest point; None before there is a fall.
        """
        smoothed = self.smoothed
        if len(smoothed) < 5:
            return None
        slopes = np.gradient(np.array(smoothed), np.log(self.rates))
        places = range(self.total // BEGINNING, int(np.argmin(smoothed)) + 1)
        steepest = min(places, key=slopes.__getitem__, default=None)
        return None if steepest is None or slopes[steepest] >= 0 else self.rates[steepest]


@torch.inference_mode(False)
def range_test(
    config: Config, lowest: float = 1e-6, highest: float = 1.0, steps: int = 60
) -> Iterator[RangeTest]:
    """Train with a growing learning rate; yields the test after each step, until it diverges.

    Args:
        config: the run it is for; its own rate and schedule do not matter here.
        lowest, highest: the rates of the first and the last step.
        steps: how many there are at most.

    Raises:
        ValueError: for an empty range, or settings that cannot be used.

    Example:
        >>> *_, last = range_test(Config(text="lighthouse", length=16), steps=3)
        >>> [f"{rate:.3g}" for rate in last.rates]
        ['1e-06', '0.001', '1']
    """
    says = "A range test goes from a rate above 0 to a higher one, in 2 steps or more."
    require_above("lowest", lowest, says=says)
    require_above("highest", highest, lowest, says=says)
    require_count("steps", steps, 2, says)
    flat = replace(
        config, steps=steps + 1, schedule="constant", warmup=0, learning_rate=lowest,
        log_every=1, **QUIET,
    )  # fmt: skip
    rates = np.geomspace(lowest, highest, steps).tolist()
    records = fit(setup(flat, lr=rates.__getitem__))
    next(records)  # before the first step
    test = RangeTest(total=steps)
    for rate in rates:
        try:
            loss = next(records).loss or 0.0
        except ArithmeticError:
            yield replace(test, ended=f"At {rate:.2g} the loss became NaN or infinite.")
            return
        test = replace(test, rates=(*test.rates, rate), losses=(*test.losses, loss))
        if test.smoothed[-1] > DIVERGED * min(test.smoothed):
            yield replace(test, ended=f"At {rate:.2g} the loss had diverged.")
            return
        yield test


SPACE: dict[str, Range] = {
    "learning_rate": Range(1e-5, 1e-2, log=True),
    "batch": Range(4, 16, log=True),
    "warmup": Range(0, 10),
    "rank": Range(2, 32, log=True),
}
"""What the search panel offers."""


@torch.inference_mode(False)
def search_settings(
    config: Config,
    space: Space,
    how: How = "bayesian",
    trials: int = 8,
    seed: int = 0,
    file: str | Path | None = None,
) -> Iterator[Trial]:
    """Try settings; yields each trial anew after every step of its training.

    A trial that breaks off is yielded with its reason, and the search goes on. With a file, several
    processes with the same arguments share the trials, and one that comes later goes on where the
    others stand; see `shared_trials`. A trial whose process was ended counts as tried.

    Args:
        config: all other settings, its `steps` or `epochs` the length of a trial.
        space: what is looked for.
        how: "grid" (evenly spread, all combinations that the budget allows), "random" or
            "bayesian" (Optuna's TPE).
        trials: the budget, of all processes together.
        seed: of the draws; the trainings have that of `config`.
        file: what several processes share; None for a search in this one alone.

    Raises:
        ValueError: for nothing to look for, another way, settings that cannot be used, or a file
            that holds something else.

    Example:
        >>> short = Config(text="lighthouse", length=16, steps=1)
        >>> tried = search_settings(short, {"learning_rate": [1e-4, 1e-3]}, "grid")
        >>> [trial.settings for trial in tried if trial.done]
        [{'learning_rate': 0.0001}, {'learning_rate': 0.001}]
    """
    require_whole(trials=trials)
    if not space or trials < 1:
        raise ValueError("Choose at least one setting to look for, and one trial or more.")
    if not config.heldout:
        raise ValueError("A search judges by the held-out part: let heldout be above 0.")
    place = None if file is None else Path(file)
    study, prepared = Study(space, how, trials, seed, place, repr(config)), Prepared()
    for number, settings in study:
        last = Trial(number, settings)
        for trial in _try(last, config, prepared):
            last = trial
            yield trial
        study.tell(last)


def _try(trial: Trial, config: Config, prepared: Prepared) -> Iterator[Trial]:
    """Train with the settings of a trial, on rows that most trials share."""
    try:
        own = replace(trial.applied(config), **QUIET)
        check(own)
        state = setup(own, task=prepared.task(own))
        trial = replace(trial, total=state.total)
        for record in fit(state):
            measured = record.step and record.heldout_loss is not None
            trial = replace(
                trial, step=record.step, loss=record.heldout_loss if measured else trial.loss
            )
            yield trial
    except (ArithmeticError, MemoryError, ValueError) as error:
        yield replace(trial, failure=str(error))


def best_trial(trials: Sequence[Trial]) -> Trial | None:
    """The finished trial with the lowest held-out loss, None if there is none.

    >>> best_trial([Trial(0, {}, 5, 5, 3.0), Trial(1, {}, 5, 5, 2.0), Trial(2, {}, 1, 5)]).number
    1
    """
    measured = [trial for trial in trials if trial.done and not trial.failure and trial.measured]
    return min(measured, key=lambda trial: trial.loss or 0.0, default=None)
