"""`python -m lablib.pages`: each notebook is run and becomes a page, and nothing else is left."""

import sys

import nbformat
import pytest

from lablib.pages.__main__ import main
from lablib.pages.scripts import scripts


def test_a_folder_that_cannot_be_made_is_told(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setattr(sys, "argv", ["lablib.pages", "--out", str(tmp_path / "file/pages")])
    with pytest.raises(SystemExit, match="file"):
        main()


@pytest.mark.notebook
def test_the_pages_are_written_and_the_labs_stay_as_they_are(tmp_path, monkeypatch):
    labs, pages = tmp_path / "labs", tmp_path / "pages"
    (labs / "further").mkdir(parents=True)
    cells = [
        nbformat.v4.new_markdown_cell("# A lab"),
        nbformat.v4.new_code_cell("open('left', 'w').write('x')\nprint(6 * 7)"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), labs / "one.ipynb")
    more = nbformat.v4.new_markdown_cell("# More of it")
    nbformat.write(nbformat.v4.new_notebook(cells=[more]), labs / "further/one.ipynb")
    (labs / "GLOSSARY.md").write_text("# Glossary\n\n## token\n\nA piece of text.")
    before = (labs / "one.ipynb").read_bytes()
    monkeypatch.setattr(sys, "argv", ["lablib.pages", str(labs), "--out", str(pages)])
    main()
    files = {*scripts(), "writer.js", "page.js"}
    files |= {"front_door.js", "theme.js", "style.css"}
    names = {"one.html", "further-one.html", "GLOSSARY.html", "index.html"} | files
    assert {path.name for path in pages.iterdir()} == names
    assert "42" in (pages / "one.html").read_text(encoding="utf-8")
    index = (pages / "index.html").read_text(encoding="utf-8")
    assert '<a href="one.html">A lab</a>' in index
    assert '<a href="GLOSSARY.html">Glossary</a>' in index
    assert '<a href="further-one.html">More of it</a>' in index
    assert {path.name for path in labs.rglob("*.*")} == {"one.ipynb", "GLOSSARY.md"}
    assert (labs / "one.ipynb").read_bytes() == before
