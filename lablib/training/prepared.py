"""A run's text, read and tokenised once: for its steps, for its speed, and for the run itself."""

import torch

from lablib.models import LoadedModel
from lablib.training.config import Config
from lablib.training.tasks import Task, make_task, open_model
from lablib.training.texts import stamp

ROW_SETTINGS = ("model", "text", "task", "length", "packed", "heldout", "labels", "seed")
"""The settings that the rows hang on; a masked row hangs on the seed."""


class Prepared:
    """The task of the newest settings, kept while they and the file they name stay as they are.

    Example: the learning rate has nothing to do with the rows, their length has.
        >>> prepared = Prepared()
        >>> task = prepared.task(Config(text="lighthouse", length=32))
        >>> prepared.task(Config(text="lighthouse", length=32, learning_rate=1.0)) is task
        True
        >>> prepared.task(Config(text="lighthouse", length=16)) is task
        False
    """

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._task: Task | None = None

    @torch.inference_mode(False)  # a panel's worker is in it, and a run learns from these rows
    def task(self, config: Config, m: LoadedModel | None = None) -> Task:
        """The task of these settings.

        Args:
            m: their model, if it is open.

        Raises:
            ValueError: as `make_task` does.
        """
        key = (*(getattr(config, name) for name in ROW_SETTINGS), stamp(config.text))
        if self._task is None or key != self._key:
            self._task, self._key = make_task(config, m or open_model(config)), key
        return self._task
