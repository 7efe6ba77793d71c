"""The glossary: each word is linked, in bold, from the lab that introduces it, and only there."""

import re

import nbformat
import pytest

from tests.conftest import ROOT
from tests.executed import NOTEBOOKS

TEXT = (ROOT / "labs/GLOSSARY.md").read_text(encoding="utf-8")
ENTRIES = dict(re.findall(r"^## (.+)\n\n(.+)$", TEXT, re.MULTILINE))
"""What is said of each term."""
LINK = re.compile(r"(\*\*)?\[(\*\*)?([^]*]+)(\*\*)?\]\((?:\.\./)?GLOSSARY\.md#([^)]+)\)")


def links():
    """Each link to the glossary: the notebook, whether it is bold, its words and its anchor."""
    for path in NOTEBOOKS:
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                for found in LINK.finditer(cell.source):
                    yield path.name, bool(found[2]), found[3], found[5]


def test_every_term_is_introduced_once_in_bold_by_the_lab_that_its_entry_names():
    introduced = [(anchor, name) for name, bold, _, anchor in links() if bold]
    named = [
        (term.replace(" ", "-"), *re.findall(r"\]\(([^)]+)\)", said))
        for term, said in ENTRIES.items()
    ]
    assert sorted(introduced) == sorted(named)


def test_the_words_of_a_link_begin_as_the_term_does():
    for _, _, words, anchor in links():
        assert words.lower().replace(" ", "-").startswith(anchor.lower()[:4]), (words, anchor)


@pytest.mark.parametrize("term", ENTRIES)
def test_an_entry_gives_the_chinese_name_and_a_sentence(term):
    name, sentence = re.match(r"\(([^)]+)\) (.+) Lab \[", ENTRIES[term]).groups()
    assert re.search(r"[\u4e00-\u9fff]", name)
    assert sentence[0].isupper() and sentence.endswith((".", ")"))


def test_the_entries_are_in_the_order_of_the_alphabet():
    assert list(ENTRIES) == sorted(ENTRIES, key=str.lower)
    assert TEXT.count("\n## ") == len(ENTRIES)
