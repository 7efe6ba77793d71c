"""A module of ours in a process of its own, which is told of an interruption by us alone."""

import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any


def start(
    module: str, *arguments: str, env: Mapping[str, str] | None = None, **streams: Any
) -> "subprocess.Popen[str]":
    """Run `python -m module` with what is imported from here, its output read as UTF-8 text.

    It is in a session of its own: interrupting a notebook cell is not meant for it.

    Args:
        env: what its environment has beside this process's.
        streams: stdin, stdout and stderr, as of `subprocess.Popen`.

    Example:
        >>> with start("this", stdout=subprocess.PIPE) as process:
        ...     first = process.stdout.readline()
        >>> first
        'The Zen of Python, by Tim Peters\\n'
    """
    path = os.pathsep.join(filter(None, sys.path))
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env={**os.environ, "PYTHONPATH": path, **(env or {})},
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
        **streams,
    )
