"""Tokens per second and peak memory of fine-tuning a model of GPT-2's 124M shape, batch 8 × 128,
beside `transformers.Trainer` with its defaults and a plain loop (see `loops`).

    python -m tests.benchmarks.bench_finetuning

Random weights, whose values change neither. Each measurement is a process of its own, so that its
memory is its own; the rounds take turns, and a row's ratio is the median of the rounds' ratios. The
plain loop computes in the precision that ours takes here: bf16, where there are units for it.

Where the time of a step goes in fp32 on an AMD processor without such units (the processor's time
by operation of torch, one thread): 90 % into matrix products, at the rate of a product by itself
(0.9 of it for the step as a whole); then GELU 2.4 %, dropout's draws 1.7 %, AdamW 0.9 %, and less
for the softmax over the vocabulary, norms and clipping each. Attention written out takes 89 ms a
layer there and back, dropout included, torch's own kernel 67 ms without it: of a step that is 1 %.
AdamW in one pass is 3.4 times as fast as otherwise. So nothing beside the products is left to gain.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from tests import ROOT
from tests.benchmarks import loops

COMPARED = ("ours", "Trainer", "plain")
SPEED = "tokens_per_second"
ROUNDS = 2
FASTER, SMALLER, BUSY = 2.0, 0.7, 0.5


def rows(rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """One row per figure: name, ours and peer, their ratio, and the goal for it."""
    with TemporaryDirectory() as folder:
        save_model(Path(folder))
        found = [{who: child(who, folder) for who in COMPARED} for _ in range(rounds)]
        device = found[0]["ours"]["device"]
        return [
            _row(f"fine-tuning / Trainer defaults ({device})", found, "Trainer", SPEED, FASTER),
            _row(f"fine-tuning / plain loop ({device})", found, "plain", SPEED, 1.0),
            _row(f"peak memory / Trainer defaults ({device})", found, "Trainer", "memory", SMALLER),
            *_mfu(found, folder),
        ]


def _row(
    name: str, found: list[dict[str, Any]], peer: str, what: str, goal: float
) -> dict[str, Any]:
    pairs = [(each["ours"][what], each[peer][what]) for each in found]
    return {
        "name": name,
        "ours": median(ours for ours, _ in pairs),
        "peer": median(theirs for _, theirs in pairs),
        "unit": {SPEED: "tokens/s", "memory": "MB"}[what],
        "ratio": median(ours / theirs for ours, theirs in pairs),
        "goal": goal,
        "less_is_better": what == "memory",
    }


def _mfu(found: list[dict[str, Any]], folder: str) -> list[dict[str, Any]]:
    """The share of the device's arithmetic that is used."""
    device = found[0]["ours"]["device"]
    speed = median(each["ours"]["tokens_per_second"] for each in found)
    goal = {} if device.startswith("CPU") else {"goal": BUSY}
    share = loops.utilisation(speed, folder, loops.Load(folder).length)
    return [{"name": f"fine-tuning, MFU ({device})", "ours": share, "unit": "of the peak", **goal}]


def save_model(folder: Path) -> None:
    """GPT-2's shape with random weights, and its tokenizer."""
    from transformers import GPT2Config, GPT2LMHeadModel

    from lablib import models

    GPT2LMHeadModel(GPT2Config()).save_pretrained(folder)
    models.load_tokenizer("gpt2").save_pretrained(folder)


def child(who: str, folder: str) -> dict[str, Any]:
    """Measure one loop in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.bench_finetuning", who, folder],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TOKENIZERS_PARALLELISM": "false"},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def measure(who: str, folder: str) -> dict[str, Any]:
    """What `loops.measure` finds, and the device's name."""
    import torch

    found = loops.measure(loops.loops(loops.precision_here())[who], loops.Load(folder))
    if torch.cuda.is_available():
        return {**found, "device": torch.cuda.get_device_name()}
    return {**found, "device": f"CPU, {torch.get_num_threads()} threads"}


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(*sys.argv[1:])))
    else:
        for row in rows():
            print(row)
