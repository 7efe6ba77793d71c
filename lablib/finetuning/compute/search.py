"""Looking for good settings: a learning-rate range test, and a search over a few settings.

The range test (Smith 2017, "Cyclical Learning Rates") is one short training in which the learning
rate grows from step to step. While it is too small the loss stands still; then it falls; then it
diverges. A good rate lies where the loss falls fastest, well below where it rises again.

A search tries settings within a budget of trials: all combinations of a grid, random ones, or ones
that a model of the trials so far holds to be promising (Bergstra et al. 2011, the tree-structured
Parzen estimator, as Optuna has it).
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import Any, Literal

import numpy as np
import torch

from lablib.training.config import QUIET, Config, check
from lablib.training.engine import fit, setup
from lablib.training.prepared import Prepared

How = Literal["grid", "random", "bayesian"]

DIVERGED = 1.5
"""A smoothed loss so many times its lowest ends a range test."""
SMOOTHING = 0.8
"""The weight of the past in the smoothed loss."""


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
        """The rate at which the smoothed loss falls most steeply on the logarithmic axis, up to its
        lowest point; None before there is a fall.
        """
        smoothed = self.smoothed
        if len(smoothed) < 5:
            return None
        lowest = int(np.argmin(smoothed))
        slopes = np.gradient(np.array(smoothed), np.log(self.rates))[: lowest + 1]
        steepest = int(np.argmin(slopes))
        return self.rates[steepest] if slopes[steepest] < 0 else None


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
    if not 0 < lowest < highest or steps < 2:
        raise ValueError(
            "A range test goes from a rate above 0 to a higher one, in 2 steps or more."
        )
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


@dataclass(frozen=True)
class Range:
    """What a setting may be: anything between two ends.

    Attributes:
        low, high: the ends, both possible.
        log: whether it is drawn on a logarithmic axis, as a learning rate is.

    >>> Range(1, 100, log=True).spread(3), Range(2, 4).spread(9)
    ([1, 10, 100], [2, 3, 4])
    """

    low: float
    high: float
    log: bool = False

    @property
    def whole(self) -> bool:
        """Whether only whole numbers are meant: both ends are integers."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    def spread(self, count: int) -> list[Any]:
        """So many values from end to end, or as many different ones as there are."""
        space = np.geomspace if self.log else np.linspace
        values = space(self.low, self.high, count).tolist()
        return sorted({round(value) if self.whole else value for value in values})


Space = Mapping[str, Range | Sequence[Any]]
"""Which settings of a `Config` are looked for, and what each may be."""

SPACE: dict[str, Range] = {
    "learning_rate": Range(1e-5, 1e-2, log=True),
    "batch": Range(4, 16, log=True),
    "warmup": Range(0, 10),
    "rank": Range(2, 32, log=True),
}
"""What the search panel offers."""


@dataclass(frozen=True)
class Trial:
    """One trial as it stands.

    Attributes:
        number: from 0.
        settings: what was tried, by the names of `Config`.
        step, total: done, and in all.
        loss: the latest on the held-out part, in nats; None before it was measured.
        failure: why it broke off, or "".
    """

    number: int
    settings: dict[str, Any]
    step: int = 0
    total: int = 0
    loss: float | None = None
    failure: str = ""

    @property
    def done(self) -> bool:
        """Whether it has come to its end."""
        return bool(self.failure) or 0 < self.total <= self.step

    def applied(self, config: Config) -> Config:
        """These settings in place of those of a config."""
        return replace(config, **self.settings)


@torch.inference_mode(False)
def search_settings(
    config: Config, space: Space, how: How = "bayesian", trials: int = 8, seed: int = 0
) -> Iterator[Trial]:
    """Try settings; yields each trial anew after every step of its training.

    A trial that breaks off is yielded with its reason, and the search goes on.

    Args:
        config: all other settings, its `steps` or `epochs` the length of a trial.
        space: what is looked for.
        how: "grid" (evenly spread, all combinations that the budget allows), "random" or
            "bayesian" (Optuna's TPE).
        trials: the budget.
        seed: of the draws; the trainings have that of `config`.

    Raises:
        ValueError: for nothing to look for, another way, or settings that cannot be used.

    Example:
        >>> short = Config(text="lighthouse", length=16, steps=1)
        >>> tried = search_settings(short, {"learning_rate": [1e-4, 1e-3]}, "grid")
        >>> [trial.settings for trial in tried if trial.done]
        [{'learning_rate': 0.0001}, {'learning_rate': 0.001}]
    """
    if not space or trials < 1:
        raise ValueError("Choose at least one setting to look for, and one trial or more.")
    if not config.heldout:
        raise ValueError("A search judges by the held-out part: let heldout be above 0.")
    proposals = _grid(space, trials) if how == "grid" else _Drawn(space, how, trials, seed)
    prepared = Prepared()
    for number, settings in enumerate(proposals):
        last = Trial(number, settings)
        for trial in _try(last, config, prepared):
            last = trial
            yield trial
        if isinstance(proposals, _Drawn):
            proposals.tell(None if last.failure else last.loss)


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
    measured = [trial for trial in trials if trial.done and not trial.failure and _measured(trial)]
    return min(measured, key=lambda trial: trial.loss or 0.0, default=None)


def _measured(trial: Trial) -> bool:
    return trial.loss is not None and math.isfinite(trial.loss)


def _grid(space: Space, trials: int) -> list[dict[str, Any]]:
    """As fine a grid as the budget allows, each setting with two values at least.

    >>> len(_grid({"batch": Range(4, 16), "rank": [2, 4, 8]}, 9))
    9
    """
    count = max(2, math.floor(trials ** (1 / len(space)) + 1e-9))
    columns = [
        choice.spread(count) if isinstance(choice, Range) else list(choice)
        for choice in space.values()
    ]
    return [dict(zip(space, row, strict=True)) for row in islice(product(*columns), trials)]


class _Drawn:
    """Settings drawn by Optuna, one after the other, each after the last was told of."""

    def __init__(self, space: Space, how: str, trials: int, seed: int) -> None:
        import optuna

        if how not in ("random", "bayesian"):
            raise ValueError(f"A search is grid, random or bayesian, not {how!r}.")
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        sampler = (
            optuna.samplers.RandomSampler(seed=seed)
            if how == "random"
            else optuna.samplers.TPESampler(seed=seed, n_startup_trials=max(2, min(5, trials // 2)))
        )
        self._study = optuna.create_study(sampler=sampler, direction="minimize")
        self._space, self._left = space, trials
        self._trial: Any = None

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for _ in range(self._left):
            self._trial = self._study.ask()
            yield {name: self._suggest(name, choice) for name, choice in self._space.items()}

    def _suggest(self, name: str, choice: Range | Sequence[Any]) -> Any:
        if not isinstance(choice, Range):
            return self._trial.suggest_categorical(name, list(choice))
        if choice.whole:
            return self._trial.suggest_int(name, int(choice.low), int(choice.high), log=choice.log)
        return self._trial.suggest_float(name, choice.low, choice.high, log=choice.log)

    def tell(self, loss: float | None) -> None:
        """What came of the last settings; None if they failed."""
        from optuna.trial import TrialState

        if loss is None or not math.isfinite(loss):
            self._study.tell(self._trial, state=TrialState.FAIL)
        else:
            self._study.tell(self._trial, loss)
