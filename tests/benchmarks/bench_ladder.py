"""The efficiency ladder on GPT-2's 124 M shape: every stage beside the first, in this run.

    python -m tests.benchmarks.bench_ladder

Each stage is measured in a process of its own (see `lablib.finetuning.compute.ladder`), on the GPU
if there is one, where torch.compile is among the stages too.
"""

from collections.abc import Sequence
from typing import Any

from lablib import models
from lablib.finetuning import Measurement, benchmark_stages, read_text, stages

TEXT = "almanac"
SECONDS = 5.0


def rows(seconds: float = SECONDS) -> list[dict[str, Any]]:
    """Two rows a stage, speed and memory: name, ours, and the first stage as the peer."""
    m = models.load("pocket-gpt2")
    chosen = stages(m.device.type, compiled=m.device.type == "cuda")
    climbed = benchmark_stages(m, read_text(TEXT), shape="gpt2", seconds=seconds, chosen=chosen)
    found = [one for one in climbed if one and not one.failure]
    return [row for one in found for row in rung_rows(one, found)]


def rung_rows(one: Measurement, found: Sequence[Measurement]) -> list[dict[str, Any]]:
    """The speed and the memory of a stage."""
    first = found[0]
    speed, memory = one.tokens_per_second or 0.0, (one.memory or 0) / 1e6
    first_speed, first_memory = first.tokens_per_second or 1.0, (first.memory or 1) / 1e6
    name = f"ladder up to {one.stage.name}"
    return [
        {
            "name": f"{name}: speed", "ours": speed, "peer": first_speed, "unit": "tokens/s",
            "ratio": speed / first_speed,
        },
        {
            "name": f"{name}: peak memory", "ours": memory, "peer": first_memory, "unit": "MB",
            "ratio": memory / first_memory, "less_is_better": True,
        },
    ]  # fmt: skip


if __name__ == "__main__":
    for row in rows():
        print(row)
