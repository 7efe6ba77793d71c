"""Each process holds a share of the model (FSDP2, gloo on the CPU), and learns what one does."""

import errno
import os
import shutil
import subprocess
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from lablib.training import checkpoints, folders, sharding
from lablib.training.config import Config, write_config
from lablib.training.engine import Objective, fit, setup
from lablib.training.records import best_record
from lablib.training.run import Run
from tests.conftest import ROOT

TEXT = "The lamp is lit at dusk.\n\nAnd put out at dawn. The keeper sleeps by day.\n\n" * 30
STEPS = 4
pytestmark = pytest.mark.timeout(1800)  # of which a quiet core takes half a minute


def launch(python, folder, processes):
    command = [
        python, "-m", "accelerate.commands.launch",
        "--config_file", str(ROOT / "clusters" / "sharded.yaml"),
        "--num_processes", str(processes), "--main_process_port", "0",
        "-m", "lablib.finetuning", str(folder / "config.toml"), "--folder", str(folder),
    ]  # fmt: skip
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "PYTHON_EXEC": python,
    }  # fmt: skip
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def config(gpt2):
    """Rows of many lengths, an odd batch in parts, and one held-out row more than two can share."""
    return Config(
        gpt2, TEXT, steps=STEPS, batch=5, micro_batch=1, length=32, learning_rate=1e-3,
        heldout=0.1, packed=False, precision="fp32", device="cpu", evaluate_every=2,
        sample_every=2, sample_tokens=4, save_every=2, checkpointing=True, patience=9,
        max_grad_norm=0.5,
    )  # fmt: skip


@pytest.fixture(scope="module")
def one(config):
    """The same run in one process: its records and its weights."""
    state = setup(replace(config, checkpointing=False))
    assert state.task.heldout_rows % 2
    records = list(fit(state))
    return records, {name: weight.detach() for name, weight in state.model.named_parameters()}


@pytest.fixture(scope="module")
def sharded_run(config, tmp_path_factory, warm_python):
    """The folder of a run by two processes."""
    folder = tmp_path_factory.mktemp("two")
    write_config(config, folder / "config.toml")
    launch(warm_python, folder, 2)
    return folder


def told(record):
    numbers = (record.loss, record.grad_norm, record.heldout_loss, record.tokens)
    return [record.step, *(number or 0.0 for number in numbers)]


def same(records, others):
    """The same but for rounding, and all samples to the letter."""
    assert [record.sample for record in records] == [record.sample for record in others]
    for found, expected in zip(records, others, strict=True):
        assert told(found) == pytest.approx(told(expected), rel=1e-4)


def close(folder, weights):
    made = load_file(folder / "model" / "model.safetensors")
    assert len(made) > 10
    for name, weight in made.items():
        # Of a gradient near zero Adam makes a part of a whole step (1e-3), rounding or not.
        torch.testing.assert_close(weight, weights[name], rtol=0, atol=3e-4)


def test_shares_learn_what_the_whole_learns(sharded_run, one):
    records, weights = one
    same(folders.History(sharded_run).read(), records)
    close(sharded_run, weights)
    run, best = Run.open(sharded_run), best_record(records)
    assert run.state == "done" and best.step == STEPS
    assert run.evaluate().loss == pytest.approx(best.heldout_loss, rel=1e-4)


def test_every_process_writes_its_own_shares_without_a_pickle(sharded_run):
    newest = checkpoints.latest(sharded_run / "checkpoints")
    assert newest.step == STEPS and not newest.damaged
    files = sorted(path for path in newest.folder.rglob("*") if path.is_file())
    assert {path.suffix for path in files} == {".json", ".safetensors"}
    shares = [path for path in files if path.suffix == ".safetensors"]
    numbers = [sum(tensor.numel() for tensor in load_file(share).values()) for share in shares]
    assert len(shares) == 2 and numbers[0] == pytest.approx(numbers[1], rel=0.05)
    whole = newest.read()
    learned = load_file(sharded_run / "model" / "model.safetensors")
    assert all(torch.equal(whole["model"][name], weight) for name, weight in learned.items())
    assert whole["counters"]["tokens"] == folders.History(sharded_run).read()[-1].tokens


