"""The stages build on each other, each is measured in a process of its own, failures are shown."""

import json
from dataclasses import asdict, replace
from itertools import pairwise

import pytest
import torch

from lablib import data
from lablib.finetuning.compute import ladder as ld
from lablib.finetuning.compute import measuring
from lablib.finetuning.figures import ladder as fg

TEXT = data.text("almanac")
NO_DROPOUT = {"attn_pdrop": 0.0, "embd_pdrop": 0.0, "resid_pdrop": 0.0}


def job(m, **optimizations):
    rows = ld._rows(m, TEXT, 4, 32)
    return {
        "model": m.model.config.to_dict(), "device": "cpu", "seconds": 0.0, **rows,
        "optimizations": asdict(ld.Optimizations(**optimizations)),
    }  # fmt: skip


def test_each_rung_adds_one_thing():
    found = ld.stages("cuda", compiled=True)
    assert [stage.name for stage in found[:3]] == ["fp32", "TF32", "bf16"]
    for before, after in pairwise(found):
        one, other = asdict(before.optimizations), asdict(after.optimizations)
        assert sum(one[name] != other[name] for name in one) == 1
    assert "TF32" not in [stage.name for stage in ld.stages("cpu")]


def test_all_means_give_the_same_loss(m):
    """Faster must not be other: each step's gradient is that of the plain one."""
    grads = []
    for optimizations in ({}, {"attention": "sdpa"}, {"chunked": True}, {"parts": 2},
                  {"checkpointing": True}):  # fmt: skip
        work = job(m, packed=True, **optimizations)
        torch.manual_seed(0)
        model = measuring.make_model(work["model"] | NO_DROPOUT, work["optimizations"])
        batch = measuring.make_batch(work, torch.device("cpu"))
        targets = batch["labels"][:, 1:].numel()
        for part in measuring.split(batch, work["optimizations"]):
            (
                measuring.summed_loss(model, part, work["optimizations"]["chunked"]) / targets
            ).backward()
        grads.append(torch.cat([p.grad.flatten() for p in model.parameters()]))
    for grad in grads[1:]:
        assert torch.allclose(grad, grads[0], atol=1e-5)


def test_padded_rows_count_only_real_tokens(m):
    batch = measuring.make_batch(job(m, packed=False), torch.device("cpu"))
    assert batch["labels"].eq(-100).equal(batch["attention_mask"] == 0)
    assert measuring.make_batch(job(m, packed=True), torch.device("cpu"))["attention_mask"].all()


@pytest.mark.process
def test_a_climb_on_this_device(m):
    chosen = [stage for stage in ld.stages("cpu") if stage.name in ("fp32", "checkpointing")]
    broken = replace(
        chosen[0], name="broken", optimizations=replace(chosen[0].optimizations, attention="magic")
    )
    climbed = ld.benchmark_stages(
        m, TEXT, batch=4, length=32, seconds=0.1, chosen=[*chosen, broken]
    )
    first, second, last = [one for one in climbed if one]
    assert first.tokens_per_second > 0 and first.memory > 0 and second.step_seconds > 0
    assert last.tokens_per_second is None and "magic" in last.failure
    assert "could not be measured" in fg.ladder_table([first, second, last])
    assert "The least memory" in fg.ladder_words([first, second, last])
    plot = fg.ladder_plot()
    fg.draw_ladder(plot, [first, second, last])
    assert list(plot.data[0].y) == ["fp32", "+ checkpointing"]


@pytest.mark.process
def test_a_climb_that_is_left_leaves_no_process(m):
    climbed = ld.benchmark_stages(m, TEXT, batch=4, length=32, seconds=30, chosen=ld.stages("cpu"))
    assert next(climbed) is None
    process = climbed.gi_frame.f_locals["process"]
    assert process.poll() is None
    climbed.close()
    assert process.poll() is not None


def test_bad_input_gets_a_sentence(m):
    with pytest.raises(ValueError, match="too short to measure with"):
        next(ld.benchmark_stages(m, "a few words"))
    with pytest.raises(ValueError, match="even batch"):
        next(ld.benchmark_stages(m, TEXT, batch=3))
    with pytest.raises(ValueError, match="own or gpt2"):
        next(ld.benchmark_stages(m, TEXT, shape="huge"))


@pytest.mark.parametrize(("device", "loaded"), [("cpu", 1), ("cuda:0", 0)])
def test_the_process_that_forks_wakes_no_gpu(device, loaded, monkeypatch, capsys):
    """An optimizer's step asks the GPU, and then no child that is forked could use it."""
    calls = []
    monkeypatch.setattr(measuring, "load_code", calls.append)
    monkeypatch.setattr(measuring, "in_a_child", lambda job: {"failure": job["device"]})
    monkeypatch.setattr("sys.stdin", [json.dumps({"device": device})] * 2)
    measuring.main()
    assert len(calls) == loaded
    assert capsys.readouterr().out == f'{{"failure": "{device}"}}\n' * 2
