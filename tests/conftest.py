"""What all tests share: the marks of slow ones, a Python and a browser beside the tests.

The browser can reach nothing but this machine.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from tests import ROOT
from tests.kinds import KINDS, Guard, kinds_of

SHARED = ROOT.parent / "shared"
CHROMIUM = os.environ.get("LAB_CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


GUARD = Guard()


def pytest_addoption(parser):
    """The fast loop: `pytest --fast`, which is what `make check` runs."""
    parser.addoption("--fast", action="store_true", help="leave out the kinds that take long")


def pytest_configure(config):
    """One thread for torch and tokenizers in every process of the tests; and the marks there are.

    Models this small are slower on several, and sums in another order are other numbers: a panel's
    worker must come to the very numbers of the test that asks for them.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    for kind, what in KINDS.items():
        config.addinivalue_line("markers", f"{kind}: {what}")
    # How long an example takes says nothing on a machine that does other things as well.
    settings.register_profile("whole", deadline=None)
    settings.register_profile("fast", deadline=None, max_examples=10)
    settings.load_profile("fast" if config.getoption("fast") else "whole")


def pytest_collection_modifyitems(config, items):
    """Mark the slow kinds by place and fixture, and leave them out where that is asked for."""
    for item in items:
        place = item.path.relative_to(ROOT).as_posix()
        for kind in kinds_of(place, getattr(item, "fixturenames", ())):
            item.add_marker(kind)
        if item.get_closest_marker("notebook"):
            item.add_marker(pytest.mark.timeout(900))
    if config.getoption("fast"):
        slow = [item for item in items if any(map(item.get_closest_marker, KINDS))]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in set(slow)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Stop a test that does what its marks do not say."""
    GUARD.begin({mark.name for mark in item.iter_markers()})
    try:
        return (yield)
    finally:
        GUARD.end()


@pytest.fixture(scope="session")
def executed(tmp_path_factory):
    """Gives a notebook of the labs as it is when it was run: once for all tests (`Executed`).

    Tests in several processes share the folder that LAB_EXECUTED names.
    """
    from tests.executed import executed_once

    home = os.environ.get("LAB_EXECUTED") or tmp_path_factory.mktemp("executed")
    return lambda path: executed_once(path, Path(home))


@pytest.fixture
def python():
    """Runs code in a Python of its own, and gives what it prints."""

    def run(code):
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Debian's Chromium or Chrome instead of a browser of Playwright's own."""
    if CHROMIUM is None:
        missing = "no Chromium or Chrome found: browser tests need one (or LAB_CHROMIUM=its path)"
        (pytest.fail if os.environ.get("LAB_BROWSER_REQUIRED") else pytest.skip)(missing)
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": FLAGS}


@pytest.fixture(scope="session")
def shared():
    """The folder with the corpus and the real GPT-2 numbers, where there is one."""
    if not SHARED.exists():
        pytest.skip("needs the folder shared/ beside the checkout")
    return SHARED
