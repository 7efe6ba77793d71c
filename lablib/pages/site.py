"""A folder of pages: the labs, the page that leads to them, and what they share."""

from collections.abc import Sequence
from pathlib import Path

import nbformat

from lablib.pages.controls import models_of
from lablib.pages.document import GLOSSARY, glossary_page, lab_page
from lablib.pages.front_door import MODEL, Entry, entry, front_door
from lablib.pages.places import Beside, Folder, Inside, Place
from lablib.pages.running import Models
from lablib.pages.scripts import about_carried, in_page, write_scripts


class Site:
    """The pages of a folder, written one by one.

    Args:
        folder: that is there.
        single: whether each page holds all that it needs; else they share files, of which those
            with the models are written at once.
    """

    def __init__(self, folder: Path, single: bool = False) -> None:
        self._folder = folder
        self._shared = None if single else Folder(folder)
        if not single:
            write_scripts(folder)

    def write_lab(self, name: str, book: nbformat.NotebookNode, models: Models) -> Entry:
        """Write the page of a lab that was run; the entry for the page that leads to it."""
        self._write(name, lab_page(book, models, self._place(models_of(models))))
        return entry(name, book)

    def write_glossary(self, text: str) -> Entry:
        """Write the page of the glossary, which is Markdown of ours; its entry."""
        self._write(GLOSSARY, glossary_page(text, self._place([])))
        return Entry(GLOSSARY, "Glossary")

    def write_index(self, entries: Sequence[Entry], pictures: Path, repository: str = "") -> None:
        """Write the page that leads to others (see `front_door`)."""
        self._write("index", front_door(entries, pictures, repository, self._place([MODEL])))

    def size(self) -> int:
        """Bytes of all files in the folder."""
        return sum(file.stat().st_size for file in self._folder.iterdir())

    def _place(self, models: Sequence[str]) -> Place:
        """Where the parts of a page stand in which these models compute."""
        if self._shared is not None:
            return Beside(self._shared)
        files = dict.fromkeys(about_carried()[model]["script"] for model in models)
        return Inside({file: in_page(file) for file in files})

    def _write(self, name: str, text: str) -> None:
        (self._folder / f"{name}.html").write_text(text, encoding="utf-8")
        print(f"{name}.html: {len(text.encode()) / 1e6:.1f} MB")
