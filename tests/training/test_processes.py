"""Several processes learn what one learns: `accelerate launch` with gloo on the CPU."""

import json
import os
import subprocess

import pytest

from lablib.training.config import Config, write_config
from lablib.training.engine import fit, setup
from lablib.training.records import best_record
from lablib.training.run import Run
from tests.conftest import ROOT

TEXT = "The lamp is lit at dusk.\n\nAnd put out at dawn. The keeper sleeps by day.\n\n" * 30


def launch(python, folder, processes):
    command = [
        python, "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes",
        str(processes), "--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no",
        "--num_cpu_threads_per_process", "1", "--main_process_port", "0",
        "-m", "lablib.finetuning", str(folder / "config.toml"), "--folder", str(folder),
    ]  # fmt: skip
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHON_EXEC": python},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_two_processes_are_one(gpt2, tmp_path, warm_python):
    # Rows of many lengths, so that the two have different numbers of targets, and an odd batch.
    config = Config(
        gpt2, TEXT, steps=50, batch=5, micro_batch=2, length=32, learning_rate=1e-3,
        packed=False, precision="fp32", device="cpu", evaluate_every=25,
    )  # fmt: skip
    write_config(config, tmp_path / "config.toml")
    said = launch(warm_python, tmp_path, 2)
    lines = [json.loads(line) for line in (tmp_path / "history.jsonl").read_text().splitlines()]
    one = list(fit(setup(config)))
    assert [line["step"] for line in lines] == list(range(51))
    assert [line["loss"] for line in lines[1:]] == pytest.approx(
        [record.loss for record in one[1:]], rel=1e-5
    )
    assert [line["heldout_loss"] for line in lines[::25]] == pytest.approx(
        [record.heldout_loss for record in one[::25]], rel=1e-5
    )
    assert said.count("step 50 ") == 1


def test_two_processes_lose_patience_together(gpt2, tmp_path, warm_python):
    config = Config(
        gpt2, TEXT, steps=200, batch=4, length=32, learning_rate=0.1, schedule="constant",
        method="lora", packed=False, precision="fp32", device="cpu", evaluate_every=1, patience=3,
    )  # fmt: skip
    write_config(config, tmp_path / "config.toml")
    said = launch(warm_python, tmp_path, 2)
    run = Run.open(tmp_path)
    best = best_record(run.history)
    assert run.state == "done" and run.history[-1].step == best.step + 3 < 40
    assert said.count(f"of step {best.step}, whose model") == 1
    assert run.evaluate().loss == pytest.approx(best.heldout_loss, rel=1e-4)
    assert (tmp_path / "adapter" / "adapter_model.safetensors").is_file()
