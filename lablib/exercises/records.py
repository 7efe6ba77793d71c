"""What a room asks: predictions, exercises and bugs, as frozen records, and finding one by its id.

Texts are plain, with the marks of `markup`: *emphasis*, **strong** and `code`.
"""

import difflib
import functools
import importlib
import importlib.util
import inspect
import pkgutil
import random
import textwrap
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar, Literal

import lablib
from lablib.exercises.importance import ESSENTIAL


class ExerciseError(Exception):
    """A question that does not exist, or is of another kind than the call that asked for it."""


@dataclass(frozen=True)
class Verdict:
    """What is said about an answer.

    `message` is one or two sentences; `case` shows, in code, an input for which the answer is wrong
    with what came out and what should have ("" where there is none).
    """

    state: Literal["right", "wrong", "unanswered"]
    message: str
    case: str = ""


Check = Callable[[Any], Verdict]


@dataclass(frozen=True, kw_only=True)
class Record:
    """What all questions have: an id `lab/name`, and how long and how hard (1 to 3) it is.

    Attributes:
        kind: what a question of its class is called.
    """

    kind: ClassVar[str]
    id: str
    title: str
    question: str
    minutes: int = 1
    difficulty: Literal[1, 2, 3] = 1

    @property
    def essential(self) -> bool:
        """Whether later labs take it for granted, whoever leaves out the others."""
        return self.id in ESSENTIAL


@dataclass(frozen=True)
class Option:
    """One answer to choose, and what is said to whoever chose it."""

    text: str
    feedback: str
    right: bool = False


@dataclass(frozen=True)
class Guess:
    """A number to guess, right within `tolerance` of `value`, with a word for each way to miss."""

    value: float
    tolerance: float
    unit: str
    right: str
    too_low: str
    too_high: str


@dataclass(frozen=True, kw_only=True)
class Prediction(Record):
    """A question whose answer is recorded before its picture unlocks.

    `answer` is a tuple of options, exactly one of them right, or a number to guess.

    >>> low, high = "Smaller: the top token wins more.", "Larger."
    >>> p = Prediction(id="toy/e", title="e", question="e is?", answer=Guess(2.7, 0.1, "", "Yes.",
    ...                low, high))
    >>> p.judge(2.72).state, p.judge(1).message
    ('right', 'Smaller: the top token wins more.')
    """

    kind = "prediction"

    answer: tuple[Option, ...] | Guess

    def judge(self, given: str | float) -> Verdict:
        """The feedback for an option's text, or for a number.

        Raises `ExerciseError` for what is not among the options, or is not a number.
        """
        if isinstance(self.answer, Guess):
            return _judge_number(given, self.answer)
        chosen = next((option for option in self.answer if option.text == given), None)
        if chosen is None:
            raise ExerciseError(f"{given!r} is not one of the answers to {self.id!r}.")
        return Verdict("right" if chosen.right else "wrong", chosen.feedback)

    def judge_earlier(self, given: str | float | None) -> Verdict | None:
        """The feedback for a recorded answer; None for none, and for one that cannot be given today
        (an update may have reworded the options).
        """
        with suppress(ExerciseError):
            return None if given is None else self.judge(given)
        return None

    def options(self, seed: int) -> tuple[Option, ...]:
        """The options as the learner with this seed sees them, in the same order every time."""
        if isinstance(self.answer, Guess):
            return ()
        order = random.Random(f"{seed} {self.id}")
        return tuple(order.sample(self.answer, k=len(self.answer)))


def _judge_number(given: str | float, guess: Guess) -> Verdict:
    try:
        number = float(given)
    except (TypeError, ValueError, OverflowError):
        raise ExerciseError(f"Please give a number; {given!r} is none.") from None
    if abs(number - guess.value) <= guess.tolerance:
        return Verdict("right", guess.right)
    return Verdict("wrong", guess.too_low if number < guess.value else guess.too_high)


@dataclass(frozen=True, kw_only=True)
class Exercise(Record):
    """Something to write and have checked; `lesson` is what is said when it is right."""

    kind = "exercise"

    check: Check
    hints: tuple[str, ...]
    solution: str
    lesson: str

    def judge(self, answer: Any) -> Verdict:
        """The verdict on an answer."""
        return self.check(answer)


