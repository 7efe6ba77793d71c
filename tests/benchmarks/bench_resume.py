"""How sure and how smooth a run is: killed twenty times and resumed, and the notebook beside it.

    python -m tests.benchmarks.bench_resume [TRIALS]

A tiny GPT-2 with dropout is trained once without a break and then, in each trial, killed at a
random moment (signal 9) and resumed; all losses and weights must be the same bits. Half of the
trials run on one process, half on two. Then the time from a widget's message to its answer is
taken while a run goes on, beside the same in a kernel that does nothing else.
"""

import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from lablib.training import folders
from lablib.training.config import Config, write_config
from lablib.training.run import Run

TRIALS = 20
STEPS = 60
CALLBACKS = 200
GOAL_MILLISECONDS = 100
WORK = """
import sys
from lablib.training.run import Run
run = Run.open(sys.argv[1], int(sys.argv[2]))
run.start()
run.wait()
"""


def rows(trials: int = TRIALS) -> list[dict[str, Any]]:
    """One row per figure: name, ours and peer, their ratio, and the goal for it."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        config = Config(
            model=tiny_folder(folder / "tiny"), text="The cat sat on the old mat. " * 80,
            steps=STEPS, length=16, batch=4, save_every=5, evaluate_every=20, device="cpu",
        )  # fmt: skip
        found = [resume_row(config, folder, processes, trials // 2) for processes in (1, 2)]
        return [*found, latency_row(folder)]


def tiny_folder(folder: Path) -> str:
    """A tiny GPT-2 with dropout and random weights, saved."""
    from transformers import GPT2Config, GPT2LMHeadModel

    from tests.sampling.conftest import byte_tokenizer

    torch.manual_seed(0)
    tokenizer = byte_tokenizer()
    settings = GPT2Config(vocab_size=len(tokenizer), n_positions=64, n_embd=32, n_layer=2, n_head=2)
    GPT2LMHeadModel(settings).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


def resume_row(config: Config, folder: Path, processes: int, trials: int) -> dict[str, Any]:
    """Of so many trials, how many came out the same to the last bit."""
    whole = Run(config, folder / f"whole-{processes}", processes)
    whole.start()
    assert whole.wait(300) and whole.state == "done", whole.message
    same = sum(
        equal(killed_run(config, folder / f"{processes}-{trial}", processes, trial), whole)
        for trial in range(trials)
    )
    return {
        "name": f"killed and resumed to the same bits, {processes} process(es)",
        "unit": f"of {trials}",
        "ours": float(same),
        "goal": trials,
    }


def killed_run(config: Config, folder: Path, processes: int, trial: int) -> Run:
    """A run that was killed at a random moment after its first step, and resumed to its end."""
    folders.write_status(folder)
    write_config(config, folder / "config.toml")
    command = [sys.executable, "-c", WORK, str(folder), str(processes)]
    with subprocess.Popen(command) as process:
        history = folders.History(folder)
        while len(history.read()) < 2:
            assert process.poll() is None, f"it ended before it was killed: see {folder}"
            time.sleep(0.01)
        time.sleep(random.Random(trial).uniform(0.0, 0.5))
        kill_all(folder, process.pid)
    run = Run.open(folder, processes)
    if run.state != "done":
        run.start()
        assert run.wait(300), run.message
    return run


def kill_all(folder: Path, pid: int) -> None:
    """Kill a process and all others that train in a folder, and wait until they are gone."""
    import psutil

    os.kill(pid, signal.SIGKILL)
    training = [
        process
        for process in psutil.process_iter(["cmdline"])
        if str(folder / "config.toml") in (process.info["cmdline"] or [])
    ]
    for process in training:
        process.kill()
    psutil.wait_procs(training, timeout=10)


def equal(run: Run, other: Run) -> bool:
    """Whether two runs have the same losses and weights, bit for bit."""
    losses = [
        [(r.step, r.loss, r.grad_norm, r.heldout_loss) for r in each.history]
        for each in (run, other)
    ]
    one, two = (load_file(each.result / "model.safetensors") for each in (run, other))
    return losses[0] == losses[1] and all(torch.equal(one[name], two[name]) for name in one)


def latency_row(folder: Path) -> dict[str, Any]:
    """Milliseconds until a thread that was woken has answered, at the 95th percentile."""
    alone = callback_milliseconds()
    run = Run(Config(steps=10**6, evaluate_every=0, heldout=0.0), folder / "busy")
    run.start()
    while len(run.history) < 2:
        time.sleep(0.05)
    beside = callback_milliseconds()
    run.stop()
    run.wait(60)
    return {
        "name": "a widget's message is answered while a run goes on / with nothing else, p95",
        "unit": "ms",
        "ours": beside,
        "peer": alone,
        "goal": GOAL_MILLISECONDS,
        "less_is_better": True,
    }


def callback_milliseconds() -> float:
    """How long a slider's callback takes to be called on another thread and to answer."""
    import ipywidgets

    slider, label, times = ipywidgets.IntSlider(max=10**6), ipywidgets.Label(), []
    slider.observe(lambda change: setattr(label, "value", f"heard {change.new}"), "value")
    asked, answered = threading.Event(), threading.Event()

    def serve() -> None:
        for number in range(1, CALLBACKS + 1):
            asked.wait()
            asked.clear()
            slider.set_state({"value": number})
            answered.set()

    server = threading.Thread(target=serve)
    server.start()
    for _ in range(CALLBACKS):
        time.sleep(0.02)
        start = time.perf_counter()
        asked.set()
        answered.wait()
        answered.clear()
        times.append(1000 * (time.perf_counter() - start))
    server.join()
    return statistics.quantiles(times, n=20)[-1]


if __name__ == "__main__":
    for row in rows(*map(int, sys.argv[1:])):
        print(row)
