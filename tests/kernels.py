"""Kernels that begin with torch imported, for tests that start many: copies of one process.

They are made as a class's are (`lablib.warm`), with more imported: that takes a kernel most of its
first seconds, and says nothing about the labs. The labs themselves are imported by the kernel, as a
learner's are.
"""

import contextlib
import importlib
import os
import subprocess
import sys
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

from lablib import warm
from tests import ROOT

IMPORTED = (*warm.LIBRARIES, "anywidget")

TAKES_REQUESTS = "--IPKernelApp.extra_extensions=ipywidgets"
"""The kernel tells a page of all its widgets at once, as one that imports ipywidgets itself."""


@contextlib.contextmanager
def warm_kernels(module: str = "tests.kernels", **environment: str):
    """A folder for `JUPYTER_PATH`, in which the kernel "python3" is a copy of a warm process.

    Where a process cannot safely be copied (anywhere but on Linux), the folder is empty, and
    Jupyter starts the kernels that it always starts.

    Args:
        module: is run as the warm process, with the folder as its argument.
        environment: what the libraries read when they are imported.
    """
    with TemporaryDirectory(prefix="labs-") as folder:  # short: the path of a socket has an end
        if sys.platform != "linux":
            yield Path(folder)
            return
        process = subprocess.Popen(
            [sys.executable, "-m", module, folder],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,  # is closed when this process is gone, however it ended
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            said = process.stdout.readline()
            assert said == b"warm\n", "the process that kernels are made of has ended"
            yield Path(folder)
        finally:
            process.terminate()
            process.communicate()


def end_with_the_tests():
    """End this process when the one that started it is gone: nothing is ever written there."""
    os.read(0, 1)
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=end_with_the_tests, daemon=True).start()
    listening = warm.offer(Path(sys.argv[1]))
    importlib.import_module("plotly.graph_objects").Figure()  # the first reads a template
    arguments = warm.serve(listening, IMPORTED)
    warm.be_kernel([*arguments, TAKES_REQUESTS])
