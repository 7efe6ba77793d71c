"""A small lab to test the machinery with, in place of `lablib.toy.exercises`."""

from types import SimpleNamespace

from lablib.exercises import (
    Bug,
    Exercise,
    FunctionCheck,
    Guess,
    Mistake,
    Option,
    Prediction,
    ValueCheck,
)


def double(x):
    return 2 * x


CHOICE = Prediction(
    id="toy/choice",
    title="Heads?",
    question="Does `it` fall on <b>heads</b>?",
    answer=(Option("Yes", "It does <i>not</i>."), Option("No", "Indeed.", right=True)),
)
NUMBER = Prediction(
    id="toy/number",
    title="How many?",
    question="How many?",
    answer=Guess(12, 0.5, "eggs", "A dozen.", "More.", "Fewer."),
)
DOUBLE = Exercise(
    id="toy/double",
    title="Double it",
    minutes=3,
    difficulty=2,
    question="Write `double(x)`.",
    check=FunctionCheck(
        double, cases=lambda: [(2,), (3,)], mistakes=(Mistake(lambda x: x * x, "Squared."),)
    ),
    hints=("Twice.", "Times two."),
    solution="def double(x):\n    return 2 * x",
    lesson="Well doubled.",
)
VALUE = Exercise(
    id="toy/value",
    title="Twice two",
    question="2 × 2?",
    check=ValueCheck(4, mistakes=(Mistake(22, "Side by side."),)),
    hints=(),
    solution="4",
    lesson="Four.",
)
BUG = Bug(
    id="toy/bug",
    title="Not double",
    question="Which line?",
    code="def double(x):\n    y = 3 * x\n    return y",
    line="3 * x",
    why="Three is not two.",
    correct_lines={"return": "It returns what it has."},
    check=FunctionCheck(double, cases=lambda: [(2,)]),
    hints=(),
    solution="def double(x):\n    return 2 * x",
    lesson="Two it is.",
)
LAB = SimpleNamespace(RECORDS=(CHOICE, NUMBER, DOUBLE, VALUE, BUG))
