"""A text is read and tokenised once, by whoever needs its rows first."""

import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from transformers import PreTrainedTokenizerBase

from lablib.finetuning.compute.estimate import seconds_for, speed
from lablib.finetuning.compute.search import search_settings
from lablib.training import launching
from lablib.training.config import Config
from lablib.training.engine import fit, setup
from lablib.training.prepared import ROW_SETTINGS, Prepared
from lablib.training.run import Run
from lablib.training.tasks import Causal, total_steps

TEXT = "The old man sat on the mat and the cat sat on the old man. " * 40
ROWS = "".join(f"The {a} hat,{b}\n" for a, b in [("old", "no"), ("new", "yes")] * 20)


@pytest.fixture
def book(tmp_path):
    (tmp_path / "book.txt").write_text(TEXT)
    return tmp_path / "book.txt"


@pytest.fixture
def config(gpt2, book):
    return Config(
        model=gpt2, text=str(book), steps=2, length=16, batch=2, evaluate_every=0, save_every=0,
        device="cpu",
    )  # fmt: skip


@pytest.fixture
def read(monkeypatch):
    """The files whose bytes are read, by name."""
    names, original = [], Path.read_bytes

    def noted(path):
        names.append(path.name)
        return original(path)

    monkeypatch.setattr(Path, "read_bytes", noted)
    return names


@pytest.fixture
def tokenised(monkeypatch):
    """The texts that a tokenizer is given."""
    texts, original = [], PreTrainedTokenizerBase.__call__

    def noted(tokenizer, text=None, *more, **options):
        texts.append(text if text is not None else options["text_target"])
        return original(tokenizer, text, *more, **options)

    monkeypatch.setattr(PreTrainedTokenizerBase, "__call__", noted)
    return texts


def done(run):
    run.start()
    assert run.wait(300) and run.state == "done", run.message
    return run


@pytest.mark.live
def test_from_the_estimate_to_the_last_step_a_text_is_read_and_tokenised_once(
    config, tmp_path, read, tokenised
):
    prepared = Prepared()
    task = prepared.task(config)
    assert total_steps(config, task) == 2 and seconds_for(config, 64.0, task) == 1.0
    assert speed(config, task) > 0
    run = done(Run(config, tmp_path / "run", task=prepared.task(config)))
    assert read.count("book.txt") == 1 and "text.txt" not in read
    assert len(tokenised) == 2 and "".join(tokenised) == TEXT  # to learn from, and held out
    assert (run.folder / "text.txt").read_text() == TEXT


@pytest.mark.parametrize("folder", [None, "run"])
def test_a_run_with_nothing_prepared_reads_and_tokenises_once_too(
    config, tmp_path, read, tokenised, folder
):
    setup(config, folder and tmp_path / folder)
    assert read == ["book.txt"] and "".join(tokenised) == TEXT


def test_several_processes_are_given_the_text_that_was_read(config, tmp_path, read, monkeypatch):
    ended = SimpleNamespace(pid=0, poll=lambda: 0)
    monkeypatch.setattr(launching, "launch", lambda folder, processes: ended)
    Run(config, tmp_path / "run", 2, Prepared().task(config)).start()
    assert (tmp_path / "run" / "text.txt").read_text() == TEXT and read == ["book.txt"]


@pytest.mark.live
def test_a_table_is_read_and_tokenised_once(config, tmp_path, read, tokenised):
    (tmp_path / "table.csv").write_text(f"text,label\n{ROWS}")
    own = replace(config, task="classification", text=str(tmp_path / "table.csv"))
    prepared = Prepared()
    speed(own, prepared.task(own))
    done(Run(own, tmp_path / "run", task=prepared.task(own)))
    assert read.count("table.csv") == 1 and "data.csv" not in read
    assert sorted(tokenised) == sorted(line.split(",")[0] for line in ROWS.splitlines())


def test_a_search_reads_once_for_all_its_trials(config, read):
    tried = list(search_settings(config, {"learning_rate": [1e-4, 1e-3], "batch": [1, 2]}, "grid"))
    assert len({trial.number for trial in tried}) > 1 and read == ["book.txt"]


@pytest.mark.live
def test_it_goes_on_from_its_own_copy_when_the_text_is_gone(config, book, tmp_path):
    state = setup(config, tmp_path / "run", Prepared().task(config))
    next(fit(state))
    book.unlink()
    assert done(Run.open(tmp_path / "run")).history[-1].step == 2


def test_whatever_the_rows_hang_on_makes_them_anew(config, gpt2, book, tmp_path):
    prepared = Prepared()
    task = prepared.task(config)
    assert prepared.task(replace(config, learning_rate=1.0, batch=1, method="lora")) is task
    other = replace(config, length=8)
    assert prepared.task(other) is not task
    task = prepared.task(config)
    times = book.stat()
    book.write_text(TEXT.replace("cat", "dog"))  # of the same size
    os.utime(book, ns=(times.st_atime_ns, times.st_mtime_ns + 1))
    assert prepared.task(config) is not task
    assert {"model", "text", "task", "length", "packed", "heldout", "labels", "seed"} == set(
        ROW_SETTINGS
    )


def test_the_first_rows_are_those_of_the_whole(config):
    task = Prepared().task(config)
    part = task.with_rows(train=3, heldout=0)
    assert isinstance(part, Causal) and (part.train_rows, part.heldout_rows) == (3, 0)
    assert all(part.row(i, "train") is task.row(i, "train") for i in range(3))
    assert task.train_rows > 3 and task.heldout_rows > 0 and part.source is task.source
