"""The questions of a room out of its Markdown file, joined with the checks, which are Python.

A file holds the questions in the order of the story; a `#` heading names a part of it:

    ## room/name: The title

    4 minutes, ★★

    The question, in paragraphs.

    ### Options                           a prediction; or `### Guess`, see `_guess`
    - [ ] An answer
      - What is said to whoever chose it.
    - [x] The right answer
      - What is said then.

    ### Mistakes                          something to write; the names are those in the checks
    - `a name`: What is said to this mistake.

    ### Hints
    - The first hint.

    ### Solution                          of a value, as code; a function's is the checked one
    ### Imports                           code to stand above the function in its solution
    ### Lesson                            what is said when it is right

    ### Bug                               how the solution becomes the wrong code: a hunk of a diff
    ### Lines                             pieces of lines to name, right `[x]` or tempting `[ ]`
    - [x] `a piece`, `or another`
      - Why this line is the wrong one.
"""

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import mistune

from lablib.exercises.checking import FunctionCheck, Mistake, ValueCheck, listed
from lablib.exercises.records import (
    Bug,
    Check,
    Exercise,
    ExerciseError,
    Guess,
    Option,
    Prediction,
    Record,
    lab,
    source,
)

UNCHANGED = "unchanged"
"""The name of a bug's first mistake: the wrong code as it was shown."""

Item = tuple[str, str]
"""The text of an item of a list, and that of the list inside it."""


@dataclass(frozen=True)
class Part:
    """What stands below a heading: paragraphs, the items of lists, and code."""

    paragraphs: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    code: str = ""

    @property
    def text(self) -> str:
        """The paragraphs as one text."""
        return "\n\n".join(self.paragraphs)


@dataclass(frozen=True)
class Entry:
    """A question as it stands in the file: what is below its own heading, and its parts by name."""

    id: str
    title: str
    lead: Part
    parts: Mapping[str, Part]

    def __getitem__(self, name: str) -> Part:
        """The part with this name, empty where there is none."""
        return self.parts.get(name, Part())


def load(path: Path, checks: Mapping[str, Check]) -> tuple[Record, ...]:
    """The questions of a file; `checks` holds those of what is to be written, by id.

    Raises `ExerciseError`, in a sentence, where the file is malformed or does not fit the checks.
    """
    found = list(entries(path.read_text(encoding="utf-8")))
    if left := checks.keys() - {entry.id for entry in found}:
        raise ExerciseError(f"{path.name} asks no question {min(left)!r}, but there is a check.")
    return tuple(_record(entry, checks.get(entry.id)) for entry in found)


def entries(text: str) -> Iterator[Entry]:
    """The questions of a Markdown text, in order.

    >>> [toy] = entries("## toy/one: One\\n\\nHow many?\\n\\n### Hints\\n- Count.\\n- Again.")
    >>> toy.title, toy.lead.text, toy["Hints"].items
    ('One', 'How many?', (('Count.', ''), ('Again.', '')))
    """
    for heading, blocks in _split(_parsed(text), level=2):
        id, colon, title = heading.partition(": ")
        if not colon:
            raise ExerciseError(f"The heading {heading!r} should be `## room/name: The title`.")
        lead = _part(itertools.takewhile(lambda block: block["type"] != "heading", blocks))
        parts = _split(blocks, level=3)
        named = {name: _part(inside) for name, inside in parts}
        if len(named) < len(parts):
            raise ExerciseError(f"{id}: two of its parts have the same heading.")
        for name, part in (("", lead), *named.items()):
            _examine(id, name, part)
        yield Entry(id, title, lead, named)


_PARTS = {
    "": "paragraphs", "Options": "items", "Guess": "items", "Mistakes": "items", "Hints": "items",
    "Solution": "code", "Imports": "code", "Lesson": "paragraphs", "Bug": "code", "Lines": "items",
}  # fmt: skip
"""What stands in each part, and nothing else; the first is what is below the question's title."""


def _examine(id: str, name: str, part: Part) -> None:
    """Raises `ExerciseError` if there is no such part, or something in it would go unread."""
    if name not in _PARTS:
        parts = ", ".join(filter(None, _PARTS))
        raise ExerciseError(f"{id}: there is no part {name!r}; the parts are {parts}.")
    kinds = {kind for kind in ("paragraphs", "items", "code") if getattr(part, kind)}
    if kinds != {_PARTS[name]}:
        where = f"below `### {name}`" if name else "below its title"
        raise ExerciseError(f"{id}: {where} should stand {_PARTS[name]}, and nothing else.")


