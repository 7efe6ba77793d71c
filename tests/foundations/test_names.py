"""The room's door: every public name is there, and nothing heavy comes with the door itself."""

import subprocess
import sys

import pytest

from lablib import foundations
from lablib.foundations import panel


@pytest.mark.parametrize("name", foundations.__all__)
def test_every_public_name_is_there(name):
    assert getattr(foundations, name) is not None


@pytest.mark.parametrize("name", panel.__all__)
def test_every_panel_is_there(name):
    assert getattr(foundations, name) is getattr(panel, name)


def test_an_unknown_name_is_refused():
    with pytest.raises(AttributeError, match="no attribute 'ngram'"):
        foundations.ngram  # noqa: B018


def test_the_door_is_light():
    code = "import sys; from lablib import foundations; print('torch' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"
