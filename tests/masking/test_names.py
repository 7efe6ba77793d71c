"""The room's names: each is found, and the package alone loads nothing heavy."""

import subprocess
import sys

import pytest

from lablib import data, masking


def test_every_name_is_found():
    for name in dir(masking):
        assert getattr(masking, name) is not None
    for name in ("fill", "joint", "evidence", "sentence", "learning", "pretraining", "training"):
        assert callable(getattr(masking, f"{name}_panel"))
    assert callable(masking.bias_panel) and callable(masking.causal_panel)
    with pytest.raises(AttributeError, match="no attribute 'guess'"):
        masking.guess  # noqa: B018


def test_the_package_alone_loads_nothing_heavy():
    code = "import sys; from lablib import masking; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_texts_of_the_labs():
    for name in data.names():
        assert len(data.text(name).split()) > 500
    with pytest.raises(ValueError, match="choose one of almanac"):
        data.text("../README")
