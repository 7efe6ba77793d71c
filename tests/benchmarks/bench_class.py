"""A class on one machine: how many learners it takes, and how long each waits.

A kernel for each learner, as a hub starts them, with the main panels of the sampling and attention
labs open on a model of GPT-2's 124M shape. Learners come one after another until there are
`LEARNERS`, or the machine has less than `RESERVE` of memory left; then all work at once: each types
a new text into one of the panels about every `THINK` seconds, and waits for the picture. Time is
measured in the kernel, from the change of the text to the drawn result; the pause in which a panel
waits for more typing is in it. `LAB_LEARNERS=12` takes twelve.

Those who all start at once are in `bench_together`.

What a further learner costs is what its kernel shares with nobody; the same is measured for one
that holds a copy of the weights. Of all together it is the proportional set size (`Pss`), in which
shared pages are counted once.
"""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from queue import Empty
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import KernelManager

from tests.benchmarks.bench_memory import megabytes, private
from tests.benchmarks.bench_notebook_memory import save_models
from tests.conftest import ROOT

LEARNERS = int(os.environ.get("LAB_LEARNERS", "30"))
RESERVE = 2000
"""MB that must be left before another learner is let in."""
THINK = 6.0
TURNS = 6

OPEN = """
from lablib import attention as at, sampling as sp
from lablib.widgets import WORKER
panels = [sp.knob_panel("Once upon a time"), at.heads_panel("The cat sat on the mat")]
assert WORKER.join(600)
assert "gpt2" in panels[0].choice.name
"""
OWN_WEIGHTS = """
for weight in panels[0].choice.open(panels[0].slot).model.parameters():
    weight.data = weight.data.clone()
"""
WORK = f"""
import json, random, time
random.seed({{seed}})
waited = []
for turn in range({TURNS}):
    time.sleep(random.expovariate(1 / {THINK}))
    panel = random.choice(panels)
    start = time.perf_counter()
    panel.text.value = f"The {{{{turn}}}} little dogs of {{seed}} ran to the"
    assert WORKER.join(600)
    waited.append(time.perf_counter() - start)
print(json.dumps(waited))
"""


class Learner:
    """One kernel, and the client that talks to it."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient) -> None:
        self.manager, self.client = manager, client

    def run(self, code: str) -> str:
        """Run code and give back what it printed."""
        return self.answer(self.client.execute(code))

    def run_cell(self, code: str, cell: str) -> str:
        """The same as JupyterLab does it, which tells the kernel which cell it runs."""
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {},
                   "allow_stdin": False, "stop_on_error": True}  # fmt: skip
        request = self.client.session.msg("execute_request", content, metadata={"cellId": cell})
        self.client.shell_channel.send(request)
        return self.answer(request["header"]["msg_id"])

    def answer(self, request: str) -> str:
        """What a request printed, once it is done; `RuntimeError` if it failed or was killed."""
        printed = ""
        while True:
            message = self.message()
            if message["parent_header"].get("msg_id") != request:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "stream" and content["name"] == "stdout":
                printed += content["text"]
            elif kind == "error":
                raise RuntimeError(content["evalue"])
            elif kind == "status" and content["execution_state"] == "idle":
                return printed

    def message(self) -> dict[str, Any]:
        """The next message of a kernel that lives."""
        while self.manager.is_alive():
            with suppress(Empty):
                return self.client.get_iopub_msg(timeout=10)
        raise RuntimeError("The kernel was killed.")

    def memory(self) -> dict[str, float]:
        """The kernel's own accounts, in MB; with those of its start, where that is another
        process (`lablib.warm_start`).
        """
        pids = {self.manager.provisioner.pid, int(self.run("import os; print(os.getpid())"))}
        found = [megabytes(pid) for pid in pids]
        return {name: sum(one[name] for one in found) for name in found[0]}


@contextmanager
def learner(cache: Path, opening: str = OPEN) -> Iterator[Learner]:
    """A kernel that works in a folder, with both panels open, ended afterwards."""
    with kernel(cache) as one:
        one.client.wait_for_ready(timeout=120)
        one.run(opening)
        yield one


@contextmanager
def kernel(cache: Path) -> Iterator[Learner]:
    """A kernel that works in a folder and is about to begin, ended afterwards."""
    environment = os.environ | {
        "HF_HOME": str(cache),
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "1",
        "LABLIB_PROGRESS": str(cache / "progress.jsonl"),
        "PYTHONPATH": str(ROOT),
    }
    manager = KernelManager()
    manager.start_kernel(env=environment, cwd=str(cache))
    client = manager.client()
    client.start_channels()
    try:
        yield Learner(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def available() -> float:
    """MB of memory that the machine has left."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    return next(int(ln.split()[1]) for ln in lines if ln.startswith("MemAvailable")) * 1024 / 1e6


def rows() -> list[dict[str, Any]]:
    """Learners the machine took, what each costs, how long they wait."""
    with TemporaryDirectory() as folder, ExitStack() as stack:
        cache = save_models(Path(folder))
        alone = further_with_own_weights(cache)
        everybody: list[Learner] = []
        while len(everybody) < LEARNERS and available() > RESERVE:
            everybody.append(stack.enter_context(learner(cache)))
        shares = [one.memory() for one in everybody]
        waited = sorted(work_together(everybody))
    count, mine = len(everybody), [private(memory) for memory in shares]
    limit = "asked for" if count == LEARNERS else "memory"
    return [
        row(f"learners at once, both panels open (limit: {limit})", count, ""),
        row("memory of all of them together", sum(m["Pss"] for m in shares), "MB"),
        row("memory of each further learner, weights shared", median(mine), "MB", alone, 400),
        row("an interaction, median", 1000 * median(waited), "ms"),
        row("an interaction, p95", 1000 * quantiles(waited, n=20)[-1], "ms", goal=1000),
    ]


def further_with_own_weights(cache: Path) -> float:
    """What a learner costs whose kernel holds a copy of the weights."""
    with learner(cache) as one:
        one.run(OWN_WEIGHTS)
        return private(one.memory())


def work_together(everybody: list[Learner]) -> list[float]:
    """The seconds of every interaction of a class in which all work at the same time."""
    requests = [one.client.execute(WORK.format(seed=i)) for i, one in enumerate(everybody)]
    pairs = zip(everybody, requests, strict=True)
    return [seconds for one, request in pairs for seconds in json.loads(one.answer(request))]


def row(
    name: str, ours: float, unit: str, peer: float | None = None, goal: float | None = None
) -> dict[str, Any]:
    """A row of the benchmarks' table."""
    ratio = {"peer": peer} if peer else {}
    goals = {"goal": goal, "less_is_better": True} if goal is not None else {}
    return {"name": name, "ours": ours, "unit": unit, **ratio, **goals}
