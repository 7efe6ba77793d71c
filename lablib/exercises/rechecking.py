"""The answers in a learner's notebook, judged again in a process of its own.

Only what answers need is run: imports, functions and classes of the whole notebook, and the cells
that have something checked. Panels stay closed, and what the code prints is not read.
"""

import ast
import contextlib
import json
import subprocess
import sys
from collections.abc import Container
from pathlib import Path
from unittest.mock import patch

import nbformat

from lablib import children, exercises
from lablib.exercises.teacher_copies import CHECKED

SECONDS = 300
"""How long the answers of one notebook may take together."""


def recheck(book: Path, ids: Container[str]) -> tuple[dict[str, bool], str]:
    """Whether the answer to each of these questions is right, where the notebook has one checked.

    Returns:
        The verdicts by id, and a sentence if something went wrong ("" otherwise).
    """
    with children.start(
        "lablib.exercises.rechecking", str(book), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            said, _ = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            return {}, f"its answers took longer than {SECONDS} seconds and were not checked again."
    if process.returncode:
        return {}, "it could not be run, so its answers were not checked again."
    return {id: right for id, right in json.loads(said).items() if id in ids}, ""


def verdicts(cells: list[str]) -> dict[str, bool]:
    """Run what answers need of these cells of code; whether each checked answer is right.

    A cell that stops with an error, or that Python cannot read, has no right answer.

    >>> verdicts(["double = ...", "ex.check('toy', double)"])
    {}
    """
    found: dict[str, bool] = {}

    def check(id: str, answer: object) -> None:
        found[id] = exercises.grade(id, answer).state == "right"

    names: dict[str, object] = {"__name__": "__main__"}
    # In whatever imports the exercises meanwhile, `ex.check` means this.
    with patch.object(exercises, "check", check):
        for cell in cells:
            found |= {id: False for id, _ in CHECKED.findall(cell)}
            with contextlib.suppress(Exception, SystemExit):
                exec(compile(_needed(cell), "<answer>", "exec"), names)
    return found


def _needed(cell: str) -> ast.Module:
    """What is run of a cell: all if it checks something, else what later cells may call."""
    tree = ast.parse(cell)
    if not CHECKED.search(cell):
        kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
        tree.body = [node for node in tree.body if isinstance(node, kinds)]
    return tree


def main(path: str) -> None:
    """Print the verdicts on a notebook as JSON; what its code prints goes elsewhere."""
    cells = [c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    with contextlib.redirect_stdout(sys.stderr):
        found = verdicts(cells)
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
