"""`python -m lablib.pages`: each notebook is run and becomes a page, and nothing else is left."""

import sys

import nbformat
import pytest

from lablib.pages.__main__ import main


@pytest.mark.notebook
def test_the_pages_are_written_and_the_labs_stay_as_they_are(tmp_path, monkeypatch):
    labs, pages = tmp_path / "labs", tmp_path / "pages"
    labs.mkdir()
    cells = [
        nbformat.v4.new_markdown_cell("# A lab"),
        nbformat.v4.new_code_cell("open('left', 'w').write('x')\nprint(6 * 7)"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), labs / "one.ipynb")
    before = (labs / "one.ipynb").read_bytes()
    monkeypatch.setattr(sys, "argv", ["lablib.pages", str(labs), "--out", str(pages)])
    main()
    assert {path.name for path in pages.iterdir()} == {"one.html", "index.html"}
    assert "42" in (pages / "one.html").read_text(encoding="utf-8")
    assert '<a href="one.html">A lab</a>' in (pages / "index.html").read_text(encoding="utf-8")
    assert [path.name for path in labs.iterdir()] == ["one.ipynb"]
    assert (labs / "one.ipynb").read_bytes() == before
