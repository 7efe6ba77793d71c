"""From what a person names to a text: a shipped one, a file, a folder, a hub data set, itself."""

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from lablib import data
from lablib.data.formats import require_plain
from lablib.data.tables import Table, left_out, parse_table
from lablib.decoding import decoded
from lablib.models.errors import quoted, reason
from lablib.numbers import require_share
from lablib.training.chats import holds_chats
from lablib.unicode import well_formed

HUB = "hf:"
"""How the name of a hub data set begins."""

MOST = 5_000_000
"""Characters taken of a hub data set: more than a lab can learn from in an hour."""

_SUFFIXES = (".txt", ".md")
_TABLES = (".csv", ".tsv")
_FILE_NAME = re.compile(
    r"(?:/|\./|\.\./|~/|[a-z]:\\).*|.*\.(?:txt|md|csv|tsv|tab|docx?|odt|ods|rtf|pdf|html?|xml|jsonl?"
    r"|xlsx?|epub|tex|log|srt|zip|gz|ipynb|py|pages|parquet)",
    re.IGNORECASE,
)
"""What a line looks like that can only be meant as the name of a file."""


def read_text(source: str | os.PathLike[str] | bytes) -> str:
    r"""The text that a person named.

    Args:
        source: the name of a text that comes with the labs; a file, in UTF-8 or another encoding
            that can be told (see `lablib.decoding`), of a table (.csv or .tsv) the column "text"; a
            folder, whose .txt and .md files are joined in the order of their names; a hub data set
            as "hf:name" or "hf:name:configuration" (also "hf:" and a folder), of which the column
            "text", or else the first with texts, is read; the bytes of an upload; or the text
            itself.

    Raises:
        ValueError: with a sentence that says what to do: nothing there, no text, an empty one.

    >>> read_text("lighthouse")[:14], read_text("It was raining.\r\nStill.")
    ('The Lighthouse', 'It was raining.\nStill.')
    """
    text = well_formed(_raw(source, _file_text)).replace("\r\n", "\n").replace("\r", "\n")
    _require_words(text)
    return text


@dataclass(frozen=True)
class Source:
    """What a person named, as it was read: a run keeps it, and makes its rows of it.

    Attributes:
        content: the text, or the whole content of a table.
        notes: what to know about how it was read, a sentence each.
    """

    content: str
    notes: tuple[str, ...] = ()


def read_source(source: str | os.PathLike[str] | bytes, table: bool) -> Source:
    r"""Read what a person named, whole.

    Args:
        source: as of `read_text`.
        table: whether the rows of a table are wanted, and not a text.

    Raises:
        ValueError: as `read_text` does, or if a hub data set is to be a table.

    >>> read_source("text,label\nGood!,plus", table=True).content
    'text,label\nGood!,plus'
    """
    if not table:
        return Source(read_text(source))
    whole = _table_source(source)
    _require_words(whole.content)
    return whole


def _require_words(text: str) -> None:
    if not text.strip():
        raise ValueError("The text is empty: give one of at least a few hundred words.")


def stamp(source: str | os.PathLike[str]) -> tuple[tuple[str, int, int], ...]:
    """What becomes another when the file, or a file of the folder, that is named is changed: each
    file's name, time in nanoseconds and size in bytes. Nothing for any other source.

    >>> stamp("Once upon a time."), stamp("It rained.\\n" * 1000)
    ((), ())
    """
    try:
        path = Path(os.path.expanduser(source))
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        return tuple((str(f), f.stat().st_mtime_ns, f.stat().st_size) for f in files)
    except (OSError, ValueError):  # no file of that name, or no name at all
        return ()


def _raw(source: str | os.PathLike[str] | bytes, read: Callable[[bytes, Path | None], str]) -> str:
    """The content of what is named; `read` makes it of the bytes of a file, or of an upload."""
    if isinstance(source, bytes):
        return read(source, None)
    if isinstance(source, str):
        if source in data.names():
            return data.text(source)
        if source.startswith(HUB):
            return "\n\n".join(_hub_texts(source.removeprefix(HUB)))
    path = _path(source)
    if path is None:
        return str(source)
    return _folder_text(path) if path.is_dir() else read(_content(path), path)


def _path(source: str | os.PathLike[str]) -> Path | None:
    """The file or folder that is meant, or None if it is a text.

    Raises:
        ValueError: if it can only be a name, and there is nothing of that name.
    """
    name = os.path.expanduser(source)
    single = "\n" not in name and "\0" not in name and len(name) < 1000
    try:
        if single and name.strip() and os.path.exists(name):
            return Path(name)
    except OSError:  # too long for a name, so it is a text
        return None
    is_name = _FILE_NAME.fullmatch(name.strip()) or len(name.split()) == 1
    if isinstance(source, os.PathLike) or (single and is_name):
        raise ValueError(
            f"There is no text, file or folder {quoted(name)}: give a path, one of "
            f"{', '.join(data.names())}, or the text itself."
        )
    return None


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ValueError(f"{quoted(path)} cannot be read: {reason(error)}.") from error


def _file_text(content: bytes, path: Path | None) -> str:
    """The text of a file; of a table, the texts in its column "text"; conversations as they are."""
    if not holds_chats(content[:4096].decode("latin-1")):
        require_plain(content, _called(path))
    text = decoded(content, _called(path)).text
    if path is None or path.suffix.lower() not in _TABLES:
        return text
    table = parse_table(text, _called(path))
    (place,) = [0] if len(table.columns) == 1 else table.require("text")
    return "\n\n".join(row[place].strip("\n") for row in table.rows)


