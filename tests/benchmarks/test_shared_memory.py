"""Thirty learners on one server pay once for the weights.

Three processes open one checkpoint of GPT-2's 124M shape (498 MB) and run it. What each has for
itself is read from the kernel's own accounts (`/proc/<pid>/smaps_rollup`): pages that came from the
file and are mapped stay the file's, however many processes look at them; a copy would be anonymous
memory of the process.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LEARNERS = 3
WEIGHTS_MB = 498

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

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="needs Linux's /proc"),
]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from transformers import GPT2Config, GPT2LMHeadModel

    from lablib import models

    folder = tmp_path_factory.mktemp("124M")
    GPT2LMHeadModel(GPT2Config()).save_pretrained(folder)
    models.load_tokenizer("gpt2").save_pretrained(folder)
    with (folder / "model.safetensors").open("rb") as file:
        os.fsync(file.fileno())  # pages not yet on the disk would count as dirty
    return folder


def megabytes(pid: int) -> dict[str, float]:
    """The process's memory in MB (10^6 bytes) by the kernel's names."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return {line.split(":")[0]: int(line.split()[1]) * 1024 / 1e6 for line in lines}


def start(checkpoint: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", LEARNER, str(checkpoint)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def go_on(learner: subprocess.Popen[str]) -> None:
    learner.stdin.write("\n")
    learner.stdin.flush()


@pytest.fixture(scope="module")
def learners(checkpoint: Path) -> Iterator[tuple[list[dict], list[dict]]]:
    """The memory of each process with everything imported, and then with the model open."""
    with ExitStack() as stack:
        running = [stack.enter_context(start(checkpoint)) for _ in range(LEARNERS)]
        assert [learner.stdout.readline() for learner in running] == ["imports\n"] * LEARNERS
        before = [megabytes(learner.pid) for learner in running]
        for learner in running:
            go_on(learner)
        assert [learner.stdout.readline() for learner in running] == ["model\n"] * LEARNERS
        after = [megabytes(learner.pid) for learner in running]
        for learner in running:
            go_on(learner)
    yield before, after


def private(memory: dict[str, float]) -> float:
    return memory["Private_Clean"] + memory["Private_Dirty"]


def test_weights_are_shared_not_copied(learners, capsys: pytest.CaptureFixture[str]):
    before, after = learners
    with capsys.disabled():
        print(f"\n{LEARNERS} processes, MB each   resident  proportional  private (goal: 300)")
        for label, group in (("everything imported", before), ("124M model open", after)):
            for m in group:
                print(f"{label:20}{m['Rss']:14.0f}{m['Pss']:14.0f}{private(m):9.0f}")
    for old, new in zip(before, after, strict=True):
        assert new["Rss"] - old["Rss"] > 0.9 * WEIGHTS_MB, "the weights were not read at all"
        assert new["Pss"] - old["Pss"] < WEIGHTS_MB / LEARNERS + 100, "they are not shared"
        assert private(new) - private(old) < 100, "they were copied"
