"""Which settings a search tries next: in one process, or in several that share a file.

Optuna keeps the trials (Akiba et al. 2019), in memory or in a file to which each process adds a
line for all that happens. Who asks for the next trial gets a number that nobody else gets. Of the
seed and that number hangs what is drawn, so two processes with one seed try different settings.
"""

import hashlib
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice, product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from lablib.training.config import Config

if TYPE_CHECKING:
    import optuna

How = Literal["grid", "random", "bayesian"]

NAME = "search"
"""Of the one study in a file."""
JOURNAL = b'{"op_code":'
"""How a file of trials begins."""
SEARCH, TRIAL = "search", "trial"
"""Where the file says of what search it is, and what came of a trial."""


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

    @property
    def measured(self) -> bool:
        """Whether its held-out loss is known and a finite number."""
        return self.loss is not None and math.isfinite(self.loss)

    def applied(self, config: Config) -> Config:
        """These settings in place of those of a config."""
        return replace(config, **self.settings)


class Study:
    """The trials of one search, each of which one process tries.

    Args:
        space: what is looked for.
        how: "grid", "random" or "bayesian".
        trials: the budget, of all processes together.
        seed: of the draws.
        file: shared by the processes, and made by the first; None for a search in this one alone.
        purpose: what else the processes must have in common.

    Raises:
        ValueError: for another way, or a file that holds something else.

    Example:
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp(), "some.trials")
        >>> one, other = (Study({"batch": [1, 2, 4]}, "grid", 3, file=file) for _ in range(2))
        >>> next(iter(one)), next(iter(other)), list(one)
        ((0, {'batch': 1}), (1, {'batch': 2}), [(2, {'batch': 4})])
    """

    def __init__(
        self,
        space: Space,
        how: str,
        trials: int,
        seed: int = 0,
        file: Path | None = None,
        purpose: str = "",
    ) -> None:
        if how not in ("grid", "random", "bayesian"):
            raise ValueError(f"A search is grid, random or bayesian, not {how!r}.")
        self._space, self._how, self._seed = space, how, seed
        self._grid = _grid(space, trials) if how == "grid" else []
        self._budget = len(self._grid) if how == "grid" else trials
        self._trial: Any = None
        self._study = _open(file)
        if file is not None:
            told = repr((how, seed, self._grid or sorted(space.items()), purpose))
            _require_same(self._study, hashlib.sha256(told.encode()).hexdigest(), file)

    def __iter__(self) -> Iterator[tuple[int, dict[str, Any]]]:
        while len(self._study.get_trials(deepcopy=False)) < self._budget:
            self._trial = self._study.ask()
            number = self._trial.number
            if number >= self._budget:  # another process took the last one between the two lines
                self._fail()
                return
            yield number, self._grid[number] if self._grid else self._drawn(number)

    def _drawn(self, number: int) -> dict[str, Any]:
        self._study.sampler = _sampler(self._how, self._seed, number, self._budget)
        return {name: self._suggest(name, choice) for name, choice in self._space.items()}

    def _suggest(self, name: str, choice: Range | Sequence[Any]) -> Any:
        if not isinstance(choice, Range):
            return self._trial.suggest_categorical(name, list(choice))
        if choice.whole:
            return self._trial.suggest_int(name, int(choice.low), int(choice.high), log=choice.log)
        return self._trial.suggest_float(name, choice.low, choice.high, log=choice.log)

    def tell(self, trial: Trial) -> None:
        """Say what came of the settings that were asked for last."""
        self._trial.set_user_attr(TRIAL, asdict(trial))
        if trial.failure or not trial.measured:
            self._fail()
        else:
            self._study.tell(self._trial, trial.loss)

    def _fail(self) -> None:
        from optuna.trial import TrialState

        self._study.tell(self._trial, state=TrialState.FAIL)


def shared_trials(file: str | Path) -> list[Trial]:
    """The trials in a file that have ended, whichever process tried them.

    Args:
        file: of a search, as `search_settings` makes it.

    Raises:
        ValueError: if there is no such file, or it holds something else.

    Example:
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp(), "some.trials")
        >>> study = Study({"batch": [1, 2]}, "grid", 2, file=file)
        >>> for number, settings in study:
        ...     study.tell(Trial(number, settings, 5, 5, 3.0 - number))
        >>> [trial.loss for trial in shared_trials(file)]
        [3.0, 2.0]
    """
    file = Path(file)
    if not os.path.isfile(file):  # of a name that is too long `Path.is_file` raises
        raise ValueError(f"There is no file {str(file)!r}: check the path.")
    trials = _open(file).get_trials(deepcopy=False)
    return [Trial(**one.user_attrs[TRIAL]) for one in trials if TRIAL in one.user_attrs]


def _open(file: Path | None) -> "optuna.Study":
    import optuna
    from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock, JournalStorage

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    if file is None:
        return optuna.create_study()
    lock = JournalFileOpenLock(str(file))  # which asks for no right that Windows gives to few
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _require_journal(file)
        storage = JournalStorage(JournalFileBackend(str(file), lock))
        return optuna.create_study(storage=storage, study_name=NAME, load_if_exists=True)
    except OSError as error:
        raise ValueError(
            f"{str(file)!r} cannot be read and written ({error.strerror}): take another file."
        ) from error
    except (ValueError, KeyError, AssertionError) as error:  # as Optuna takes lines of others
        raise ValueError(
            f"{str(file)!r} holds no trials of a search, or is damaged: take a new file."
        ) from error


def _require_journal(file: Path) -> None:
    """Optuna would add its lines to whatever file it is given."""
    if file.exists():
        with file.open("rb") as lines:
            first = lines.readline()
            if first and not (first.startswith(JOURNAL) and first.endswith(b"\n")):
                raise ValueError("This is no journal.")


def _require_same(study: "optuna.Study", digest: str, file: Path) -> None:
    if study.user_attrs.get(SEARCH, digest) != digest:
        raise ValueError(
            f"{str(file)!r} holds the trials of another search: take a new file, or give the "
            "settings with which that one began."
        )
    study.set_user_attr(SEARCH, digest)


def _sampler(how: str, seed: int, number: int, trials: int) -> "optuna.samplers.BaseSampler":
    import optuna

    own = int(np.random.SeedSequence([seed, number]).generate_state(1)[0])
    if how == "random":
        return optuna.samplers.RandomSampler(seed=own)
    return optuna.samplers.TPESampler(seed=own, n_startup_trials=max(2, min(5, trials // 2)))


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
