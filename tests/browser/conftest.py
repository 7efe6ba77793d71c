"""A real JupyterLab, one server for all tests, and a page that records what went wrong."""

import contextlib
import functools
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

from tests.conftest import ROOT, forget
from tests.kernels import warm_kernels

expect.set_options(timeout=120_000)  # as long as a page waits: a busy machine is no failure

SERVER = """--no-browser --ip=127.0.0.1 --allow-root --ServerApp.port_retries=0
--ServerApp.disable_check_xsrf=True --IdentityProvider.token= --ServerApp.password="""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """A folder with a copy of the labs, and with progress and settings of its own."""
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(ROOT / "labs", home / "labs")
    return home


@pytest.fixture(scope="session")
def kernels(home):
    """Where the servers of the tests find their kernel, which has imported torch already."""
    with warm_kernels(HF_HOME=str(home / "hub"), PYTHONPATH=str(ROOT)) as folder:
        yield folder


@pytest.fixture(scope="session")
def lab_server(home, kernels):
    """The address of a JupyterLab over a copy of the labs, which are in its home."""
    with serving(["jupyterlab", *SERVER.split()], home, "/api/status", kernels) as address:
        yield address, home


@pytest.fixture(scope="module")
def voila(home, kernels):
    """The address of a Voila over the labs, as `make app` starts it; its kernels end with it."""
    options = ["--template=labs", "--no-browser", "--Voila.ip=127.0.0.1", "--Voila.port_retries=0"]
    with serving(["voila", "labs", *options], home, "/", kernels) as address:
        yield address


@contextlib.contextmanager
def serving(command, home, path, kernels):
    """A server started in `home` by a module and its options; its address once `path` answers."""
    port = free_port()
    environment = {
        **os.environ,
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "LABLIB_PROGRESS": str(home / "progress"),
        "HF_HOME": str(home / "hub"),
        "PYTHONPATH": str(ROOT),
        "JUPYTER_PATH": os.pathsep.join([str(kernels), str(ROOT / "lablib")]),
    }
    start = [sys.executable, "-m", *command, f"--port={port}"]
    with (home / f"{command[0]}.log").open("w") as log:
        server = subprocess.Popen(start, cwd=home, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}{path}", server)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def wait_for(url, server, seconds=180):
    for _ in range(seconds * 4):
        assert server.poll() is None, "the server ended early"
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.25)
    raise TimeoutError(f"{url} did not answer within {seconds} s")


def running_kernels(address, seconds=60):
    """What a server tells about its kernels; it fails to while one of them is being started."""
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(f"{address}/api/kernels", timeout=seconds) as answer:
                return json.load(answer)
        except urllib.error.HTTPError:
            assert time.monotonic() < end, "the server does not tell its kernels"
            time.sleep(0.2)


def has_begun(address):
    """Whether a kernel of a server has begun, and a page is connected to it."""
    kernels = running_kernels(address)
    return any(k["connections"] > 0 and k["execution_state"] == "idle" for k in kernels)


def end_kernels(address):
    """End every kernel of a server: a test leaves none to the next, which would share the machine
    and its memory with all of them.
    """
    addresses = [f"{address}/api/kernels/{kernel['id']}" for kernel in running_kernels(address)]
    with ThreadPoolExecutor() as pool:
        list(pool.map(_delete, addresses))


def _delete(url):
    urllib.request.urlopen(urllib.request.Request(url, method="DELETE"), timeout=60).close()


SHOTS = os.environ.get("LAB_SCREENSHOTS")
READY = ".lab-panel .lab-foot[data-state=ready]"
PROMPTS = "[...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]"
"""Of the code cells in sight: "[ ]:" of one that has not run, "[*]:" of one that waits or runs."""
BUSY = ".jp-Notebook-ExecutionIndicator[data-status=busy]"
IDLE = ".jp-Notebook-ExecutionIndicator[data-status=idle]"
SPLASH = "#jupyterlab-splash"
"""What JupyterLab lays over everything while another theme is put on, and fades away."""
RARELY = 100
"""Milliseconds between two looks at a page. A look at every frame, Playwright's way,
costs seven times the processor: the browser draws frame after frame for it."""
STILL = """() => new Promise((done) => {
  const panels = () => [...document.querySelectorAll(".lab-panel")];
  const size = () => panels().map((one) => one.offsetHeight).join();
  let [before, same] = ["", 0];
  const look = () => {
    same = size() === before ? same + 1 : 0;
    before = size();
    if (same < 20) requestAnimationFrame(look);
    else done();
  };
  look();
})"""


