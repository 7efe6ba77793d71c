"""The process that measures the ladder: a job a line comes in, a result a line goes out.

It loads the libraries once and computes nothing itself. Each job is done by a child of its own,
so that no stage inherits the memory of another.
"""

import json
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
import transformers
from torch import Tensor

from lablib.training.corruption import IGNORE_INDEX
from lablib.training.devices import autocast
from lablib.training.losses import cross_entropy

Job = dict[str, Any]
LEAST_STEPS = 2


def measure(job: Job) -> dict[str, Any]:
    """Train for a few seconds; the fields of a `Measurement` as far as they are known here."""
    optimizations, device = job["optimizations"], torch.device(job["device"])
    before = peak_memory("cpu")
    if optimizations["tf32"]:
        torch.set_float32_matmul_precision("high")
    model = make_model(job["model"], optimizations).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, fused=optimizations["fused"])
    batch = make_batch(job, device)
    targets = int((batch["labels"][:, 1:] != IGNORE_INDEX).sum())
    step = partial(train_step, model, optimizer, batch, optimizations, targets)
    # The other steps were disturbed by something else on this machine.
    fastest = min(timed_steps(step, job["seconds"]))
    memory = peak_memory(device.type) - (before if device.type == "cpu" else 0)
    real = int(batch["attention_mask"].sum())
    return {"tokens_per_second": real / fastest, "memory": memory, "step_seconds": fastest}


def load_code(job: Job) -> None:
    """Import what a model and its optimizer will need, with a model that has no numbers in it: the
    children then have it from the start, and it is no memory of their training.
    """
    plain = {"attention": "eager", "checkpointing": False, "compile": False}
    with torch.device("meta"):
        model = make_model(job["model"], plain)
        optimizer = torch.optim.AdamW(model.parameters())
        for weight in model.parameters():
            weight.grad = torch.zeros_like(weight)
        optimizer.step()


def make_model(config: dict[str, Any], optimizations: dict[str, Any]) -> Any:
    """A model of this shape, its weights random, in training mode."""
    settings = transformers.AutoConfig.for_model(**config)
    settings.use_cache = False
    model = transformers.AutoModelForCausalLM.from_config(
        settings, attn_implementation=optimizations["attention"], dtype=torch.float32
    ).train()
    if optimizations["checkpointing"]:
        model.activation_checkpointing_enable()
    if optimizations["compile"]:
        model.base_model.compile()
    return model


def make_batch(job: Job, device: torch.device) -> dict[str, Tensor]:
    """The batch of a stage: full rows, or paragraphs padded to the longest."""
    rows = job["packed"] if job["optimizations"]["packed"] else job["paragraphs"]
    width = max(map(len, rows))
    mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])
    ids = torch.tensor([row + [0] * (width - len(row)) for row in rows])
    labels = ids.masked_fill(mask == 0, IGNORE_INDEX)
    batch = {"input_ids": ids, "attention_mask": mask, "labels": labels}
    return {name: value.to(device) for name, value in batch.items()}


def timed_steps(step: Callable[[], None], seconds: float) -> Iterator[float]:
    """The times of the steps that fit into so many seconds, after two that are not counted: the
    first makes the optimizer's memory, and a compiler may work in both.
    """
    for _ in range(2):
        step()
    end, done = time.perf_counter() + seconds, 0
    while done < LEAST_STEPS or time.perf_counter() < end:
        start = time.perf_counter()
        step()
        done += 1
        yield time.perf_counter() - start


def train_step(
    model: Any,
    optimizer: torch.optim.Optimizer,
    batch: dict[str, Tensor],
    optimizations: dict[str, Any],
    targets: int,
) -> None:
    """One optimizer step over a batch, in as many parts as are meant."""
    device = batch["input_ids"].device
    for part in split(batch, optimizations):
        with autocast(device, optimizations["precision"]):
            loss = summed_loss(model, part, optimizations["chunked"]) / targets
        loss.backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    if device.type == "cuda":
        torch.cuda.synchronize()


def split(batch: dict[str, Tensor], optimizations: dict[str, Any]) -> Iterator[dict[str, Tensor]]:
    """The micro-batches of a batch; a packed one needs no mask."""
    names = ["input_ids", "labels"] + ([] if optimizations["packed"] else ["attention_mask"])
    pieces = [batch[name].chunk(optimizations["parts"]) for name in names]
    for values in zip(*pieces, strict=True):
        yield dict(zip(names, values, strict=True))


def summed_loss(model: Any, batch: dict[str, Tensor], chunked: bool) -> Tensor:
    """The loss over all targets, from all logits at once or a piece at a time."""
    labels = batch.pop("labels")
    hidden = model.base_model(**batch)[0][:, :-1]
    head, labels = model.get_output_embeddings(), labels[:, 1:]
    if chunked:
        return cross_entropy(hidden.flatten(0, 1), head.weight, labels.flatten())
    logits = head(hidden).float()
    return F.cross_entropy(
        logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORE_INDEX, reduction="sum"
    )


def peak_memory(device: str) -> int:
    """The most bytes this process (on a GPU: the device) has had so far."""
    if device == "cuda":
        return torch.cuda.max_memory_allocated()
    if sys.platform == "linux":
        # Not `resource`: its peak begins with that of the process which started this one.
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    try:
        import resource
    except ImportError:  # Windows
        import psutil

        return int(psutil.Process().memory_info().peak_wset)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most


def work(job: Job, answer: Connection) -> None:
    """Do a job and send what came of it; whatever goes wrong is an answer too."""
    sys.stdout = sys.stderr  # a compiler's chatter is no answer
    try:
        answer.send(measure(job))
    except Exception as error:
        answer.send({"failure": f"{type(error).__name__}: {error}"})


def in_a_child(job: Job) -> dict[str, Any]:
    """Do a job in a process of its own; one that is killed has used too much memory."""
    forks = "fork" in multiprocessing.get_all_start_methods()
    context: Any = multiprocessing.get_context("fork" if forks else "spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=work, args=(job, theirs))
    child.start()
    theirs.close()
    try:
        return ours.recv()
    except EOFError:
        return {"failure": "The process was ended from outside: there may be too little memory."}
    finally:
        child.join()


def main() -> None:
    """Answer every line until there are no more."""
    loaded = False
    for line in sys.stdin:
        job = json.loads(line)
        # A GPU that this process had woken would be of no use to the children that fork from it.
        if not loaded and job["device"] == "cpu":
            load_code(job)
            loaded = True
        print(json.dumps(in_a_child(job)), flush=True)


if __name__ == "__main__":
    main()
