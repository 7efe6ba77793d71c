"""A sample of the odd inputs, about a minute; `make bench ARGS=odd` tries them for half an hour."""

import ast
import builtins
import importlib
import random
import re
import signal
import time

import pytest

from tests import ROOT, odd
from tests.imports import parsed

pytestmark = pytest.mark.skipif(
    not hasattr(signal, "SIGPROF"), reason="needs a clock that counts what a process computes"
)

SEED = 20
CALLS, TOUCHES = 300, 60


@pytest.fixture
def folder(tmp_path):
    with odd.away(tmp_path):
        yield tmp_path


@pytest.mark.content
def test_every_public_call_is_tried_or_stands_among_those_that_are_not(folder):
    """A parameter of a new kind has no ordinary value: say one in `odd.ordinary`."""
    unknown = []
    for name, function in odd.functions().items():
        try:
            odd.ordinary_arguments(name, function)
        except KeyError as kind:
            unknown.append(f"{name}: {kind}")
    assert unknown == []


def public_names():
    rooms = [path.parent.name for path in ROOT.glob("lablib/*/__init__.pyi")]
    return {
        f"{room}.{name}"
        for room in rooms
        for name in importlib.import_module(f"lablib.{room}").__all__
    }


def test_every_public_panel_is_tried():
    public = {name for name in public_names() if name.endswith("_panel")}
    tried = {
        f"{name.partition('.')[0]}.{call}"
        for name, code in odd.panels().items()
        for call in re.findall(r"\.(\w+_panel)\(", code)
    }
    slow = {"attention.lenses_panel"}  # works for minutes when it is shown
    assert tried == public - slow and len(public) > 50


def test_what_is_not_tried_is_there():
    """Of a call that was renamed nobody would know that it is not tried any more."""
    assert odd.SKIPPED.keys() - public_names() == set()


@pytest.mark.content
@pytest.mark.timeout(900)
def test_every_public_call_answers_by_a_result_or_a_sentence(folder):
    tally = odd.Tally()
    odd.fuzz_calls(lambda tally: tally.calls >= CALLS, SEED, tally)
    assert not tally.finds, "\n".join(map(str, tally.finds))
    assert odd.executed(folder) == []


OF_TEXTS_ALONE = {
    "finetuning.split", "masking.hidden_words", "masking.hide", "masking.put", "sampling.got_past",
    "tokenization.byte_offsets", "tokenization.code_point_name", "tokenization.differences",
    "tokenization.held_out",
}  # fmt: skip
"""Helpers that take texts apart, with no model: Python's own error says what they need."""


def text_parameters():
    """Every public call with its ordinary arguments, and each of these that is a text (of a path
    Python itself says what is wrong).
    """
    for name, function in odd.functions().items():
        hints = odd.hints(function)
        given = odd.ordinary_arguments(name, function)
        for parameter in given.keys() & hints.keys() if name not in OF_TEXTS_ALONE else ():
            hint = hints[parameter]
            if (
                isinstance(given[parameter], str)
                and "str" in hint.split(" | ")
                and "Path" not in hint
            ):
                yield name, function, given, parameter


@pytest.mark.content
def test_what_is_no_text_is_refused_in_a_sentence(folder):
    finds = [
        odd.tried(name, {**given, parameter: 5}, function)
        for name, function, given, parameter in text_parameters()
    ]
    assert len(finds) > 50
    assert "\n".join(str(find) for find in finds if find) == ""


FORMULAS_ALONE = {
    "finetuning.flops_per_token", "finetuning.mfu", "foundations.training_flops",
    "masking.weighted_loss",
}  # fmt: skip
"""Helpers that put numbers into a formula and do nothing else: Python's own error says so."""


def number_parameters():
    """Every public call with its ordinary arguments, and each of these that is a number, with two
    values that are none of its kind.
    """
    for name, function in odd.functions().items():
        hints = odd.hints(function)
        given = odd.ordinary_arguments(name, function)
        for parameter in given.keys() & hints.keys() if name not in FORMULAS_ALONE else ():
            first = hints[parameter].split(" | ")[0]
            if first in ("int", "float"):
                for wrong in ("hot", 1.5 if first == "int" else [1]):
                    yield name, function, {**given, parameter: wrong}


@pytest.mark.content
def test_what_is_no_number_is_refused_in_a_sentence(folder):
    """And what is no whole number, where one belongs."""
    finds = [odd.tried(name, given, function) for name, function, given in number_parameters()]
    assert len(finds) > 300
    assert "\n".join(str(find) for find in finds if find) == ""


@pytest.mark.content
@pytest.mark.timeout(900)
def test_every_panel_answers_by_a_picture_or_a_sentence(folder):
    tally = odd.Tally()
    odd.fuzz_panels(lambda tally: tally.calls >= TOUCHES, SEED, tally)
    assert not tally.finds, "\n".join(map(str, tally.finds))
    assert odd.executed(folder) == []


def test_every_exception_of_ours_is_a_sentence():
    """Found in the source: classes that derive from an exception of Python's or of ours."""
    errors, found = {name for name in dir(builtins) if name.endswith(("Error", "Exception"))}, []
    for path in sorted((ROOT / "lablib").rglob("*.py")):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ClassDef) and errors & {ast.unparse(b) for b in node.bases}:
                module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                found.append(getattr(importlib.import_module(module), node.name))
    said = [one for one in found if issubclass(one, Exception)]  # others stop work, and say nothing
    assert len(said) > 4 and [one for one in said if not issubclass(one, odd.SENTENCES)] == []


def ours():
    from lablib.numbers import require_share

    require_share("share", 2)


def silent():
    exec(compile("raise ValueError", odd.LABLIB + "/x.py", "exec"))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (ours, ""),
        (lambda: int("x"), "ValueError: invalid literal"),
        (lambda: [][0], "IndexError: list index"),
        (silent, "ValueError without a word"),
    ],
)
def test_only_what_a_line_of_ours_raises_is_a_sentence(call, said):
    find = odd.tried("call", {}, call)
    assert (find is None) if not said else find.what.startswith(said)


def test_a_call_that_computes_without_end_is_found_and_stopped(monkeypatch):
    monkeypatch.setattr(odd, "SECONDS", 0.2)
    began = time.process_time()

    def on_and_on():
        while True:
            sum(range(1000))

    assert "took more than 0.2 s" in odd.tried("call", {}, on_and_on).what
    assert time.process_time() - began < 20


def test_a_generator_is_tried_for_a_few_steps():
    def counting():
        yield from range(3)
        raise KeyError("late")

    assert odd.tried("call", {}, counting).what.startswith("KeyError")


def test_what_was_executed_is_seen(folder):
    assert odd.executed(folder) == []
    (folder / "CANARY").touch()
    assert odd.executed(folder) == ["CANARY"]


def test_the_inputs_of_a_seed_are_the_same_every_time():
    first, second = ([odd.text(random.Random(n)) for n in range(50)] for _ in range(2))
    assert first == second and len({*map(len, first)}) > 10
    assert {len(odd.text(random.Random(n))) for n in range(400)} >= {0, 100_000}