def _called(path: Path | None) -> str:
    return quoted(path.name) if path else "This file"


def _folder_text(folder: Path) -> str:
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES)
    if not files:
        raise ValueError(f"There is no .txt or .md file in the folder {quoted(folder)}.")
    return "\n\n".join(_file_text(_content(path), path) for path in files)


def _hub_texts(name: str) -> list[str]:
    """The texts of a hub data set, as many as `MOST` allows."""
    from datasets import load_dataset

    place, _, configuration = name.partition(":")
    try:
        rows = load_dataset(place, configuration or None, split="train", streaming=True)
        column = _text_column(rows)
        texts, size = [], 0
        for row in rows:
            texts.append(str(row[column]).strip("\n"))
            size += len(texts[-1])
            if size >= MOST:
                break
        return texts
    except Exception as error:
        raise ValueError(
            f"The data set {quoted(name)} cannot be had ({reason(error)}): check its name and the "
            "network, or use a file."
        ) from error


def _text_column(rows: "object") -> str:
    """The column "text", or else the first one that holds texts."""
    first = next(iter(islice(iter(rows), 1)))  # type: ignore[call-overload]
    texts = [name for name, value in first.items() if isinstance(value, str)]
    if not texts:
        raise ValueError("it has no column of texts")
    return "text" if "text" in texts else texts[0]


def split(text: str, share: float) -> tuple[str, str]:
    r"""Cut off the last `share` of a text, in front of a whole paragraph, line or word.

    What is cut off is never learned from: it measures what the model makes of new text.

    >>> split("One.\n\nTwo.\n\nThree.", 0.3)
    ('One.\n\nTwo.\n\n', 'Three.')
    >>> split("One two three four", 0.5)
    ('One two ', 'three four')
    """
    require_share("share", share)
    if share == 0:
        return text, ""
    at = round(len(text) * (1 - share))
    for end in ("\n\n", "\n", " "):
        cut = text.rfind(end, 0, at + 1) + len(end)
        # A paragraph longer than the held-out part twice over would take too much with it.
        if cut > len(end) - 1 and len(text) - cut <= max(2 * share, 0.02) * len(text):
            return text[:cut], text[cut:]
    return text[:at], text[at:]


def open_table(source: str | os.PathLike[str] | bytes, name: str = "The table") -> Table:
    r"""The table that a person named: a file, its bytes, or its content.

    Raises:
        ValueError: if there is none, or it cannot be read.

    >>> open_table(b"text,label\nGood!,plus\n").columns
    ('text', 'label')
    """
    return table_of(_table_source(source), name)


def table_of(source: Source, name: str = "The table") -> Table:
    r"""The table of a content that has been read.

    Raises:
        ValueError: if it cannot be read as one.

    >>> table_of(Source("text,label\nGood!,plus\n")).columns
    ('text', 'label')
    """
    table = parse_table(source.content, name)
    return replace(table, notes=(*source.notes, *table.notes))


def _table_source(source: str | os.PathLike[str] | bytes) -> Source:
    """The content of a table, its line ends as they are: a cell may hold others."""
    if isinstance(source, str) and source.startswith(HUB):
        raise ValueError(
            f"A hub data set ({quoted(source)}) cannot be taken for a table here: save it as CSV."
        )
    notes: list[str] = []

    def read(content: bytes, path: Path | None) -> str:
        require_plain(content, _called(path), "table")
        file = decoded(content, _called(path))
        notes.extend([file.note] if file.note else [])
        return file.text

    return Source(well_formed(_raw(source, read)), tuple(notes))


def table_rows(
    table: Table, columns: Sequence[str], notes: list[str] | None = None
) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    r"""Some columns of a table: the rows to learn from, and those to measure on.

    Where the table has a column "split", the rows that it calls "train" and "validation" are these;
    those of "test" are left alone. Without any "validation" the second list is empty.

    Args:
        table: of `open_table`.
        columns: their names, as ("text", "label"). Rows that lack one of them are left out.
        notes: where to put a sentence for every kind of row that was left out.

    Raises:
        ValueError: if it has no such columns.

    >>> table = open_table("text,label\nGood!,plus\n\"Bad, sad\",minus\n")
    >>> table_rows(table, ("text", "label"))
    ([('Good!', 'plus'), ('Bad, sad', 'minus')], [])
    """
    places = table.require(*columns)
    notes = [] if notes is None else notes
    notes.extend(table.notes)
    parts: dict[str, list[tuple[str, ...]]] = {"train": [], "validation": [], "test": []}
    gaps = []
    for row, split, line in zip(table.rows, table.splits(), table.lines, strict=True):
        cells = tuple(row[place] for place in places)
        if all(cell.strip() for cell in cells):
            parts[split or "train"].append(cells)
        else:
            gaps.append(line)
    if gaps:
        notes.append(left_out(gaps, " or ".join(columns)))
    if parts["test"]:
        count = f"{len(parts['test']):,} row{'s' * (len(parts['test']) > 1)}"
        notes.append(f"The test part ({count}) was left alone.")
    return parts["train"], parts["validation"]
