"""The efficiency ladder: what each way to train faster or in less memory is worth on this device.

Each stage keeps what the stages below it do and adds one thing. It is measured in a process of its
own, which makes the model with random weights (their values change neither speed nor memory) and
trains for a few seconds. So its memory is honest on a CPU too: the most that process ever had, less
what Python and its libraries had taken before. On a GPU it is the most that torch allocated there.
"""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO, TYPE_CHECKING, Any, Literal

from lablib import children
from lablib.numbers import require_whole
from lablib.unicode import well_formed

if TYPE_CHECKING:
    from lablib.models import LoadedModel

Shape = Literal["own", "gpt2"]

POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Optimizations:
    """The optimizations by which a training step is computed.

    Attributes:
        precision: "fp32" or "bf16" (autocast: the weights stay in 32 bits).
        tf32: whether matrix products of 32-bit numbers may drop mantissa bits (CUDA).
        attention: "eager" or "sdpa".
        packed: whether rows are cut from one stream; else a paragraph a row, padded.
        fused: whether AdamW updates all weights in one kernel.
        chunked: whether the logits are made a piece at a time, never all of them.
        compile: whether torch compiles the model.
        parts: micro-batches whose gradients are added up before a step.
        checkpointing: whether activations are computed again instead of kept.
    """

    precision: str = "fp32"
    tf32: bool = False
    attention: str = "eager"
    packed: bool = False
    fused: bool = False
    chunked: bool = False
    compile: bool = False
    parts: int = 1
    checkpointing: bool = False


@dataclass(frozen=True)
class Stage:
    """A stage: its name, what it changes in a sentence, and all optimizations it uses."""

    name: str
    meaning: str
    optimizations: Optimizations


@dataclass(frozen=True)
class Measurement:
    """What a stage is worth.

    Attributes:
        stage: which.
        tokens_per_second: of real tokens, padding not counted; None if it failed.
        memory: bytes, see this module's docstring; None if it failed.
        step_seconds: the time of the fastest optimizer step; None if it failed.
        failure: why there is no figure, or "".
    """

    stage: Stage
    tokens_per_second: float | None = None
    memory: int | None = None
    step_seconds: float | None = None
    failure: str = ""


_STEPS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("fp32", "All numbers have 32 bits; attention is written out; short rows are padded.", {}),
    ("TF32", "Matrix products keep 10 of 23 mantissa bits.", {"tf32": True}),
    ("bf16", "Products are computed in 16 bits, the weights stay in 32.", {"precision": "bf16"}),
    ("SDPA", "One kernel for attention; its matrix of weights is never written down.",
     {"attention": "sdpa"}),
    ("packed", "Rows are cut from one stream of tokens: no padding is computed.",
     {"packed": True}),
    ("fused AdamW", "One pass over all weights updates them.", {"fused": True}),
    ("chunked loss", "The scores over the vocabulary are made a piece at a time.",
     {"chunked": True}),
    ("compile", "torch writes kernels for this very model, which takes a while first.",
     {"compile": True}),
    ("accumulation", "Two micro-batches, one step: half the activations at a time.",
     {"parts": 2}),
    ("checkpointing", "Activations are computed again instead of kept.",
     {"checkpointing": True}),
)  # fmt: skip


def stages(device: str = "cpu", compiled: bool = False) -> tuple[Stage, ...]:
    """The stages that this device has, each with all that came before it.

    Args:
        compiled: whether torch.compile is among them; on a CPU that takes a C++ compiler.

    Raises:
        ValueError: if there is no compiler to compile with.

    Example:
        >>> [stage.name for stage in stages("cpu")][:3], stages("cpu")[-1].optimizations.packed
        (['fp32', 'bf16', 'SDPA'], True)
    """
    if compiled and not can_compile():
        raise ValueError("torch.compile needs a C++ compiler, and there is none on this machine.")
    left_out = {"TF32"} if device != "cuda" else set()
    left_out |= set() if compiled else {"compile"}
    optimizations, found = Optimizations(), []
    for name, meaning, change in _STEPS:
        if name not in left_out:
            optimizations = replace(optimizations, **change)
            found.append(Stage(name, meaning, optimizations))
    return tuple(found)


def can_compile() -> bool:
    """Whether there is a C++ compiler, which torch.compile needs."""
    return any(map(shutil.which, ("c++", "g++", "clang++", "cl")))


