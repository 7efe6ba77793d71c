"""A class on one server: the JupyterHub of `classroom/jupyterhub_config.py`, and two learners.

Where the machine gives mounts of one's own, the course and the models are read-only for all.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import psutil
import pytest
from jupyter_client.blocking import BlockingKernelClient

from lablib import warm
from tests.browser.conftest import HARMLESS, IDLE, READY, Lab, free_port, wait_for
from tests.conftest import ROOT
from tests.models.conftest import put_in_cache, save_gpt2
from tests.test_deployments import can_mount

MISSING = "needs a hub: pip install -e '.[jupyterhub]', and npm install -g configurable-http-proxy"
PASSWORD = "a few words"
NAMES = ("ann", "bea")
FIRST = "language-model-labs/labs/00_start_here.ipynb"
PROGRESS = ".local/share/lablib/progress.jsonl"
CONFIG = """
import os
load_subconfig(os.environ["COURSE"] + "/classroom/jupyterhub_config.py")
c = get_config()
seconds = {"cull_idle_timeout=3600": "cull_idle_timeout=5", "cull_interval=300": "cull_interval=1"}
for usual, short in seconds.items():
    c.Spawner.args = [option.replace(usual, short) for option in c.Spawner.args]
c.Spawner.args.append("--allow-root")
"""
READ_ONLY = """set -e
for folder in "$COURSE" "$LAB_FOLDER/models"; do
  mount --bind "$folder" "$folder"
  mount -o remount,bind,ro "$folder"
done
exec "$@"
"""
TOO_MUCH = """import torch
try:
    torch.empty(5_000_000_000, dtype=torch.uint8)
except RuntimeError as error:
    print("can't allocate memory" in str(error))
"""

pytest.importorskip("jupyterhub", reason=MISSING)
if shutil.which("configurable-http-proxy") is None:
    pytest.skip(MISSING, allow_module_level=True)


@contextlib.contextmanager
def hub(folder, runtime):
    """The address of a hub over a folder, and its process, which ends with all that it started."""
    port, proxy, own = free_port(), free_port(), free_port()
    config = folder / "config.py"
    config.write_text(CONFIG, encoding="utf-8")
    options = [f"--JupyterHub.hub_port={own}",
               f"--ConfigurableHTTPProxy.api_url=http://127.0.0.1:{proxy}"]  # fmt: skip
    command = [sys.executable, "-m", "jupyterhub", "-f", str(config), *options]
    if can_mount():
        command = ["unshare", "-Urm", "sh", "-c", READ_ONLY, "sh", *command]
    address = f"http://127.0.0.1:{port}"
    environment = {"LAB_PASSWORD": PASSWORD, "LAB_FOLDER": str(folder), "LAB_ADDRESS": address,
                   "PYTHONPATH": str(ROOT), "TMPDIR": runtime, "COURSE": str(ROOT)}  # fmt: skip
    with (folder / "hub.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=os.environ | environment, stdout=log, stderr=log
        )
    try:
        wait_for(f"{address}/hub/login", process)
        yield address, psutil.Process(process.pid)
    finally:
        end(psutil.Process(process.pid))
        process.wait()


def end(process):
    """End a hub, which ends its learners' servers, and these their kernels; then what is left."""
    everybody = [process, *process.children(recursive=True)]
    process.terminate()
    _, left = psutil.wait_procs(everybody, timeout=60)
    for one in left:
        one.kill()


@pytest.fixture
def folder(tmp_path):
    """Where a class keeps its things, a tiny model among them."""
    folder = tmp_path / "class"
    put_in_cache(folder / "models/hub", "owner/tiny", save_gpt2(tmp_path / "tiny"))
    return folder


@contextlib.contextmanager
def learner(browser, address, name):
    """A page of a browser of one's own, in which somebody logs in and begins with the first lab."""
    with contextlib.closing(browser.new_context(viewport={"width": 1400, "height": 1700})) as own:
        lab = Lab(own.new_page(), f"{address}/user/{name}", None)
        lab.watch(lab.page)
        lab.page.goto(address)
        lab.page.fill("#username_input", name)
        lab.page.fill("#password_input", PASSWORD)
        lab.page.click("#login_submit", no_wait_after=True)
        lab.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=240_000)
        yield lab


