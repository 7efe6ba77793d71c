"""A class that starts at once, as one does that is told to: when everybody sees the first picture.

All kernels are started in the same moment, on a model of GPT-2's 124M shape, and each is asked for
its first panel as soon as it is there, as by a learner who runs the first cell. What counts is when
the last of them has its panel in sight (which then says what it waits for), when the last picture
is drawn, and whether the machine had to kill a kernel: with kernels that Jupyter starts, each by
itself, and with copies of one process, as `classroom/jupyterhub_config.py` has it. Of these the
process itself (about 380 MB) is there once more. `LAB_LEARNERS=12` takes twelve.
"""

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from unittest.mock import patch

from tests.benchmarks.bench_class import LEARNERS, Learner, kernel, row
from tests.benchmarks.bench_memory import private
from tests.benchmarks.bench_notebook_memory import save_models
from tests.kernels import warm_kernels

FIRST = """
import json, time
from lablib import sampling as sp
panel = sp.knob_panel("Once upon a time")
said = [panel.foot.text]
panel.foot.observe(lambda change: said.append(change.new), "text")
in_sight = time.time()
"""
DRAWN = """
assert panel.wait(600) and panel.state == "ready"
print(json.dumps([in_sight, time.time(), said]))
"""


class Begun(NamedTuple):
    """How a learner's first panel came.

    Attributes:
        in_sight, drawn: seconds since the epoch.
        said: the texts of the line under the panel until then.
    """

    in_sight: float
    drawn: float
    said: list[str]


def rows() -> list[dict[str, Any]]:
    """What a class sees that starts at once, and what that costs."""
    with TemporaryDirectory() as folder:
        cache = save_models(Path(folder))
        found = at_once(cache, LEARNERS, "started at once")
        settings = {
            "HF_HOME": str(cache),
            "HF_HUB_OFFLINE": "1",
            "OMP_NUM_THREADS": "1",
            "MALLOC_ARENA_MAX": "1",
        }
        with (
            warm_kernels("lablib.warm", **settings) as kernels,
            patch.dict(os.environ, JUPYTER_PATH=str(kernels)),
        ):
            return found + at_once(cache, LEARNERS, "copied at once from a warm process")


def at_once(cache: Path, count: int, how: str) -> list[dict[str, Any]]:
    """So many who start in the same moment."""
    with ExitStack() as stack:
        start = time.time()
        everybody = [stack.enter_context(kernel(cache)) for _ in range(count)]
        with ThreadPoolExecutor(count) as pool:
            found = [one for one in pool.map(begin, everybody) if one]
        mine = [private(one.memory()) for one in everybody if one.manager.is_alive()]
    words = sorted({text for one in found for text in one.said}, key=len)
    return [
        row(f"{count} {how}: kernels that were killed", count - len(found), "", goal=0),
        row("the last one's panel in sight", max(one.in_sight for one in found) - start, "s"),
        row("the last one's picture drawn", max(one.drawn for one in found) - start, "s", goal=120),
        row("memory of each further one, one panel open", median(mine), "MB", goal=300),
        {"name": f'said on a panel that waited: "{words[-1]}"'},
    ]


def begin(one: Learner) -> Begun | None:
    """Wait for a learner's kernel and its first panel; None if it was killed meanwhile."""
    try:
        one.client.wait_for_ready(timeout=600)
        one.run(FIRST)
        return Begun(*json.loads(one.run(DRAWN)))
    except RuntimeError:
        if one.manager.is_alive():
            raise
        return None
