"""Runs: steered through their folder, killed and taken up again, bit for bit."""

import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import load_file

from lablib import models
from lablib.training import engine, folders, launching
from lablib.training.config import Config, write_config
from lablib.training.run import Run, describe, first_checkpoint, new_folder, runs, unfinished
from tests.noise import noise
from tests.training.conftest import launched
from tests.training.other_process import start_at_once, train
from tests.training.tiny_folder import save_tiny
from tests.warm import PROCESSES

TEXT = "The old man sat on the mat and the cat sat on the old man. " * 40
LONG = 100_000


@pytest.fixture(scope="session")
def dropping(tiny, tmp_path_factory):
    """The folder of a tiny GPT-2 with dropout."""
    return save_tiny(
        tiny, tmp_path_factory.mktemp("gpt2"), resid_pdrop=0.1, embd_pdrop=0.1, attn_pdrop=0.1
    )


@pytest.fixture
def config(dropping):
    return Config(
        model=str(dropping), text=TEXT, steps=6, length=16, batch=4, evaluate_every=2, device="cpu"
    )


def until(condition, seconds=300):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def learned(run):
    """What two equal runs have in common: everything but times and memory."""
    return [(r.step, r.loss, r.grad_norm, r.heldout_loss, r.sample) for r in run.history]


def weights(run):
    return load_file(run.result / "model.safetensors")


def same(one, other):
    assert learned(one) == learned(other)
    theirs = weights(other)
    assert all(torch.equal(value, theirs[name]) for name, value in weights(one).items())


# One run, in a thread


def test_from_new_to_done(config, tmp_path):
    run = Run(config, tmp_path / "run")
    assert run.state == "new" and run.history == [] and run.message == ""
    with pytest.raises(ValueError, match="is new, so it has no model yet"):
        run.load()
    run.start()
    assert run.wait(300) and run.state == "done" and run.total == 6
    assert [record.step for record in run.history] == list(range(7))
    loaded = run.load()
    assert loaded.model.dtype == torch.float32 and loaded.card.source == "folder"
    measured = run.evaluate()
    assert measured.loss == pytest.approx(run.history[-1].heldout_loss, rel=1e-5)
    assert measured.step == run.history[-1].step
    with pytest.raises(ValueError, match="This run is done"):
        run.start()
    again = Run.open(run.folder)
    assert again.state == "done" and again.config == config and learned(again) == learned(run)


def test_pause_resume_stop_and_go_on(config, tmp_path):
    run = Run(replace(config, steps=LONG), tmp_path / "run")
    with pytest.raises(ValueError, match="This run is new, so it cannot pause"):
        run.pause()
    run.start()
    until(lambda: len(run.history) > 3)
    run.pause()
    until(lambda: run.state == "paused")
    time.sleep(0.3)
    seen = len(run.history)
    time.sleep(0.3)
    assert len(run.history) == seen and not run.wait(0.01)
    with pytest.raises(ValueError, match=r"runs in .* already"):
        Run.open(run.folder).start()
    run.resume()
    until(lambda: len(run.history) > seen)
    run.stop()
    assert run.wait(300) and run.state == "stopped" and run.result.is_dir()
    steps = run.history[-1].step
    run.resume()
    until(lambda: run.history[-1].step > steps + 2)
    assert [record.step for record in run.history] == list(range(len(run.history)))
    run.stop()
    assert run.wait(300)


def test_a_failing_run_says_why(config, tmp_path):
    run = Run(replace(config, learning_rate=1e30, max_grad_norm=0.0), tmp_path / "run")
    run.start()
    assert run.wait(300) and run.state == "failed"
    assert "stopped at step" in run.message and "Traceback" in run.details
    with pytest.raises(ValueError, match="is failed, so it has no model yet"):
        assert run.result


