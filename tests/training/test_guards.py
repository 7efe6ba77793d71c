import math
from types import SimpleNamespace

import pytest
import torch

from lablib.training import devices, guards
from lablib.training.config import Config
from lablib.training.engine import fit, setup
from lablib.training.guards import NonFinite, OutOfMemory

TEXT = "The lamp is lit at dusk. " * 60


def begin(gpt2, **changes):
    settings = {
        "text": TEXT,
        "length": 16,
        "steps": 3,
        "batch": 8,
        "micro_batch": 8,
        "heldout": 0.0,
    }
    return setup(Config(gpt2, device="cpu", **{**settings, **changes}))


def losses(state):
    return [record.loss for record in fit(state) if record.step]


def test_weights_that_are_no_numbers_are_named(gpt2):
    state = begin(gpt2)
    with torch.no_grad():
        state.model.transformer.ln_f.weight[0] = math.nan
    with pytest.raises(NonFinite, match=r"at step 1: .* came with weights .*ln_f\.weight") as stop:
        losses(state)
    assert (stop.value.step, stop.value.rows) == (1, tuple(state.rows(1)))


def test_a_learning_rate_that_is_too_high_stops_the_run_and_leaves_the_weights(gpt2):
    state = begin(gpt2, learning_rate=1e30, precision="fp32")
    with pytest.raises(NonFinite, match=r"learning rate .* too high") as stop:
        losses(state)
    assert stop.value.step == 2
    assert all(p.isfinite().all() for p in state.model.parameters())


@pytest.mark.parametrize(
    ("precision", "loss", "norm", "noted"),
    [
        ("fp32", 1.0, 3.0, 0),
        ("fp32", 1.0, math.inf, 5),
        ("fp32", 1.0, math.nan, 5),
        ("fp16", 1.0, math.inf, 0),  # the scaler leaves that step out
        ("fp16", math.inf, 3.0, 5),
    ],
)
def test_the_first_step_that_overflows_is_noted(precision, loss, norm, noted):
    state = SimpleNamespace(precision=precision, step=4, broken=torch.tensor(0))
    guards.watch(state, torch.tensor(loss), torch.tensor(norm))
    state.step = 7
    guards.watch(state, torch.tensor(loss), torch.tensor(norm))
    assert int(state.broken) == noted


def test_a_step_that_was_not_read_is_found_at_the_next_reading(gpt2):
    state = begin(gpt2, steps=9, log_every=100, evaluate_every=0)
    with pytest.raises(NonFinite) as stop:
        for record in fit(state):
            if record.step == 3:
                with torch.no_grad():
                    state.model.transformer.ln_f.weight[0] = math.inf
    assert stop.value.step == 4 and state.step == 8


def test_memory_that_runs_out_halves_the_micro_batch_and_not_the_batch(gpt2, monkeypatch):
    expected = losses(begin(gpt2, precision="fp32"))
    state = begin(gpt2, precision="fp32")
    compute = state.objective.forward

    def forward(batch):
        if len(batch["input_ids"]) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return compute(batch)

    monkeypatch.setattr(state.objective, "forward", forward)
    records = [record for record in fit(state) if record.step]
    assert state.micro_batch == 2
    assert "2 rows are computed at once" in records[0].note and records[1].note == ""
    assert [record.loss for record in records] == pytest.approx(expected, rel=1e-5)


def test_the_peak_of_a_gpu_is_that_of_this_run(gpt2, monkeypatch):
    """As torch counts, from the last time it was told to; a stand-in for a GPU's two calls."""
    peak = {"bytes": 9_000}
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", lambda _: peak.update(bytes=10))
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda _: peak["bytes"])
    gpu = torch.device("cuda", 0)
    assert devices.memory_now(gpu) == 9_000
    devices.forget_peak(gpu)
    assert devices.memory_now(gpu) == 10
    forgotten = []
    monkeypatch.setattr(devices, "forget_peak", forgotten.append)
    assert begin(gpt2).device in forgotten


def test_a_stated_limit_halves_it_too(gpt2, monkeypatch):
    state = begin(gpt2, memory_limit=2.0)
    monkeypatch.setattr(guards, "memory_now", lambda device: state.micro_batch * 500_000_000)
    losses(state)
    assert state.micro_batch == 4


def test_a_limit_that_not_even_one_row_fits_into(gpt2):
    with pytest.raises(OutOfMemory, match="one row at once"):
        losses(begin(gpt2, memory_limit=0.001))


def test_other_errors_are_not_taken_for_it():
    assert guards.is_out_of_memory(
        RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: not enough memory")
    )
    assert not guards.is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"learning_rate": 0.0}, "nothing is learned"),
        ({"text": ""}, "empty"),
        ({"text": "Too short."}, "shorter than one row"),
        ({"model": "pocket-bert"}, "is not a next-word model"),
        ({"precision": "fp16"}, "needs a GPU"),
    ],
)
def test_what_cannot_work_is_said_before_anything_runs(gpt2, changes, said):
    with pytest.raises(ValueError, match=said):
        setup(Config(**{"model": gpt2, "text": TEXT, "length": 16, "device": "cpu", **changes}))
