"""What is public says what it does: for every function of every room, over the rooms' stubs."""

import ast
import importlib
import inspect
import pkgutil
import re
import textwrap

import pytest

import lablib
from tests.conftest import ROOT

ROOMS = [room.name for room in pkgutil.iter_modules(lablib.__path__) if room.ispkg]


def public(room):
    """The functions and classes a room offers, with their names."""
    package = importlib.import_module(f"lablib.{room}")
    names = [n for n in getattr(package, "__all__", ()) if not n.endswith("_panel")]
    named = {name: getattr(package, name) for name in names}
    return [
        (f"{room}.{name}", one)
        for name, one in sorted(named.items())
        if callable(one) and str(getattr(one, "__module__", "")).startswith("lablib")
    ]


PUBLIC = [pair for room in ROOMS for pair in public(room)]
FUNCTIONS = [(name, one) for name, one in PUBLIC if inspect.isfunction(inspect.unwrap(one))]


def each(pairs):
    return pytest.mark.parametrize("one", [o for _, o in pairs], ids=[name for name, _ in pairs])


def test_there_are_many():
    assert len(FUNCTIONS) > 80


@each(PUBLIC)
def test_it_says_what_it_is(one):
    assert len(inspect.getdoc(one) or "") > 15


@each(FUNCTIONS)
def test_it_has_an_example_that_runs(one):
    """Running it is pytest's work (`--doctest-modules`); here it must be there."""
    assert ">>>" in inspect.getdoc(one)


@each(FUNCTIONS)
def test_errors_it_raises_itself_are_named(one):
    tree = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(one))))
    raised = {
        call.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise)
        for call in [node.exc]
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
    }
    assert {name for name in raised if name not in inspect.getdoc(one)} == set()


@each(FUNCTIONS)
def test_tensors_it_gives_back_have_their_shape_named(one):
    annotation = str(inspect.unwrap(one).__annotations__.get("return"))
    if re.search(r"\b(Tensor|ndarray)\b", annotation):
        assert re.search(r"\[[\w ,+·…]+\]|shape", inspect.getdoc(one))


NOTEBOOKS = "".join(path.read_text() for path in (ROOT / "labs").rglob("*.ipynb"))
PANELS = [
    (f"{room}.{name}", name)
    for room in ROOMS
    for name in getattr(importlib.import_module(f"lablib.{room}"), "__all__", ())
    if name.endswith("_panel")
]


def test_there_are_many_panels():
    assert len(PANELS) > 50


@each(PANELS)
def test_a_panel_is_shown_in_a_notebook(one):
    """A panel's example is the cell that shows it, and every notebook is run by a test."""
    assert one in NOTEBOOKS
