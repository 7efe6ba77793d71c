"""Four hours of use in one kernel: 2,000 interactions with the panels of all rooms.

How much memory, how many threads, open files and widgets there are at the end, beside what there
was when everything had been used once; and the same for one cell of a notebook that is run 500
times over. `make bench` has one heap for all threads, as the labs have.
`LAB_INTERACTIONS=200` takes fewer, and runs the cell 50 times.
"""

import os
from collections.abc import Iterator
from typing import Any

from tests.benchmarks.long import Left, again, day

INTERACTIONS = int(os.environ.get("LAB_INTERACTIONS", "2000"))
RERUN = """from lablib import sampling as sp
from lablib.widgets import WORKER
panel = sp.knob_panel("Once upon a time", "pocket-gpt2")
assert panel.wait(600)
panel"""


def rows() -> Iterator[dict[str, Any]]:
    """What grew, and by how much; a part as soon as it is known."""
    whole = day(INTERACTIONS)
    count = whole[-1].interactions
    times = max(INTERACTIONS // 4, 2)
    yield from _rows(f"{count:,} interactions with all panels", whole)
    yield from _rows(f"one cell run {times:,} times", again(times, RERUN))


def _rows(what: str, found: list[Left]) -> list[dict[str, Any]]:
    first, last = found[0], found[-1]
    memory = {"name": f"memory after {what}, beside that after the first round", "unit": "MB",
              "ours": last.megabytes, "peer": first.megabytes,
              "ratio": last.megabytes / first.megabytes, "goal": 1.1}  # fmt: skip
    more = [
        {"name": f"{kind} more after {what}", "ours": getattr(last, kind) - getattr(first, kind),
         "goal": 0}
        for kind in ("threads", "files", "widgets")
    ]  # fmt: skip
    curve = ", ".join(f"{one.megabytes:.0f}" for one in found[:: -(-len(found) // 12)])
    along = {"name": f"MB in the course of {what}: {curve}"}
    return [along, *(row | {"less_is_better": True} for row in (memory, *more))]