Block = dict[str, Any]
"""A token of mistune: a heading, a paragraph, a list or code, its words as they are written."""


def _parsed(text: str) -> list[Block]:
    parser = mistune.BlockParser()
    parser.rules = parser.list_rules = ["fenced_code", "atx_heading", "list", "blank_line"]
    state = parser.state_cls()
    state.process(f"{text}\n")
    parser.parse(state)
    return state.tokens


def _split(blocks: Iterable[Block], level: int) -> list[tuple[str, list[Block]]]:
    """What stands below each heading of a level, up to the next of this level or a higher one."""
    found: list[tuple[str, list[Block]]] = []
    inside = False
    for block in blocks:
        depth = min(block["attrs"]["level"], 3) if block["type"] == "heading" else 4
        if depth <= level:
            inside = depth == level
            found += [(block["text"], [])] if inside else []
        elif inside:
            found[-1][1].append(block)
    return found


def _part(blocks: Iterable[Block]) -> Part:
    paragraphs: list[str] = []
    items: list[Item] = []
    code = ""
    for block in blocks:
        if block["type"] == "list":
            items += [_item(child["children"]) for child in block["children"]]
        elif block["type"] == "block_code":
            code = block["raw"].removesuffix("\n")
        elif "text" in block:
            paragraphs.append(_one_line(block["text"]))
    return Part(tuple(paragraphs), tuple(items), code)


def _item(blocks: list[Block]) -> Item:
    own = _part(blocks)
    inside = [text for text, _ in own.items]
    if own.code or any(deeper for _, deeper in own.items) or not all([own.text, *inside]):
        raise ExerciseError(
            f"The item {own.text!r} should be words, with words alone in the list inside it. "
            "(A number and a full stop at the beginning are written `127\\.`.)"
        )
    return own.text, "\n\n".join(inside)


def _one_line(text: str) -> str:
    """The words of a paragraph; what would begin a numbered list is written with a backslash."""
    line = " ".join(line.strip(" ") for line in text.strip("\n").split("\n"))
    return re.sub(r"^(\d+)\\([.)])", r"\1\2", line)


def _record(entry: Entry, check: Check | None) -> Record:
    found = re.fullmatch(r"(\d+) minutes?, (★{1,3})", "".join(entry.lead.paragraphs[:1]))
    if not found or len(entry.lead.paragraphs) < 2:
        raise ExerciseError(
            f"{entry.id}: below the title stand `4 minutes, ★★` and then the question."
        )
    about: dict[str, Any] = {
        "id": entry.id,
        "title": entry.title,
        "question": "\n\n".join(entry.lead.paragraphs[1:]),
        "minutes": int(found[1]),
        "difficulty": len(found[2]),
    }
    if "Options" in entry.parts or "Guess" in entry.parts:
        ticked = _ticked(entry, "Options")
        options = tuple(Option(text, said, right) for right, text, said in ticked)
        return Prediction(answer=options or _guess(entry), **about)
    if check is None:
        raise ExerciseError(f"{entry.id}: there is no check for it, and there are no options.")
    about |= {
        "hints": tuple(text for text, _ in entry["Hints"].items),
        "lesson": entry["Lesson"].text,
        "solution": _solution(entry, check),
    }
    if "Bug" in entry.parts and isinstance(check, FunctionCheck):
        return _bug(entry, check, about)
    return Exercise(check=_with_words(entry, check), **about)


def _ticked(entry: Entry, part: str) -> list[tuple[bool, str, str]]:
    """Whether each item is ticked, its text, and what is said to it."""
    found = []
    for text, said in entry[part].items:
        box = re.match(r"\[([ x])\] ", text)
        if not box or not said:
            raise ExerciseError(
                f"{entry.id}: {text!r} should begin with `[ ] ` or `[x] `, with an item inside it "
                "that says why."
            )
        found.append((box[1] == "x", text[4:], said))
    if found and not any(right for right, *_ in found):
        raise ExerciseError(f"{entry.id}: none of its {part.lower()} is ticked, `[x]`.")
    return found