def benchmark_stages(
    m: "LoadedModel",
    text: str,
    *,
    shape: Shape = "own",
    batch: int = 8,
    length: int = 128,
    seconds: float = 2.0,
    chosen: Sequence[Stage] | None = None,
) -> Generator[Measurement | None, None, None]:
    """Measure stage after stage, yielding each; None comes while one is waited for.

    Closing the iterator ends the process that measures.

    Args:
        m: its tokenizer cuts the text, and its device is measured.
        text: what is learned; its paragraphs are the padded rows.
        shape: "own" measures a model of m's shape, "gpt2" one of GPT-2's (124 M parameters).
        seconds: how long each stage is measured, after a step to warm up.
        chosen: which stages; None for all `stages` of the device.

    Raises:
        ValueError: for an unknown shape, or a text that fills no batch.

    Example: the process has only begun when it is left.
        >>> from lablib import data, models
        >>> m, text = models.load("pocket-gpt2"), data.text("lighthouse")
        >>> climbing = benchmark_stages(m, text, length=32)
        >>> print(next(climbing))
        None
        >>> climbing.close()
    """
    chosen = stages(m.device.type) if chosen is None else chosen
    shared = {
        "model": _shape(m, shape), "device": str(m.device), "seconds": seconds,
        **_rows(m, text, batch, length),
    }  # fmt: skip
    with _process() as (process, lines):
        for stage in chosen:
            job = shared | {"optimizations": asdict(stage.optimizations)}
            process.stdin.write(json.dumps(job) + "\n")
            process.stdin.flush()
            while (answer := _next(lines)) is None:
                yield None
            yield Measurement(stage, **json.loads(answer))


def _shape(m: "LoadedModel", shape: Shape) -> dict[str, Any]:
    """The configuration of the model that is measured."""
    from transformers import GPT2Config

    if shape not in ("own", "gpt2"):
        raise ValueError(f"shape is own or gpt2, not {shape!r}.")
    return (m.model.config if shape == "own" else GPT2Config()).to_dict()


def _rows(m: "LoadedModel", text: str, batch: int, length: int) -> dict[str, list[list[int]]]:
    """A batch of `packed` rows of full length, and one of `paragraphs` of at most that length.

    Raises:
        ValueError: if the text is too short for a batch.
    """
    require_whole(batch=batch, length=length)
    if batch < 2 or batch % 2:
        raise ValueError("The ladder needs an even batch of at least 2 rows: one stage halves it.")
    ids = m.tokenizer(well_formed(text), verbose=False)["input_ids"]
    parts = [part for part in well_formed(text).split("\n\n") if part.strip()]
    paragraphs = [m.tokenizer(part, verbose=False)["input_ids"][:length] for part in parts[:batch]]
    if len(ids) < batch * length or len(paragraphs) < batch or min(map(len, paragraphs)) < 2:
        raise ValueError(
            f"This text is too short to measure with: it takes {batch * length:,} tokens in at "
            f"least {batch} paragraphs, and it has {len(ids):,} in {len(parts)}. Choose another, "
            "or a smaller batch."
        )
    packed = [ids[i * length : (i + 1) * length] for i in range(batch)]
    return {"packed": packed, "paragraphs": paragraphs}


@contextmanager
def _process() -> Iterator[tuple[Any, "SimpleQueue[str]"]]:
    """The process that measures, and what it answers, line by line; it is ended at the end."""
    lines: SimpleQueue[str] = SimpleQueue()
    process = children.start(
        "lablib.finetuning.compute.measuring",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    Thread(target=_follow, args=(process.stdout, lines), daemon=True).start()
    try:
        yield process, lines
    finally:
        _end(process)


def _follow(output: IO[str], lines: "SimpleQueue[str]") -> None:
    """Pass on the lines of a process; an empty one says that it has ended."""
    for line in output:
        lines.put(line)
    lines.put("")


def _next(lines: "SimpleQueue[str]") -> str | None:
    """The next answer, None if there is none yet.

    Raises:
        RuntimeError: if the process has ended.
    """
    try:
        line = lines.get(timeout=POLL_SECONDS)
    except Empty:
        return None
    if not line:
        raise RuntimeError("The process that measures ended by itself: is there memory left?")
    return line


def _end(process: "subprocess.Popen[str]") -> None:
    """End a process, and those it has started."""
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
