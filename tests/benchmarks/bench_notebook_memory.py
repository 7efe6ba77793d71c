"""The most memory a notebook's kernel ever holds, with models of the real ones' shapes.

Binder gives 2 GB and then ends the kernel. Every notebook is executed from top to bottom with GPT-2
(124M) and BERT-base (110M) as the models it opens by default: random weights of these shapes in a
hub cache, for which nothing is downloaded. What is read is `VmHWM`, the kernel's own account of the
largest resident set of a process; the mapped weights are in it. Every prediction counts as looked
at, so that the pictures behind them are drawn, too.

A name as argument measures only that lab: `python -m tests.benchmarks.bench_notebook_memory 02`.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from nbclient import NotebookClient

from lablib.exercises import Event, Prediction, ProgressFile, lab, rooms
from tests.benchmarks.bench_memory import save_checkpoint
from tests.conftest import ROOT

GOAL = 1200
"""MB, of 10^6 bytes."""

WAIT = "from lablib.widgets import WORKER\nassert WORKER.join(600)"


def rows() -> list[dict[str, Any]]:
    """A row for each lab."""
    with TemporaryDirectory() as folder:
        cache = save_models(Path(folder))
        return [_row(path, peak(path, cache)) for path in labs()]


def labs(name: str = "") -> list[Path]:
    """The notebooks whose names begin with `name`."""
    return sorted((ROOT / "labs").glob(f"{name}*.ipynb"))


def _row(path: Path, megabytes: float) -> dict[str, Any]:
    name = f"peak memory of lab {path.stem}, models of 124M and BERT-base shape"
    return {"name": name, "ours": megabytes, "unit": "MB", "goal": GOAL, "less_is_better": True}


def save_models(root: Path) -> Path:
    """A hub's cache with `gpt2` and `bert-base-uncased` of the real shapes; its folder."""
    from transformers import BertConfig, BertForPreTraining

    from lablib import models

    with _snapshot(root, "gpt2") as folder:
        save_checkpoint(folder)
    with _snapshot(root, "bert-base-uncased") as folder:
        BertForPreTraining(BertConfig()).save_pretrained(folder)
        models.load_tokenizer("bert-base-uncased").save_pretrained(folder)
    return root


@contextmanager
def _snapshot(root: Path, name: str) -> Iterator[Path]:
    folder = root / "hub" / f"models--{name}" / "snapshots" / ("0" * 40)
    folder.mkdir(parents=True)
    yield folder


def peak(path: Path, cache: Path) -> float:
    """The peak of a notebook's kernel in MB, all of its work done."""
    book = nbformat.read(path, as_version=4)
    book.cells.append(nbformat.v4.new_code_cell(WAIT))
    with TemporaryDirectory() as folder:
        environment = os.environ | {
            "HF_HOME": str(cache),
            "HF_HUB_OFFLINE": "1",
            "LABLIB_PROGRESS": str(_looked_at(Path(folder))),
            "PYTHONPATH": str(ROOT),
        }
        client = NotebookClient(book, timeout=900, resources={"metadata": {"path": folder}})
        with client.setup_kernel(env=environment):
            for index, cell in enumerate(book.cells):
                client.execute_cell(cell, index)
            return _high_water(client.km.provisioner.pid)


def _looked_at(folder: Path) -> Path:
    """The progress of somebody who let every prediction show its picture."""
    progress = ProgressFile(folder / "progress.jsonl")
    for room in rooms():
        for record in lab(room).values():
            if isinstance(record, Prediction):
                progress.add(Event(record.id, "skipped"))
    return progress.path


def _high_water(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith("VmHWM"))
    return int(kilobytes) * 1024 / 1e6


def main(names: list[str]) -> None:
    """Print the peak of each lab named."""
    with TemporaryDirectory() as folder:
        cache = save_models(Path(folder))
        for path in [path for name in names for path in labs(name)]:
            print(f"{path.stem}: {peak(path, cache):.0f} MB", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or [""])
