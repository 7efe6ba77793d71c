"""From an answer to a verdict, by comparing behaviour.

A check knows the right answer and the typical wrong ones. A learner's function is run on cases; if
it behaves as the right one does, it is right; if it behaves as a known mistake does in every case,
the learner is told which; otherwise the first case that fails is shown.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

from lablib.exercises.markup import code
from lablib.exercises.records import Verdict
from lablib.exercises.running import Outcome, plain, run

Cases = Callable[[], Sequence[tuple[Any, ...]]]
Fault = Callable[[Callable[..., Any], tuple[Any, ...], Any], str]
Watch = Callable[[tuple[Any, ...]], AbstractContextManager[dict[str, Any]]]
Mistakes = Sequence["Mistake"] | Mapping[str, Any]
"""In the checks of a room wrong answers by name; `loader` makes of each a `Mistake`, with what the
room's Markdown says under the name."""


@dataclass(frozen=True)
class Mistake:
    """A typical wrong answer (a function or a value, as is asked for), and what to say to it."""

    answer: Any
    feedback: str


def then(answer: Callable[..., Any], change: Callable[[Any], Any]) -> Callable[..., Any]:
    """An answer to which something more is done, as many mistakes are the right one with it.

    >>> then(sum, math.sqrt)([9, 16])
    5.0
    """
    return lambda *arguments: change(answer(*arguments))


@dataclass(frozen=True)
class ValueCheck:
    """Holds an answer against one right value: a number, a text, a list, a set or a dictionary.

    >>> check = ValueCheck(4, mistakes=(Mistake(8, "You doubled twice."),))
    >>> check(4).state, check(8).message, check(...).state
    ('right', 'You doubled twice.', 'unanswered')
    >>> check([4]).message
    'This should be a number; you gave a list of 1 number.'
    """

    right: Any
    mistakes: Mistakes = ()
    tolerance: float = 1e-4

    def __call__(self, answer: Any) -> Verdict:
        """The verdict on `answer`; `None`, `...` or a list with them is not answered yet."""
        got = plain(answer)
        if _left_open(got):
            return Verdict("unanswered", "Put your answer where `...` is.")
        if callable(answer):
            return Verdict("wrong", "Give the value, not the function that computes it.")
        if same(got, self.right, self.tolerance):
            return Verdict("right", "Right.")
        for mistake in listed(self.mistakes):
            if same(got, mistake.answer, self.tolerance):
                return Verdict("wrong", mistake.feedback)
        return Verdict(
            "wrong", mismatch(got, self.right) or f"Not {code(show(got))}. Look at a hint."
        )


def listed(mistakes: Mistakes) -> tuple[Mistake, ...]:
    """Each mistake with what to say to it, or else its name.

    >>> listed({"doubled twice": 8})
    (Mistake(answer=8, feedback='doubled twice'),)
    """
    if isinstance(mistakes, Mapping):
        return tuple(Mistake(answer, name) for name, answer in mistakes.items())
    return tuple(mistakes)


Form = Callable[[Any], Any]


def _as_it_is(value: Any) -> Any:
    return value


def _as_array(value: Any) -> Any:
    """A tensor as an array; anything else as it is."""
    return value.detach().numpy() if type(value).__name__ == "Tensor" else value


def _as_list(value: Any) -> Any:
    """A tensor as a list; anything else as it is."""
    return value.tolist() if type(value).__name__ == "Tensor" else value


def _stopped(outcomes: Sequence[Outcome]) -> bool:
    return any(one.error for one in outcomes)


