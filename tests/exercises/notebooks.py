"""The names that a learner has in a lab's notebook."""

import ast
import functools

import nbformat

from tests.conftest import ROOT


@functools.cache
def cells(room):
    """The code of the notebook that asks a room's questions: the one that shows the progress."""
    for path in sorted((ROOT / "labs").glob("*.ipynb")):
        book = nbformat.read(path, as_version=4)
        code = [cell.source for cell in book.cells if cell.cell_type == "code"]
        if any(f'ex.progress("{room}")' in cell for cell in code):
            return code
    raise LookupError(f"No notebook shows the progress of {room!r}.")


@functools.cache
def imports(room):
    """What is imported in a room's notebook, by the names it has there."""
    names = {}
    for cell in cells(room):
        lines = [n for n in ast.parse(cell).body if isinstance(n, ast.Import | ast.ImportFrom)]
        exec(compile(ast.Module(lines, type_ignores=[]), room, "exec"), names)
    return names


def pasted(record, code):
    """The names a learner has who pastes code into the lab's notebook."""
    names = dict(imports(record.id.partition("/")[0]))
    exec(code, names)
    return names
