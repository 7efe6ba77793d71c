"""`python -m lablib.pages`: every lab as a page, the page that leads to them, and beside these what
they share: scripts, styles, and the small models that compute in them.

Each notebook is run first, with the models that are on this machine. The folder opens from the
disk, with no network and no kernel. With `--single` each page holds all that it needs, its models
too, and can be handed on alone.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat

from lablib.models.errors import explain
from lablib.pages.document import GLOSSARY, page_name
from lablib.pages.running import Models, run
from lablib.pages.site import Site


def main() -> None:
    """Write the pages of the labs that are asked for."""
    ask = argparse.ArgumentParser(prog="lablib.pages", description=__doc__)
    ask.add_argument("labs", type=Path, nargs="?", default=Path("labs"), help="folder of notebooks")
    ask.add_argument("--out", type=Path, default=Path("pages"), help="folder for the pages")
    ask.add_argument("--repository", default="", help="on GitHub, OWNER/NAME: links lead there")
    ask.add_argument("--single", action="store_true", help="each page a file that needs no other")
    choices = ask.parse_args()
    try:
        _write(choices)
    except OSError as error:
        raise SystemExit(explain(error).message) from error


def _write(choices: argparse.Namespace) -> None:
    choices.out.mkdir(parents=True, exist_ok=True)
    site = Site(choices.out, choices.single)
    labs = [*sorted(choices.labs.glob("*.ipynb")), *sorted(choices.labs.glob("further/*.ipynb"))]
    made = [site.write_lab(page_name(lab), *_run(lab)) for lab in labs]
    glossary = choices.labs / f"{GLOSSARY}.md"
    if glossary.exists():
        made.append(site.write_glossary(glossary.read_text(encoding="utf-8")))
    site.write_index(made, choices.labs / "images", choices.repository)
    print(f"In all: {site.size() / 1e6:.1f} MB")


def _run(lab: Path) -> tuple[nbformat.NotebookNode, Models]:
    """Run a lab; what it writes is not kept."""
    with TemporaryDirectory() as folder:
        return run(lab, Path(folder))


if __name__ == "__main__":
    main()
