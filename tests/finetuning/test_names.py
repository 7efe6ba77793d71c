"""The room's names: each is found, none is hidden, and the package loads nothing heavy."""

import subprocess
import sys

import pytest

from lablib import finetuning


def test_every_name_is_found():
    for name in dir(finetuning):
        assert getattr(finetuning, name) is not None
    from lablib.finetuning import panel

    for name in panel.__all__:
        assert getattr(finetuning, name) is getattr(panel, name)
    with pytest.raises(AttributeError, match="no attribute 'guess'"):
        finetuning.guess  # noqa: B018


def test_the_package_alone_loads_nothing_heavy():
    code = "import sys; from lablib import finetuning; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