def _guess(entry: Entry) -> Guess:
    """A number to guess: `0.1 ± 0.01 unit`, `lower` and `higher`, with what is said to each."""
    items = entry["Guess"].items
    number = re.fullmatch(r"([\d.]+) ± ([\d.]+) ?(.*)", items[0][0] if items else "")
    others = [text for text, _ in items[1:]]
    if not number or others != ["lower", "higher"] or not all(said for _, said in items):
        raise ExerciseError(
            f"{entry.id}: a guess is `0.1 ± 0.01 unit`, `lower`, `higher`, and words."
        )
    value, tolerance, unit = number.groups()
    return Guess(float(value), float(tolerance), unit, *(said for _, said in items))


def _solution(entry: Entry, check: Check) -> str:
    if not isinstance(check, FunctionCheck):
        return entry["Solution"].code
    imports = entry["Imports"].code
    return f"{imports}\n\n\n{source(check.right)}" if imports else source(check.right)


def _with_words(entry: Entry, check: Check, *first: Mistake) -> Check:
    """The check with what is said to each of its mistakes, in place of the mistakes' names."""
    if not isinstance(check, FunctionCheck | ValueCheck):
        return check
    said = list(_named(entry))
    mistakes = (*first, *listed(check.mistakes))
    written, coded = Counter(name for name, _ in said), Counter(one.feedback for one in mistakes)
    if odd := (written - coded) + (coded - written):
        raise ExerciseError(
            f"{entry.id}: the mistake {min(odd)!r} needs words and code, once each."
        )
    words = dict(said)
    return replace(check, mistakes=tuple(replace(m, feedback=words[m.feedback]) for m in mistakes))


def _named(entry: Entry) -> Iterator[tuple[str, str]]:
    for text, _ in entry["Mistakes"].items:
        found = re.fullmatch(r"`([^`]+)`: (.+)", text)
        if not found:
            raise ExerciseError(f"{entry.id}: {text!r} should be a name in backticks, `: `, words.")
        yield found[1], found[2]


def _bug(entry: Entry, check: FunctionCheck, about: Mapping[str, Any]) -> Bug:
    try:
        code = patched(source(check.right), entry["Bug"].code)
    except ValueError as error:
        raise ExerciseError(f"{entry.id}: {error}") from None
    lines = _ticked(entry, "Lines")
    pieces = [(right, re.findall(r"`([^`]+)`", text), said) for right, text, said in lines]
    line, why = next((tuple(them), said) for right, them, said in pieces if right)
    return Bug(
        check=_with_words(entry, check, Mistake(rewritten(check.right, code), UNCHANGED)),
        code=code,
        line=line,
        why=why,
        correct_lines={one: said for right, them, said in pieces if not right for one in them},
        **about,
    )


def patched(code: str, hunk: str) -> str:
    """The code with one hunk of a diff applied: lines to keep, `-` to take away, `+` to put in.

    Raises `ValueError` unless the lines that are there before stand in just one place.

    >>> print(patched("a = 1\\nb = 2", "-b = 2\\n+b = 3"))
    a = 1
    b = 3
    """
    lines = hunk.splitlines()
    before, after = (
        "".join(f"\n{line[1:]}" for line in lines if line[:1] != mark) for mark in "+-"
    )
    whole = f"\n{code}\n"
    if whole.count(f"{before}\n") != 1:
        raise ValueError(f"The lines of this hunk are not in one place of the code:\n{hunk}")
    return whole.replace(f"{before}\n", f"{after}\n")[1:-1]


def rewritten(function: Callable[..., Any], code: str) -> Callable[..., Any]:
    """What a function would be if this code stood in its place, in its module.

    >>> rewritten(rewritten, "def rewritten(): return source")() is source
    True
    """
    names = dict(function.__globals__)
    exec(compile(code, f"<{function.__name__}>", "exec"), names)
    return names[function.__name__]


def broken(room: str) -> SimpleNamespace:
    """The functions of a room's bugs as they are shown, wrong, by their names.

    >>> broken("tokenization").fits("cat", tokenizer=None, context=2)
    False
    """
    checks = [bug.check for bug in lab(room).values() if isinstance(bug, Bug)]
    shown = [check for check in checks if isinstance(check, FunctionCheck)]
    return SimpleNamespace(**{one.right.__name__: listed(one.mistakes)[0].answer for one in shown})
