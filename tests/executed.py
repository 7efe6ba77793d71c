"""The labs' notebooks, each run once for all tests that look at what is left of it."""

import json
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pytest
from filelock import FileLock

from lablib.pages.document import page_name
from lablib.pages.running import run
from tests.conftest import ROOT

CORE = sorted((ROOT / "labs").glob("[0-9]*.ipynb"))
FURTHER = sorted((ROOT / "labs/further").glob("*.ipynb"))
NOTEBOOKS = [*CORE, ROOT / "labs/torch.ipynb", *FURTHER]


class Executed(NamedTuple):
    """A notebook that was run from top to bottom, every picture unlocked.

    Attributes:
        book: the notebook with its outputs.
        models: the state of every widget, by its id.
        folder: where it ran, with what it wrote.
    """

    book: nbformat.NotebookNode
    models: dict[str, dict[str, Any]]
    folder: Path


def shared_home(config: pytest.Config, base: Path) -> Path:
    """The folder of one run of the tests for its notebooks.

    Args:
        config: pytest's; of a process among those that xdist shares out the tests to, it says so.
        base: this process's folder for temporary files, in one that all of the run have in common.
    """
    home = (base.parent if hasattr(config, "workerinput") else base) / "executed"
    home.mkdir(exist_ok=True)
    return home


def executed_once(path: Path, home: Path, settings: dict[str, str]) -> Executed:
    """A notebook run in a folder of `home` by the first who asks, in whatever process that is.

    Args:
        settings: environment variables of its kernel, which keep it from the network.
    """
    folder, done = home / page_name(path), home / f"{page_name(path)}.ipynb"
    with FileLock(home / f"{page_name(path)}.lock"):
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            nbformat.write(_run(path, folder, settings), done)
    models = json.loads((folder / "widgets.json").read_text(encoding="utf-8"))
    return Executed(nbformat.read(done, as_version=4), models, folder)


def _run(path: Path, folder: Path, settings: dict[str, str]) -> nbformat.NotebookNode:
    """Run a notebook; nothing may be left beside the labs."""
    before = set(path.parent.rglob("*"))
    with pytest.MonkeyPatch.context() as environment:
        for name, value in settings.items():
            environment.setenv(name, value)
        book, _ = run(path, folder)
    assert set(path.parent.rglob("*")) == before
    return book