@dataclass(frozen=True)
class FunctionCheck:
    """Holds a function against the right one, on cases.

    `cases()` gives the tuples of arguments, anew for every run, so that a function that changes its
    arguments spoils nothing. Tensors among them are handed over as arrays or lists to a function
    that stops on tensors. Each case may take `seconds`.

    Where many values are right, `fault(answer, arguments, value)` says what is wrong with one of
    the right kind, "" if nothing is. Where it matters what is done, and not only what is returned,
    `watch(arguments)` watches a call and says by name what it did: that must agree as well.

    >>> def double(x):
    ...     return 2 * x
    >>> square = Mistake(lambda x: x * x, "You squared it.")
    >>> check = FunctionCheck(double, cases=lambda: [(2,), (3,)], mistakes=(square,))
    >>> check(lambda x: x + x).state
    'right'
    >>> verdict = check(lambda x: x**2)
    >>> print(verdict.message, verdict.case, sep="\\n")
    You squared it.
    double(3)
    should give  6
    yours gives  9
    """

    right: Callable[..., Any]
    cases: Cases
    mistakes: Mistakes = ()
    tolerance: float = 1e-4
    fault: Fault | None = None
    watch: Watch | None = None
    seconds: float = 5.0

    def __call__(self, answer: Any) -> Verdict:
        """The verdict on the function `answer`; one that always returns `None` is not answered."""
        name = self.right.__name__
        if answer is None or answer is ...:
            return Verdict("unanswered", f"Write `{name}` first.")
        if not callable(answer):
            return Verdict("wrong", f"Hand over the function itself: `{name}`, without brackets.")
        form, got = self._in_its_form(answer)
        if all(not one.error and _left_open(one.value) for one in got):
            return Verdict("unanswered", f"`{name}` returns nothing so far.")
        wanted = self._outcomes(self.right)
        for arguments, mine, right in zip(self.cases(), got, wanted, strict=True):
            fault = self._fault(answer, arguments, mine, right)
            if fault is not None:
                feedback = self._known_mistake(got, wanted) or fault
                call = f"{name}({', '.join(show_argument(form(one)) for one in arguments)})"
                return self._wrong(feedback, call, mine, right)
        return Verdict("right", "Right.")

    def _in_its_form(self, answer: Callable[..., Any]) -> tuple[Form, list[Outcome]]:
        """What the answer makes of the cases, as tensors or else as what it does not stop on."""
        as_they_are = self._outcomes(answer)
        if _stopped(as_they_are) and not any(one.error == "TooLong" for one in as_they_are):
            for form in (_as_array, _as_list):
                got = self._outcomes(answer, form)
                if not _stopped(got):
                    return form, got
        return _as_it_is, as_they_are

    def _outcomes(self, function: Callable[..., Any], form: Form = _as_it_is) -> list[Outcome]:
        """What `function` makes of the cases; after running out of time, of no further ones."""
        outcomes: list[Outcome] = []
        for arguments in self.cases():
            if outcomes and outcomes[-1].error == "TooLong":
                outcomes.append(outcomes[-1])
                continue
            with self.watch(arguments) if self.watch else nullcontext({}) as done:
                one = run(function, [form(one) for one in arguments], self.seconds)
            outcomes.append(replace(one, done=done))
        return outcomes

    def _agree(self, one: Outcome, other: Outcome) -> bool:
        return (
            one.error == other.error
            and same(one.value, other.value, self.tolerance)
            and same(one.done, other.done, self.tolerance)
        )

    def _fault(
        self, answer: Callable[..., Any], arguments: tuple[Any, ...], mine: Outcome, right: Outcome
    ) -> str | None:
        """What is wrong with an outcome: `None` if nothing is, "" if there is no word for it."""
        if self._agree(mine, right):
            return None
        if mine.error or mismatch(mine.value, right.value):
            return mismatch(mine.value, right.value) if not mine.error else ""
        if self.fault and (said := self.fault(answer, arguments, mine.value)):
            return said
        if not self.fault and not same(mine.value, right.value, self.tolerance):
            return ""
        undone = self._undone(mine, right)
        return f"What is returned is right, but look at {undone}." if undone else None

    def _undone(self, mine: Outcome, right: Outcome) -> str:
        """The name of the first thing that was done otherwise than it should be, "" if none was."""
        names = [
            name
            for name, value in right.done.items()
            if not same(mine.done.get(name), value, self.tolerance)
        ]
        return names[0] if names else ""

    def _wrong(self, feedback: str, call: str, mine: Outcome, right: Outcome) -> Verdict:
        case = f"{call}\nshould give  {show(right.value)}"
        if mine.error:
            return Verdict("wrong", f"{feedback} {mine.sentence}".strip(), case)
        case += f"\nyours gives  {show(mine.value)}"
        undone = self._undone(mine, right)
        if undone and same(mine.value, right.value, self.tolerance):
            case += f"\nBut {undone}\nshould be  {show(right.done[undone])}"
            case += f"\nwith yours  {show(mine.done[undone])}"
        return Verdict("wrong", feedback or "Not yet. Here is a case where it goes wrong.", case)

    def _known_mistake(self, got: list[Outcome], wanted: list[Outcome]) -> str:
        """What is said to the first mistake that explains all that `got` is, "" if none does."""
        for mistake in listed(self.mistakes):
            if self._explains(self._outcomes(mistake.answer), got, wanted):
                return mistake.feedback
        return ""

    def _explains(self, theirs: list[Outcome], got: list[Outcome], wanted: list[Outcome]) -> bool:
        """Whether a mistake does alike in every case.

        Where it raises and the answer is right, somebody may have made it and taken care not to.
        """
        return all(
            self._agree(mine, its) or (bool(its.error) and self._agree(mine, right))
            for its, mine, right in zip(theirs, got, wanted, strict=True)
        )


