"""A real run: models learn the ship's logbook that comes with the labs, and are opened again."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.benchmarks.gpu.running import Part
from tests.benchmarks.gpu.sizes import Size


def logbook(size: Size, model: Path, *, pocket: bool) -> Iterator[tuple[str, Any]]:
    """Fine-tune pocket-gpt2, or train the other model from its random weights: the curve, the time,
    and what the result writes.
    """
    from lablib import models
    from lablib.finetuning import Config
    from lablib.sampling import Knobs, generate
    from lablib.training.records import Record
    from lablib.training.run import train

    steps = size.real_steps[0 if pocket else 1]
    config = Config(
        "pocket-gpt2" if pocket else str(model), "logbook", steps=steps, batch=size.batches[0],
        length=min(size.long, 128 if pocket else 256), learning_rate=5e-4 if pocket else 3e-4,
        evaluate_every=max(1, steps // 15), save_every=0, warmup=steps // 10,
    )  # fmt: skip
    records: list[Record] = []
    with TemporaryDirectory() as folder:
        train(config, Path(folder), records.append)
        m = models.load(Path(folder, "model"))
        written = list(generate(m, "The wind", Knobs(), seed=0, max_new_tokens=min(steps, 40)))
    yield "curve", [(r.step, r.heldout_loss) for r in records if r.heldout_loss is not None]
    yield "losses", [(r.step, r.loss) for r in records if r.loss is not None]
    yield "seconds", records[-1].seconds
    yield "memory", max(r.memory for r in records) / 1e6
    yield "sample", "The wind" + "".join(step.text for step in written)


def logbook_part(pocket: bool) -> Part:
    """The part that trains one of the two."""
    return partial(logbook, pocket=pocket)
