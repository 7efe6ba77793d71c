"""The kernels of the tests are those that Jupyter would start, but for what is imported already."""

import contextlib
import os
import subprocess
import sys
import time
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest
from jupyter_client.manager import KernelManager, start_new_kernel

from lablib import warm
from tests.benchmarks.bench_memory import megabytes, private
from tests.conftest import ROOT

resource = pytest.importorskip("resource", reason="not on Windows")
pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(sys.platform != "linux", reason="only there a warm process is copied"),
]

AS_STARTED = """
import os, sys
print(os.getcwd(), os.environ.get("LAB_SAID"), "JPY_PARENT_PID" in os.environ, sep="|", end="|")
print(get_ipython().history_manager.hist_file, end="|")
print("torch" in sys.modules, *sorted(name for name in sys.modules if name.startswith("lablib")))
"""

SERVER = """
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel()
said = []
client.execute_interactive("import os; print(os.getpid())", timeout=120,
                           output_hook=lambda m: said.append(m["content"].get("text", "")))
print(manager.provisioner.pid, "".join(said), flush=True)
input()
"""

STARTS_ONE = """
from tests.kernels import warm_kernels
with warm_kernels():
    print("begun", flush=True)
    input()
"""


@pytest.fixture
def kernel(kernels, tmp_path, monkeypatch):
    """A running kernel; what a code prints in it, or the name of its error."""
    monkeypatch.setenv("JUPYTER_PATH", str(kernels))
    manager = KernelManager()
    manager.start_kernel(
        cwd=str(tmp_path),
        env={**os.environ, "LAB_SAID": "hello"},
        extra_arguments=["--HistoryManager.hist_file=:memory:"],  # as nbclient does
    )
    client = manager.client()
    client.start_channels()

    def run(code, meanwhile=lambda: None):
        said = []

        def hear(message):
            content = message["content"]
            said.append(content.get("text") or content.get("ename", ""))
            if "begun" in content.get("text", ""):
                meanwhile()

        client.wait_for_ready(timeout=120)  # after a restart, too: until it is heard again
        client.execute_interactive(code, timeout=120, output_hook=hear)
        return "".join(said)

    yield manager, run
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_it_has_what_jupyter_gave_it_and_torch_but_nothing_of_the_labs(kernel, tmp_path):
    _, run = kernel
    said = run(AS_STARTED).split("|")
    assert said[:4] == [str(tmp_path), "hello", "True", ":memory:"]
    assert said[4].split() == ["True", "lablib", "lablib.warm"]


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
    gone(first)


def gone(pid):
    """Wait until a process has ended."""
    for _ in count():
        if not psutil.pid_exists(pid):
            break


def test_its_limits_are_those_that_jupyter_gave_its_start(kernel):
    manager, run = kernel
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft - 1, hard))
    try:
        manager.restart_kernel()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    said = run("import resource; print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])")
    assert int(said) == soft - 1


def test_no_two_draw_the_same_numbers(kernel):
    manager, run = kernel
    code = "import random, numpy; print(random.random(), numpy.random.rand())"
    first = run(code).split()
    manager.restart_kernel()
    second = run(code).split()
    assert first[0] != second[0] and first[1] != second[1]


def test_most_of_its_memory_is_not_its_own(kernel):
    """All of it would be, had each imported torch for itself."""
    _, run = kernel
    memory = megabytes(int(run("import os, torch; torch.ones(9).sum(); print(os.getpid())")))
    assert memory["Anonymous"] > 100
    assert private(memory) < 0.6 * memory["Anonymous"]


def test_it_ends_with_the_server_that_was_killed(kernels):
    command = [sys.executable, "-c", SERVER]
    environment = {**os.environ, "JUPYTER_PATH": str(kernels)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as server:
        started = [int(pid) for pid in server.stdout.readline().split()]
        server.kill()
    assert len(set(started)) == 2
    for pid in started:
        gone(pid)


def test_where_nobody_answers_it_is_the_kernel_that_jupyter_always_starts(monkeypatch):
    with TemporaryDirectory(prefix="labs-") as folder:
        warm.offer(Path(folder)).close()
        monkeypatch.setenv("JUPYTER_PATH", folder)
        manager, client = start_new_kernel()
        said = []
        code = "import sys; print('torch' in sys.modules)"
        client.execute_interactive(
            code, timeout=120, output_hook=lambda m: said.append(m["content"].get("text"))
        )
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert "False\n" in said


def has_ended(process):
    try:
        return process.status() == psutil.STATUS_ZOMBIE  # where nobody asks how it ended
    except psutil.NoSuchProcess:
        return True


def test_what_they_are_copies_of_ends_with_a_run_of_the_tests_that_is_killed():
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", STARTS_ONE], cwd=ROOT, **pipes) as tests:
        assert tests.stdout.readline() == b"begun\n"
        (process,) = psutil.Process(tests.pid).children()
        tests.kill()
    try:
        while not has_ended(process):
            time.sleep(0.02)
    finally:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
