"""`python -m lablib.pages`: every lab as one HTML file, a page that lists them, and beside these
the small models that compute in them.

Each notebook is run first, with the models that are on this machine. The folder opens from the
disk, with no network and no kernel.
"""

import argparse
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat

from lablib.pages.document import GLOSSARY, glossary_page, lab_page, page, page_name, title
from lablib.pages.running import Models, run
from lablib.pages.scripts import write_scripts
from lablib.widgets.html import fill


def main() -> None:
    """Write the pages of the labs that are asked for."""
    ask = argparse.ArgumentParser(prog="lablib.pages", description=__doc__)
    ask.add_argument("labs", type=Path, nargs="?", default=Path("labs"), help="folder of notebooks")
    ask.add_argument("--out", type=Path, default=Path("pages"), help="folder for the pages")
    choices = ask.parse_args()
    choices.out.mkdir(parents=True, exist_ok=True)
    labs = [*sorted(choices.labs.glob("*.ipynb")), *sorted(choices.labs.glob("further/*.ipynb"))]
    made = [write(page_name(lab), *_run(lab), choices.out) for lab in labs]
    glossary = choices.labs / f"{GLOSSARY}.md"
    if glossary.exists():
        text = glossary_page(glossary.read_text(encoding="utf-8"))
        (choices.out / f"{GLOSSARY}.html").write_text(text, encoding="utf-8")
        made.append((f"{GLOSSARY}.html", "Glossary"))
    (choices.out / "index.html").write_text(index(made), encoding="utf-8")
    for script in write_scripts(choices.out):
        print(f"{script.name}: {script.stat().st_size / 1e6:.1f} MB")


def _run(lab: Path) -> tuple[nbformat.NotebookNode, Models]:
    """Run a lab; what it writes is not kept."""
    with TemporaryDirectory() as folder:
        return run(lab, Path(folder))


def write(stem: str, book: nbformat.NotebookNode, models: Models, folder: Path) -> tuple[str, str]:
    """Write the page of a lab that was run; the page's file name and its title."""
    text = lab_page(book, models)
    (folder / f"{stem}.html").write_text(text, encoding="utf-8")
    print(f"{stem}.html: {len(text.encode()) / 1e6:.1f} MB")
    return f"{stem}.html", title(book)


def index(pages: Iterable[tuple[str, str]]) -> str:
    """The page that lists the others, each a file name and a title.

    >>> '<a href="a.html">A</a>' in index([("a.html", "A")])
    True
    """
    items = [fill('<li><a href="{file}">{title}</a></li>', file=f, title=t) for f, t in pages]
    return page("Language Model Labs", _INDEX.format(items="\n".join(items)))


_INDEX = """<main>
<h1>Language Model Labs</h1>
<p>The labs as pages that need no kernel and no network: read them, turn the knobs, look through the
attention heads. To type a text of your own, to write with the model and to do the exercises, open
the labs in JupyterLab.</p>
<ol class="page-list">
{items}
</ol>
</main>"""


if __name__ == "__main__":
    main()
