"""How long a notebook takes, section by section, reckoned from what is in it.

Questions take the minutes of their records, a panel three, prose is read at 190 words a minute, and
waiting is stated in the text: `Waiting: 2 minutes`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat

from lablib.exercises.records import Record, find
from lablib.exercises.teacher_copies import notebooks

WORDS_A_MINUTE = 190
PANEL_MINUTES = 3

ASKED = re.compile(r'\bex\.(?:predict|check|spot_the_bug)\(\s*"([^"]+)"')
"""A call that asks a question, and the question's id; a bug is asked in two calls."""
PANEL = re.compile(r"\b(?:\w+_panel|side_by_side)\(")
WAITING = re.compile(r"\bWaiting:\s(\d+)\sminutes?\b")
SAID = re.compile(r"\*\*(\d+) minutes\*\*")
WORD = re.compile(r"\w[\w'’-]*")
BEGINNING = "Beginning"
"""The name of what stands above the first heading of a section."""


@dataclass(frozen=True)
class Section:
    """What a section of a notebook asks of a learner.

    Attributes:
        title: its heading.
        questions: its records, each once.
        panels: how many it opens.
        words: of prose.
        waiting: minutes in which something is computed, as stated in the text.
    """

    title: str
    questions: tuple[Record, ...] = ()
    panels: int = 0
    words: int = 0
    waiting: int = 0

    @property
    def predictions(self) -> int:
        """How many of its questions are answered before a picture opens."""
        return sum(one.kind == "prediction" for one in self.questions)

    @property
    def bugs(self) -> int:
        """How many of its questions show code with a wrong line."""
        return sum(one.kind == "bug" for one in self.questions)

    @property
    def one_star(self) -> int:
        """How many of its exercises, bugs aside, have one star."""
        return sum(one.kind == "exercise" and one.difficulty == 1 for one in self.questions)

    @property
    def minutes(self) -> float:
        """How long it takes.

        >>> Section("Temperature", panels=2, words=95, waiting=1).minutes
        7.5
        """
        questions = sum(one.minutes for one in self.questions)
        return questions + self.panels * PANEL_MINUTES + self.words / WORDS_A_MINUTE + self.waiting


def sections(book: nbformat.NotebookNode) -> list[Section]:
    """The sections of a notebook in order, the first of them what stands above all headings.

    Raises `ExerciseError` where the notebook asks a question that does not exist.
    """
    return [_section(title, cells) for title, cells in _by_heading(book.cells)]


def total(parts: Iterable[Section], title: str) -> Section:
    """One section that holds all of these, under a title of its own."""
    parts = list(parts)
    return Section(
        title,
        tuple(one for part in parts for one in part.questions),
        sum(part.panels for part in parts),
        sum(part.words for part in parts),
        sum(part.waiting for part in parts),
    )


def said(book: nbformat.NotebookNode) -> int | None:
    """The minutes that a notebook says it takes, `**40 minutes**`; None if it says nothing."""
    found = SAID.search("\n".join(_texts(book.cells, "markdown")))
    return int(found[1]) if found else None


def table(folder: Path | str) -> list[list[str]]:
    """The reckoning of all notebooks in a folder and those in it, as rows; the first is the head.

    Raises `ExerciseError` where a notebook asks a question that does not exist.
    """
    rows = [_HEAD]
    for path in sorted(notebooks(Path(folder))):
        book = nbformat.read(path, as_version=4)
        parts = sections(book)
        name = path.relative_to(folder).with_suffix("").as_posix()
        rows += [_row(name, one) for one in parts]
        rows.append(_row(name, total(parts, f"All (says {said(book) or 'nothing'})")))
    return rows


_HEAD = [
    "notebook", "section", "minutes", "panels", "predictions", "one star", "bugs", "words",
    "waiting",
]  # fmt: skip


def _row(name: str, one: Section) -> list[str]:
    numbers = (one.panels, one.predictions, one.one_star, one.bugs, one.words, one.waiting)
    return [name, one.title, f"{one.minutes:.0f}", *map(str, numbers)]


Cells = Sequence[nbformat.NotebookNode]


def _by_heading(cells: Cells) -> list[tuple[str, list[nbformat.NotebookNode]]]:
    """The cells below each heading; one with a heading inside it is cut there."""
    found: list[tuple[str, list[nbformat.NotebookNode]]] = [(BEGINNING, [])]
    for cell in cells:
        if cell.cell_type != "markdown":
            found[-1][1].append(cell)
            continue
        before, *below = re.split(r"^## +", cell.source, flags=re.MULTILINE)
        found[-1][1].append(nbformat.from_dict({**cell, "source": before}))
        for text in below:
            title = text.partition("\n")[0].strip()
            found.append((title, [nbformat.from_dict({**cell, "source": text})]))
    return found


def _section(title: str, cells: Cells) -> Section:
    code, prose = ("\n".join(_texts(cells, kind)) for kind in ("code", "markdown"))
    ids = dict.fromkeys(ASKED.findall(code))
    return Section(
        title,
        tuple(map(find, ids)),
        len(PANEL.findall(code)),
        len(WORD.findall(re.sub(r"\]\([^)]*\)|<!--.*?-->", "", prose))),
        sum(map(int, WAITING.findall(prose))),
    )


def _texts(cells: Cells, kind: str) -> Iterator[str]:
    return (cell.source for cell in cells if cell.cell_type == kind)
