"""Kernels that begin with torch imported: copies of one process, for a class on one machine.

Importing torch and transformers takes ten seconds of a processor and 270 MB of memory, in every
kernel anew. Here one process imports them, once, and is forked for each kernel that Jupyter starts:
what both do not change is there once, however many look at it. What the copy is given (the
environment, the folder, the limits, the outputs) is what Jupyter gave to `lablib/warm_start.py`,
which waits for it and passes on what Jupyter tells it. The labs are imported by the kernel itself.

`python -m lablib.warm FOLDER` serves whoever has FOLDER in `JUPYTER_PATH`. All kernels run as the
account that it runs as, and only that account may enter the folder. Linux only: elsewhere a process
that has begun to compute cannot safely be copied.
"""

import gc
import importlib
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

LIBRARIES = (
    "torch",
    "transformers.modeling_utils",
    "transformers.models.auto.tokenization_auto",
    "transformers.models.bert.modeling_bert",
    "transformers.models.gpt2.modeling_gpt2",
    "plotly.graph_objects",
    "ipykernel.kernelapp",
)
"""What is imported for all. Not ipywidgets, which has to meet the kernel that it belongs to."""
START = Path(__file__).with_name("warm_start.py")


def offer(folder: Path) -> socket.socket:
    """Write the kernel "python3" into a folder for `JUPYTER_PATH`; where its starts are heard.

    The folder is made, for this account alone. A kernel that is started before `serve` waits.

    Raises:
        OSError: if the folder cannot be written, or its path is too long for a socket.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory(prefix="labs-") as folder, offer(Path(folder)):
        ...     sorted(path.name for path in Path(folder).iterdir())
        ['kernels', 'socket']
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = folder / "socket"
    place.unlink(missing_ok=True)  # of one that has ended
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(place))
    listening.listen(128)
    spec = {
        "argv": [sys.executable, "-ES", str(START), str(place), "-f", "{connection_file}"],
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "metadata": {"debugger": True},
    }
    named = folder / "kernels/python3"
    named.mkdir(parents=True, exist_ok=True)
    (named / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    return listening


def serve(listening: socket.socket, libraries: Sequence[str] = LIBRARIES) -> list[str]:
    """Import the libraries, then be copied for each kernel; comes back in the copies only.

    Returns:
        The arguments that Jupyter gave the kernel.
    """
    os.environ["JPY_PARENT_PID"] = "1"  # its start sees when the server ends: it waits for no other
    for name in libraries:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # else the first collection of a copy writes to all pages, which then are its own
    print("warm", flush=True)
    return _take_over(_copy(listening))


def be_kernel(arguments: Sequence[str]) -> None:
    """Be a kernel of IPython until it is told to end."""
    from ipykernel.kernelapp import launch_new_instance

    sys.argv = ["ipykernel_launcher", *arguments]
    launch_new_instance()


def _copy(listening: socket.socket) -> socket.socket:
    """Wait for starts of kernels; in a copy of this process, the connection to its own."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the kernels
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a hub ends it so, which is no error
    while True:
        connection, _ = listening.accept()
        if os.fork() == 0:
            listening.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            return connection
        connection.close()


def _take_over(connection: socket.socket) -> list[str]:
    """Become, but for the memory, the process that Jupyter started; its arguments."""
    import resource  # not on Windows

    length = int.from_bytes(connection.recv(8), "big")
    message, outputs, *_ = socket.recv_fds(connection, length, 3, socket.MSG_WAITALL)
    environment, folder, limits, arguments = json.loads(message)
    for number, output in enumerate(outputs):
        os.dup2(output, number)
        os.close(output)
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for name, limit in limits.items():
        resource.setrlimit(getattr(resource, name), limit)
    sys.path[0] = ""  # as a kernel has it
    _draw_anew()
    connection.sendall(os.getpid().to_bytes(8, "big"))
    threading.Thread(target=_end_with, args=[connection], daemon=True).start()
    return list(arguments)


def _draw_anew() -> None:
    """No two learners draw the same numbers. Python sees to its own generator itself, and torch
    begins with the same seed in every process.
    """
    import numpy as np

    np.random.seed()


def _end_with(connection: socket.socket) -> None:
    connection.recv(1)  # comes back when the other side is gone
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    be_kernel(serve(offer(Path(sys.argv[1]))))