def kernels(process):
    """What a hub's learners' servers started as kernels, by whose they are."""
    found = {}
    for one in process.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if str(warm.START) in one.cmdline():
                found[one.environ()["JUPYTERHUB_USER"]] = one
    return found


def wait_until(condition, what, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.2)


@pytest.mark.timeout(900)
def test_two_learners_share_a_hub_and_nothing_else(browser, folder):
    course = (ROOT / "labs/00_start_here.ipynb").read_bytes()
    with (
        TemporaryDirectory(prefix="labs-") as runtime,
        hub(folder, runtime) as (address, process),
        learner(browser, address, "ann") as ann,
    ):
        with learner(browser, address, "bea") as bea:
            for one in (ann, bea):
                see_the_first_bars(one)
            running = kernels(process)
            assert set(running) == set(NAMES)
            share_the_models_only(running, folder)
            take_too_much(running["ann"])
            answer_and_save(ann)
            homes = [folder / "homes" / name for name in NAMES]
            assert [(home / PROGRESS).exists() for home in homes] == [True, False]
            assert [was_run(home / FIRST, cell=2) for home in homes] == [True, False]
            assert (ROOT / "labs/00_start_here.ipynb").read_bytes() == course
            for one in (ann, bea):
                assert one.outside == []
                assert [e for e in one.errors if not HARMLESS.search(e)] == []
        wait_until(lambda: set(kernels(process)) == {"ann"}, "a kernel nobody looks at goes on")
        assert running["ann"].is_running()


def see_the_first_bars(lab):
    """Wait for a learner's kernel, run the first cell, and look at what it shows."""
    lab.page.wait_for_selector(IDLE, state="attached")
    lab.run_cell(0, wait=False)
    lab.page.locator(READY).first.wait_for(timeout=240_000)
    assert lab.page.locator(".lab-knobs").first.inner_text()


def share_the_models_only(running, folder):
    """Kernels have the same models, a folder each for their sockets, and next to no port."""
    environments = [one.environ() for one in running.values()]
    assert {one["HF_HOME"] for one in environments} == {str(folder / "models")}
    assert {one["HF_HUB_OFFLINE"] + one["OMP_NUM_THREADS"] for one in environments} == {"11"}
    assert len({one["JUPYTER_RUNTIME_DIR"] for one in environments}) == len(running)
    assert len({one["HOME"] for one in environments}) == len(running)
    for one in running.values():
        [copy] = said_by(one, "import os; print(os.getpid())")
        assert psutil.Process(int(copy)).ppid() != one.pid
        assert len(psutil.Process(int(copy)).net_connections("inet")) <= 1


def take_too_much(kernel):
    """Ask for more memory than a learner may have: an error says so, and the kernel goes on."""
    assert said_by(kernel, TOO_MUCH, "print(6 * 7)") == ["True\n", "42\n"]


def said_by(kernel, *codes):
    """What a kernel prints, asked over its files as its server does."""
    file = kernel.cmdline()[-1]
    assert json.loads(Path(file).read_text(encoding="utf-8"))["transport"] == "ipc"
    client = BlockingKernelClient(connection_file=file)
    client.load_connection_file()
    client.start_channels()
    said = []
    try:
        client.wait_for_ready(timeout=120)
        for code in codes:
            client.execute_interactive(
                code, output_hook=lambda m: said.append(m["content"].get("text")), timeout=120
            )
    finally:
        client.stop_channels()
    return [text for text in said if text]


def was_run(notebook, cell):
    """Whether a saved notebook has outputs under a code cell, counted from 0."""
    cells = nbformat.read(notebook, as_version=4).cells
    return bool([one for one in cells if one.cell_type == "code"][cell].outputs)


def answer_and_save(lab):
    """Answer the first prediction, and save the notebook."""
    lab.run_cell(2)
    lab.page.locator(".lab-ex-choice").first.click()
    lab.page.locator(".lab-ex-choice").first.wait_for()
    lab.page.keyboard.press("Control+s")
    lab.page.wait_for_function("!document.querySelector('.jp-mod-dirty')")
