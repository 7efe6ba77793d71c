"""What a person makes is written somewhere, and it is said where."""

import tempfile
from pathlib import Path

import pytest

from lablib.writable import OWN, put, writable


@pytest.fixture
def closed(tmp_path, monkeypatch):
    """A folder in which nobody can make one, not even root; home and temporary folder of a test."""
    (tmp_path / "course").write_text("a file in the way")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path / "course" / "runs"


def test_a_folder_one_may_write_in_is_taken_as_it_is(tmp_path):
    assert writable(tmp_path / "deep" / "runs") == (tmp_path / "deep" / "runs", "")
    assert list((tmp_path / "deep" / "runs").iterdir()) == []


def test_else_one_at_home_is_taken_and_said(closed, tmp_path):
    folder, said = writable(closed)
    assert folder == tmp_path / "home" / OWN / "runs" and folder.is_dir()
    assert str(closed) in said and str(folder) in said
    assert writable(closed)[0] == folder  # what was written there is found again


def test_else_a_temporary_one(closed, tmp_path):
    (tmp_path / "home").write_text("no home")
    folder, said = writable(closed)
    assert folder.is_relative_to(tmp_path) and folder.is_dir() and str(folder) in said


def test_a_user_without_a_home(closed, monkeypatch):
    def none():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", none)
    assert writable(closed)[0].is_dir()


def test_nowhere(closed, tmp_path, monkeypatch):
    (tmp_path / "home").write_text("no home")
    monkeypatch.setattr(tempfile, "tempdir", str(closed))
    with pytest.raises(ValueError, match=r"nor in a temporary folder.*a folder of your own"):
        writable(closed)


@pytest.mark.parametrize("name", ["", ".", "..", "/"])
def test_a_file_has_a_name(name):
    with pytest.raises(ValueError, match="Give the name of a file to write"):
        put(Path(name), "text")


def test_a_name_is_as_long_as_a_disk_takes(tmp_path):
    put(tmp_path / ("é" * 100), "text")
    with pytest.raises(ValueError, match="too long"):
        put(tmp_path / ("é" * 101), "text")
