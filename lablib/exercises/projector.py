"""A page for the projector: what the class has answered so far, with nobody's name.

It is one file that a browser opens from the disk and reads again every few seconds, while
`watch` writes it anew: no server, no port and no script.
"""

import time
from collections.abc import Sequence
from pathlib import Path

from lablib.exercises.by_question import Choice, ClassAnswers, by_question
from lablib.exercises.markup import plain
from lablib.exercises.report import read_class
from lablib.numbers import percent
from lablib.widgets.html import fill
from lablib.writable import put

SECONDS = 5
"""How often the page is written, and read again."""

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta http-equiv="refresh" content="{seconds}">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 24px/1.4 system-ui, sans-serif; margin: 32px auto; max-width: 1100px }}
body {{ padding: 0 24px }}
h1 {{ font-size: 36px }}
h2 {{ font-size: 28px; margin: 40px 0 0 }}
p {{ margin: 8px 0 }}
meter {{ flex: none; height: 28px; width: 240px }}
li {{ align-items: center; display: flex; gap: 16px; margin: 8px 0 }}
ul {{ list-style: none; padding: 0 }}
.share {{ flex: none; font-variant-numeric: tabular-nums; text-align: right; width: 4em }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{summary}</p>
"""
_FOOT = "</body>\n</html>\n"
_QUESTION = "<section>\n<h2>{title}</h2>\n<p>{question}</p>\n"
_BAR = """<li><span class="share">{percent}</span>
<meter value="{share}" aria-hidden="true"></meter><span>{text}</span></li>"""


def class_page(
    found: Sequence[ClassAnswers], name: str, learners: int, with_answers: bool = False
) -> str:
    """The page as HTML, every word of it escaped.

    Args:
        found: as `by_question` gives it.
        name: of the lab.
        learners: how many progress files there are.
        with_answers: whether the right answers are marked. The class sees the projector.

    >>> "Nobody has answered anything yet." in class_page([], "sampling", 12)
    True
    """
    summary = f"Learners: {learners}." if found else "Nobody has answered anything yet."
    head = fill(_HEAD, title=f"The class on {name}", summary=summary, seconds=SECONDS)
    return head + "\n".join(_question(one, with_answers) for one in found) + _FOOT


def _question(one: ClassAnswers, with_answers: bool) -> str:
    bars = "\n".join(_bar(choice, one.learners, with_answers) for choice in one.choices)
    return (
        fill(_QUESTION, title=plain(one.record.title), question=plain(one.record.question))
        + (f"<ul>{bars}</ul>\n" if bars else "")
        + fill("<p>{summary}</p>\n</section>", summary=_summary(one, with_answers))
    )


def _bar(choice: Choice, learners: int, with_answers: bool) -> str:
    share = choice.count / learners
    mark = "✓ " if with_answers and choice.right else ""
    return fill(_BAR, percent=percent(share), share=f"{share:.3f}", text=mark + choice.text)


def _summary(one: ClassAnswers, with_answers: bool) -> str:
    """How many answered; of what is written in code, how many got there and what it took.

    The share of right answers to a prediction would give away which one it is.
    """
    if one.choices:
        right = f", {percent(one.share_right)} of them right" if with_answers else ""
        return f"Answered by {one.learners}{right}."
    return (
        f"{one.record.kind.capitalize()}: tried by {one.learners}, passed by {one.right}. "
        f"Tries on average: {one.tries:.1f}; hints: {one.hints:.1f}. "
        f"The solution was opened by {one.solutions}."
    )


def write(folder: Path | str, name: str, page: Path, with_answers: bool = False) -> None:
    """Write the page of the lab `name` for the class whose progress files are in `folder`.

    Raises:
        ValueError: if there are no progress files.
        ExerciseError: if there is no such lab.
        OSError: if the page cannot be written.
    """
    events = [found for found, _ in read_class(folder).values()]
    html = class_page(by_question(events, name), name, len(events), with_answers)
    put(page, html)


def watch(folder: Path | str, name: str, page: Path, with_answers: bool = False) -> None:
    """Write the page again and again, until Ctrl-C. Raises as `write`."""
    while True:
        write(folder, name, page, with_answers)
        time.sleep(SECONDS)
