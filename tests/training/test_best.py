"""Patience: the run ends when nothing is gained any more, and the best step's model is kept."""

from dataclasses import replace
from math import inf, nan

import pytest
import torch
from safetensors.torch import load_file

from lablib import transfer as tr
from lablib.training import engine
from lablib.training.config import PRESETS, Config, check
from lablib.training.engine import fit, setup, validate
from lablib.training.records import best_record
from lablib.training.run import Run, describe, train
from lablib.transfer.compute.data import read_labelled

TEXT = "The lamp is lit at dusk, and put out at dawn. The keeper sleeps by day.\n" * 12
LOSSES = [5.0, 4.0, 4.5, 3.0, 3.0, 3.5, nan, 2.0, 1.0]
"""Of the held-out part, by step: step 3 is the best, and after three more in vain it ends."""


@pytest.fixture
def config(gpt2):
    return Config(
        gpt2, TEXT, steps=8, batch=2, length=16, evaluate_every=1, save_every=2, patience=3,
        schedule="constant", precision="fp32", device="cpu", dropout=0.1,
    )  # fmt: skip


@pytest.fixture
def foretold(monkeypatch):
    """What is measured at each step is told beforehand."""
    original = engine.validate

    def measured(state):
        loss = LOSSES[state.step]
        return replace(original(state), loss=loss, measures={"loss": loss})

    monkeypatch.setattr(engine, "validate", measured)


def weights(model):
    return {name: weight.detach().clone() for name, weight in model.named_parameters()}


def equal(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("method", ["full", "lora"])
def test_it_ends_early_with_the_model_of_its_best_step(config, foretold, method):
    own = replace(config, method=method)
    state = setup(own)
    records = list(fit(state))
    assert [record.step for record in records] == list(range(7)) and state.is_done
    assert [bool(record.note) for record in records] == [False] * 6 + [True]
    assert "last 3 measurements" in records[-1].note and "of step 3," in records[-1].note
    plain = setup(replace(own, steps=3, patience=0))
    assert len(list(fit(plain))) == 4
    assert equal(weights(state.model), weights(plain.model))


def test_without_patience_the_last_step_is_the_result(config, foretold):
    own = replace(config, patience=0)
    state = setup(own)
    assert len(list(fit(state))) == 9 and not state.best.weights
    shorter = setup(replace(own, steps=3))
    list(fit(shorter))
    assert not equal(weights(state.model), weights(shorter.model))


def test_the_best_may_be_the_last(config, foretold):
    state = setup(replace(config, steps=8, patience=5))
    records = list(fit(state))
    assert records[-1].step == 8 and state.best.step == 8 and not records[-1].note
    assert equal(state.best.weights, weights(state.model))


@pytest.mark.parametrize("broken_after", [4, 5, 6])
def test_a_run_that_goes_on_waits_no_longer_than_an_unbroken_one(
    config, foretold, tmp_path, broken_after
):
    """Broken before the last checkpoint, after it, and between its last step and its result."""
    whole, records = tmp_path / "whole", []
    train(config, whole, records.append)
    for record in fit(setup(config, tmp_path / "broken")):
        if record.step == broken_after:
            break
    train(config, tmp_path / "broken")
    one, other = Run.open(whole), Run.open(tmp_path / "broken")
    assert one.state == other.state == "done"
    assert [r.loss for r in one.history] == [r.loss for r in other.history]
    assert equal(*(load_file(run.result / "model.safetensors") for run in (one, other)))
    assert describe(other).result == 3 and describe(other).after == 3.0


def test_a_done_run_whose_result_was_not_written_makes_no_further_step(
    config, foretold, tmp_path, monkeypatch
):
    monkeypatch.setattr(engine, "take_best", lambda state: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        train(config, tmp_path)
    monkeypatch.undo()
    train(config, tmp_path)
    run = Run.open(tmp_path)
    assert run.state == "done" and run.history[-1].step == 6


def test_what_is_measured_of_the_result_is_the_best_loss(config, tmp_path):
    own = replace(config, learning_rate=0.05, steps=12, patience=2)
    train(own, tmp_path)
    run = Run.open(tmp_path)
    best = best_record(run.history)
    assert best.step < run.history[-1].step
    measured = run.evaluate()
    assert measured.step == best.step
    assert measured.loss == pytest.approx(best.heldout_loss, rel=1e-4)


def test_a_run_that_is_stopped_keeps_its_best_and_goes_on_from_its_last(config, foretold, tmp_path):
    own = replace(config, steps=8, patience=5)
    state = setup(own, tmp_path / "run")
    for record in fit(state):
        if record.step == 5:
            (tmp_path / "run" / "control").write_text("stop")
    assert not state.is_done and state.step == 5
    assert equal(weights(state.model), state.best.weights) and state.best.step == 3
    (tmp_path / "run" / "control").write_text("run")
    whole, again = setup(own), setup(own, tmp_path / "run")
    losses = [record.loss for record in fit(whole)]
    assert again.step == 5 and [record.loss for record in fit(again)] == losses[6:]


def test_a_classifier_is_that_of_its_best_step(monkeypatch):
    labelled = read_labelled("sentiment")
    few = replace(labelled, train=labelled.train.take(range(20)))
    own = tr.recipe(
        model="pocket-bert", steps=6, batch=4, length=16, patience=1, evaluate_every=1,
        learning_rate=0.05, warmup=0,
    )  # fmt: skip
    *early, last = tr.fine_tune(few, own)
    assert last.classifier is not None and all(each.classifier is None for each in early)
    assert last.step < 6 and last.val_loss > min(each.val_loss for each in early)


def test_patience_needs_something_to_measure(config):
    with pytest.raises(ValueError, match="patience counts measurements"):
        check(replace(config, evaluate_every=0))
    with pytest.raises(ValueError, match="patience needs a held-out part"):
        setup(replace(config, heldout=0.0))
    with pytest.raises(ValueError, match="patience is -1"):
        check(replace(config, patience=-1))
    assert PRESETS["source"].patience == 0
    state = setup(replace(config, patience=0))
    assert state.best.loss == inf and validate(state).loss > 0
