"""What Jupyter starts as a kernel in the tests: it asks `tests.kernels` for one, and passes on.

Jupyter waits for this process, interrupts it and kills it; the kernel goes with it.
"""

import json
import os
import signal
import socket
import sys


def main():
    """Hand the kernel what it needs, then wait for its end."""
    _, name, *arguments = sys.argv
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(f"\0{name}")
        message = json.dumps([dict(os.environ), os.getcwd(), arguments]).encode()
        connection.sendall(len(message).to_bytes(8, "big"))
        socket.send_fds(connection, [message], [0, 1, 2])
        kernel = int.from_bytes(connection.recv(8), "big")
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda number, _: os.killpg(kernel, number))
        connection.recv(1)


if __name__ == "__main__":
    main()
