"""What is printed while something long goes on, and can never end it."""

import io
import os
import sys
from contextlib import suppress


def say(line: str) -> None:
    r"""Print a line at once.

    What the terminal's encoding lacks is written as an escape. Where nobody reads any more (a
    closed pipe as after `| head`, a full disk) this line and the later ones are dropped.

    >>> say("step 1")
    step 1
    """
    try:
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        print(line.encode(encoding, "backslashreplace").decode(encoding), flush=True)
    except (OSError, ValueError):
        with suppress(OSError, io.UnsupportedOperation, ValueError, AttributeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