@dataclass(frozen=True, kw_only=True)
class Bug(Exercise):
    """Code with one wrong line, to be found and then mended.

    `line` is a piece of text that stands in the wrong line only, or a piece for each line that may
    be named (as where a line is missing, which could stand in several places); `why` explains it;
    `correct_lines` gives, for pieces of other tempting lines, why those are all right.
    """

    kind = "bug"

    code: str
    line: str | tuple[str, ...]
    why: str
    correct_lines: Mapping[str, str] = field(default_factory=dict)

    @property
    def line_numbers(self) -> tuple[int, ...]:
        """The numbers of the lines that may be named, from 1, in order.

        Raises `ValueError` unless each piece of `line` stands in just one.
        """
        pieces = (self.line,) if isinstance(self.line, str) else self.line
        return tuple(sorted(self._number(piece) for piece in pieces))

    def _number(self, piece: str) -> int:
        found = [n for n, text in enumerate(self.code.splitlines(), 1) if piece in text]
        if len(found) != 1:
            raise ValueError(f"{self.id}: {piece!r} is in {len(found)} lines, not in one.")
        return found[0]

    def judge(self, answer: Any) -> Verdict:
        """The verdict on the mended function; the code as it was shown is no answer yet."""
        if _source_of(answer) == self.code:
            return Verdict("unanswered", "This is the code as it was: fix it, then run the cell.")
        return super().judge(answer)

    def judge_line(self, number: int) -> Verdict:
        """Whether line `number` (from 1) is a wrong one, and why or why not.

        Raises `ExerciseError` where there is no such line.
        """
        if number in self.line_numbers:
            return Verdict("right", self.why)
        lines = self.code.splitlines()
        if not 1 <= number <= len(lines):
            raise ExerciseError(f"There is no line {number} in this code.")
        text = lines[number - 1]
        reasons = [reason for piece, reason in self.correct_lines.items() if piece in text]
        return Verdict("wrong", (reasons or ["This line does what it should. Look again."])[0])


def source(function: Callable[..., Any]) -> str:
    """The code of a function as text, so that what is shown is what is tested.

    >>> print(source(source).splitlines()[0])
    def source(function: Callable[..., Any]) -> str:
    """
    return textwrap.dedent(inspect.getsource(function)).rstrip()


def _source_of(answer: Any) -> str:
    """The code of an answer, "" where it has none that can be found."""
    try:
        return source(answer)
    except (TypeError, OSError):
        return ""


def rooms() -> list[str]:
    """The names of the labs that ask questions.

    >>> "sampling" in rooms()
    True
    """
    names = [module.name for module in pkgutil.iter_modules(lablib.__path__) if module.ispkg]
    return [name for name in names if importlib.util.find_spec(f"lablib.{name}.exercises")]


@functools.cache
def lab(name: str) -> Mapping[str, Record]:
    """All questions of one lab by id, in the order of its story.

    Raises `ExerciseError` where the lab does not exist or uses an id twice.

    >>> "sampling/softmax-of-the-cut" in lab("sampling")
    True
    """
    module = f"lablib.{name}.exercises"
    try:
        records = importlib.import_module(module).RECORDS
    except ModuleNotFoundError as error:
        if not module.startswith(str(error.name)):
            raise
        raise ExerciseError(f"There is no lab {name!r} with exercises.") from None
    by_id = {record.id: record for record in records}
    if len(by_id) != len(records):
        raise ExerciseError(f"The lab {name!r} uses an id for two questions.")
    return MappingProxyType(by_id)


def find(id: str) -> Record:
    """The question with this id. Raises `ExerciseError`, naming the likeliest, if there is none.

    Example:
        >>> from lablib import exercises as ex
        >>> ex.find("sampling/softmax-temperature").minutes > 0
        True
    """
    records = lab(id.partition("/")[0])
    if id not in records:
        near = difflib.get_close_matches(id, records, n=3, cutoff=0.0)
        raise ExerciseError(f"There is no question {id!r}. Did you mean {' or '.join(near)}?")
    return records[id]
