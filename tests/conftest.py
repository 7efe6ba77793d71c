"""What all tests share: where the browser is, and that it can reach nothing but this machine."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]
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


def pytest_configure():
    """One thread for torch, in every process and thread of the tests.

    Models this small are slower on several, and sums in another order are other numbers: a panel's
    worker must come to the very numbers of the test that asks for them.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # How long an example takes says nothing on a machine that does other things as well.
    settings.register_profile("no deadline", deadline=None)
    settings.load_profile("no deadline")


def pytest_collection_modifyitems(items):
    """Mark the browser tests, so that `make test` can run them beside the others."""
    for item in items:
        if ROOT / "tests" / "browser" in item.path.parents:
            item.add_marker("browser")


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
