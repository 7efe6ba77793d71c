"""Looking back at a run: what its model would have said after each layer, checkpoint by checkpoint.

A run keeps checkpoints (`Config.keep`). Each is opened in turn and looked at through the logit
lens, and only what was seen is kept, so at most one more model is in memory, whatever their number.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from lablib.attention.compute.layers import Lens, logit_lens, say, stream
from lablib.models.text import token_text
from lablib.training import checkpoints
from lablib.training.config import Config
from lablib.training.engine import own_source
from lablib.training.folders import settings
from lablib.training.methods import merged, prepare, trained
from lablib.training.tasks import make_task, open_model, reads_table, tokenizer_of
from lablib.training.texts import read_source

if TYPE_CHECKING:
    from lablib.models import LoadedModel


@dataclass(frozen=True, eq=False)
class OverTime:
    """What a model says of a text at each checkpoint of its run, as far as they were opened.

    They are opened from the newest to the oldest and stand here from the oldest to the newest.

    Attributes:
        steps: how many steps the model had learned; 0 is what the run began with.
        lenses: what it would say after each layer, the last of them what it does say.
        token: the id of what the model says in the end after the text.
        text: its text.
        probabilities: that of this token after the text, [steps, layers + 1].
        total: how many there are to open.
    """

    steps: tuple[int, ...]
    lenses: tuple[Lens, ...]
    token: int
    text: str
    probabilities: Tensor
    total: int


def over_time(run: str | os.PathLike[str], text: str, k: int = 5) -> Iterator[OverTime]:
    """Look at a text through the logit lens of every checkpoint of a run; yields what is known.

    Args:
        run: the folder of a run.
        k: how many tokens each lens keeps at each place.

    Raises:
        ValueError: if there is no run or no checkpoint, or its model does not say tokens.

    Example:
        >>> import tempfile
        >>> from lablib import finetuning as ft
        >>> run = ft.Run(ft.Config(text="cookbook", steps=2, length=16), tempfile.mkdtemp())
        >>> run.start()
        >>> run.wait()
        True
        >>> *_, found = ft.over_time(run.folder, "Bring the pot to the")
        >>> found.steps, found.probabilities.shape
        ((0, 2), torch.Size([2, 7]))
    """
    folder = Path(os.path.expanduser(run))
    config = settings(folder)
    if config.task != "causal":
        raise ValueError("This run did not learn to continue texts: choose one that did.")
    kept = checkpoints.every(folder / "checkpoints")
    if not kept:
        raise ValueError(
            f"The run in {str(folder)!r} has no checkpoint yet: wait until it is done, or stop it."
        )
    steps: tuple[int, ...] = ()
    lenses: tuple[Lens, ...] = ()
    token, rows = -1, torch.empty(0)
    for step, m in _models(folder, config, kept):
        lens = logit_lens(m, text, k=k)
        token = int(lens.ids[-1, -1, 0]) if not steps else token
        row = _probabilities(m, lens, token)[None]
        rows = torch.cat([row, rows]) if steps else row
        steps, lenses = (step, *steps), (lens, *lenses)
        yield OverTime(steps, lenses, token, token_text(m.tokenizer, token), rows, len(kept) + 1)


def _models(
    folder: Path, config: Config, kept: Sequence[checkpoints.Saved]
) -> "Iterator[tuple[int, LoadedModel]]":
    """The model of a run at each of its checkpoints and what it began with, the newest first, each
    with the number of steps it had learned. It is one model, which is changed for the next.
    """
    base = open_model(config)
    source = read_source(own_source(config, folder), reads_table(config))
    model = prepare(base, config, make_task(config, base, source))
    weights = trained(model)
    first = {name: weight.detach().clone() for name, weight in weights.items()}

    def opened() -> "LoadedModel":
        whole: Any = merged(model).eval()
        return replace(
            base, model=whole, tokenizer=tokenizer_of(config, base), device=torch.device("cpu")
        )

    for saved in reversed(kept):
        _put(weights, saved.read()["model"])
        yield saved.step, opened()
    _put(weights, first)
    yield 0, opened()


@torch.inference_mode(False)
@torch.no_grad()
def _put(weights: dict[str, Any], values: dict[str, Tensor]) -> None:
    """Give weights other values, by name."""
    for name, weight in weights.items():
        weight.copy_(values[name])


@torch.inference_mode()
def _probabilities(m: "LoadedModel", lens: Lens, token: int) -> Tensor:
    """How probable a token is after a text by each layer, [layers + 1]."""
    last = torch.cat(stream(m.model, lens.tokens.inputs(m)))[:, -1:]
    return say(m.model, last).softmax(-1)[:, 0, token].cpu()
