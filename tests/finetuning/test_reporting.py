"""Watching a run elsewhere changes nothing of it, whatever the tool does."""

import importlib.util

import pytest
import torch
from safetensors.torch import load_file

from lablib.finetuning import Config, write_config
from lablib.finetuning.__main__ import main
from lablib.finetuning.compute import reporting
from lablib.training.folders import History, phase
from lablib.training.run import train

TEXT = "The lamp is lit at dusk. " * 60


@pytest.fixture
def config(gpt2):
    return Config(
        gpt2, TEXT, steps=3, length=16, batch=4, evaluate_every=2, sample_every=2, sample_tokens=3,
        save_every=0, dropout=0.1, device="cpu",
    )  # fmt: skip


class StandIn:
    """Takes what a tool would take; breaks at a step, if it is told to."""

    def __init__(self, breaks_at=None):
        self.told, self.closed, self._breaks_at = [], False, breaks_at

    def log(self, step, values, sample):
        if step == self._breaks_at:
            raise OSError("No space left")
        self.told.append((step, values, sample))

    def close(self):
        self.closed = True


@pytest.fixture
def stand_in(monkeypatch):
    """Puts a stand-in in the place of TensorBoard, and gives it."""

    def put(**settings):
        tool = StandIn(**settings)
        monkeypatch.setattr(reporting, "_start", lambda *_: tool)
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
        return tool

    return put


def watched(config, folder, tool):
    with reporting.reporting(tool, config, folder) as report:
        train(config, folder, report)
    return History(folder).read()


def losses(records):
    return [(r.step, r.loss, r.grad_norm, r.heldout_loss, r.sample) for r in records]


def test_the_run_is_the_same_with_it_and_without(config, tmp_path, stand_in):
    train(config, tmp_path / "alone")
    tool = stand_in()
    records = watched(config, tmp_path / "watched", "tensorboard")
    assert losses(records) == losses(History(tmp_path / "alone").read())
    one, two = (load_file(tmp_path / n / "model/model.safetensors") for n in ("alone", "watched"))
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert tool.closed and [step for step, _, _ in tool.told] == [0, 1, 2, 3]
    _, values, sample = tool.told[2]
    assert values["loss"] == records[2].loss and values["gradient norm"] == records[2].grad_norm
    assert values["held-out loss"] == records[2].heldout_loss
    assert values["learning rate"] == records[2].learning_rate
    assert values["held-out accuracy"] == records[2].measures["accuracy"]
    assert sample == records[2].sample and "loss" not in tool.told[0][1]


def test_a_tool_that_breaks_does_not_end_the_run(config, tmp_path, stand_in, capsys):
    tool = stand_in(breaks_at=1)
    watched(config, tmp_path / "run", "trackio")
    assert phase(tmp_path / "run") == "done" and tool.closed
    assert [step for step, _, _ in tool.told] == [0]
    assert capsys.readouterr().out.count("takes nothing any more (No space left)") == 1


def test_the_command_line_reports(config, tmp_path, stand_in, capsys):
    tool = stand_in()
    write_config(config, tmp_path / "small.toml")
    main([str(tmp_path / "small.toml"), "--report", "trackio"])
    assert "step 3  loss" in capsys.readouterr().out and len(tool.told) == 4


def test_a_tool_that_is_not_there_is_said_before_the_run_begins(config, tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    write_config(config, tmp_path / "small.toml")
    with pytest.raises(SystemExit, match="trackio is not installed: pip install trackio"):
        main([str(tmp_path / "small.toml"), "--report", "trackio"])
    assert not (tmp_path / "small").exists()


def test_tensorboard_has_the_numbers_that_the_run_has(config, tmp_path):
    pytest.importorskip("tensorboard", reason="needs tensorboard, which labs do not")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    records = watched(config, tmp_path, "tensorboard")
    events = EventAccumulator(str(tmp_path / "tensorboard"))
    events.Reload()
    found = [(event.step, event.value) for event in events.Scalars("held-out loss")]
    expected = [(r.step, r.heldout_loss) for r in records if r.heldout_loss is not None]
    assert [step for step, _ in found] == [step for step, _ in expected]
    assert [v for _, v in found] == pytest.approx([v for _, v in expected], rel=1e-6)


def test_trackio_has_the_run(config, tmp_path, monkeypatch):
    monkeypatch.setenv("TRACKIO_DIR", str(tmp_path / "trackio"))
    pytest.importorskip("trackio", reason="needs trackio, which labs do not")
    watched(config, tmp_path / "run", "trackio")
    assert list((tmp_path / "trackio").rglob("*.db"))
