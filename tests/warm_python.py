"""A Python that begins with torch imported, for the commands that tests run: copies of one process.

They are made as kernels are (`tests.kernels`). Importing what trains takes a new Python most of its
seconds, and says nothing about what it learns; a test of the start itself takes `sys.executable`.
"""

import contextlib
import os
import runpy
import sys
import threading
from pathlib import Path

from lablib import warm
from tests import ROOT
from tests.kernels import end_with_the_tests, warm_kernels
from tests.warm import IMPORTED

# Whoever starts it waits for it and has its exit status; a copy that was killed leaves none.
PROGRAM = """#!/bin/sh
"{python}" -ES "{start}" "{folder}/socket" "{folder}/$$" "$@"
read -r status < "{folder}/$$" || status=1
exit "$status"
"""


@contextlib.contextmanager
def warm_python():
    """The path of a program that takes `-m MODULE ARGUMENTS` as Python does.

    Where a process cannot safely be copied (anywhere but on Linux), it is Python itself.
    """
    with warm_kernels("tests.warm_python", PYTHONPATH=str(ROOT)) as folder:
        if sys.platform != "linux":
            yield sys.executable
            return
        program = folder / "python"
        program.write_text(PROGRAM.format(python=sys.executable, start=warm.START, folder=folder))
        program.chmod(0o755)
        yield str(program)


def be_python(status, words):
    """Run a module as Python does, and leave the exit status in a file."""
    module, *sys.argv[1:] = words[words.index("-m") + 1 :]
    # What Python reads when it begins, and this one began with another environment.
    sys.path[1:1] = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    if encoding := os.environ.get("PYTHONIOENCODING"):
        sys.stdout.reconfigure(encoding=encoding, errors="strict")
    code = 1
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        raise
    finally:
        Path(status).write_text(f"{code}\n")


if __name__ == "__main__":
    threading.Thread(target=end_with_the_tests, daemon=True).start()
    status, *words = warm.serve(warm.offer(Path(sys.argv[1])), IMPORTED)
    be_python(status, words)
