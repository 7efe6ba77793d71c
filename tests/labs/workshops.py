"""`python -m tests.labs.workshops`: the workshop's notebook, made of cells of the core labs.

The labs change; a workshop that had its own copy would fall behind. So it is written again from
this table, and a test says when it has to be.
"""

import re

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests import ROOT

FIRST = """# Ninety minutes with a language model

**What does a language model do?** It cuts a text into tokens, lets them look at each other, gives
every token it knows a probability, and something draws one of them. You will see each step of a
live model, and predict before you look.

**65 minutes** of looking and trying, as the labs reckon them, and 25 for talking about it: best in
pairs. You need no machine learning, and a little Python for the exercises marked ★. All of it is
from the labs, where each part goes on: [tokenization](01_tokenization.ipynb),
[attention](02_attention.ipynb), [sampling](06_sampling.ipynb)."""

IMPORTS = """from lablib import attention as at
from lablib import exercises as ex
from lablib import sampling as sp
from lablib import tokenization as tk"""

COMES_NEXT = """## What comes next?

Type the beginning of a sentence. Look first at the longest bar, then turn the temperature."""

LAST = """## What surprised you?

One sentence each. Then choose a lab to go on with: [start here](00_start_here.ipynb) has the list
of them, and what you have answered today is kept there."""

CELLS = {
    "00_start_here": "02 03 04 05",
    "01_tokenization": "03 04 05 07 08 family-text 09 10 18 19 20",
    "02_attention": "03 04 05 06 glance 43 44 matters 63 64",
    "06_sampling": "03 04 05 09 10 temperature-text 11 12 13 30 31 32 35",
}
"""Which cells of which lab, in order; `02` is `cell-02`."""


def workshop() -> nbformat.NotebookNode:
    """The notebook of the ninety minutes."""
    cells = [new_markdown_cell(FIRST, id="title"), new_code_cell(IMPORTS, id="imports")]
    cells.append(new_markdown_cell(COMES_NEXT, id="comes-next"))
    for lab, names in CELLS.items():
        cells += _cells(lab, [f"cell-{name}" if name.isdigit() else name for name in names.split()])
    cells.append(new_markdown_cell(LAST, id="last"))
    number = 0
    for cell in cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            number += 1
            cell.source = re.sub(r"^## (\d+ · )?", f"## {number} · ", cell.source)
    metadata = _read("00_start_here").metadata
    return new_notebook(cells=cells, metadata=metadata)


def _cells(lab: str, ids: list[str]) -> list[nbformat.NotebookNode]:
    """Some cells of a lab; what is imported at the top is not imported again."""
    by_id = {cell.id: cell for cell in _read(lab).cells}
    found = []
    for id in ids:
        cell = by_id[id]
        lines = [line for line in cell.source.splitlines() if line not in IMPORTS.splitlines()]
        cell.source, cell.id = "\n".join(lines).strip("\n"), f"lab-{lab[:2]}-{id}"
        found.append(cell)
    return found


def _read(lab: str) -> nbformat.NotebookNode:
    return nbformat.read(ROOT / f"labs/{lab}.ipynb", as_version=4)


PLACE = ROOT / "labs/workshop_90.ipynb"

if __name__ == "__main__":
    nbformat.write(workshop(), PLACE)
