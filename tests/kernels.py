"""Kernels that begin with torch imported: copies of one process, for tests that start many.

Importing torch and transformers takes a kernel most of its first seconds, and says nothing about
the labs. So a process imports them once and is forked for each kernel that Jupyter starts: with
the environment, the folder and the outputs that Jupyter gave to `tests/kernel_start.py`. The labs
themselves are imported by the kernel, as a learner's are.
"""

import contextlib
import importlib
import json
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

from tests import ROOT

START = ROOT / "tests/kernel_start.py"
IMPORTED = ("torch", "transformers", "plotly.graph_objects", "anywidget", "ipykernel.kernelapp")


TAKES_REQUESTS = "--IPKernelApp.extra_extensions=ipywidgets"
"""In `LAB_KERNEL_OPTIONS`: the kernel tells a page of all its widgets at once, as one does in which
ipywidgets was imported. Else a page asks for each, and does not know those made meanwhile."""


@contextlib.contextmanager
def warm_kernels(folder: Path, **environment: str):
    """A folder for `JUPYTER_PATH`, in which the kernel "python3" is a copy of a warm process.

    Where a process cannot safely be copied (anywhere but on Linux), the folder is empty, and
    Jupyter starts the kernels that it always starts.

    Args:
        folder: is made.
        environment: what the libraries read when they are imported.
    """
    specs = folder / "kernels/python3"
    specs.mkdir(parents=True)
    if sys.platform != "linux":
        specs.rmdir()
        yield folder
        return
    name = f"lablib-{secrets.token_hex(8)}"  # of a socket without a file
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"\0{name}")
        listening.listen()
        warm = subprocess.Popen(
            [sys.executable, "-m", "tests.kernels", str(listening.fileno())],
            cwd=ROOT,
            env={
                **os.environ,
                **environment,
                "JPY_PARENT_PID": "1",
            },  # it waits for no parent's end
            pass_fds=[listening.fileno()],
            stdin=subprocess.PIPE,  # is closed when this process is gone, however it ended
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
    spec = {
        "argv": [sys.executable, "-ES", str(START), name, "-f", "{connection_file}"],
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "metadata": {"debugger": True},
    }
    (specs / "kernel.json").write_text(json.dumps(spec))
    try:
        assert warm.stdout.readline() == b"warm\n", "the process that kernels are made of has ended"
        yield folder
    finally:
        warm.terminate()
        warm.communicate()


def main():
    """Import what takes long, then become a kernel for each who connects, until nobody can."""
    for name in IMPORTED:
        importlib.import_module(name)
    print("warm", flush=True)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the kernels
    with socket.socket(fileno=int(sys.argv[1])) as listening:
        while True:
            ready, _, _ = select.select([listening, sys.stdin], [], [])
            if sys.stdin in ready:  # nothing is ever written there: who started this is gone
                return
            connection, _ = listening.accept()
            if os.fork() == 0:
                break
            connection.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _become_kernel(connection)


def _become_kernel(connection):
    """Be the kernel that Jupyter would have started, for as long as its start is there."""
    length = int.from_bytes(connection.recv(8), "big")
    message, outputs, *_ = socket.recv_fds(connection, length, 3, socket.MSG_WAITALL)
    environment, folder, arguments = json.loads(message)
    for number, output in enumerate(outputs):
        os.dup2(output, number)
        os.close(output)
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.path[0] = ""  # as a kernel has it
    sys.argv = ["ipykernel_launcher", *arguments, *os.environ.get("LAB_KERNEL_OPTIONS", "").split()]
    connection.sendall(os.getpid().to_bytes(8, "big"))
    threading.Thread(target=_end_with, args=[connection], daemon=True).start()
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance()


def _end_with(connection):
    connection.recv(1)  # comes back when the other side is gone
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
