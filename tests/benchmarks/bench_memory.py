"""What a learner costs a server in memory, with a model of GPT-2's 124M shape open.

Three processes open one checkpoint (498 MB) and run it. What each has for itself is read from the
kernel's own accounts (`/proc/<pid>/smaps_rollup`): pages that came from the file and are mapped
stay the file's, however many processes look at them; a copy would be anonymous memory of the
process.
"""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.conftest import ROOT

LEARNERS = 3

LEARNER = """
import sys
import torch
from transformers import GPT2LMHeadModel
print("imports", flush=True)
sys.stdin.readline()
from lablib import models
m = models.load(sys.argv[1], device="cpu")
with torch.inference_mode():
    m.model(torch.arange(16)[None])
print("model", flush=True)
sys.stdin.readline()
"""

Memory = dict[str, float]
"""MB (10^6 bytes) by the kernel's names."""


def rows() -> list[dict[str, Any]]:
    """Memory of one learner, and what each further one adds."""
    with TemporaryDirectory() as folder:
        _, after = measure(save_checkpoint(Path(folder)))
    return [
        _row("memory with a 124M model open", max(m["Rss"] for m in after), 1200),
        _row("of it private to each further learner", max(map(private, after)), 300),
    ]


def _row(name: str, ours: float, goal: float) -> dict[str, Any]:
    return {"name": name, "ours": ours, "unit": "MB", "goal": goal, "less_is_better": True}


def save_checkpoint(folder: Path) -> Path:
    """Random weights of GPT-2's shape, written out: unwritten pages would count as dirty."""
    from transformers import GPT2Config, GPT2LMHeadModel

    from lablib import models

    GPT2LMHeadModel(GPT2Config()).save_pretrained(folder)
    models.load_tokenizer("gpt2").save_pretrained(folder)
    with (folder / "model.safetensors").open("rb") as file:
        os.fsync(file.fileno())
    return folder


def measure(checkpoint: Path) -> tuple[list[Memory], list[Memory]]:
    """The memory of each process with everything imported, and then with the model open."""
    with ExitStack() as stack:
        running = [stack.enter_context(_start(checkpoint)) for _ in range(LEARNERS)]
        before = _when_all_say("imports", running)
        after = _when_all_say("model", running)
    return before, after


def _start(checkpoint: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", LEARNER, str(checkpoint)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _when_all_say(word: str, running: list[subprocess.Popen[str]]) -> list[Memory]:
    """Wait for the word from every process, read their memory, and let them go on."""
    said = [learner.stdout.readline() for learner in running if learner.stdout]
    assert said == [f"{word}\n"] * len(running), said
    memory = [megabytes(learner.pid) for learner in running]
    for learner in running:
        if learner.stdin:
            learner.stdin.write("\n")
            learner.stdin.flush()
    return memory


def megabytes(pid: int) -> Memory:
    """The memory of a process."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return {line.split(":")[0]: int(line.split()[1]) * 1024 / 1e6 for line in lines}


def private(memory: Memory) -> float:
    """What a process shares with nobody."""
    return memory["Private_Clean"] + memory["Private_Dirty"]
