"""`python -m tests.labs.idea_map`: the map of the labs, in each of them with its place marked."""

import nbformat
from nbformat.v4 import new_markdown_cell

from tests.executed import CORE

PLACES = {
    "A text goes through a model": {
        "00_start_here": "start",
        "01_tokenization": "tokens",
        "02_attention": "attention",
        "03_transformer": "the whole model",
    },
    "It learns": {
        "04_masked_words": "hidden words",
        "05_fine_tuning": "a text of yours",
    },
    "It is put to use": {
        "06_sampling": "writing",
        "07_transfer": "judging texts",
        "08_encoder_decoder": "translating",
    },
}
"""What a lab is about, in two or three words, along the three lines of the map."""
ID = "map"


def idea_map(here: str) -> str:
    """The map as Markdown, the lab `here` in bold and the others linked.

    >>> idea_map("04_masked_words").splitlines()[3]
    '- *It learns*: **hidden words** (here) → [a text of yours](05_fine_tuning.ipynb)'
    """
    rows = []
    for title, labs in PLACES.items():
        places = (
            f"**{what}** (here)" if name == here else f"[{what}]({name}.ipynb)"
            for name, what in labs.items()
        )
        rows.append(f"- *{title}*: {' → '.join(places)}")
    return "\n".join(["**Where you are**", "", *rows])


def put(book: nbformat.NotebookNode, name: str) -> None:
    """Put the map into a lab: where it stands, or else before the imports (lab 00: its table)."""
    for cell in book.cells:
        if cell.id == ID:
            cell.source = idea_map(name)
            return
    before = "cell-08" if name.startswith("00") else "cell-02"
    place = [cell.id for cell in book.cells].index(before)
    book.cells.insert(place, new_markdown_cell(idea_map(name), id=ID))


if __name__ == "__main__":
    for path in CORE:
        lab = nbformat.read(path, as_version=4)
        put(lab, path.stem)
        nbformat.write(lab, path)
