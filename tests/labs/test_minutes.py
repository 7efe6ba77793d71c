"""A core lab fits the minutes it says, and what does not fit stands in `labs/further`, once."""

import re
from collections import Counter
from itertools import pairwise

import nbformat
import pytest

from lablib import exercises
from lablib.exercises import minutes
from lablib.exercises.importance import ESSENTIAL
from lablib.exercises.minutes import ASKED, PANEL
from lablib.pages.document import page_name
from tests.conftest import ROOT
from tests.executed import CORE, FURTHER, NOTEBOOKS
from tests.labs.workshops import WORKSHOPS

MINUTES = {
    "00_start_here": 15,
    "01_tokenization": 40,
    "02_attention": 45,
    "03_transformer": 45,
    "04_masked_words": 40,
    "05_fine_tuning": 50,
    "06_sampling": 40,
    "07_transfer": 45,
    "08_encoder_decoder": 40,
}
"""What a learner is promised for each core lab."""

PANELS, PREDICTIONS, ONE_STAR, BUGS = 6, 6, 3, 2
"""The most that a core lab has."""

QUESTION = re.compile(r"\*\*Question\*\*: [a-z][^\n?]*\? Look [^\n]{,70}\.")
"""The line above a panel that opens without a prediction, whose card would ask."""


def read(path):
    return nbformat.read(path, as_version=4)


def core(name):
    return ROOT / f"labs/{name}.ipynb"


def test_every_core_lab_is_promised_its_minutes():
    assert [path.stem for path in CORE] == list(MINUTES)


@pytest.mark.parametrize("name", MINUTES)
def test_a_core_lab_takes_the_minutes_that_it_says(name):
    book = read(core(name))
    assert minutes.said(book) == MINUTES[name]
    whole = minutes.total(minutes.sections(book), name)
    assert whole.minutes == pytest.approx(MINUTES[name], rel=0.1)


@pytest.mark.parametrize("path", FURTHER, ids=page_name)
def test_a_notebook_that_goes_further_takes_the_minutes_that_it_says(path):
    book = read(path)
    whole = minutes.total(minutes.sections(book), path.stem)
    assert whole.minutes == pytest.approx(minutes.said(book), rel=0.1)


@pytest.mark.parametrize("name", MINUTES)
def test_a_core_lab_has_few_panels_and_questions(name):
    whole = minutes.total(minutes.sections(read(core(name))), name)
    assert whole.panels <= PANELS
    assert whole.predictions <= PREDICTIONS
    assert whole.one_star <= ONE_STAR
    assert whole.bugs <= BUGS


@pytest.mark.parametrize("name", MINUTES)
def test_every_panel_of_a_core_lab_has_its_question_and_says_where_to_look(name):
    cells = read(core(name)).cells
    for above, cell in pairwise(cells):
        if cell.cell_type == "code" and PANEL.search(cell.source):
            assert above.cell_type == "markdown", cell.id
            assert re.search(r"\blook\b", above.source, re.IGNORECASE), cell.id
            asked = above.source.split("\n\n")[-1]
            assert "ex.predict" in cell.source or QUESTION.fullmatch(asked), cell.id


@pytest.mark.parametrize("path", FURTHER, ids=page_name)
def test_the_core_lab_lists_the_sections_of_the_one_that_goes_further(path):
    sections = [one.title for one in minutes.sections(read(path))[1:]]
    below = read(core(path.stem)).cells
    (listed,) = (cell.source for cell in below if cell.source.startswith("## Further"))
    assert f"](further/{path.name})" in listed
    assert re.findall(r"^- \*([^*]+)\*: ", listed, re.MULTILINE) == sections[:-1]
    assert sections[-1] == "What you have done"


@pytest.mark.parametrize("path", [one.place for one in WORKSHOPS], ids=page_name)
def test_a_workshop_takes_the_minutes_that_it_says(path):
    book = read(path)
    whole = minutes.total(minutes.sections(book), path.stem)
    assert whole.minutes == pytest.approx(minutes.said(book), rel=0.05)
    guide = (ROOT / "labs/TEACHING.md").read_text(encoding="utf-8")
    assert f"[{path.name}]({path.name})" in guide
    assert f"{minutes.said(book)} minutes by the same reckoning" in guide


@pytest.mark.parametrize("name", MINUTES)
def test_a_core_lab_has_a_few_essential_questions_and_the_guide_names_them(name):
    asked = minutes.total(minutes.sections(read(core(name))), name).questions
    essential = [one.title for one in asked if one.essential]
    assert 1 <= len(essential) <= 6
    guide = (ROOT / "labs/TEACHING.md").read_text(encoding="utf-8")
    part = guide.split(f"### {name[:2]} · ")[1].split("\n### ")[0]
    line = "; ".join(f"*{title}*" for title in essential)
    assert f"**Essential.** {line}.\n" in part, line


def test_every_essential_question_stands_in_a_core_lab():
    asked = [
        one.id
        for name in MINUTES
        for one in minutes.total(minutes.sections(read(core(name))), name).questions
    ]
    assert ESSENTIAL - set(asked) == set()


def test_every_question_is_asked_in_just_one_notebook():
    asked = Counter()
    for path in NOTEBOOKS:
        code = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "code")
        asked.update(set(ASKED.findall(code)))
    records = {id for room in exercises.rooms() for id in exercises.lab(room)}
    assert asked == dict.fromkeys(records, 1)


def test_a_cell_of_a_lab_has_an_id_of_its_own():
    """The claims about models name cells by lab and id, wherever in the lab they are."""
    places = Counter((path.stem, cell.id) for path in NOTEBOOKS for cell in read(path).cells)
    assert [place for place, times in places.items() if times > 1] == []


@pytest.mark.parametrize("name", MINUTES)
def test_the_tables_and_the_teachers_guide_say_the_same_minutes(name):
    """Of the sections, the guide lists those of two minutes and more."""
    number, row = name[:2], rf"\| \[{name[:2]} [^\n]*\| {MINUTES[name]} \|"
    assert re.search(row, (ROOT / "README.md").read_text(encoding="utf-8"))
    first = "\n".join(cell.source for cell in read(core("00_start_here")).cells)
    assert number == "00" or re.search(row, first)
    parts = [one for one in minutes.sections(read(core(name))) if one.minutes >= 2]
    line = "; ".join(f"{one.title} {one.minutes:.0f}" for one in parts)
    guide = (ROOT / "labs/TEACHING.md").read_text(encoding="utf-8")
    heading = rf"### {number} · [^\n]* \({MINUTES[name]} minutes\)\n\n"
    assert re.search(rf"{heading}\*\*Minutes\.\*\* {re.escape(line)}\.\n", guide), line
