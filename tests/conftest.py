"""What all tests share: the marks of slow ones, a Python and a browser beside the tests.

The browser can reach nothing but this machine.
"""

import contextlib
import gc
import os
import shutil
import subprocess
import sys

import pytest
from hypothesis import settings

from tests import ROOT
from tests.examples import FEW, ends
from tests.kinds import DEEP, KINDS, LONG, Guard, kinds_of

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
    "--process-per-site",  # of pages of one server, what one compiles the next need not
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]

# jsonschema would make a parser of web addresses out of 39 grammars whenever nbformat is imported,
# which takes longer than all else about it; no schema of a notebook asks for an address.
sys.modules.setdefault("rfc3987_syntax", None)

GUARD = Guard()


def pytest_addoption(parser):
    """The fast loop: `pytest --fast --room masking` is what `make check ROOM=masking` runs, and
    `pytest --fast --wide` what `make check` does.

    A room given by its paths would have pytest import its conftest, and with it torch, in the
    process that only hands out the tests to others.
    """
    rooms = sorted(path.name for path in (ROOT / "tests").iterdir() if path.is_dir())
    parser.addoption("--fast", action="store_true", help="leave out the kinds that take long")
    parser.addoption("--wide", action="store_true", help="with --fast: a look into every room")
    parser.addoption("--room", choices=rooms, help="only the tests of this room")


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
    settings.register_profile("fast", deadline=None, max_examples=FEW)
    settings.load_profile("fast" if config.getoption("fast") else "whole")
    if room := config.getoption("room"):
        folders = [ROOT / "lablib" / room, ROOT / "tests" / room]
        config.args = [str(folder) for folder in folders if folder.exists()]


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """A million objects are made meanwhile, which stay: nothing is to look for garbage among them,
    neither while they are made (a fifth of the time), nor whenever a test has garbage collected.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


def pytest_ignore_collect(collection_path, config):
    """Not even read, in the fast loop, what is of a slow kind by its place."""
    if config.getoption("fast") and collection_path.is_relative_to(ROOT):
        place = collection_path.relative_to(ROOT).as_posix()
        return bool(kinds_of(place) & left_out(config)) or None


def left_out(config):
    """The kinds of tests that are left out of this run."""
    if not config.getoption("fast"):
        return set()
    return KINDS.keys() - (set() if config.getoption("wide") else DEEP)


def pytest_collection_modifyitems(config, items):
    """Mark the slow kinds by place and fixture, and leave them out where that is asked for."""
    for item in items:
        place = item.path.relative_to(ROOT).as_posix()
        for kind in kinds_of(place, getattr(item, "fixturenames", ())):
            item.add_marker(kind)
        if item.get_closest_marker("notebook"):
            item.add_marker(pytest.mark.timeout(900))
    # What takes minutes comes first, file by file: else one process would end with it alone.
    long = {item.path for item in items if any(map(item.get_closest_marker, LONG))}
    items.sort(key=lambda item: item.path not in long)
    slow = left_out(config)
    kept = [item for item in items if not any(map(item.get_closest_marker, slow))]
    if config.getoption("wide"):
        kept = ends(kept)
    gone = set(items) - set(kept)
    if gone:
        config.hook.pytest_deselected(items=list(gone))
    items[:] = kept


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Stop a test that does what its marks do not say."""
    GUARD.begin({mark.name for mark in item.iter_markers()})
    try:
        return (yield)
    finally:
        GUARD.end()


@pytest.fixture(scope="session")
def executed(pytestconfig, tmp_path_factory):
    """Gives a notebook of the labs as it is when it was run: once for all tests (`Executed`)."""
    from tests.executed import executed_once, shared_home
    from tests.kernels import warm_kernels

    home = shared_home(pytestconfig, tmp_path_factory.getbasetemp())
    # What libraries read when they are imported; the last is as `lablib.pages.running` has it.
    settings = {"HF_HOME": str(home / "hub"), "HF_HUB_OFFLINE": "1", "JUPYTER_WIDGETS_ECHO": "0"}
    with warm_kernels(**settings) as kernels:
        settings["JUPYTER_PATH"] = str(kernels)
        yield lambda path: executed_once(path, home, settings)


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
def kernels():
    """A folder for `JUPYTER_PATH`, whose kernels begin with torch imported (`tests.kernels`)."""
    from tests.kernels import warm_kernels

    with warm_kernels() as folder:
        yield folder


@pytest.fixture(scope="session")
def warm_python():
    """The path of a Python that begins with torch imported (`tests.warm_python`)."""
    from tests import warm_python

    with warm_python.warm_python() as program:
        yield program


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Debian's Chromium or Chrome instead of a browser of Playwright's own."""
    if CHROMIUM is None:
        missing = "no Chromium or Chrome found: browser tests need one (or LAB_CHROMIUM=its path)"
        (pytest.fail if os.environ.get("LAB_BROWSER_REQUIRED") else pytest.skip)(missing)
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": FLAGS}


@pytest.fixture(scope="session")
def window(browser):
    """The window in which the pages of all tests are opened, one after the other.

    A new one takes Chromium three times the processor that a page in it takes.
    """
    with contextlib.closing(browser.new_context()) as window:
        yield window


@contextlib.contextmanager
def from_disk(browser, **options):
    """A window for pages from the disk, with no network.

    One of them stays open and keeps the process that all of them share: what one compiles, the next
    need not.
    """
    with contextlib.closing(browser.new_context(offline=True, **options)) as window:
        window.new_page().goto(ROOT.as_uri())
        yield window


@pytest.fixture(scope="module")
def disk(browser):
    """A window for pages from the disk, into which axe-core may be put: their policy forbids it."""
    with from_disk(browser, bypass_csp=True) as window:
        yield window


@pytest.fixture
def page(window):
    """A page of its own, which finds nothing of those before it."""
    with contextlib.closing(window.new_page()) as page:
        yield page
        forget(page)


def forget(page):
    """Take from the browser what a page and its test have left in it, but for cached files."""
    page.context.clear_permissions()
    browser = page.context.new_cdp_session(page)
    browser.send("Storage.clearDataForOrigin", {"origin": page.url, "storageTypes": "all"})


@pytest.fixture(scope="session")
def shared():
    """The folder with the corpus and the real GPT-2 numbers, where there is one."""
    if not SHARED.exists():
        pytest.skip("needs the folder shared/ beside the checkout")
    return SHARED
