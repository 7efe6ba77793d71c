"""What stands on the screen, as plain data: a `dict` that `static/card.js` draws with textContent.

Nothing here touches a widget, so everything a learner reads can be tested without a browser. Words
of ours stand in a block as `parts` (see `markup`), and as `text` without their marks.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from lablib.exercises import markup
from lablib.exercises.progress import Event, QuestionStatus, standing
from lablib.exercises.records import Bug, Exercise, Guess, Prediction, Record, Verdict

Block = dict[str, Any]
Content = dict[str, Any]

_TITLES = {"right": "Right", "wrong": "Not yet", "unanswered": "Not answered yet"}
PROGRESS = "Your progress"
HEAD = ["Question", "Kind", "Minutes", "State", "Tries", "Hints", "Solution"]
"""The columns of the table of a lab's questions."""
_DIFFICULTY = {1: "★ easy", 2: "★★ medium", 3: "★★★ hard"}


def text(words: str) -> Block:
    """Paragraphs."""
    return {"type": "text", **_words(words)}


def _words(words: str) -> Block:
    return {"text": markup.plain(words), "parts": markup.paragraphs(words)}


def note(tone: str, title: str, words: str, code: str = "", folded: str = "") -> Block:
    """A framed remark; `tone` is "right", "wrong", "info" or "error"; `folded` opens on a click."""
    said = _words(words)
    return {"type": "note", "tone": tone, "title": title, **said, "code": code, "folded": folded}


def button(do: str, label: str, value: Any = None, quiet: bool = False) -> Block:
    """Something to press: the card sends `{"do": do, "value": value}`."""
    return {"do": do, "label": label, "value": value, "quiet": quiet}


def actions(*buttons: Block) -> Block:
    """Buttons side by side."""
    return {"type": "actions", "buttons": list(buttons)}


def verdict_note(verdict: Verdict, title: str = "") -> Block:
    """A verdict with the case that shows it."""
    tone = {"unanswered": "info"}.get(verdict.state, verdict.state)
    return note(tone, title or _TITLES[verdict.state], verdict.message, verdict.case)


def card(label: str, record: Record, blocks: Sequence[Block]) -> Content:
    """A whole card about one question."""
    minutes = f"{record.minutes} minute{'' if record.minutes == 1 else 's'}"
    about = f"{minutes}, {_DIFFICULTY[record.difficulty]}{_important(record)}"
    return {"label": label, "title": record.title, "about": about, "blocks": list(blocks)}


def _important(record: Record) -> str:
    return ", essential" if record.essential else ""


def prediction(
    record: Prediction, now: QuestionStatus, seed: int, trouble: Sequence[Block] = ()
) -> Content:
    """The question; once it is answered or skipped, what was said and what is so.

    `seed` is the learner's: it puts the options in order.
    """
    blocks = [text(record.question)]
    if now.state == "new":
        skip = button("skip", "Just show me", quiet=True)
        blocks += [_asked(record, seed), actions(skip)]
    else:
        blocks += _answered(record, now, seed)
        blocks.append(actions(button("forget", "Forget my answer", quiet=True)))
    return card("Predict before you look", record, [*blocks, *trouble])


def _asked(record: Prediction, seed: int) -> Block:
    if isinstance(record.answer, Guess):
        return {"type": "number", "unit": record.answer.unit, "label": record.title}
    return {"type": "choices", "options": [_choice(one.text) for one in record.options(seed)]}


def _choice(words: str, marks: Sequence[str] = (), tone: str = "") -> Block:
    """An option; pressing it sends its `value`, the words as they stand in the record."""
    return {"value": words, **_words(words), "marks": list(marks), "tone": tone}


def _answered(record: Prediction, now: QuestionStatus, seed: int) -> list[Block]:
    feedback = verdict_note(record.judge(now.answer)) if now.answer is not None else None
    if isinstance(record.answer, Guess):
        if feedback is None:
            return [note("info", "Skipped", _unasked(record.answer.right))]
        return [text(f"You said {now.answer:g} {record.answer.unit}".rstrip() + "."), feedback]
    drawn = []
    for option in record.options(seed):
        chosen = option.text == now.answer
        marks = ["your answer"] * chosen + ["right"] * option.right
        tone = "right" if option.right else "wrong" if chosen else ""
        drawn.append(_choice(option.text, marks, tone))
    truth = next(option.feedback for option in record.answer if option.right)
    return [
        {"type": "choices", "options": drawn, "done": True},
        feedback or note("info", "Skipped", _unasked(truth)),
    ]


def _unasked(truth: str) -> str:
    """What is said of the right answer, without the "Yes" to somebody who has given it.

    >>> _unasked("Yes: 78 against 9."), _unasked("Yes. It grows."), _unasked("Yes, it grows.")
    ('78 against 9.', 'It grows.', 'It grows.')
    """
    rest = re.sub(r"^Yes[.,:] ", "", truth)
    return rest[:1].upper() + rest[1:]


def checked(
    record: Exercise, verdict: Verdict, hints: int, solution: bool, trouble: Sequence[Block] = ()
) -> Content:
    """The question, the verdict, `hints` of the hints, and the solution if it is open."""
    blocks = [_task(record), verdict_note(verdict)]
    if verdict.state == "right":
        blocks.append(text(record.lesson))
    return card("Check", record, [*blocks, *help_blocks(record, hints, solution), *trouble])


def unchecked(record: Exercise, why: str, hints: int, solution: bool) -> Content:
    """The question where nothing can be run: `why`, and the help that is open."""
    said = note("info", "Not checked here", why)
    return card("Check", record, [_task(record), said, *help_blocks(record, hints, solution)])


