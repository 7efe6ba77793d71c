"""What a look at the heads over a corpus costs: every metric of pocket-gpt2's 24 heads in 100 kB of
text, and the test of the name a head gets that way (see `attention.scan` and `muting_cost`).

    python -m tests.benchmarks.bench_corpus

The texts that ship with the labs, one after another. On a machine that has other work, threads wait
for each other: `OMP_NUM_THREADS=1` is quicker there.
"""

import time
from collections.abc import Iterator
from typing import Any

from lablib import attention as at
from lablib import data, models

BYTES = 100_000
MOST_SECONDS = 60
OTHERS = 10


def rows() -> Iterator[dict[str, Any]]:
    """How many seconds the scan takes, and muting a head and others drawn by lot after it."""
    m = models.load("pocket-gpt2", device="cpu")
    text = corpus()
    seconds, found = timed(at.scan(m, text))
    layers, heads = found.size
    assert layers * heads == 24 and len(found.passages) == found.total
    size = f"{layers * heads} heads × {BYTES // 1000} kB"
    goal = {"goal": MOST_SECONDS, "less_is_better": True}
    yield {"name": f"{size}: every metric", "ours": seconds, "unit": "s", **goal}
    seconds, _ = timed(at.muting_cost(m, found, inductive_head(found), OTHERS))
    yield {"name": f"muting a head and {OTHERS} others there", "ours": seconds, "unit": "s"}


def corpus() -> str:
    """So many bytes of text."""
    whole = "\n".join(data.text(name) for name in data.names()).encode()
    assert len(whole) >= BYTES
    return whole[:BYTES].decode(errors="ignore")


def inductive_head(found: at.Scan) -> tuple[int, int]:
    """The head that does most induction."""
    mean = found.mean("induction")
    layer, head = divmod(int(mean.argmax()), mean.shape[1])
    return layer, head


def timed(work: Iterator[Any]) -> tuple[float, Any]:
    """How many seconds something takes to its end, and the last of what it yields."""
    start = time.perf_counter()
    *_, last = work
    return time.perf_counter() - start, last


if __name__ == "__main__":
    from tests.benchmarks.__main__ import main

    main(["corpus"])
