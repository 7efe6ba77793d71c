import sys

import pytest

from lablib.exercises import lab
from tests.exercises import toy


@pytest.fixture(autouse=True)
def progress_path(tmp_path, monkeypatch):
    """Every test has its own progress file, and nobody's real one is touched."""
    path = tmp_path / "progress.jsonl"
    monkeypatch.setenv("LABLIB_PROGRESS", str(path))
    return path


@pytest.fixture(autouse=True)
def toy_lab(monkeypatch):
    """A lab named "toy"."""
    monkeypatch.setitem(sys.modules, "lablib.toy.exercises", toy.LAB)
    lab.cache_clear()
    yield
    lab.cache_clear()
