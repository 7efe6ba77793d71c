"""Tokens per second and peak memory of fine-tuning a model of GPT-2's 124M shape, batch 8 × 128,
beside `transformers.Trainer` with its defaults and a plain loop in the manner of nanoGPT.

    python -m tests.benchmarks.bench_finetuning

Random weights, whose values change neither. Each measurement is a process of its own, so that its
memory is its own; the rounds take turns, and a row's ratio is the median of the rounds' ratios. The
first steps, in which the optimizer gets its memory, are not timed.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from tests.conftest import ROOT

BATCH, LENGTH = 8, 128
PARAMETERS = 124_439_808
WARM, STEPS = 2, 6
ROUNDS = 2
FASTER, SMALLER, BUSY = 2.0, 0.7, 0.5


def rows(rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """One row per figure: name, ours and peer, their ratio, and the goal for it."""
    with TemporaryDirectory() as folder:
        save_model(Path(folder))
        found = [{who: child(who, folder) for who in LOOPS} for _ in range(rounds)]
    device = found[0]["ours"]["device"]
    result = [
        _row(f"fine-tuning / Trainer defaults ({device})", found, "trainer", "speed", FASTER),
        _row(f"fine-tuning / plain bf16 loop ({device})", found, "plain", "speed", 1.0),
        _row(f"peak memory / Trainer defaults ({device})", found, "trainer", "memory", SMALLER),
    ]
    return result + _mfu(found)


def _row(
    name: str, found: list[dict[str, Any]], peer: str, what: str, goal: float
) -> dict[str, Any]:
    pairs = [(each["ours"][what], each[peer][what]) for each in found]
    return {
        "name": name,
        "ours": median(ours for ours, _ in pairs),
        "peer": median(theirs for _, theirs in pairs),
        "unit": {"speed": "tokens/s", "memory": "MB"}[what],
        "ratio": median(ours / theirs for ours, theirs in pairs),
        "goal": goal,
        "less_is_better": what == "memory",
    }


def _mfu(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The share of the device's arithmetic that is used: of what the maker says, or on a CPU of
    what a large matrix product reaches.
    """
    import torch

    from lablib.finetuning import Config
    from lablib.training.devices import pick_precision
    from lablib.training.flops import flops_per_token, mfu, peak_flops

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    peak = peak_flops(device, pick_precision(Config(), device))
    flops = flops_per_token(PARAMETERS, layers=12, heads=12, head_size=64, length=LENGTH)
    share = mfu(median(each["ours"]["speed"] for each in found), flops, peak)
    goal = {"goal": BUSY} if device.type == "cuda" else {}
    name = f"fine-tuning, MFU ({found[0]['ours']['device']})"
    return [{"name": name, "ours": share, "unit": "of the peak", **goal}]


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


def ours(folder: str) -> Iterator[None]:
    """This project's loop with its defaults."""
    from lablib import data
    from lablib.finetuning import Config, fit, setup

    text = data.text("lighthouse") * 4
    config = Config(folder, text, steps=WARM + STEPS, batch=BATCH, length=LENGTH, heldout=0.0)
    for record in fit(setup(config)):
        if record.step:
            yield


def trainer(folder: str) -> Iterator[None]:
    """`transformers.Trainer` with its defaults."""
    from transformers import GPT2LMHeadModel, Trainer, TrainerCallback, TrainingArguments

    ticks: list[float] = []

    class Clock(TrainerCallback):
        def on_step_end(self, *_: Any, **__: Any) -> None:
            _wait()
            ticks.append(time.perf_counter())

    arguments = TrainingArguments(
        output_dir=folder + "/out",
        per_device_train_batch_size=BATCH,
        max_steps=WARM + STEPS,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )
    model = GPT2LMHeadModel.from_pretrained(folder)
    rows = [{"input_ids": row, "labels": row} for row in random_rows()]
    Trainer(model, arguments, train_dataset=rows, callbacks=[Clock()]).train()
    yield from ticks  # type: ignore[misc]


def plain(folder: str) -> Iterator[None]:
    """A loop as nanoGPT has it: bf16 autocast, fused AdamW, the model's own loss."""
    import torch
    from transformers import GPT2LMHeadModel

    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = GPT2LMHeadModel.from_pretrained(folder).to(device).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-5, fused=True)
    ids = torch.tensor(random_rows()).view(-1, BATCH, LENGTH).to(device)
    for batch in ids:
        with torch.autocast(device, torch.bfloat16):
            loss = model(input_ids=batch, labels=batch).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        yield


LOOPS: dict[str, Callable[[str], Iterator[Any]]] = {
    "ours": ours,
    "trainer": trainer,
    "plain": plain,
}


def random_rows() -> list[list[int]]:
    """Rows of ids for all steps."""
    import torch

    size = ((WARM + STEPS) * BATCH, LENGTH)
    return torch.randint(50257, size, generator=torch.Generator().manual_seed(0)).tolist()


def measure(who: str, folder: str) -> dict[str, Any]:
    """Tokens per second by the median step, and the most memory this process ever had, in MB."""
    ticks = []
    for said in LOOPS[who](folder):
        _wait()
        ticks.append(said or time.perf_counter())
    steps = [b - a for a, b in zip(ticks[WARM - 1 :], ticks[WARM:], strict=False)]
    return {"speed": BATCH * LENGTH / median(steps), **_memory()}


def _wait() -> None:
    import torch

    if torch.cuda.is_available():
        torch.cuda.synchronize()


def _memory() -> dict[str, Any]:
    """The most memory of this process, or of the GPU, in MB, and the device's name."""
    import torch

    from lablib.finetuning.compute.measuring import peak_memory

    if torch.cuda.is_available():
        kind, name = "cuda", torch.cuda.get_device_name()
    else:
        kind, name = "cpu", f"CPU, {torch.get_num_threads()} threads"
    return {"memory": peak_memory(kind) / 1e6, "device": name}


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(*sys.argv[1:])))
    else:
        for row in rows():
            print(row)
