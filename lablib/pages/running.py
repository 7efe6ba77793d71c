"""Running a notebook with nobody in front of it, and keeping what its widgets then hold."""

import json
import os
import re
from pathlib import Path
from typing import Any

import nbformat
from ipywidgets.widgets.widget import _instances
from nbclient import NotebookClient

from lablib.exercises.progress import Event, ProgressFile
from lablib.widgets.page import as_base64, page_state

Models = dict[str, dict[str, Any]]
"""The state of every widget, by its id."""

SECONDS = 600
"""How long the kernel may take to begin, one cell, and then the pictures still being made."""

_KEEP = f"""from lablib.pages.running import keep_widgets
from lablib.widgets import WORKER
assert WORKER.join({SECONDS}), "The pictures took too long."
keep_widgets({{path!r}})"""


def run(path: Path, folder: Path) -> tuple[nbformat.NotebookNode, Models]:
    """Run a notebook from top to bottom, every picture unlocked; the notebook and its widgets.

    The progress of whoever does this is neither read nor changed.

    Args:
        path: of the notebook, which stays as it is.
        folder: an empty one, in which the notebook runs: what it writes is left there.

    Raises:
        nbclient.exceptions.CellExecutionError: if a cell fails.
    """
    book = nbformat.read(path, as_version=4)
    kept, progress = folder / "widgets.json", folder / "progress.jsonl"
    # The options in the same order on every page that is made of the notebook.
    ProgressFile(progress).add(Event("learner", "seed", 0))
    for id in predictions(book):
        ProgressFile(progress).add(Event(id, "skipped"))
    book.cells.append(nbformat.v4.new_code_cell(_KEEP.format(path=str(kept))))
    client = NotebookClient(
        book,
        timeout=SECONDS,
        startup_timeout=SECONDS,
        store_widget_state=False,
        coalesce_streams=True,
        resources={"metadata": {"path": folder}},
    )
    own = {"LABLIB_PROGRESS": str(progress), "JUPYTER_WIDGETS_ECHO": "0"}
    client.execute(env={**os.environ, **own})
    book.cells.pop()
    return book, json.loads(kept.read_text(encoding="utf-8"))


def predictions(book: nbformat.NotebookNode) -> list[str]:
    """The ids of the predictions that a notebook asks for.

    >>> cell = nbformat.v4.new_code_cell('ex.predict("sampling/rare-tail")')
    >>> predictions(nbformat.v4.new_notebook(cells=[cell]))
    ['sampling/rare-tail']
    """
    code = "\n".join(cell.source for cell in book.cells if cell.cell_type == "code")
    return re.findall(r'\bpredict\(\s*"([^"]+)"', code)


def keep_widgets(path: str) -> None:
    """Write the state of all widgets of this kernel into a JSON file, bytes as base64."""
    states = {
        id: page_state(widget) | {"needs_kernel": getattr(widget, "needs_kernel", False)}
        for id, widget in list(_instances.items())
    }
    Path(path).write_text(json.dumps(states, default=as_base64, allow_nan=False), encoding="utf-8")
