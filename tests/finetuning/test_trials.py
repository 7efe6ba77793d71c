"""Processes that search together try each settings once, and a search goes on where it stood."""

import os
import subprocess
from dataclasses import asdict

import pytest

from lablib.finetuning.__main__ import main
from lablib.finetuning.compute.search import best_trial, search_settings
from lablib.finetuning.compute.trials import Range, Study, Trial, shared_trials
from lablib.training.config import Config, write_config
from tests.conftest import ROOT
from tests.training.tiny_folder import save_tiny

SPACE = {"learning_rate": Range(1e-4, 1e-2, log=True), "batch": Range(2, 4)}
TEXT = "The lamp is lit at dusk. " * 60
TRIALS = 8


@pytest.fixture
def config(tiny, tmp_path):
    folder = save_tiny(tiny, tmp_path / "tiny")
    return Config(folder, TEXT, steps=2, length=16, batch=4, device="cpu")


@pytest.fixture
def file(tmp_path):
    return tmp_path / "some.trials"


def tried(config, how, trials, file, seed=3):
    return [one for one in search_settings(config, SPACE, how, trials, seed, file) if one.done]


def different(trials):
    """How many different settings were tried."""
    return len({tuple(trial.settings.values()) for trial in trials})


@pytest.mark.timeout(900)
@pytest.mark.parametrize("how", ["grid", "bayesian"])
def test_two_processes_share_the_trials(config, tmp_path, warm_python, how):
    write_config(config, tmp_path / "small.toml")
    command = [
        warm_python, "-m", "lablib.finetuning", "search", str(tmp_path / "small.toml"),
        "--how", how, "--trials", str(TRIALS), "--seed", "3",
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    both = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=800)[0].splitlines() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    trials = shared_trials(tmp_path / "small.trials")
    lines = [line for lines in said for line in lines if line.startswith("trial ")]
    assert sorted(int(line.split()[1]) for line in lines) == list(range(len(trials)))
    assert len(trials) == different(trials) == (4 if how == "grid" else TRIALS)
    last = max(said, key=lambda lines: f"The best of {len(trials)} " in lines[-1])[-1]
    assert f": trial {best_trial(trials).number} " in last


@pytest.mark.parametrize("how", ["grid", "random", "bayesian"])
def test_a_search_goes_on_where_it_stood(config, file, how):
    at_once = tried(config, how, 4, None)
    searching = search_settings(config, SPACE, how, 4, 3, file)
    first = [next(one for one in searching if one.done) for _ in range(2)]
    rest = tried(config, how, 4, file)
    searching.close()
    assert [asdict(one) for one in first] == [asdict(one) for one in at_once[:2]]
    assert [one.number for one in rest][-1] == 3 and different(at_once) == 4
    assert tried(config, how, 4, file) == []


def test_those_who_ask_in_turn_get_what_one_gets(file):
    """Of the seed and the number of a trial hangs what is drawn, not of who asks."""
    alone = list(Study(SPACE, "random", 4, 3))
    one, other = (iter(Study(SPACE, "random", 4, 3, file)) for _ in range(2))
    assert [next(one), next(other), next(other), next(one)] == alone
    assert different([Trial(*each) for each in alone]) == 4


def test_who_comes_too_late_for_the_last_trial_tries_none(file):
    one, other = (Study({"batch": [1, 2]}, "grid", 2, file=file) for _ in range(2))
    next(iter(one))
    trials = other._study.get_trials
    seen = trials(deepcopy=False)
    next(iter(one))
    other._study.get_trials = lambda **_: seen  # as they were a moment ago
    assert list(other) == []
    assert len(trials(deepcopy=False)) == 3 and shared_trials(file) == []


def test_the_trials_of_another_search_are_left_alone(config, file, tmp_path):
    tried(config, "random", 1, file)
    for changed in ({"seed": 4}, {"config": Config(config.model, TEXT, steps=3, device="cpu")}):
        with pytest.raises(ValueError, match="of another search: take a new file"):
            tried(**{"config": config, "how": "random", "trials": 2, "file": file} | changed)
    assert len(shared_trials(file)) == 1


@pytest.mark.parametrize(
    "text", ["Bread and milk.\n", '{"op_code":0,"worker', '{"op_code":4}\n', '{"op_code":99}\n']
)
def test_a_file_that_holds_no_trials_stays_as_it_is(file, text):
    file.write_text(text)
    for look in (lambda: shared_trials(file), lambda: Study(SPACE, "random", 1, file=file)):
        with pytest.raises(ValueError, match="holds no trials of a search, or is damaged"):
            look()
    assert file.read_text() == text


def test_a_file_that_is_not_there_is_not_made(file):
    for name in (file, "x" * 300):
        with pytest.raises(ValueError, match="There is no file"):
            shared_trials(name)
    assert not file.exists()
    with pytest.raises(ValueError, match="cannot be read and written"):
        Study(SPACE, "random", 1, file=file / ("x" * 300))


def test_what_is_wrong_is_said_in_the_terminal(tmp_path):
    with pytest.raises(SystemExit, match="There is no file"):
        main(["search", str(tmp_path / "nothing.toml")])
