"""The questions on a page without a kernel: every card there can be of one, as data.

The page's script (`static/page_questions.js`) chooses among them by what the learner has done. The
words and what stands where are decided here alone, by the functions that make the lab's cards.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from lablib.exercises import cards
from lablib.exercises.progress import QuestionStatus
from lablib.exercises.records import Bug, Exercise, Guess, Prediction, Record

Asked = dict[str, Any]
"""What the script needs of a question: its `kind`, `id` and `deck`, and what judges an answer."""

NUMBER = "\ue000"
"""Stands in a card where the script puts the number that was guessed; no text of ours has it."""

_CHECKED = (
    "Whether your answer is right is checked when you run its cell in JupyterLab. The hints and "
    "the solution open here, too."
)
_FIX = "Now fix it: in JupyterLab the cell below checks what you write."
_GO_ON = (
    "To go on in JupyterLab, download your progress file and have it taken in there: "
    "`python -m lablib.exercises take-in progress.jsonl`."
)


def deck(contents: Mapping[str, cards.Content]) -> dict[str, Any]:
    """The cards of one question, by the name of each: what their blocks share stands once.

    >>> cards = {"a": {"title": "T", "blocks": ["x"]}, "b": {"title": "T", "blocks": ["x", "y"]}}
    >>> deck(cards)
    {'title': 'T', 'blocks': ['x', 'y'], 'cards': {'a': [0], 'b': [0, 1]}}
    """
    blocks: list[cards.Block] = []
    for content in contents.values():
        blocks += [block for block in content["blocks"] if block not in blocks]
    places = {
        name: [blocks.index(block) for block in content["blocks"]]
        for name, content in contents.items()
    }
    return {**next(iter(contents.values())), "blocks": blocks, "cards": places}


def prediction(record: Prediction) -> Asked:
    """A prediction: not yet answered, passed over, and with each answer that can be given."""
    named: dict[str, Any] = {"new": QuestionStatus(), "skipped": QuestionStatus("skipped")}
    named |= {
        f"={name}": QuestionStatus("wrong", value) for name, value in _answers(record).items()
    }
    drawn = {name: cards.prediction(record, now, seed=0) for name, now in named.items()}
    about: Asked = {"kind": "prediction", "id": record.id, "deck": deck(drawn)}
    if isinstance(record.answer, Guess):
        guess = {"value": record.answer.value, "tolerance": record.answer.tolerance}
        return about | {"guess": guess, "number": NUMBER}
    right = next(one.text for one in record.answer if one.right)
    return about | {"options": [one.text for one in record.answer], "right": right}


def _answers(record: Prediction) -> dict[str, Any]:
    """An answer of each kind that is judged in its own way."""
    if not isinstance(record.answer, Guess):
        return {one.text: one.text for one in record.answer}
    away = 2 * record.answer.tolerance + 1
    steps = {"low": -away, "right": 0.0, "high": away}
    return {name: _Shown(record.answer.value + step) for name, step in steps.items()}


class _Shown(float):
    """A number that is written as the mark which the page's script replaces."""

    def __format__(self, how: str) -> str:
        return NUMBER


def exercise(record: Exercise) -> Asked:
    """Something to write, with so many hints open, and the solution or not."""
    drawn = {
        f"{hints} {str(solution).lower()}": cards.unchecked(record, _CHECKED, hints, solution)
        for hints in range(len(record.hints) + 1)
        for solution in (False, True)
    }
    about = {"kind": "exercise", "id": record.id, "deck": deck(drawn)}
    return about | {"hints": len(record.hints)}


def bug(record: Bug) -> Asked:
    """Code with a wrong line: what is said to each line, before and after the line is known."""
    lines = range(len(record.code.splitlines()) + 1)
    drawn = {
        f"{line} {str(known).lower()}": _unmarked(
            cards.bug(record, [line] * bool(line), known, False, fix=_FIX)
        )
        for line in lines
        for known in (False, True)
        if known or line not in record.line_numbers
    }
    about = {"kind": "bug", "id": record.id, "deck": deck(drawn)}
    return about | {"lines": list(record.line_numbers)}


def _unmarked(content: cards.Content) -> cards.Content:
    """A card without marks on its lines: the script knows which were clicked."""
    blocks = [{**one, "marks": {}} if one["type"] == "lines" else one for one in content["blocks"]]
    return {**content, "blocks": blocks}


def table(name: str, records: Iterable[Record]) -> Asked:
    """The questions of the lab `name`, and what each state of them is called."""
    rows = [
        {
            "id": one.id,
            "asks": isinstance(one, Prediction),
            "cells": cards.row_about(one),
            "states": cards.states(one),
        }
        for one in records
    ]
    forget = cards.button("afresh?", "Forget my answers in this lab …", quiet=True)
    keep = cards.actions(
        cards.button("download", "Download my progress file"),
        cards.button("take in", "Take in a progress file …"),
        forget,
    )
    return {
        "kind": "table",
        "id": f"{name}/",
        "rows": rows,
        "label": cards.PROGRESS,
        "head": cards.HEAD,
        "below": [cards.text(_GO_ON), keep],
        "really": cards.really_forget(),
    }
