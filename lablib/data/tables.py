r"""Tables as people have them: CSV of any dialect, and no row lost in silence.

Delimiters differ (Excel writes semicolons in half of Europe), some programs put a line `sep=;` on
top, and texts begin with quote marks that quote nothing. Python's `csv` and pandas read such files
without a complaint, several rows as one. Here a cell is quoted only if it is so by RFC 4180, which
means that its closing mark stands before a delimiter or the end of the line; any other quote mark
is a character of the text. Only where commas or semicolons delimit, and quoting is the custom, a
mark that nothing closes is refused: the file may be cut off.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from unicodedata import normalize

from lablib.models.errors import quoted

DELIMITERS = ",;\t|"
_QUOTING = ",;"
"""Delimiters of tables in which quote marks are the custom."""
_NONE = "\0"
"""Stands for no delimiter, as in a table of one column: no text has it."""
_LOOKED_AT = 1_000
"""Rows by which the delimiter is found."""
_FEW = 0.1
"""Share of rows that may be left out as too long; with more, the table was not understood."""
_SEP = re.compile(r'"?sep=(.)"?[,;|\t ]*(?:\r\n?|\n)', re.IGNORECASE)

SPLITS = {
    "train": "train", "training": "train",
    "validation": "validation", "valid": "validation", "val": "validation",
    "dev": "validation", "development": "validation",
    "test": "test", "testing": "test",
}  # fmt: skip
"""What a column `split` may say, and what it means."""


@dataclass(frozen=True)
class Table:
    """A table of texts.

    Attributes:
        columns: the names in its first row, as they stand there.
        rows: the cells, as many in each row as there are columns.
        lines: for each row the line of the file on which it begins, counted from 1.
        notes: what was left out, a sentence each.
    """

    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    lines: list[int]
    notes: tuple[str, ...] = ()

    def find(self, name: str) -> int | None:
        """The place of a column, None if there is none; case and spaces around it do not matter.

        Raises:
            ValueError: if several columns have this name.

        >>> Table(("id", " Text "), [], []).find("text")
        1
        """
        found = [i for i, column in enumerate(self.columns) if column == name]
        found = found or [i for i, column in enumerate(self.columns) if _key(column) == _key(name)]
        if len(found) > 1:
            raise ValueError(
                f"The table has {len(found)} columns {quoted(name)}: leave one of them its name, "
                "and give the others another."
            )
        return found[0] if found else None

    def require(self, *names: str) -> list[int]:
        """The places of columns.

        Raises:
            ValueError: for the first that is not there, with those that are.
        """
        places = [self.find(name) for name in names]
        if None in places:
            there = ", ".join(map(quoted, self.columns[:8]))
            wanted = " and ".join(f'"{name}"' for name in names)
            raise ValueError(
                f"The table has no column {quoted(names[places.index(None)])}. Its columns are "
                f"{there}: its first row has to name the columns, {wanted} among them."
            )
        return [place for place in places if place is not None]

    def splits(self) -> list[str]:
        """For each row "train", "validation" or "test", or "" where no column `split` says it.

        Raises:
            ValueError: if that column holds anything else.
        """
        place = self.find("split")
        if place is None:
            return [""] * len(self.rows)
        said = [_key(row[place]) for row in self.rows]
        for word, line in zip(said, self.lines, strict=True):
            if word and word not in SPLITS:
                raise ValueError(
                    f"The column split holds {quoted(word)} (line {line}): it may say train, "
                    "validation or test."
                )
        return [SPLITS.get(word, "") for word in said]


def parse_table(text: str, name: str = "The table") -> Table:
    r"""Read a table whose delimiter is a comma, a semicolon, a tab or a bar.

    Its first line may be Excel's `sep=;`; the next row names the columns. Lines with nothing in
    them are no rows. A row with too few cells is filled up with empty ones; rows with too many are
    left out and noted with their lines.

    Args:
        text: the content of the file.
        name: how a sentence calls it.

    Raises:
        ValueError: if it is empty, or if more than a tenth of its rows have too many cells.

    Example:
        >>> parse_table('text;label\nSo, so;"not; good"\n"Well," he said;good\n').rows
        [('So, so', 'not; good'), ('"Well," he said', 'good')]
    """
    text = text.removeprefix("\ufeff")
    top = _SEP.match(text)
    start = top.end() if top else 0
    delimiter = top.group(1) if top else _delimiter(text)
    records = _records(text, delimiter, start, 2 if top else 1, name)
    columns = next(records, (0, []))[1]
    if not columns:
        raise ValueError(f"{name} is empty: it needs a row of column names, and a row per text.")
    width = len(columns)
    rows, lines, long, doubtful = [], [], [], []
    for line, cells in records:
        cells = _trimmed(cells, width)
        if len(cells) > width:
            long.append((line, len(cells)))
            continue
        rows.append((*cells, *[""] * (width - len(cells))))
        lines.append(line)
        if _could_be_rows(cells, delimiter, width):
            doubtful.append(line)
    notes = [*_too_long(long, len(rows), width, name), *_doubt(doubtful)]
    return Table(tuple(columns), rows, lines, tuple(notes))


def _could_be_rows(cells: list[str], delimiter: str, columns: int) -> bool:
    r"""Whether each line of a row with line breaks in its cells could be a row of its own.

    >>> _could_be_rows(["so\tgood\nand so", "bad"], "\t", 2), _could_be_rows(["a\nb"], "\t", 1)
    (True, False)
    """
    if columns == 1 or not any("\n" in cell for cell in cells):
        return False
    parts = delimiter.join(cells).split("\n")
    return all(part.count(delimiter) == columns - 1 for part in parts)


def _doubt(lines: list[int]) -> list[str]:
    """What to say of rows that could be several."""
    if not lines:
        return []
    return [
        f"A text between quote marks may hold line breaks, and so {listed(lines)} and those after "
        "it were read as one row. Should they be several rows, take the quote mark away."
    ]


def _too_long(long: list[tuple[int, int]], rows: int, columns: int, name: str) -> list[str]:
    """What to say of rows with too many cells."""
    if not long:
        return []
    advice = 'put a text that has the delimiter in it between double quotes, "like this, say".'
    if len(long) > _FEW * (rows + len(long)):
        line, cells = long[0]
        raise ValueError(
            f"{name} cannot be read as CSV: {len(long):,} of its rows have more cells than its "
            f"first row has names (line {line} has {cells}, and there are {columns}): {advice}"
        )
    where = listed([line for line, _ in long])
    verb = "row has" if len(long) == 1 else "rows have"
    was = "was" if len(long) == 1 else "were"
    return [
        f"{len(long):,} {verb} more cells than the first row has names ({where}) and {was} left "
        f"out: {advice}"
    ]


def listed(lines: Sequence[int], most: int = 8) -> str:
    """Numbers of lines in words.

    >>> listed([4]), listed([4, 9, 12]), listed(range(2, 90), 3)
    ('line 4', 'lines 4, 9 and 12', 'lines 2, 3, 4 and 85 more')
    """
    if len(lines) == 1:
        return f"line {lines[0]:,}"
    first = [f"{line:,}" for line in lines[:most]]
    last = f"{len(lines) - most:,} more" if len(lines) > most else first.pop()
    return f"lines {', '.join(first)} and {last}"


def left_out(lines: Sequence[int], what: str) -> str:
    """What to say of rows that lack something.

    >>> left_out([4, 9], "text or label")
    '2 rows have no text or label and were left out (lines 4 and 9).'
    """
    rows = "1 row has" if len(lines) == 1 else f"{len(lines):,} rows have"
    was = "was" if len(lines) == 1 else "were"
    return f"{rows} no {what} and {was} left out ({listed(lines)})."


def _delimiter(text: str) -> str:
    r"""The delimiter with which most rows have as many cells as the first one has names.

    >>> _delimiter("text;label\nThis, that, all;good\n"), _delimiter("text\nThis, that\n") == _NONE
    (';', True)
    """
    fitting = []
    for place, delimiter in enumerate(DELIMITERS):
        sizes = [len(cells) for _, cells in islice(_records(text, delimiter), _LOOKED_AT)]
        if sizes and sizes[0] > 1:
            fitting.append((sizes.count(sizes[0]) / len(sizes), sizes[0], -place))
    return DELIMITERS[-max(fitting)[-1]] if fitting else _NONE


def _records(
    text: str, delimiter: str, start: int = 0, line: int = 1, name: str = ""
) -> Iterator[tuple[int, list[str]]]:
    """The rows with the lines on which they begin; lines with nothing in them are left out.

    Args:
        start, line: where to begin, as a place in the text and as the number of its line.
        name: how a sentence calls the table; without one nothing is refused.
    """
    cells: list[str] = []
    broken = 0  # ends of lines inside this row's cells
    first = _END.search(text, start)
    cell = _cell(delimiter, old_mac=first is not None and first.group() == "\r")
    for match in cell.finditer(text, start):
        inside, after, plain, end = match.groups()
        if inside is not None:
            broken += len(_END.findall(inside))
        elif name and delimiter in _QUOTING and _OPEN.match(text, match.start()):
            raise ValueError(
                f"{name} cannot be read as CSV: in line {line} a cell begins with a quote mark "
                "that nothing closes. Is the file whole? If so, take the mark away."
            )
        cells.append(plain if inside is None else inside.replace('""', '"'))
        if delimiter in (after, end):
            continue
        if len(cells) > 1 or inside is not None or cells[0].strip():
            yield line, cells
        line, cells, broken = line + 1 + broken, [], 0


_END = re.compile(r"\r\n?|\n")
_OPEN = re.compile(r' *+"(?:[^"]++|"")*+\Z')
"""A cell whose quote mark nothing closes before the end of the file."""


@cache
def _cell(delimiter: str, old_mac: bool) -> re.Pattern[str]:
    """A cell, between quote marks or not, and what ends it. No step of it is ever tried twice, so
    that the longest cell takes no longer than its length.

    Args:
        old_mac: whether lines end with a carriage return alone; elsewhere that is a character.
    """
    mark = re.escape(delimiter)
    end = rf"{mark}|\r\n?|\Z" if old_mac else rf"{mark}|\r?\n|\Z"
    plain = rf"[^{mark}\r]*+" if old_mac else rf"(?:[^{mark}\r\n]++|\r(?!\n))*+"
    return re.compile(rf' *+"((?:[^"]++|"")*+)" *+({end})|({plain})({end})')


def one_spelling(labels: Sequence[str]) -> tuple[list[str], list[str]]:
    """Labels of which those that differ only in case, spaces or the format of a number are one.

    Returns:
        The labels, each as its class is spelt most often (of equally frequent ones the
        shortest), and a sentence for every class that was spelt in several ways.

    Example:
        >>> one_spelling(["Good", "good ", "1", "Good", "1.0", "01"])
        (['Good', 'Good', '1', 'Good', '1', '01'], ["'Good' (2 rows) and 'good' (1 row) were taken
        for one label, 'Good'.", "'1' (1 row) and '1.0' (1 row) were taken for one label, '1'."])
    """
    labels = [label.strip() for label in labels]
    counts = Counter(labels)
    spellings: dict[str, list[str]] = {}
    for label in counts:
        spellings.setdefault(label_key(label), []).append(label)
    names = {}
    notes = []
    for several in spellings.values():
        # Whatever the order of the rows: max takes the first of the most frequent ones.
        name = max(sorted(several, key=lambda s: (len(s), s)), key=counts.__getitem__)
        names.update(dict.fromkeys(several, name))
        each = [f"{quoted(s)} ({counts[s]:,} row{'s' * (counts[s] > 1)})" for s in several]
        if len(each) > 1:
            first = ", ".join(each[:-1])
            notes.append(f"{first} and {each[-1]} were taken for one label, {quoted(name)}.")
    return [names[label] for label in labels], notes


def label_key(label: str) -> str:
    """What spellings of a label have in common. 01 is not 1: it may be a code.

    >>> label_key(" Very  GOOD") == label_key("very good"), label_key("1.50"), label_key("01")
    (True, '1.5', '01')
    """
    key = _key(normalize("NFKC", label))
    if re.fullmatch(r"[+-]?(0|[1-9][0-9]*)(\.[0-9]*)?", key):
        key = key.removeprefix("+")
        return key.rstrip("0").rstrip(".") if "." in key else key
    return key


def _key(name: str) -> str:
    """A name whatever its case and spaces."""
    return " ".join(name.casefold().split())


def _trimmed(cells: list[str], columns: int) -> list[str]:
    """Cells without the empty ones that go beyond the last column, which some programs write.

    >>> _trimmed(["a", "", ""], 2), _trimmed(["a", "b", "c"], 2)
    (['a', ''], ['a', 'b', 'c'])
    """
    while len(cells) > columns and not cells[-1].strip():
        cells = cells[:-1]
    return cells
