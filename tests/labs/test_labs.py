"""Every notebook: runs from top to bottom, holds no outputs, and is as thin as we promise."""

import ast
import builtins
import re
from itertools import pairwise

import nbformat
import pytest

from lablib.pages.document import page_name
from tests.executed import CORE
from tests.executed import NOTEBOOKS as LABS
from tests.labs.idea_map import ID, PLACES, idea_map
from tests.labs.workshops import WORKSHOPS, notebook

LINES = 14
NOTEBOOKS = [*LABS, *(one.place for one in WORKSHOPS)]


def read(path):
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize("workshop", WORKSHOPS, ids=lambda one: one.place.stem)
def test_a_workshop_is_made_of_the_labs_as_they_are(workshop):
    """If not: `python -m tests.labs.workshops`."""
    assert read(workshop.place) == notebook(workshop)


def code_cells(path):
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def test_there_are_labs():
    names = {path.stem for path in CORE}
    assert names == {
        "00_start_here",
        "01_tokenization",
        "02_attention",
        "03_transformer",
        "04_masked_words",
        "05_fine_tuning",
        "06_sampling",
        "07_transfer",
        "08_encoder_decoder",
    }


def bound_and_used(code):
    """The names that some code gives a value to, and those it takes the value of."""
    nodes = [*ast.walk(ast.parse(code))]
    names = [node for node in nodes if isinstance(node, ast.Name)]
    bound = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    bound |= {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    bound |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    bound |= {node.asname or node.name for node in nodes if isinstance(node, ast.alias)}
    return bound, {node.id for node in names if isinstance(node.ctx, ast.Load)}


def test_the_short_workshop_is_a_part_of_the_long_one_which_is_run():
    """Its cells in their order, without a name of one that it leaves out."""
    short, long = ([c.source for c in code_cells(one.place)[1:]] for one in WORKSHOPS)
    left = iter(long)
    assert short and all(cell in left for cell in short)
    known = {*dir(builtins), "display"}
    for cell in code_cells(WORKSHOPS[0].place):
        bound, used = bound_and_used(cell.source)
        known |= bound
        assert used - known == set(), cell.source


@pytest.mark.parametrize("path", [*LABS, WORKSHOPS[1].place], ids=page_name)
def test_it_runs_from_top_to_bottom(executed, path):
    """With the pocket models, without a network, and with progress in a file of its own.

    That every cell runs and every picture is made is what running it means (`executed`).
    """
    book, models, _ = executed(path)
    outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
    assert [o for o in outputs if o.output_type == "error"] == []
    assert [o.text for o in outputs if o.get("name") == "stderr"] == []
    assert failures(models) == []


def failures(models):
    """What the panels of an executed notebook say went wrong."""
    return [state["message"] for state in models.values() if state.get("message")]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=page_name)
def test_it_is_stored_without_outputs(path):
    assert [c.id for c in code_cells(path) if c.outputs or c.execution_count] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=page_name)
def test_cells_are_short_enough_to_be_read_aloud(path):
    assert [c.source for c in code_cells(path) if len(c.source.splitlines()) > LINES] == []


@pytest.mark.parametrize(("path", "after"), list(pairwise(CORE)), ids=page_name)
def test_it_ends_with_the_lab_that_comes_next(path, after):
    assert read(path).cells[-1].cell_type == "markdown"
    assert f"]({after.name})" in read(path).cells[-1].source.split("**Next**")[-1]


@pytest.mark.parametrize("path", CORE, ids=page_name)
def test_the_map_of_the_labs_stands_in_each_with_its_place_marked(path):
    """If not: `python -m tests.labs.idea_map`."""
    maps = [cell.source for cell in read(path).cells if cell.id == ID]
    assert maps == [idea_map(path.stem)]
    assert maps[0].count("(here)") == 1


def test_the_map_has_every_lab_once_and_in_order():
    assert [name for labs in PLACES.values() for name in labs] == [path.stem for path in CORE]


ANNOUNCED = {r"\*\*Exercise\*\*": "ex.check(", r"\*\*Spot the bug\*\*": "ex.spot_the_bug("}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=page_name)
def test_an_exercise_that_is_announced_follows(path):
    """Nothing is left over of a question that went elsewhere."""
    left = []
    for cell in read(path).cells:
        if cell.cell_type == "code":
            left = [call for call in left if call not in cell.source]
            continue
        assert left == [], cell.id
        left = [call for words, call in ANNOUNCED.items() if re.search(words, cell.source)]
    assert left == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=page_name)
def test_no_line_begins_with_a_comment(path):
    """It would make HTML of its whole paragraph, in which Markdown stands as it is written."""
    texts = [cell.source for cell in read(path).cells if cell.cell_type == "markdown"]
    assert re.findall(r"^<!--.*", "\n".join(texts), re.MULTILINE) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=page_name)
def test_it_uses_public_names_only(path):
    """No notebook reaches behind a room's door: `from lablib import room`, never deeper."""
    for cell in code_cells(path):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.ImportFrom):
                assert not (node.module or "").startswith("lablib."), cell.source


@pytest.mark.parametrize(("before", "path"), list(pairwise(CORE)), ids=lambda path: path.stem)
def test_it_begins_with_five_questions_about_the_lab_before(before, path):
    """Below them, folded, an answer to each."""
    (cell,) = (cell for cell in read(path).cells[:2] if "**Five questions**" in cell.source)
    assert f"]({before.name})" in cell.source
    asked, answered = cell.source.split("<details><summary>Answers</summary>")
    for text in (asked, answered):
        assert re.findall(r"^(\d)\. .", text, re.MULTILINE) == list("12345")
    assert asked.count("?\n") == 5