@pytest.fixture
def broken_off(sharded_run, tmp_path):
    """The run of two, as one that was killed while it wrote its last checkpoint."""
    folder = tmp_path / "broken"
    shutil.copytree(sharded_run, folder)
    shutil.rmtree(folder / "model")
    newest = folder / "checkpoints" / f"step-{STEPS:06d}"
    torn = newest.with_name(f".new-{newest.name}")
    newest.rename(torn)
    (torn / checkpoints.MANIFEST).unlink()
    next(torn.glob("shares/*")).write_bytes(b"half of it")
    folders.write_status(folder, state="running")
    return folder


def test_four_processes_go_on_where_two_were_killed(broken_off, one, warm_python):
    """Of the checkpoint that was being written nothing is taken."""
    records, weights = one
    assert checkpoints.latest(broken_off / "checkpoints").step == 2
    said = launch(warm_python, broken_off, 4)
    assert "step 3 " in said and "step 2 " not in said
    same(folders.History(broken_off).read(), records)
    close(broken_off, weights)
    shares = broken_off / "checkpoints" / f"step-{STEPS:06d}" / "shares"
    assert len(list(shares.iterdir())) == 4


def test_one_process_goes_on_where_two_were_killed(broken_off, one):
    """It holds all of the model then, and writes its checkpoints as one does."""
    records, weights = one
    state = setup(folders.settings(broken_off), broken_off)
    assert state.step == 2 and state.mesh is None
    list(fit(state))
    same(folders.History(broken_off).read(), records)
    close(broken_off, weights)


def test_a_share_that_was_damaged_later_is_not_opened(broken_off):
    share = next((broken_off / "checkpoints" / "step-000002" / "shares").iterdir())
    share.write_bytes(share.read_bytes()[:-1] + b"\x00\x01")
    with pytest.raises(checkpoints.CheckpointError, match=r"shares/.* is not what was written"):
        checkpoints.latest(broken_off / "checkpoints")


@pytest.mark.parametrize(
    ("changes", "words"), [({"compile": True}, "compiled"), ({"precision": "fp16"}, "fp16")]
)
def test_what_cannot_be_sharded_is_refused_before_anything_is_opened(monkeypatch, changes, words):
    monkeypatch.setenv("ACCELERATE_USE_FSDP", "true")
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(ValueError, match=words):
        setup(Config("no such model", **changes))


def test_the_older_fsdp_is_refused(monkeypatch):
    monkeypatch.setenv("FSDP_VERSION", "1")
    with pytest.raises(ValueError, match="fsdp_version: 2"):
        sharding.check(Config())


def test_the_blocks_of_both_sides_are_gathered_one_by_one(t5):
    from transformers import T5ForConditionalGeneration

    model = T5ForConditionalGeneration.from_pretrained(t5)
    blocks = list(sharding._outermost_blocks(nn.ModuleDict({"model": model})))
    assert blocks == [*model.encoder.block, *model.decoder.block]


@pytest.mark.parametrize("is_sharded", [True, False])
def test_of_a_sharded_model_no_copy_in_16_bits_is_kept(is_sharded):
    objective = Objective(nn.Linear(1, 1), None, torch.device("cpu"), "bf16", is_sharded)
    kept = objective({}, lambda model, batch: torch.is_autocast_cache_enabled())
    assert kept is not is_sharded


def test_a_process_that_could_not_write_is_named(tmp_path):
    (tmp_path / "step-000002").mkdir()
    full = {1: (OSError(errno.ENOSPC, "No space left on device"), None)}
    said = checkpoints._unwritten(tmp_path, 4, full)
    assert "step 4 could not be written by process 1 (its disk is full)" in said
    assert "the one of step 2 is whole" in said
    said = checkpoints._unwritten(tmp_path, 2, {0: (RuntimeError("It broke."), None)})
    assert "process 0 (RuntimeError: It broke.); there is none before it" in said
