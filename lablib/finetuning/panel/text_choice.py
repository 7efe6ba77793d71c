"""Choosing a text to learn from: one that comes with the labs, one's own, an upload, a path."""

import re
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import ipywidgets

from lablib import data
from lablib.decoding import decoded
from lablib.models.errors import explain
from lablib.widgets import TextInput
from lablib.widgets.controls import dropdown, text_line, toggles
from lablib.widgets.html import escape
from lablib.writable import put, unused, writable

SHIPPED, TYPED, UPLOADED, NAMED, FILE = (
    "comes with the labs",
    "type or paste",
    "upload",
    "file, folder, hf:",
    "file",
)
"""Where the text is from; a table is never a folder or from the hub."""


class TextChoice(ipywidgets.VBox):
    """A source, and the one control that belongs to it.

    Args:
        text: how it stands at first: a name, a path, or the text itself.
        keep: the folder in which an upload is kept, so that a run can read it again; where one may
            not write there, it is kept elsewhere, and that is said.
        changed: called after each change.
        table: whether a table is wanted, of which none comes with the labs.

    Example:
        >>> TextChoice("lighthouse", Path("runs")).value
        'lighthouse'
    """

    def __init__(
        self,
        text: str,
        keep: Path,
        changed: Callable[[], object] = lambda: None,
        table: bool = False,
    ) -> None:
        self._keep, self._table = keep, table
        self._uploaded = ""
        source = _source(text, table)
        sources = [TYPED, UPLOADED, FILE] if table else [SHIPPED, TYPED, UPLOADED, NAMED]
        noun = "table" if table else "text"
        self.source = toggles(noun.capitalize(), sources, source, each="auto", label=128)
        shipped = text if source == SHIPPED else None
        self.shipped = dropdown("Which", data.names(), shipped, label=128)
        self.typed = TextInput(value=text if source == TYPED else "", label=f"Your {noun}")
        files = ".csv,.tsv,text/csv" if table else ".txt,.md,.jsonl,text/plain"
        self.upload = ipywidgets.FileUpload(accept=files, description=f"Choose a {noun} file")
        named = text if source in (NAMED, FILE) else ""
        self.named = text_line("Path" if table else "Path or hf:name", named, width=480, label=128)
        self.named.continuous_update = False
        self.said = ipywidgets.HTML()
        self._controls: dict[str, Any] = {
            SHIPPED: self.shipped, TYPED: self.typed, UPLOADED: self.upload, NAMED: self.named,
            FILE: self.named,
        }  # fmt: skip
        super().__init__([])
        self._show()
        self.source.observe(lambda _: self._show(), "value")
        for control in (self.source, self.shipped, self.typed, self.named):
            control.observe(lambda _: changed(), "value")
        self.upload.observe(lambda _: self._take(changed), "value")

    @property
    def value(self) -> str:
        """What `Config.text` is: a name, a path, or the text itself."""
        return {
            SHIPPED: str(self.shipped.value),
            TYPED: self.typed.value,
            UPLOADED: self._uploaded,
            NAMED: self.named.value.strip(),
            FILE: self.named.value.strip(),
        }[self.source.value]

    def show(self, text: str) -> None:
        """Put the controls where this text is."""
        source = _source(text, self._table)
        self._controls[source].value, self.source.value = text, source

    def lock(self, locked: bool) -> None:
        """Whether the controls answer."""
        for control in (self.source, self.shipped, self.upload, self.named):
            control.disabled = locked

    def _show(self) -> None:
        parts = [self.source, self._controls[self.source.value]]
        self.children = [*parts, self.said] if self.source.value == UPLOADED else parts

    def _take(self, changed: Callable[[], object]) -> None:
        """Keep an upload in a file; one of the same name, perhaps another learner's, stays."""
        if not self.upload.value:
            return
        (file,) = self.upload.value
        try:
            folder, elsewhere = writable(self._keep / "texts")
            content = bytes(file["content"])
            path = folder / safe_name(file["name"], ".csv" if self._table else ".txt")
            if not path.is_file() or path.read_bytes() != content:
                path = unused(path)
                put(path, content)
        except (OSError, ValueError) as error:
            stays = " The upload before it stays." if self._uploaded else ""
            said = f"{file['name']} is not taken. {explain(error).message}{stays}"
            self.said.value = escape(said)
            return
        self._uploaded = str(path)
        kept = f"{file['name']}, {len(file['content']):,} bytes. {_encoding(file)}{elsewhere}"
        self.said.value = escape(kept.strip())
        changed()


def _encoding(file: Mapping[str, Any]) -> str:
    """Which encoding an upload was taken for, in a sentence and a space; "" for UTF-8."""
    with suppress(ValueError):  # what is no text is refused when it is read
        if note := decoded(bytes(file["content"]), file["name"]).note:
            return f"{note} "
    return ""


def safe_name(name: str, suffix: str = ".txt") -> str:
    """A file name of an upload with nothing in it that a path could mean, or that the file system
    cannot spell: in the C locale it may know ASCII only.

    >>> safe_name("../../My text.txt"), safe_name("…", ".csv")
    ('My-text.txt', 'text.csv')
    """
    known = sys.getfilesystemencoding()
    spelled = Path(name).stem.encode(known, "ignore").decode(known)
    stem = "-".join(re.findall(r"\w+", spelled))[:80] or "text"
    return f"{stem}{suffix}"


def _source(text: str, table: bool) -> str:
    if text in data.names() and not table:
        return SHIPPED
    if "\n" in text or len(text.split()) > 1 or (table and not text):
        return TYPED
    return FILE if table else NAMED
