"""`python -m tests.labs.workshops`: the workshops' notebooks, made of cells of the core labs.

The labs change; a workshop that had its own copy would fall behind. So both are written again from
one table, and a test says when they have to be.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests import ROOT


@dataclass(frozen=True)
class Workshop:
    """A notebook for a class.

    Attributes:
        place: its file.
        first: what stands at its top, and says how many minutes it takes.
        rooms: what is imported there.
    """

    place: Path
    first: str
    rooms: tuple[str, ...]

    @property
    def imports(self) -> str:
        """One line for each room, with the short name that the labs give it."""
        lines = (f"from lablib import {room} as {SHORT[room]}" for room in self.rooms)
        return "\n".join(lines)


SHORT = {
    "attention": "at",
    "exercises": "ex",
    "finetuning": "ft",
    "foundations": "fo",
    "sampling": "sp",
    "tokenization": "tk",
}
"""What the labs call a room."""

NINETY = Workshop(
    ROOT / "labs/workshop_90.ipynb",
    """# Ninety minutes with a language model

**What does a language model do?** It cuts a text into tokens, lets them look at each other, gives
every token it knows a probability, and something draws one of them. You will see each step of a
live model, and predict before you look.

**65 minutes** of looking and trying, as the labs reckon them, and 25 for talking about it: best in
pairs. You need no machine learning, and a little Python for the exercises marked ★. All of it is
from the labs, where each part goes on: [tokenization](01_tokenization.ipynb),
[attention](02_attention.ipynb), [sampling](06_sampling.ipynb).""",
    ("attention", "exercises", "sampling", "tokenization"),
)

HALF_DAY = Workshop(
    ROOT / "labs/workshop_half_day.ipynb",
    """# Half a day with a language model

**How does a language model work, and how does it learn?** In the first half you follow a text
through a live model: tokens, attention, probabilities, a draw. In the second half a model learns a
text of yours while you watch, and you see what that costs it. You predict before you look.

**135 minutes** of looking and trying, as the labs reckon them, half an hour of breaks, and 75
minutes for talking about it: best in pairs. You need no machine learning, and a little Python for
the exercises marked ★. All of it is from the labs, where each part goes on:
[tokenization](01_tokenization.ipynb), [attention](02_attention.ipynb),
[sampling](06_sampling.ipynb), [fine-tuning](05_fine_tuning.ipynb).""",
    ("attention", "exercises", "finetuning", "foundations", "sampling", "tokenization"),
)

WORKSHOPS = (NINETY, HALF_DAY)

COMES_NEXT = """## What comes next?

Type the beginning of a sentence. Look first at the longest bar, then turn the temperature."""

LAST = """## What surprised you?

One sentence each. Then choose a lab to go on with: [start here](00_start_here.ipynb) has the list
of them, and what you have answered today is kept there."""

ONLY_HALF_DAY = (HALF_DAY,)
CELLS = (
    ("00_start_here", "02 03 04 05", WORKSHOPS),
    ("00_start_here", "ngram-01 ngram-02 ngram-03", ONLY_HALF_DAY),
    ("01_tokenization", "03 04 05 07 08 family-text 09 10", WORKSHOPS),
    ("01_tokenization", "15 16 17", ONLY_HALF_DAY),
    ("01_tokenization", "18 19 20", WORKSHOPS),
    ("01_tokenization", "24 25 26 27 37 41 42", ONLY_HALF_DAY),
    ("02_attention", "03 04 05 06", WORKSHOPS),
    ("02_attention", "why-text 14 15 16 17 18", ONLY_HALF_DAY),
    ("02_attention", "glance 43 44 matters 63 64", WORKSHOPS),
    ("06_sampling", "03 04 05 09 10 temperature-text 11 12 13", WORKSHOPS),
    ("06_sampling", "20 21 tail-text 22 24 25", ONLY_HALF_DAY),
    ("06_sampling", "30 31 32 35", WORKSHOPS),
    ("06_sampling", "38 39 40", ONLY_HALF_DAY),
    ("05_fine_tuning", "03 04 05 06 09 10 11 17 18 19 20 30 31 32 74 75", ONLY_HALF_DAY),
)
"""Which cells of which lab are in which workshops, in order; `02` is `cell-02`."""


def notebook(workshop: Workshop) -> nbformat.NotebookNode:
    """The notebook of a workshop, its sections numbered."""
    cells = [
        new_markdown_cell(workshop.first, id="title"),
        new_code_cell(workshop.imports, id="imports"),
        new_markdown_cell(COMES_NEXT, id="comes-next"),
    ]
    for lab, names, workshops in CELLS:
        if workshop in workshops:
            cells += _cells(lab, names.split(), workshop.imports.splitlines())
    cells.append(new_markdown_cell(LAST, id="last"))
    number = 0
    for cell in cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            number += 1
            cell.source = re.sub(r"^## (\d+ · )?", f"## {number} · ", cell.source)
    metadata = _read("00_start_here").metadata
    return new_notebook(cells=cells, metadata=metadata)


def _cells(lab: str, names: list[str], imported: list[str]) -> list[nbformat.NotebookNode]:
    """Some cells of a lab; what is imported at the top is not imported again."""
    by_id = {cell.id: cell for cell in _read(lab).cells}
    found = []
    for name in names:
        id = f"cell-{name}" if name.isdigit() else name
        cell = by_id[id]
        lines = [line for line in cell.source.splitlines() if line not in imported]
        cell.source, cell.id = "\n".join(lines).strip("\n"), f"lab-{lab[:2]}-{id}"
        found.append(cell)
    return found


def _read(lab: str) -> nbformat.NotebookNode:
    return nbformat.read(ROOT / f"labs/{lab}.ipynb", as_version=4)


if __name__ == "__main__":
    for each in WORKSHOPS:
        nbformat.write(notebook(each), each.place)
