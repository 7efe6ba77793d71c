"""Is it right? The GPU beside the CPU, and what a run has to survive.

A check is (name, {"ok": whether it holds, "said": what was found}).
"""

import os
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.benchmarks import loops
from tests.benchmarks.gpu.sizes import Size

Checks = Iterator[tuple[str, Any]]

LOGITS, LOSSES, HALF_LOSSES = 1e-4, 1e-3, 2e-2
"""How far apart, relative to the largest, numbers of two devices or precisions may be."""


def about(size: Size, model: Path) -> Checks:
    """The device, and the versions."""
    import platform

    import torch
    import transformers

    has_gpu = torch.cuda.is_available()
    # Asked first: this wakes the GPU, and says what is wrong with its driver if that fails.
    name = torch.cuda.get_device_name() if has_gpu else f"CPU {platform.machine()}"
    yield "type", "cuda" if has_gpu else "cpu"
    yield "name", name
    yield "memory", torch.cuda.get_device_properties(0).total_memory if has_gpu else 0
    yield "cores", os.cpu_count()
    yield "precision", loops.precision_here()
    yield "torch", torch.__version__
    yield "cuda", torch.version.cuda or ""
    yield "transformers", transformers.__version__


def devices_agree(size: Size, model: Path) -> Checks:
    """Logits, and losses over the steps, in 32 bits on the CPU and on the GPU."""
    import torch
    from transformers import GPT2LMHeadModel

    rows = loops.random_rows(loops.Load(str(model), 2, size.length, 0, 1))
    gpt2 = GPT2LMHeadModel.from_pretrained(model).eval()
    with torch.no_grad():
        expected = gpt2(rows).logits
        found = gpt2.to(_device())(rows.to(_device())).logits.cpu()
    apart = float((found - expected).abs().max() / expected.abs().max())
    yield "logits, CPU and this device, fp32", _close(apart, LOGITS)
    # Rows of half the length: these steps of a CPU are the slowest of the whole round.
    short = {"precision": "fp32", "length": size.length // 2}
    on_cpu, here = (_losses(size, model, device=d, **short) for d in ("cpu", "auto"))
    yield (
        f"losses of {size.steps} steps, CPU and this device, fp32",
        _close(_apart(here, on_cpu), LOSSES),
    )


def resumed(size: Size, model: Path) -> Checks:
    """A run that is broken off and goes on, beside an unbroken one: as it is, and with torch's
    deterministic algorithms. Some of a GPU's kernels add up in any order.
    """
    os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"  # before the GPU is woken
    import torch

    for name, deterministic in (("as it is", False), ("deterministic algorithms", True)):
        torch.use_deterministic_algorithms(deterministic, warn_only=True)
        with TemporaryDirectory() as folder:
            whole, weights = _trained(size, model, Path(folder, "whole"))
            broken, others = _trained(size, model, Path(folder, "broken"), stop_after=5)
        same = whole == broken and all(torch.equal(weights[n], others[n]) for n in weights)
        yield f"broken off and resumed to the same bits, {name}", {
            "ok": same, "said": f"losses at most {_apart(broken, whole):.1e} apart",
        }  # fmt: skip


def half_precision(size: Size, model: Path) -> Checks:
    """fp16 with its scaler: close to fp32, and a step whose gradients overflow is left out."""
    import torch

    from lablib.finetuning import fit, setup

    if _device() == "cpu":
        raise ValueError("fp16 needs a GPU")
    yield (
        f"losses of {size.steps} steps, fp16 and fp32",
        _close(
            _apart(_losses(size, model, precision="fp16"), _losses(size, model, precision="fp32")),
            HALF_LOSSES,
        ),
    )
    state = setup(_config(size, model, precision="fp16", steps=1))
    state.scaler = torch.amp.GradScaler("cuda", init_scale=2.0**60)
    before = {n: p.detach().clone() for n, p in state.model.named_parameters()}
    list(fit(state))
    kept = all(torch.equal(before[n], p) for n, p in state.model.named_parameters())
    scale = state.scaler.get_scale()
    yield "fp16: a step that overflows is left out", {
        "ok": kept and scale < 2.0**60, "said": f"scale 2^60 → {scale:.3g}, weights kept: {kept}",
    }  # fmt: skip


def little_memory(size: Size, model: Path) -> Checks:
    """The GPU is given too little memory for the batch: it is computed in parts, with the same
    losses.
    """
    import torch

    from lablib.finetuning import fit, setup

    if _device() == "cpu":
        raise ValueError("only a GPU's memory can be cut")
    changes: dict[str, Any] = {"precision": "fp32", "length": size.long, "steps": 3}
    expected = _losses(size, model, **changes)
    taken = [_reserved(size, model, rows, **changes) for rows in (size.rows, size.rows // 2)]
    total = torch.cuda.get_device_properties(0).total_memory
    loops.give_back()
    torch.cuda.set_per_process_memory_fraction(sum(taken) / 2 / total)
    state = setup(_config(size, model, **changes))
    found = [record.loss for record in fit(state) if record.step]
    torch.cuda.set_per_process_memory_fraction(1.0)
    yield (
        "too little memory halves the micro-batch",
        {
            "ok": state.micro_batch < size.rows and _apart(found, expected) < LOSSES,
            "said": f"{size.rows} → {state.micro_batch} rows at once, losses at most "
            f"{_apart(found, expected):.1e} apart",
        },
    )


def not_a_number(size: Size, model: Path) -> Checks:
    """A learning rate that breaks the second step: it is named, though a GPU is read seldom."""
    from lablib.finetuning import NonFinite, fit, setup

    try:
        list(fit(setup(_config(size, model, precision="fp32", learning_rate=1e30, log_every=None))))
        step = 0
    except NonFinite as stop:
        step = stop.step
    yield "a non-finite step is named", {"ok": step == 2, "said": f"step {step}, expected 2"}


def pretraining(size: Size, model: Path) -> Checks:
    """Each kind of pocket model is begun on the CPU, and goes on from its checkpoint here."""
    from lablib.pretraining import __main__ as command

    command.HELDOUT_ROWS = size.rows  # of each made-up task: what counts is that it is measured
    with TemporaryDirectory() as name, redirect_stdout(None):
        place = Path(name)
        _texts(place)
        for kind in size.kinds:
            out = place / kind
            data = "pairs" if kind == "t5" else "texts"
            said = [kind, "--text", str(place / data), "--heldout", str(place / f"unseen {data}")]
            said += ["--out", str(out), "--save-every", "2", "--batch", "4", "--context", "32"]
            said += ["--vocab-size", "300"]  # the texts are short
            if size.width < 100:
                said += ["--layers", "1", "--width", "16", "--heads", "2"]
            command.main([*said, "--device", "cpu", "--steps", "2"])
            command.main([*said, "--device", _device(), "--steps", "4"])
            weights = next((out / command.NAMES[kind]).glob("*.safetensors"))
            yield f"pretraining {kind}: begun on a CPU, goes on here", {
                "ok": weights.stat().st_size > 0, "said": "4 steps, model and card written",
            }  # fmt: skip


def _texts(place: Path) -> None:
    """Folders of texts and of pairs, to learn from and to measure on."""
    from lablib import data

    for name, words in (("", data.text("logbook")), ("unseen ", data.text("tale"))):
        texts, pairs = place / f"{name}texts", place / f"{name}pairs"
        texts.mkdir()
        pairs.mkdir()
        (texts / "text.txt").write_text(words, encoding="utf-8")
        dogs = [f"I see {n} dogs.\tJe vois {n} chiens." for n in range(40)]
        rows = ["I see the dog.\tJe vois le chien.", *(dogs if not name else [])]
        (pairs / "english-french.tsv").write_text("\n".join(rows), encoding="utf-8")


def _device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _config(size: Size, model: Path, **changes: Any) -> Any:
    """A run without dropout, whose draws differ from device to device."""
    from lablib.finetuning import Config

    settings: dict[str, Any] = {
        "steps": size.steps, "batch": size.rows, "length": size.length, "dropout": 0.0,
        "heldout": 0.0, "evaluate_every": 0, "save_every": 0, "log_every": 1, "learning_rate": 1e-4,
    }  # fmt: skip
    return Config(str(model), "logbook", **{**settings, **changes})


def _losses(size: Size, model: Path, **changes: Any) -> list[float]:
    from lablib.finetuning import fit, setup

    return [record.loss for record in fit(setup(_config(size, model, **changes))) if record.step]


def _trained(
    size: Size, model: Path, folder: Path, stop_after: int = 0
) -> tuple[list[float], dict[str, Any]]:
    """The losses and the weights of a run of eight steps with dropout, which is broken off after a
    step if there is one to stop after, without a word, and goes on from its checkpoint at step 4.
    """
    from lablib.finetuning import fit, setup

    config = _config(size, model, steps=8, save_every=4, dropout=0.1)
    losses: dict[int, float] = {}
    if stop_after:
        training = fit(setup(config, folder))
        for record in training:
            losses[record.step] = record.loss
            if record.step == stop_after:
                break
        training.close()
    state = setup(config, folder)
    if stop_after and state.step != 4:
        raise ValueError(f"it went on from step {state.step}, expected 4")
    losses |= {record.step: record.loss for record in fit(state)}
    weights = {n: p.detach().cpu() for n, p in state.model.named_parameters()}
    return [losses[step] for step in range(1, 9)], weights


def _reserved(size: Size, model: Path, rows: int, **changes: Any) -> int:
    """The most bytes that torch holds on the GPU in a run with so many rows at once."""
    import torch

    loops.give_back()
    torch.cuda.reset_peak_memory_stats()
    _losses(size, model, micro_batch=rows, **changes)
    return int(torch.cuda.max_memory_reserved())


def _apart(some: list[float], others: list[float]) -> float:
    """The largest difference, relative to the larger.

    >>> _apart([1.0, 2.0], [1.0, 1.0])
    0.5
    """
    return max(abs(a - b) / max(abs(a), abs(b)) for a, b in zip(some, others, strict=True))


def _close(apart: float, most: float) -> dict[str, Any]:
    """The check that something is at most so far apart; not-a-number is far.

    >>> _close(0.5, 0.1)
    {'ok': False, 'said': '5.0e-01 apart, at most 1e-01'}
    """
    return {"ok": apart <= most, "said": f"{apart:.1e} apart, at most {most:.0e}"}
