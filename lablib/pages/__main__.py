"""`python -m lablib.pages`: every lab as one HTML file, the page that leads to them, and beside
these the small models that compute in them.

Each notebook is run first, with the models that are on this machine. The folder opens from the
disk, with no network and no kernel.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat

from lablib.pages.document import GLOSSARY, glossary_page, lab_page, page_name
from lablib.pages.front_door import Entry, entry, front_door
from lablib.pages.running import Models, run
from lablib.pages.scripts import write_scripts


def main() -> None:
    """Write the pages of the labs that are asked for."""
    ask = argparse.ArgumentParser(prog="lablib.pages", description=__doc__)
    ask.add_argument("labs", type=Path, nargs="?", default=Path("labs"), help="folder of notebooks")
    ask.add_argument("--out", type=Path, default=Path("pages"), help="folder for the pages")
    ask.add_argument("--repository", default="", help="on GitHub, OWNER/NAME: links lead there")
    choices = ask.parse_args()
    choices.out.mkdir(parents=True, exist_ok=True)
    labs = [*sorted(choices.labs.glob("*.ipynb")), *sorted(choices.labs.glob("further/*.ipynb"))]
    made = [write(page_name(lab), *_run(lab), choices.out) for lab in labs]
    glossary = choices.labs / f"{GLOSSARY}.md"
    if glossary.exists():
        text = glossary_page(glossary.read_text(encoding="utf-8"))
        (choices.out / f"{GLOSSARY}.html").write_text(text, encoding="utf-8")
        made.append(Entry(GLOSSARY, "Glossary"))
    first = front_door(made, choices.labs / "images", choices.repository)
    (choices.out / "index.html").write_text(first, encoding="utf-8")
    for script in write_scripts(choices.out):
        print(f"{script.name}: {script.stat().st_size / 1e6:.1f} MB")


def _run(lab: Path) -> tuple[nbformat.NotebookNode, Models]:
    """Run a lab; what it writes is not kept."""
    with TemporaryDirectory() as folder:
        return run(lab, Path(folder))


def write(name: str, book: nbformat.NotebookNode, models: Models, folder: Path) -> Entry:
    """Write the page of a lab that was run; the entry for the page that leads to it."""
    text = lab_page(book, models)
    (folder / f"{name}.html").write_text(text, encoding="utf-8")
    print(f"{name}.html: {len(text.encode()) / 1e6:.1f} MB")
    return entry(name, book)


if __name__ == "__main__":
    main()
