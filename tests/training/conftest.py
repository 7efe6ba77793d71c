"""Tiny models, as in the sampling room, and an end for whatever a test has begun."""

import os
import signal
from contextlib import suppress

import psutil
import pytest
import torch
from transformers import PreTrainedTokenizerFast, T5Config, T5ForConditionalGeneration

from lablib.training import folders
from lablib.training.corpus import token_stream, train_tokenizer
from lablib.training.run import Run
from tests.sampling.conftest import byte_tokenizer, m, tiny  # noqa: F401
from tests.training.fox import TEXT, TINY
from tests.training.tiny_folder import save_tiny


@pytest.fixture(scope="session")
def gpt2(tiny, tmp_path_factory):  # noqa: F811
    """The folder of a tiny GPT-2 without dropout, of ordinary weights."""
    folder = tmp_path_factory.mktemp("gpt2")
    return save_tiny(tiny, folder, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0)


def launched(folder):
    """The processes that train in a folder; Accelerate gives each a session of its own."""
    for process in psutil.process_iter(["cmdline"]):
        if str(folder / "config.toml") in (process.info["cmdline"] or []):
            yield process.pid


@pytest.fixture(autouse=True)
def runs_end(monkeypatch):
    """Whatever becomes of a test, the runs it started end with it."""
    started, start = [], Run.start

    def noted(run):
        start(run)
        started.append(run)

    monkeypatch.setattr(Run, "start", noted)
    yield
    for run in started:
        if run._process is not None and run._process.poll() is None:
            for pid in (run._process.pid, *launched(run.folder)):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            run._process.wait()
        if run._alive():
            folders.set_control(run.folder, "stop")
            run._thread.join(60)
            assert not run._alive(), "a run went on after its test"


@pytest.fixture(scope="session")
def tokenizer():
    """A byte-level BPE of a few hundred entries that learned from the foxes."""
    return train_tokenizer("gpt2", [TEXT], TINY.vocab_size)


@pytest.fixture(scope="session")
def stream(tokenizer):
    """The foxes as ids, [tokens]."""
    return token_stream([TEXT], tokenizer)


@pytest.fixture(scope="session")
def t5(tmp_path_factory):
    """The folder of a tiny T5 that reads and writes bytes."""
    folder = tmp_path_factory.mktemp("t5")
    words = byte_tokenizer()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words.backend_tokenizer, eos_token=words.eos_token, pad_token="!"
    )
    pad, end = tokenizer.pad_token_id, tokenizer.eos_token_id
    torch.manual_seed(0)
    settings = T5Config(
        vocab_size=len(tokenizer), d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4,
        pad_token_id=pad, eos_token_id=end, decoder_start_token_id=pad, dropout_rate=0.0,
    )  # fmt: skip
    T5ForConditionalGeneration(settings).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)
