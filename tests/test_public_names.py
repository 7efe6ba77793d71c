"""The names of every room: each is found, completed and typed, and naming a room loads nothing."""

import importlib

import pytest

from tests.conftest import ROOT

ROOMS = sorted(p.parent.name for p in ROOT.glob("lablib/*/__init__.py") if "lazy(" in p.read_text())


def room(name):
    return importlib.import_module(f"lablib.{name}")


NAMES = [(one, name) for one in ROOMS for name in room(one).__all__]


def test_there_are_rooms_with_names():
    assert len(ROOMS) >= 7 and len(NAMES) > 200


@pytest.mark.parametrize(("one", "name"), NAMES)
def test_every_public_name_is_found(one, name):
    assert getattr(room(one), name) is not None
    assert name in dir(room(one))


@pytest.mark.parametrize("one", ROOMS)
def test_every_panel_is_a_name_of_its_room(one):
    panels = importlib.import_module(f"lablib.{one}.panel")
    for name in panels.__all__:
        assert getattr(room(one), name) is getattr(panels, name)


@pytest.mark.parametrize("one", ROOMS)
def test_an_unknown_name_is_an_attribute_error(one):
    with pytest.raises(
        AttributeError, match=f"^module 'lablib.{one}' has no attribute 'tempratur'$"
    ):
        room(one).tempratur  # noqa: B018


def test_naming_the_rooms_loads_nothing_heavy(python):
    said = python(f"import sys; from lablib import {', '.join(ROOMS)}; print(*sys.modules)")
    assert {"torch", "transformers", "numpy", "plotly", "ipywidgets"} & set(said.split()) == set()


def test_a_name_loads_what_it_needs_and_no_panel(python):
    said = python("import sys; from lablib import sampling; sampling.Knobs; print(*sys.modules)")
    assert {"plotly", "ipywidgets"} & set(said.split()) == set()