def same(got: Any, wanted: Any, tolerance: float) -> bool:
    """Whether two plain values agree, numbers to within `tolerance` (relative and absolute).

    Whole numbers agree only if they are equal. A list may stand for a set, 0 and 1 for truth values
    and the other way round. Not-a-number equals itself here: it is the same mistake.

    >>> same([1.0, float("nan")], [1.00001, float("nan")], 1e-4), same([3, 1], {1, 3}, 0)
    (True, True)
    >>> same(50_257, 50_256, 1e-4), same([1, 0], [True, False], 1e-4)
    (False, True)
    """
    if isinstance(got, int) and isinstance(wanted, int):
        return got == wanted
    if _is_number(got) and _is_number(wanted):
        close = math.isclose(got, wanted, rel_tol=tolerance, abs_tol=tolerance)
        return close or (math.isnan(got) and math.isnan(wanted))
    if isinstance(wanted, set) and isinstance(got, list):
        members = [tuple(one) if isinstance(one, list) else one for one in got]
        return len(got) == len(wanted) and all(one in members for one in wanted)
    if isinstance(wanted, list) and isinstance(got, list):
        return len(got) == len(wanted) and all(
            same(a, b, tolerance) for a, b in zip(got, wanted, strict=True)
        )
    if isinstance(wanted, dict) and isinstance(got, dict):
        return got.keys() == wanted.keys() and all(
            same(got[key], wanted[key], tolerance) for key in wanted
        )
    return bool(type(got) is type(wanted) and got == wanted)


def mismatch(got: Any, wanted: Any) -> str:
    """A sentence where `got` is of another kind or length than `wanted`, else "".

    >>> mismatch([0.5, 0.5], [0.2, 0.3, 0.5])
    'This should be a list of 3 numbers; you gave a list of 2 numbers.'
    >>> mismatch(2.0, 1.0)
    ''
    """
    if isinstance(wanted, set):
        what = f"a set of {_members(wanted)}"
        fits = isinstance(got, set | list) and (not got or _members(got) == _members(wanted))
        return "" if fits else f"This should be {what}; you gave {kind(got)}."
    if kind(got) == kind(wanted):
        return ""
    return f"This should be {kind(wanted)}; you gave {kind(got)}."


def kind(value: Any) -> str:
    """What a plain value is, in words.

    >>> kind(1.5), kind([[1], [2]]), kind(None)
    ('a number', 'a list of 2 lists', 'nothing (`None`)')
    """
    if value is None:
        return "nothing (`None`)"
    if isinstance(value, list | set):
        name = "list" if isinstance(value, list) else "set"
        items = _members(value)
        return f"a {name} of {len(value)} {items.removesuffix('s') if len(value) == 1 else items}"
    if isinstance(value, tuple):
        return f"a tuple of {len(value)}"
    if isinstance(value, bool):
        return "a truth value"
    if _is_number(value):
        return "a number"
    if isinstance(value, str | dict):
        return "a text" if isinstance(value, str) else "a dictionary"
    return f"a `{type(value).__name__}`"


def _members(value: list[Any] | set[Any]) -> str:
    """What is in a list or a set, in the plural."""
    inside = {kind(one).split(" of ")[0].removeprefix("a ") for one in value}
    return f"{inside.pop() if len(inside) == 1 else 'thing'}s"


def show(value: Any, most: int = 12) -> str:
    """A plain value as short code, numbers to four digits.

    >>> show([0.123456, 2]), show({3, 1}), show(list(range(20)), most=3)
    ('[0.1235, 2]', '{1, 3}', '[0, 1, 2, … 17 more]')
    """
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | set | tuple):
        items = sorted(value, key=repr) if isinstance(value, set) else value
        more = [f"… {len(items) - most} more"] if len(items) > most else []
        inner = ", ".join([show(one, most) for one in items[:most]] + more)
        return {list: f"[{inner}]", set: f"{{{inner}}}"}.get(type(value), f"({inner})")
    if isinstance(value, dict):
        return "{" + ", ".join(f"{show(k)}: {show(v)}" for k, v in value.items()) + "}"
    if isinstance(value, str | int | bool | None):
        text = repr(value)
        return text if len(text) <= 120 else f"{text[:60]} … {text[-40:]}"
    return type(value).__name__


def show_argument(value: Any) -> str:
    """What was handed over, as code that makes it again: a tensor is not a list.

    >>> import torch
    >>> show_argument(torch.tensor([0.5, 0.5])), show_argument([0.5, 0.5])
    ('torch.tensor([0.5, 0.5])', '[0.5, 0.5]')
    """
    maker = {"Tensor": "torch.tensor", "ndarray": "np.array"}.get(type(value).__name__)
    if isinstance(value, tuple):
        return f"({', '.join(show_argument(one) for one in value)})"
    shown = show(plain(value), most=24)
    return f"{maker}({shown})" if maker else shown


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _left_open(value: Any) -> bool:
    """Whether this is what an exercise cell holds before anybody has answered."""
    if isinstance(value, list):
        return any(_left_open(one) for one in value)
    return value is None or value is ...