@dataclass
class Lab:
    """A page of JupyterLab with one notebook open.

    Attributes:
        errors: what the page's console and scripts complained about.
        outside: requests to anywhere but this machine.
    """

    page: object
    address: str
    home: Path
    errors: list = field(default_factory=list)
    outside: list = field(default_factory=list)

    def watch(self, page):
        """Record what a page complains of and asks the network for."""
        page.set_default_timeout(120_000)  # a busy machine is no failure
        page.wait_for_function = functools.partial(page.wait_for_function, polling=RARELY)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on(
            "console", lambda m: m.type == "error" and self.errors.append(f"{m.text} {m.location}")
        )
        page.on("request", lambda r: _is_outside(r.url) and self.outside.append(r.url))

    def open(self, notebook, theme="Light"):
        """Open a notebook of the labs afresh, in the theme asked for, and wait for its kernel."""
        settings = self.home / "config/lab/user-settings/@jupyterlab/apputils-extension"
        settings.mkdir(parents=True, exist_ok=True)
        (settings / "themes.jupyterlab-settings").write_text(f'{{"theme": "JupyterLab {theme}"}}')
        self.page.goto(f"{self.address}/lab/tree/{notebook}?reset")
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=180_000)
        self.wait_for_kernel()

    def wait_for_kernel(self, seconds=180):
        """Wait until the page is connected to a kernel that has begun: what runs before is lost."""
        end = time.monotonic() + seconds
        while not has_begun(self.address):
            assert time.monotonic() < end, "no kernel has begun"
            self.page.wait_for_timeout(100)
        self.page.wait_for_selector(IDLE, state="attached")

    def restart(self):
        """Restart the kernel by the menu, and wait until the new one has begun."""
        self.page.locator('.lm-MenuBar-item:has-text("Kernel")').click()
        self.page.locator('.lm-Menu-item[data-command="kernelmenu:restart"]').click()
        with self.page.expect_response(re.compile("/api/kernels/[^/]+/restart")):
            self.page.locator(".jp-Dialog button.jp-mod-accept").click()
        self.wait_for_kernel()

    def themes(self, *others):
        """The light theme of an open lab, then others (or the dark one), put on the same page."""
        yield "Light"
        for theme in others or ("Dark",):
            self.page.locator('.lm-MenuBar-item:has-text("Settings")').click()
            self.page.locator('.lm-Menu-item:has-text("Theme")').first.hover()
            self.page.locator(f'.lm-Menu-item:has-text("JupyterLab {theme}")').first.click()
            chosen = f'body[data-jp-theme-name="JupyterLab {theme}"]'
            self.page.wait_for_selector(chosen, state="attached")
            self.page.wait_for_selector(SPLASH, state="detached")
            yield theme

    def run_all(self, seconds=120):
        """Run every cell, and wait until the kernel has done them all."""
        self.page.locator(".jp-Notebook").first.click(position={"x": 5, "y": 5})
        self.page.locator('.lm-MenuBar-item:has-text("Run")').click()
        self.page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click()
        self.page.wait_for_function(f"{PROMPTS}.every((one) => one.textContent != '[ ]:')")
        self.wait_idle(seconds)

    def run_cell(self, index, wait=True):
        """Run one code cell, counted from 0."""
        prompt = self.page.locator(".jp-CodeCell .jp-InputPrompt").nth(index)
        before = prompt.text_content()
        prompt.click()
        self.page.keyboard.press("Control+Enter")
        self.page.wait_for_function(
            f"([index, before]) => {PROMPTS}[index].textContent !== before", arg=[index, before]
        )
        if wait:
            self.wait_idle()

    def wait_idle(self, seconds=120):
        """Wait until no cell waits or runs."""
        self.page.wait_for_function(
            f"{PROMPTS}.every((one) => one.textContent !== '[*]:')",
            timeout=seconds * 1000,
        )
        self.page.wait_for_selector(IDLE, state="attached", timeout=seconds * 1000)

    def save(self):
        """Save the notebook, and wait until it is."""
        self.page.keyboard.press("Control+s")
        self.page.wait_for_selector(".jp-mod-current:not(.jp-mod-dirty)", state="attached")

    def write(self, name, cells):
        """A notebook with these code cells, beside the labs; its path for `open`."""
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
        book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
        nbformat.write(book, self.home / "labs" / name)
        return f"labs/{name}"


def settled(page):
    """Wait until every panel has its answer and its picture, and nothing moves any more."""
    page.wait_for_function(
        "() => ![...document.querySelectorAll('.lab-foot')]"
        ".some((foot) => foot.dataset.state === 'working')",
        timeout=400_000,
        polling=RARELY,
    )
    page.wait_for_function(
        "() => [...document.querySelectorAll('.lab-plot')]"
        ".every((plot) => !plot.checkVisibility() || plot.querySelector('.main-svg'))",
        polling=RARELY,
    )
    page.evaluate(STILL)


def shot(panel, name):
    """Keep a picture of a panel where `make screenshots` asked for pictures."""
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        panel.screenshot(path=f"{SHOTS}/{name}.png")


# anywidget complains of a model that took two seconds, as on a busy machine; its view waits longer.
# (It gives up on that model's messages, too: `late_start.js` sees to those.)
# Voila and Notebook 7 each complain of an extension of JupyterLab's that they have not.
# On a busy machine Notebook 7 asks for a command of its own before it has registered it.
HARMLESS = re.compile(
    r"favicon|ResizeObserver|Failed to initialize model"
    r"|getter for the shared module is not a function|undefined \(reading 'schema'\)"
    r"|Command .filebrowser:open-path. not registered"
    r"|widget sync message Error: Cannot send"  # by a page that is being left
    r"|/voila/api/shutdown/"  # which Voila's own server refuses; idle kernels end by themselves
)


@pytest.fixture(scope="session")
def compiled(window, lab_server):
    """A page of the server that stays open, and keeps the process that all of its pages share.

    So JupyterLab's megabytes of script are fetched and compiled once, and not for every test.
    """
    page = window.new_page()
    page.goto(f"{lab_server[0]}/api/status")
    yield
    page.close()


@pytest.fixture
def lab(lab_server, compiled, page):
    """A `Lab`; after the test, no console error and no outside request may be left."""
    address, home = lab_server
    page.set_viewport_size({"width": 1400, "height": 1700})
    result = Lab(page, address, home)
    result.watch(page)
    yield result
    forget(page)
    page.goto("about:blank")  # or JupyterLab would say that its kernel is gone
    end_kernels(address)
    assert result.outside == []
    assert [e for e in result.errors if not HARMLESS.search(e)] == []


def _is_outside(url):
    return not re.match(r"(https?|wss?)://127\.0\.0\.1[:/]|data:|blob:|about:", url)
