"""The kernels of the tests are those that Jupyter would start, but for what is imported already."""

import contextlib
import os
import subprocess
import sys
import time
from itertools import count

import psutil
import pytest
from jupyter_client.manager import KernelManager

from tests.conftest import ROOT
from tests.kernels import TAKES_REQUESTS, warm_kernels

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(sys.platform != "linux", reason="only there a warm process is copied"),
]

AS_STARTED = """
import os, sys
print(os.getcwd(), os.environ.get("LAB_SAID"), "JPY_PARENT_PID" in os.environ, sep="|", end="|")
print(get_ipython().history_manager.hist_file, end="|")
print("torch" in sys.modules, any(name.startswith("lablib") for name in sys.modules), os.getpid())
"""

STARTS_ONE = """
import sys
from pathlib import Path
from tests.kernels import warm_kernels
with warm_kernels(Path(sys.argv[1])):
    print("begun", flush=True)
    input()
"""


@pytest.fixture(scope="module")
def kernels(tmp_path_factory):
    with warm_kernels(tmp_path_factory.mktemp("warm")) as folder:
        yield folder


@pytest.fixture
def kernel(kernels, tmp_path, monkeypatch):
    """A running kernel; what a code prints in it, or the name of its error."""
    monkeypatch.setenv("JUPYTER_PATH", str(kernels))
    manager = KernelManager()
    manager.start_kernel(
        cwd=str(tmp_path),
        env={**os.environ, "LAB_SAID": "hello", "LAB_KERNEL_OPTIONS": TAKES_REQUESTS},
        extra_arguments=["--HistoryManager.hist_file=:memory:"],  # as nbclient does
    )
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=120)

    def run(code, meanwhile=lambda: None):
        said = []

        def hear(message):
            content = message["content"]
            said.append(content.get("text") or content.get("ename", ""))
            if "begun" in content.get("text", ""):
                meanwhile()

        client.execute_interactive(code, timeout=120, output_hook=hear)
        return "".join(said)

    yield manager, run
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_it_has_what_jupyter_gave_it_and_torch_but_nothing_of_the_labs(kernel, tmp_path):
    _, run = kernel
    said = run(AS_STARTED).split("|")
    assert said[:4] == [str(tmp_path), "hello", "True", ":memory:"]
    assert said[4].split()[:2] == ["True", "False"]


def test_a_page_can_ask_it_for_all_its_widgets(kernel):
    _, run = kernel
    targets = run("import comm; print(sorted(comm.get_comm_manager().targets))")
    assert targets.strip() == "['jupyter.widget', 'jupyter.widget.control']"


def test_it_is_interrupted(kernel):
    manager, run = kernel
    code = "print('begun', flush=True)\nwhile True: pass"
    assert run(code, manager.interrupt_kernel).endswith("KeyboardInterrupt")
    assert run("print(1 + 1)").strip() == "2"


def test_it_is_restarted_and_ends_with_its_start(kernel):
    manager, run = kernel
    run("left = 1")
    manager.restart_kernel()
    first = int(run("import os; print(os.getpid(), 'left' in globals())").split()[0])
    manager.provisioner.process.kill()
    for _ in count():
        if not psutil.pid_exists(first):
            break


def has_ended(process):
    try:
        return process.status() == psutil.STATUS_ZOMBIE  # where nobody asks how it ended
    except psutil.NoSuchProcess:
        return True


def test_what_they_are_copies_of_ends_with_a_run_of_the_tests_that_is_killed(tmp_path):
    command = [sys.executable, "-c", STARTS_ONE, str(tmp_path / "warm")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, **pipes) as tests:
        assert tests.stdout.readline() == b"begun\n"
        (warm,) = psutil.Process(tests.pid).children()
        tests.kill()
    try:
        while not has_ended(warm):
            time.sleep(0.02)
    finally:
        with contextlib.suppress(psutil.NoSuchProcess):
            warm.kill()
