"""What Jupyter starts as a kernel where `lablib.warm` runs: it asks for a copy, and passes on.

Jupyter waits for this process, interrupts it and kills it; the kernel goes with it, and both go
with the server. Where nobody answers, it becomes the kernel that Jupyter always starts. It is run
by its path and imports next to nothing: there is one for each kernel.
"""

import json
import os
import select
import signal
import socket
import sys

SECONDS = 2.0
"""After which it looks whether the server is still there."""


def main() -> None:
    """Hand the kernel what it needs, then wait for its end."""
    _, place, *arguments = sys.argv
    server = os.getppid()
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            kernel = handed_over(connection, place, arguments)
        except OSError:
            connection.close()
            os.execv(sys.executable, [sys.executable, "-m", "ipykernel_launcher", *arguments])
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda number, _: os.killpg(kernel, number))
        while os.getppid() == server and not select.select([connection], [], [], SECONDS)[0]:
            pass


def handed_over(connection: socket.socket, place: str, arguments: list[str]) -> int:
    """Give a copy all that this process was given; the copy's number.

    Raises:
        OSError: if nobody answers there.
    """
    import resource  # not on Windows

    connection.connect(place)
    limits = {
        name: resource.getrlimit(getattr(resource, name))
        for name in dir(resource)
        if name.startswith("RLIMIT_")
    }
    message = json.dumps([dict(os.environ), os.getcwd(), limits, arguments]).encode()
    connection.sendall(len(message).to_bytes(8, "big"))
    socket.send_fds(connection, [message], [0, 1, 2])
    kernel = int.from_bytes(connection.recv(8), "big")
    if not kernel:
        raise ConnectionError("The process that kernels are made of has ended.")
    return kernel


if __name__ == "__main__":
    main()
