"""The names that a learner has in a lab's notebooks, core and further."""

import ast
import functools
import re

import nbformat

from lablib.exercises.minutes import ASKED
from tests.executed import NOTEBOOKS


def notebook(room):
    """All cells of the notebooks that ask a room's questions: those that show the progress."""
    books = [nbformat.read(path, as_version=4).cells for path in NOTEBOOKS]
    found = [
        cells for cells in books if any(f'ex.progress("{room}")' in cell.source for cell in cells)
    ]
    if not found:
        raise LookupError(f"No notebook shows the progress of {room!r}.")
    return [cell for cells in found for cell in cells]


@functools.cache
def cells(room):
    """The code of the notebooks that ask a room's questions."""
    return [cell.source for cell in notebook(room) if cell.cell_type == "code"]


def announced(room):
    """Each text that is followed by something to write or mend, and the ids of that."""
    found = []
    for cell in notebook(room):
        if cell.cell_type == "markdown":
            found.append((cell.source, set()))
        elif found:
            ids = re.findall(r'ex\.(?:check|spot_the_bug)\(\s*"([^"]+)"', cell.source)
            found[-1][1].update(ids)
    return [(text, ids) for text, ids in found if ids]


@functools.cache
def imports(id):
    """What is imported in the notebook that asks a question, by the names it has there."""
    names = {}
    for cell in asking(id):
        lines = [n for n in ast.parse(cell).body if isinstance(n, ast.Import | ast.ImportFrom)]
        exec(compile(ast.Module(lines, type_ignores=[]), id, "exec"), names)
    return names


def asking(id):
    """The code of the notebook in which a question stands."""
    for path in NOTEBOOKS:
        book = nbformat.read(path, as_version=4)
        code = [cell.source for cell in book.cells if cell.cell_type == "code"]
        if id in ASKED.findall("\n".join(code)):
            return code
    raise LookupError(f"No notebook asks {id!r}.")


def pasted(record, code):
    """The names a learner has who pastes code into the lab's notebook."""
    names = dict(imports(record.id))
    exec(code, names)
    return names