def test_wrong_settings_are_refused_before_anything_runs(config, tmp_path):
    with pytest.raises(ValueError, match="learning_rate"):
        Run(replace(config, learning_rate=0.0), tmp_path / "run")
    with pytest.raises(ValueError, match="at least one process"):
        Run(config, tmp_path / "run", processes=0)
    with pytest.raises(ValueError, match="There is no run in"):
        Run.open(tmp_path)
    Run(config, tmp_path / "run").start()
    with pytest.raises(ValueError, match="other settings"):
        Run(replace(config, seed=1), tmp_path / "run")
    assert Run.open(tmp_path / "run").wait(300)


@pytest.mark.parametrize("starts", [2, 9])
def test_of_many_that_start_at_once_in_threads_one_goes_on(config, tmp_path, starts):
    folder, refused, started = tmp_path / "run", [], []
    runs_of_folder = [Run(replace(config, steps=LONG), folder) for _ in range(starts)]
    at_once = threading.Barrier(starts)

    def start(run):
        at_once.wait()
        try:
            run.start()
            started.append(run)
        except Exception as error:
            refused.append(error)

    threads = [threading.Thread(target=start, args=[run]) for run in runs_of_folder]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(started) == 1 and len(refused) == starts - 1
    assert all(type(error) is ValueError and "runs in" in str(error) for error in refused)
    Run.open(folder).stop()
    assert Run.open(folder).wait(300) and Run.open(folder).state == "stopped"
    assert not [file.name for file in folder.iterdir() if file.name.startswith(".")]


def kill(process):
    """Kill a process, whatever it does."""
    process.kill()
    process.join()


@pytest.fixture
def begin_process():
    """Begins a function in a process that can be killed, and is at the test's end."""
    begun = []

    def begin(work, *arguments):
        process = PROCESSES.Process(target=work, args=arguments)
        process.start()
        begun.append(process)
        return process

    yield begin
    for process in begun:
        kill(process)


def test_of_many_that_start_at_once_in_processes_one_goes_on(config, tmp_path, begin_process):
    folder = tmp_path / "run"
    folder.mkdir()
    write_config(replace(config, steps=LONG), folder / "config.toml")
    barrier, said = PROCESSES.Barrier(3), PROCESSES.SimpleQueue()
    for _ in range(3):
        begin_process(start_at_once, folder, barrier, said)
    heard = sorted(said.get() for _ in range(3))
    assert heard[2] == "started"
    assert all(each.startswith("ValueError A training runs in") for each in heard[:2])


@pytest.mark.process
def test_what_was_launched_holds_its_folder_before_it_has_it(config, tmp_path, monkeypatch):
    """Several processes need seconds to begin; until then a second start is refused by their id."""
    command = [sys.executable, "-c", "input()", str(tmp_path / "config.toml")]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        monkeypatch.setattr(launching, "launch", lambda folder, processes: process)
        Run(config, tmp_path, processes=2).start()
        with pytest.raises(ValueError, match="A training runs in"):
            Run(config, tmp_path).start()
        process.kill()
    assert not launching.is_at_work(process.pid, tmp_path)


def test_a_run_that_ended_meanwhile_is_not_begun_again(config, tmp_path):
    first, second = Run(config, tmp_path), Run(replace(config, seed=1), tmp_path)
    first.start()
    assert first.wait(300)
    with pytest.raises(ValueError, match="This run is done"):
        second.start()
    folders.write_status(tmp_path, state="stopped")
    with pytest.raises(ValueError, match="other settings"):
        second.start()


