"""A long day in one kernel: what is left of it in memory, threads and open files.

Panels are opened, used and closed again and again, as somebody does who runs cells over and over.
After each round everything that can go is let go of, and what is still there is counted.
"""

import gc
import json
import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ipywidgets
import psutil
from ipywidgets.widgets.widget import _instances

from lablib.widgets import WORKER
from lablib.widgets.worker import give_back_memory
from tests.benchmarks.bench_class import kernel
from tests.odd import controls, opened, panels

ROUND = 100
"""Interactions between two countings."""


@dataclass(frozen=True)
class Left:
    """What a process holds after so many interactions.

    Attributes:
        interactions: so far.
        megabytes: of memory that it shares with nobody (10^6 bytes), but for pages of files: whose
            these are alone hangs on which other processes run beside it.
        threads, files: of the process.
        widgets: that have not been closed.
    """

    interactions: int
    megabytes: float
    threads: int
    files: int
    widgets: int


def left(interactions: int) -> Left:
    """Let go of what can go, and count."""
    assert WORKER.join(600)
    for _ in range(3):  # what one round frees may hold what the next frees
        gc.collect()
    give_back_memory()
    process = psutil.Process()
    return Left(
        interactions,
        own_memory(process) / 1e6,
        threading.active_count(),
        process.num_fds() if hasattr(process, "num_fds") else process.num_handles(),
        len(_instances),
    )


def own_memory(process: psutil.Process) -> int:
    """Bytes behind which no file stands; where that is not told, all that it shares with nobody."""
    memory = process.memory_info()
    if hasattr(memory, "shared"):
        return int(memory.rss - memory.shared)
    return int(process.memory_full_info().uss)


def day(interactions: int, codes: Sequence[str] = (), seed: int = 0) -> list[Left]:
    """Use each panel once, and then any so often; what is left after the first time, and after each
    round of `interactions`.
    """
    rng, done, found = random.Random(seed), 0, []
    every = list(codes or panels().values())
    for code in every:  # each library is imported, each model opened, each cache filled once
        all_chosen(code)
    found.append(left(done))
    while done < interactions:
        done += used(rng, rng.choice(every))
        if done - found[-1].interactions >= ROUND:
            found.append(left(done))
    return found


def again(times: int, cell: str) -> list[Left]:
    """Run one cell of a notebook so often; what the kernel holds after the first time and after
    each tenth of the others.
    """
    count = (
        "import dataclasses, json; from tests.benchmarks.long import left; "
        "print(json.dumps(dataclasses.astuple(left({0}))))"
    )
    found = []
    with TemporaryDirectory() as folder, kernel(Path(folder)) as one:
        one.client.wait_for_ready(timeout=120)
        for time in range(times):
            one.run_cell(cell, "cell")
            if time % max(times // 10, 1) == 0 or time == times - 1:
                found.append(Left(*json.loads(one.run(count.format(time)))))
    return found


def all_chosen(code: str) -> None:
    """Open a panel, choose in turn all that it has to choose from, and close it."""
    with new_panel(code) as panel:
        for control in controls(panel):
            for option in getattr(control, "_options_full", ()):
                control.value = option[-1]
                assert panel.wait(600)


def used(rng: random.Random, code: str, often: int = 4) -> int:
    """Open a panel, set its controls as a person does, and close it; how often it was set."""
    with new_panel(code) as panel:
        mine = [one for one in controls(panel) if not isinstance(one, ipywidgets.FileUpload)]
        for _ in range(often if mine else 0):
            control = rng.choice(mine)
            control.value = another(rng, control)
            assert panel.wait(600)
    return often


@contextmanager
def new_panel(code: str) -> Iterator[Any]:
    """A panel that is drawn, in a folder of its own, in which there is no run yet."""
    with TemporaryDirectory() as folder, chdir(folder):
        panel = opened(code)
        assert panel.wait(600)
        yield panel
        panel.close()


def another(rng: random.Random, control: Any) -> Any:
    """An ordinary value for a control."""
    now = control.value
    if hasattr(control, "_options_full"):
        return rng.choice([option[-1] for option in control._options_full] or [now])
    if isinstance(now, bool):
        return not now
    if isinstance(now, str):
        return now[:-1] if len(now) > 60 else f"{now} {rng.choice(['a', 'the', 'dog', 'sea'])}"
    if isinstance(now, int | float) and control.has_trait("min"):
        return rng.choice([control.min, now, control.max])
    return now