def _task(record: Exercise) -> Block:
    """What there is to write. A bug's card, which stands above, asks which line it is."""
    fix = "Fix the code of the bug above in its cell, and run the cell."
    return text(fix if record.kind == "bug" else record.question)


def help_blocks(record: Exercise, hints: int, solution: bool) -> list[Block]:
    """The open hints and the solution, and the buttons for the rest."""
    blocks = [
        note("info", f"Hint {n} of {len(record.hints)}", words)
        for n, words in enumerate(record.hints[:hints], 1)
    ]
    if solution:
        blocks.append({"type": "code", "text": record.solution, "label": "Solution"})
    more = []
    if hints < len(record.hints):
        label = f"Show hint {hints + 1} of {len(record.hints)}"
        more.append(button("hint", label))
    more.append(
        button("hide", "Hide the solution", quiet=True)
        if solution
        else button("solution", "Show the solution", quiet=True)
    )
    return [*blocks, actions(*more)]


FIX = "Now fix it in the cell below, and run the cell to have it checked."


def bug(
    record: Bug,
    clicked: Sequence[int],
    found: bool,
    shown: bool,
    trouble: Sequence[Block] = (),
    fix: str = FIX,
) -> Content:
    """The code with its lines to click; what was said about the last of the `clicked` lines.

    `found` and `shown` say that the line is known: by the learner's own eye, or given away. `fix`
    is then said to do next.
    """
    verdict = record.judge_line(clicked[-1]) if clicked else None
    marks: dict[int, str] = {number: "wrong" for number in clicked}
    if found or shown:
        marks |= {number: "right" for number in record.line_numbers}
    blocks = [
        text(record.question),
        {"type": "lines", "text": record.code, "marks": {str(n): t for n, t in marks.items()}},
    ]
    if verdict:
        title = "That is the line" if verdict.state == "right" else f"Not line {clicked[-1]}"
        blocks.append(verdict_note(verdict, title))
    elif found or shown:
        lines = " or ".join(map(str, record.line_numbers))
        blocks.append(note("info", f"It is line {lines}", record.why))
    if found or shown:
        blocks.append(text(fix))
        blocks.append(actions(button("forget", "Look for it again", quiet=True)))
    else:
        blocks.append(actions(button("show", "Show me the line", quiet=True)))
    return card("Spot the bug: which line is wrong?", record, [*blocks, *trouble])


def table(
    records: Iterable[Record], events: Sequence[Event], where: str, trouble: Sequence[Block] = ()
) -> Content:
    """Every question of a lab and where the learner stands with it."""
    rows, right, total = [], 0, 0
    for record in records:
        now = standing(events, record.id)
        right, total = right + (now.state == "right"), total + 1
        rows.append(_row(record, now))
    blocks: list[Block] = [{"type": "table", "head": HEAD, "rows": rows}]
    blocks += [*trouble, text(f"Kept in {markup.code(where)}.")]
    blocks.append(actions(button("afresh?", "Start this lab afresh …", quiet=True)))
    title = f"{right} of {total} right"
    return {"label": PROGRESS, "title": title, "about": "", "blocks": blocks}


def really_afresh() -> list[Block]:
    """What starting afresh does, and the two answers to it."""
    words = (
        "The lab's notebooks, with the one in `further`, are put back as they came, and its "
        "questions are open again. Yours are kept in folders `old`, your answers in your progress "
        "file. Save the notebooks first (Ctrl+S)."
    )
    answers = "Yes, start afresh", "No, leave it as it is"
    return _really("Start this lab afresh?", words, *answers)


def really_forget() -> list[Block]:
    """What forgetting a lab's answers does on a page, and the two answers to it."""
    words = "Its questions are open again. What you answered stays in your progress file."
    answers = "Yes, forget them", "No, leave them as they are"
    return _really("Forget your answers in this lab?", words, *answers)


def _really(title: str, words: str, yes: str, no: str) -> list[Block]:
    return [
        note("info", title, words),
        actions(button("afresh", yes), button("look", no, quiet=True)),
    ]


def _row(record: Record, now: QuestionStatus) -> list[str]:
    state = "found" if now.line_found and now.state == "wrong" else now.state
    asks = isinstance(record, Prediction)
    helped = ["–", "–"] if asks else [str(now.hints), "opened" if now.solution else "–"]
    return [*row_about(record), states(record)[state], str(now.tries), *helped]


def row_about(record: Record) -> list[str]:
    """The cells of a question that are the same for everybody: its title, kind and minutes."""
    kind = "spot the bug" if record.kind == "bug" else record.kind
    return [record.title, kind + _important(record), str(record.minutes)]


def states(record: Record) -> dict[str, str]:
    """What the states of a question are called, and "found" that of a bug not yet fixed."""
    tried = "answered" if isinstance(record, Prediction) else "tried"
    names = {"new": "–", "skipped": "looked at", "wrong": tried, "right": "right"}
    return names | {"found": "line found"}


def spoken(content: Content) -> str:
    """A card as plain text, for where no browser draws it.

    >>> spoken({"label": "Check", "title": "Double it", "blocks": [text("Write `double(x)`.")]})
    'Check: Double it\\nWrite double(x).'
    """
    lines = [f"{content['label']}: {content['title']}"]
    for block in content["blocks"]:
        lines += [block[name] for name in ("title", "text", "code") if block.get(name)]
        lines += [
            f"- {' · '.join([one['text'], *one['marks']])}" for one in block.get("options", [])
        ]
    return "\n".join(lines)