def test_where_nothing_may_be_written_a_run_goes_to_ones_own_files(config, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs").write_text("no folder can be made here")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    with pytest.warns(UserWarning, match="Nothing can be written in 'runs': this run is in"):
        run = Run(config)
    assert run.folder.parent == tmp_path / "home/language-model-labs/runs"
    run.start()
    assert run.wait(300) and run.state == "done"
    assert [info.folder for info in runs()] == [run.folder]
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    assert new_folder(config).parent.parent.parent == tmp_path / "temporary"


def test_a_run_goes_where_its_first_checkpoint_fits(config, tmp_path, monkeypatch):
    """Half of that is free where it is wanted, and twice as much at home."""
    size = first_checkpoint(config)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(
        shutil, "disk_usage",
        lambda folder: SimpleNamespace(free=size * 2 if "home" in str(folder) else size // 2),
    )  # fmt: skip
    assert (
        new_folder(config, tmp_path / "runs").parent == tmp_path / "home/language-model-labs/runs"
    )
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=size // 2))
    with pytest.raises(ValueError, match=r"No space left on device.*with \d+ MB free"):
        new_folder(config, tmp_path / "runs")


@pytest.mark.parametrize("model", ["/nowhere", "owner/elsewhere", "no such model", "minilm"])
def test_what_a_first_checkpoint_takes_is_reckoned_for_any_name(config, model):
    assert first_checkpoint(replace(config, model=model)) >= 0


def test_a_run_left_where_nothing_may_be_written_is_interrupted(config, tmp_path, monkeypatch):
    folders.write_status(tmp_path, state="running")
    (tmp_path / "lock").mkdir()  # no lock can be opened, as in a read-only folder
    assert folders.phase(tmp_path) == "interrupted"


def test_a_folder_that_may_not_be_written_is_refused_with_one_that_may(config, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match=r"Nothing can be written in .*: take a folder in"):
        Run(config, tmp_path / "file" / "run").start()


def test_following_gives_the_last_record_whatever_the_rate(config, tmp_path):
    run = Run(config, tmp_path / "run")
    run.start()
    *_, last = run.follow(seconds=0.5)
    assert last[-1].step == 6 and run.state == "done"


def test_history_is_read_line_by_line_and_anew_when_it_was_cut(tmp_path):
    lines = [
        json.dumps(
            {"step": n, "loss": 1.0, "learning_rate": 1.0, "grad_norm": 1.0, "tokens": n,
             "tokens_per_second": 1.0, "memory": 1, "seconds": 1.0, "later": 1}
        ) for n in range(4)
    ]  # fmt: skip
    file, history = tmp_path / "history.jsonl", folders.History(tmp_path)
    assert history.read() == []
    file.write_text(f"{lines[0]}\n{lines[1]}\n{lines[2][:9]}")
    assert [r.step for r in history.read()] == [0, 1]
    file.write_text("\n".join(lines[:3]) + "\n")
    assert [r.step for r in history.read()] == [0, 1, 2]
    file.write_text(f"{lines[0]}\n{lines[3]}\n")
    assert [r.step for r in history.read()] == [0, 3]
    file.unlink()
    assert history.read() == []


def test_the_run_that_was_left_before_its_end(config, tmp_path):
    """One that goes on comes first, however old; one that is gone counts if it is the newest."""

    def left(name, begun, state, task="causal"):
        folder = tmp_path / name
        folders.write_status(folder, state=state)
        write_config(replace(config, task=task), folder / "config.toml")
        os.utime(folder / "config.toml", (begun, begun))
        return folder

    assert unfinished(tmp_path, "causal") is None
    gone = left("gone", 1, "running")
    assert unfinished(tmp_path, "causal", processes=2).folder == gone
    assert unfinished(tmp_path, "causal", processes=2).processes == 2
    assert unfinished(tmp_path, "masked") is None
    left("other", 2, "done", task="masked")
    assert unfinished(tmp_path, "causal").folder == gone
    left("done", 3, "done")
    assert unfinished(tmp_path, "causal") is None
    with folders.locked(gone):
        assert unfinished(tmp_path, "causal").folder == gone
        with folders.locked(left("newer", 4, "running")):
            assert unfinished(tmp_path, "causal").folder == tmp_path / "newer"
    (tmp_path / "newer" / "config.toml").write_text("no settings")
    assert unfinished(tmp_path, "causal") is None


def test_the_list_of_runs(config, tmp_path):
    for name in ("a", "b"):
        run = Run(replace(config, seed=len(name)), tmp_path / name)
        run.start()
        assert run.wait(300)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/config.toml").write_text("steps = [")
    infos = runs(tmp_path)
    assert {info.folder.name for info in infos} == {"a", "b"}
    assert all(i.state == "done" and i.step == i.total == 6 for i in infos)
    assert infos[0].before is not None and infos[0].after is not None
    first = new_folder(config, tmp_path)
    assert first.is_dir() and new_folder(config, tmp_path) != first


# Killed at any moment


@pytest.fixture
def start_process(begin_process):
    """Starts a run in a process that can be killed, and is at the test's end."""

    def start(config, folder, **environment):
        folders.write_status(folder)
        write_config(config, folder / "config.toml")
        return begin_process(train, folder, environment)

    return start


@pytest.mark.parametrize("moment", [0.15, 0.6])
def test_killed_and_resumed_it_is_the_same_run(config, tmp_path, start_process, moment):
    config = replace(config, steps=60, save_every=5, evaluate_every=20)
    whole = Run(config, tmp_path / "whole")
    whole.start()
    killed = tmp_path / "killed"
    process = start_process(config, killed)
    until(lambda: len(folders.History(killed).read()) > 60 * moment)
    kill(process)
    run = Run.open(killed)
    assert run.state == "interrupted" and "can be resumed" in run.message
    assert runs(tmp_path)[0].state in ("interrupted", "running", "done")
    assert run.history[-1].step < 60
    run.resume()
    assert run.wait(300) and whole.wait(300)
    same(run, whole)


def test_a_checkpoint_comes_after_the_record_of_its_step(config, tmp_path, monkeypatch):
    """Whenever it is killed, no record is missing from the run that goes on."""
    seen, save = [], engine.save

    def look(state):
        seen.append((state.step, folders.History(state.folder).read()[-1].step))
        save(state)

    monkeypatch.setattr(engine, "save", look)
    run = Run(replace(config, steps=6, save_every=2), tmp_path / "run")
    run.start()
    assert run.wait(300) and run.state == "done"
    assert seen == [(2, 2), (4, 4), (6, 6)]


def test_killed_and_resumed_its_patience_ends_at_the_same_step(config, tmp_path, start_process):
    """The rate is so high that what is held out is soon worse; the best comes before the kill."""
    config = replace(
        config, steps=LONG, learning_rate=0.03, schedule="constant", patience=12, save_every=3,
        evaluate_every=1,
    )  # fmt: skip
    whole = Run(config, tmp_path / "whole")
    whole.start()
    assert whole.wait(300) and whole.state == "done"
    end = whole.history[-1].step
    process = start_process(config, tmp_path / "killed")
    until(lambda: len(folders.History(tmp_path / "killed").read()) > end - 6)
    kill(process)
    run = Run.open(tmp_path / "killed")
    if run.state != "done":  # it may have been quicker
        run.resume()
        assert run.wait(300)
    same(run, whole)
    best = describe(run).result
    assert best == end - 12 and f"not below that of step {best}" in run.history[-1].note


@pytest.mark.parametrize("method", ["full", "lora"])
def test_killed_and_resumed_beside_others_it_is_the_same_run(
    config, tmp_path, start_process, method
):
    config = replace(config, method=method, steps=30, save_every=5, dropout=0.3)
    whole = Run(config, tmp_path / "whole")
    whole.start()
    assert whole.wait(300)
    process = start_process(config, tmp_path / "killed")
    until(lambda: len(folders.History(tmp_path / "killed").read()) > 8)
    kill(process)
    run = Run.open(tmp_path / "killed")
    with noise():
        run.resume()
        assert run.wait(300)
    same(run, whole)


def test_the_threads_it_began_with_are_a_part_of_the_run(config, tmp_path, start_process):
    """A sum shared out among two is rounded otherwise; so it goes on with the two it began with."""
    config = replace(config, steps=7, save_every=3, length=64, batch=8, dropout=0.1)
    folder = tmp_path / "killed"
    process = start_process(config, folder, OMP_NUM_THREADS="2")
    until(lambda: len(folders.History(folder).read()) > 4)
    kill(process)
    assert folders.read_status(folder).threads == 2
    (folder / "state.json").unlink()  # the checkpoint knows it as well
    whole = start_process(config, tmp_path / "whole", OMP_NUM_THREADS="2")
    whole.join()
    run = Run.open(folder)
    before = torch.get_num_threads()
    run.resume()
    assert run.wait(300) and torch.get_num_threads() == before
    assert folders.read_status(folder).threads == 2
    same(run, Run.open(tmp_path / "whole"))


@pytest.mark.parametrize("method", ["full", "lora"])
def test_two_runs_at_once_are_those_of_each_alone_whoever_draws(config, tmp_path, method):
    configs = [replace(config, method=method, dropout=0.3, seed=seed) for seed in (0, 1)]
    alone, together = (
        [Run(each, tmp_path / f"{name}-{each.seed}") for each in configs]
        for name in ("alone", "together")
    )
    for run in alone:
        run.start()
        assert run.wait(300)
    with noise():
        for run in together:
            run.start()
        assert all(run.wait(300) for run in together)
    for one, other in zip(together, alone, strict=True):
        same(one, other)
    assert learned(alone[0]) != learned(alone[1])


def test_dropout_drops_others_in_each_step_and_those_of_the_step_again(config):
    """What drops, step by step: drawn by torch's own dropout after its seed."""
    config = replace(config, dropout=0.5, steps=4)

    def dropped():
        state, seen = engine.setup(config), []

        def look(part, given, out):
            if part.training:
                seen.append((out == 0) & (given[0] != 0))

        state.model.transformer.drop.register_forward_hook(look)
        for _ in engine.fit(state):
            pass
        return seen

    masks = dropped()
    assert len(masks) == 4
    assert all(0.4 < mask.float().mean() < 0.6 for mask in masks)
    pairs = itertools.combinations(masks, 2)
    assert all(0.4 < (one != other).float().mean() < 0.6 for one, other in pairs)
    assert all(map(torch.equal, masks, dropped()))


@pytest.mark.process
def test_two_processes_killed_and_resumed(config, tmp_path, warm_python, monkeypatch):
    config = replace(config, steps=40, save_every=5, evaluate_every=20)
    whole, killed = (Run(config, tmp_path / name, processes=2) for name in ("whole", "killed"))
    monkeypatch.setenv("PYTHON_EXEC", warm_python)  # but for those that are killed
    whole.start()
    assert whole.state == "running"
    assert whole.wait(300) and whole.state == "done", launching.last_words(whole.folder)
    monkeypatch.delenv("PYTHON_EXEC")
    killed.start()
    monkeypatch.setenv("PYTHON_EXEC", warm_python)
    until(lambda: len(killed.history) > 12, 120)
    os.killpg(killed._process.pid, signal.SIGKILL)
    for pid in launched(killed.folder):
        os.kill(pid, signal.SIGKILL)
    until(lambda: killed.state == "interrupted")
    assert 0 < killed.history[-1].step < 40
    killed.resume()
    assert killed.wait(300) and killed.state == "done", launching.last_words(killed.folder)
    same(killed, whole)


def test_processes_that_die_leave_their_last_words(config, tmp_path):
    folder = tmp_path / "run"
    Run(config, folder)
    folders.write_status(folder, state="running")
    write_config(config, folder / "config.toml")
    (folder / "log.txt").write_text("step 1\nRuntimeError: no device\n\n")
    run = Run.open(folder, processes=2)
    assert run.state == "interrupted"
    assert run.message.endswith("The last it said: RuntimeError: no device")


def test_another_thread_may_use_the_model_meanwhile(config, tmp_path):
    shared = models.load(config.model, device="cpu")
    before = {name: value.clone() for name, value in shared.model.state_dict().items()}
    run = Run(config, tmp_path / "run")
    with torch.inference_mode():
        run.start()
        assert run.wait(300) and run.state == "done"
    assert all(torch.equal(v, before[n]) for n, v in shared.model.state_dict().items())
