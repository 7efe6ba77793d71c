"""A run on several devices: `accelerate launch` as a process of its own, followed by its files.

Accelerate's launcher for notebooks forks, which fails as soon as the kernel has touched a GPU.
"""

import os
import subprocess
import sys
from pathlib import Path

import psutil

LOG_BYTES = 4000
"""Of the end of a log that is read to find out why a process ended."""


def command(folder: Path, processes: int) -> list[str]:
    """What starts a run on several processes of this machine; `--multi_gpu` is Accelerate's word
    for them on a CPU too.

    >>> " ".join(command(Path("runs/a"), 2)[1:])
    '-m accelerate.commands.launch --multi_gpu --num_processes 2 --num_machines 1
    --mixed_precision no --dynamo_backend no --main_process_port 0
    -m lablib.finetuning runs/a/config.toml --folder runs/a'
    """
    options = f"""--multi_gpu --num_processes {processes} --num_machines 1
    --mixed_precision no --dynamo_backend no --main_process_port 0 -m lablib.finetuning"""
    launch = [sys.executable, "-m", "accelerate.commands.launch", *options.split()]
    return [*launch, str(folder / "config.toml"), "--folder", str(folder)]


def launch(folder: Path, processes: int) -> "subprocess.Popen[bytes]":
    """Start it; what it prints goes to `log.txt`.

    It is in a session of its own: interrupting or restarting the kernel does not end it.
    """
    threads = max((os.cpu_count() or 1) // processes, 1)
    with (folder / "log.txt").open("ab") as log:
        return subprocess.Popen(
            command(folder, processes),
            env={
                "OMP_NUM_THREADS": str(threads),
                **os.environ,
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            },
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def is_at_work(pid: int, folder: Path) -> bool:
    """Whether this process is one of those that were launched for the run in a folder.

    From the launch to the first step they do not hold the folder.

    >>> is_at_work(os.getpid(), Path("runs/a"))
    False
    """
    try:
        return str(folder / "config.toml") in psutil.Process(pid).cmdline()
    except psutil.Error:
        return False


def last_words(folder: Path) -> str:
    """The last line that is not empty of what the processes printed."""
    try:
        with (folder / "log.txt").open("rb") as log:
            log.seek(0, os.SEEK_END)
            log.seek(max(log.tell() - LOG_BYTES, 0))
            lines = log.read().decode("utf-8", "replace").split("\n")
    except FileNotFoundError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
