"""The teacher's copies of the notebooks: everything solved, and each answer beside its question.

They go into a folder of their own, never among the labs that a class is given.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat.v4 import new_markdown_cell

from lablib.exercises.records import Bug, Exercise, Guess, Prediction, Record, find

CLICKED = re.compile(r'\bex\.(?:predict|spot_the_bug)\(\s*"([^"]+)"')
"""A call whose question is answered with a click, and the question's id."""
CHECKED = re.compile(r'\bex\.check\(\s*"([^"]+)",\s*(\w+)\s*\)')
"""A call that has an answer checked: the question's id, and the name that the answer has."""


def write_copies(labs: Path | str, out: Path | str) -> list[Path]:
    """Write a solved copy of every notebook of `labs`, and of the folders in it, below `out`.

    Raises:
        ValueError: if there are no notebooks, or the copies would lie among them.
        OSError: if a copy cannot be written.
    """
    labs, out = Path(labs).resolve(), Path(out).resolve()
    if out.is_relative_to(labs):
        raise ValueError(
            f"{str(out)!r} is inside the folder of the labs, where learners would find the "
            "solutions: take another one."
        )
    found = sorted(notebooks(labs))
    if not found:
        raise ValueError(f"There are no notebooks with questions in {str(labs)!r}: name the labs.")
    return [_write_copy(path, out / path.relative_to(labs)) for path in found]


def notebooks(folder: Path) -> Iterator[Path]:
    """The notebooks below a folder that ask something; not what Jupyter or "afresh" has kept."""
    for path in folder.rglob("*.ipynb"):
        kept = {"old", ".ipynb_checkpoints"} & set(path.relative_to(folder).parts[:-1])
        if not kept and "ex." in path.read_text(encoding="utf-8", errors="replace"):
            yield path


def _write_copy(path: Path, copy: Path) -> Path:
    copy.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(solved(nbformat.read(path, as_version=4)), copy)
    return copy


def solved(book: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook with the solution in each cell that has one checked, and answers after each."""
    cells = [new for cell in book.cells for new in _solved_cells(cell)]
    return nbformat.from_dict({**book, "cells": cells})


def _solved_cells(cell: nbformat.NotebookNode) -> Iterator[nbformat.NotebookNode]:
    if cell.cell_type != "code":
        yield cell
        return
    source = cell.source
    for id, name in CHECKED.findall(source):
        source = with_solution(source, name, _solution(id))
    yield nbformat.from_dict({**cell, "source": source})
    for number, id in enumerate(CLICKED.findall(cell.source)):
        if answer := in_words(find(id)):
            yield new_markdown_cell(answer, id=f"{cell.id[:50]}-answer-{number}")


def _solution(id: str) -> str:
    record = find(id)
    return record.solution if isinstance(record, Exercise) else ""


def with_solution(code: str, name: str, solution: str) -> str:
    """A cell's code with the solution, a statement or a value, where `name` gets its value.

    >>> print(with_solution("n = ...\\n\\ncheck(n)", "n", "2"))
    n = 2
    <BLANKLINE>
    check(n)
    """
    statements = ast.parse(solution).body
    if not any(name in _defined(node) for node in statements):
        solution = f"{name} = {solution}"
    lines = code.splitlines()
    for node in ast.parse(code).body:
        if name in _defined(node):
            lines[node.lineno - 1 : node.end_lineno] = [solution]
            break
    return "\n".join(lines)


def _defined(node: ast.stmt) -> set[str]:
    """The names that a statement gives a value to."""
    if isinstance(node, ast.FunctionDef):
        return {node.name}
    if isinstance(node, ast.Assign):
        return {target.id for target in node.targets if isinstance(target, ast.Name)}
    return set()


def in_words(record: Record) -> str:
    """The answer to a prediction, with what is said to each, or the wrong line of a bug, as
    Markdown; "" for what is answered in code.

    >>> in_words(find("sampling/softmax-of-the-cut")).startswith("**Line ")
    True
    """
    if isinstance(record, Bug):
        lines = " or ".join(map(str, record.line_numbers))
        return f"**Line {lines}.** {record.why}"
    if not isinstance(record, Prediction):
        return ""
    if isinstance(record.answer, Guess):
        guess = record.answer
        return f"**{guess.value:g} {guess.unit}**".replace(" **", "**") + f". {guess.right}"
    mark = {True: "**✓**", False: "✗"}
    return "\n".join(f"- {mark[one.right]} {one.text} — {one.feedback}" for one in record.answer)
