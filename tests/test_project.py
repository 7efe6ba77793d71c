"""The project's own files agree with each other."""

import re
import tomllib

from lablib.widgets.assets import bundle
from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

UNLOCKED = {"jupyterhub", "transformer-lens"}
"""Extras that nobody needs: what tests hold our figures against where it is installed."""


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def locked():
    lines = (ROOT / "requirements.lock").read_text().split()
    return {canonical(name): version for name, version in (line.split("==") for line in lines)}


def needed():
    extras = PROJECT["optional-dependencies"].items()
    locked = (names for extra, names in extras if extra not in UNLOCKED)
    return [*PROJECT["dependencies"], *(name for names in locked for name in names)]


def test_the_lock_holds_everything_the_project_needs():
    names = {canonical(re.match(r"[\w.-]+", line).group()) for line in needed()}
    assert names - set(locked()) == set()
    assert set(locked()) & UNLOCKED == set()


def test_torch_is_the_version_with_a_wheel_for_the_cpu():
    assert locked()["torch"] == "2.13.0"


def test_no_page_loads_anything_from_elsewhere():
    """A script or style names other files of ours only; `assets.bundle` puts them in its place."""
    for path in (ROOT / "lablib").rglob("*"):
        if path.suffix in {".js", ".css"}:
            text = path.read_text()
            assert not re.search(r"https?://(?!www\.w3\.org)|url\(", text), path
            bundle(path)


def test_html_is_made_in_one_place():
    """`lablib.widgets.html` is Python's only door to HTML, `textContent` that of the pages."""
    for path in (ROOT / "lablib").rglob("*"):
        text = path.read_text() if path.suffix in {".py", ".js"} else ""
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", text), path
        if path.name != "html.py":
            assert not re.search(r"HTML(Math)?\((?!\)|escape\()", text), path
