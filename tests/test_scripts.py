"""The tests that our JavaScript has in its own language, and the checks of the checks."""

import json
import subprocess

import pytest

from tests.conftest import ROOT
from tests.scripts import NODE, need_node

TESTS = sorted((ROOT / "tests").rglob("*.test.js"))


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(ROOT / "tests")))
def test_the_scripts_own_tests(path):
    need_node()
    done = subprocess.run([NODE, "--test", path], capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout


def test_npm_runs_the_same_tests():
    """`npm test` is what a contributor types; the shell finds the files."""
    command = json.loads((ROOT / "package.json").read_text())["scripts"]["test"]
    assert sorted(ROOT.glob(command.removeprefix("node --test "))) == TESTS
