"""Predict, check, hint, solution, spot the bug; and what the learner has done so far.

    from lablib import exercises as ex

    ex.predict("sampling/greedy-three", then=lambda: panel)   # the picture unlocks with the answer
    ex.check("sampling/softmax-temperature", my_function)     # right, or what is wrong
    ex.spot_the_bug("sampling/softmax-of-the-cut")            # click the line
    ex.progress("sampling")                                   # what is done, what is left

A room's questions stand in `lablib/<room>/exercises/questions.md`, in the order of its story; the
Python beside it checks the answers (`checks`) and has the right ones (`solutions`). Read in this
order: `records` (what a question is), `loader` (how the Markdown becomes records), `running` (a
learner's function, run safely), `checking` (from an answer to a verdict), `progress` (the file),
`report`, `by_question`, `projector`, `grading` with `rechecking`, and `teacher_copies` (for the
teacher of a class), `afresh` (a lab begun anew), `markup` (emphasis and code in what is said),
`cards` (what is on the screen), `on_page` (the same where no kernel is), `views` (the widgets).
"""

from typing import TYPE_CHECKING

from lablib.exercises.checking import FunctionCheck, Mistake, ValueCheck
from lablib.exercises.progress import Event, ProgressFile, QuestionStatus, standing
from lablib.exercises.records import (
    Bug,
    Exercise,
    ExerciseError,
    Guess,
    Option,
    Prediction,
    Verdict,
    find,
    lab,
    rooms,
    source,
)
from lablib.exercises.views import check, grade, predict, progress, spot_the_bug
from lablib.lazy import refusal

__all__ = [
    "Bug",
    "Event",
    "Exercise",
    "ExerciseError",
    "FunctionCheck",
    "Guess",
    "Mistake",
    "Option",
    "Prediction",
    "ProgressFile",
    "QuestionStatus",
    "ValueCheck",
    "Verdict",
    "check",
    "find",
    "grade",
    "lab",
    "predict",
    "progress",
    "rooms",
    "source",
    "spot_the_bug",
    "standing",
]

if not TYPE_CHECKING:  # to a type checker it would say that there is every name
    __getattr__ = refusal(__name__, __all__)
