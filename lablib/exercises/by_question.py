"""What a class answered, question by question, for its teacher: no learner's name is in it.

Of a prediction the first answer counts, which was given before its picture was seen.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import mean

from lablib.exercises.markup import plain
from lablib.exercises.progress import Event, standing
from lablib.exercises.records import Guess, Prediction, Record, lab

EARLIER = "an answer that is no longer among the options"


@dataclass(frozen=True)
class Choice:
    """An answer to a prediction, how many gave it, and whether it is right."""

    text: str
    count: int
    right: bool


@dataclass(frozen=True)
class ClassAnswers:
    """What a class did with one question.

    Attributes:
        record: the question.
        learners: how many answered it, or had something checked.
        right: how many of them hold, or got there.
        choices: of a prediction, each answer; the most chosen first.
        tries, hints: how many on average, of those who tried.
        solutions: how many of them opened the solution.
    """

    record: Record
    learners: int
    right: int
    choices: tuple[Choice, ...]
    tries: float
    hints: float
    solutions: int

    @property
    def share_right(self) -> float:
        """From 0 to 1, among those who tried."""
        return self.right / self.learners

    @property
    def has_wrong_majority(self) -> bool:
        """Whether more learners chose some wrong answer than the right one."""
        return bool(self.choices) and not self.choices[0].right


def by_question(learners: Sequence[Sequence[Event]], name: str) -> list[ClassAnswers]:
    """What learners (the events of each) did with the questions of the lab `name`.

    Questions whose most frequent answer is wrong come first, then those that fewest got right, and
    of these those with most tries. What nobody tried is left out.

    Raises `ExerciseError` if there is no such lab.

    >>> tried = Event("sampling/softmax-temperature", "checked", right=True)
    >>> [one.share_right for one in by_question([[tried], []], "sampling")]
    [1.0]
    """
    answers = [_of_class(record, learners) for record in lab(name).values()]
    tried = [one for one in answers if one.learners]
    return sorted(tried, key=lambda one: (not one.has_wrong_majority, one.share_right, -one.tries))


def _of_class(record: Record, learners: Sequence[Sequence[Event]]) -> ClassAnswers:
    statuses = [standing(events, record.id) for events in learners]
    tried = [one for one in statuses if one.tries]
    choices = _choices(record, learners) if isinstance(record, Prediction) else ()
    right = (
        sum(one.count for one in choices if one.right)
        if choices
        else sum(one.state == "right" or one.line_found for one in tried)
    )
    return ClassAnswers(
        record,
        len(tried),
        right,
        choices,
        tries=mean(one.tries for one in tried) if tried else 0.0,
        hints=mean(one.hints for one in tried) if tried else 0.0,
        solutions=sum(one.solution for one in tried),
    )


def _choices(record: Prediction, learners: Iterable[Sequence[Event]]) -> tuple[Choice, ...]:
    """Each answer that was somebody's first, the most frequent first, a right one before a tie."""
    first = (
        next((e.value for e in events if e.id == record.id and e.what == "predicted"), None)
        for events in learners
    )
    counts = Counter(_answer(record, value) for value in first if value is not None)
    found = [Choice(text, count, right) for (text, right), count in counts.items()]
    return tuple(sorted(found, key=lambda one: (-one.count, not one.right, one.text)))


def _answer(record: Prediction, value: str | float) -> tuple[str, bool]:
    """The words of an answer and whether it is right; of a number, on which side of it."""
    if (verdict := record.judge_earlier(value)) is None:
        return EARLIER, False
    right = verdict.state == "right"
    if not isinstance(record.answer, Guess):
        return plain(str(value)), right
    if right:
        return f"about {record.answer.value:g} {record.answer.unit}".rstrip(), True
    return ("lower" if float(value) < record.answer.value else "higher"), False


def table(found: Iterable[ClassAnswers]) -> list[list[str]]:
    """The report as rows of cells, the first of them the head. A right answer has a check mark."""
    return [_HEAD, *map(_row, found)]


_HEAD = [
    "question", "title", "kind", "essential", "learners", "right", "answers", "tries", "hints",
    "solutions opened",
]  # fmt: skip


def _row(one: ClassAnswers) -> list[str]:
    answers = "; ".join(
        f"{choice.count / one.learners:.0%} {'✓ ' * choice.right}{choice.text}"
        for choice in one.choices
    )
    return [
        one.record.id,
        plain(one.record.title),
        one.record.kind,
        "yes" if one.record.essential else "",
        str(one.learners),
        f"{one.share_right:.0%}",
        answers,
        f"{one.tries:.1f}",
        f"{one.hints:.1f}",
        str(one.solutions),
    ]
