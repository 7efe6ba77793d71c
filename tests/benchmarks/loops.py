"""Training loops side by side: this project's, `transformers.Trainer`, and a plain one in the
manner of nanoGPT.

Each is a generator that yields when a step is done, or the moments of all its steps at its end.
The first steps, in which the optimizer gets its memory and a compiler works, are not timed.
"""

import gc
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Load:
    """What is trained on.

    Attributes:
        folder: of the model and its tokenizer.
        batch, length: rows of a step, and tokens of a row.
        warm, steps: steps that are not timed, and those that are.
    """

    folder: str
    batch: int = 8
    length: int = 128
    warm: int = 2
    steps: int = 6


class TooLarge(Exception):
    """A batch does not fit into memory in one piece."""


def ours(load: Load, compiled: bool = False) -> Iterator[None]:
    """This project's loop with its defaults."""
    from lablib.finetuning import Config, fit, setup

    config = Config(
        load.folder, "logbook", steps=load.warm + load.steps, batch=load.batch, length=load.length,
        heldout=0.0, evaluate_every=0, save_every=0, compile=compiled,
    )  # fmt: skip
    state = setup(config)
    whole = state.micro_batch
    for record in fit(state):
        if state.micro_batch < whole:
            raise TooLarge
        if record.step:
            yield


def trainer(load: Load, precision: str = "fp32") -> Iterator[float]:
    """`transformers.Trainer` with its defaults, or in another precision."""
    import torch
    from transformers import GPT2LMHeadModel, Trainer, TrainerCallback, TrainingArguments

    ticks: list[float] = []

    class Clock(TrainerCallback):
        def on_step_end(self, *_: Any, **__: Any) -> None:
            wait()
            ticks.append(time.perf_counter())

    arguments = TrainingArguments(
        output_dir=load.folder + "/out",
        per_device_train_batch_size=load.batch,
        max_steps=load.warm + load.steps,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        use_cpu=not torch.cuda.is_available(),  # else it refuses bf16 where there is no GPU
        bf16=precision == "bf16",
        fp16=precision == "fp16",
    )
    model = GPT2LMHeadModel.from_pretrained(load.folder)
    rows = [{"input_ids": row, "labels": row} for row in random_rows(load)]
    Trainer(model, arguments, train_dataset=rows, callbacks=[Clock()]).train()
    yield from ticks


def plain(load: Load, precision: str = "bf16", compiled: bool = False) -> Iterator[None]:
    """A loop as nanoGPT has it: autocast, fused AdamW, the model's own loss, torch.compile."""
    import torch
    from transformers import GPT2LMHeadModel

    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = GPT2LMHeadModel.from_pretrained(load.folder).to(device).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-5, fused=True)
    forward = torch.compile(model) if compiled else model
    ids = random_rows(load).view(-1, load.batch, load.length).to(device)
    for batch in ids:
        with torch.autocast(device, torch.bfloat16, enabled=precision == "bf16"):
            loss = forward(input_ids=batch, labels=batch, use_cache=False).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        yield


def loops(precision: str) -> dict[str, Callable[[Load], Iterator[Any]]]:
    """All loops by name, in the precision that ours takes on this device."""
    return {
        "ours": ours,
        "ours, compiled": partial(ours, compiled=True),
        "Trainer": trainer,
        "Trainer, same precision": partial(trainer, precision=precision),
        "plain": partial(plain, precision=precision),
        "plain, compiled": partial(plain, precision=precision, compiled=True),
    }


def random_rows(load: Load) -> Any:
    """Rows of ids for all steps, int64 [rows, tokens]: of a vocabulary that every model has."""
    import torch

    size = ((load.warm + load.steps) * load.batch, load.length)
    return torch.randint(4096, size, generator=torch.Generator().manual_seed(0))


def measure(loop: Callable[[Load], Iterator[Any]], load: Load) -> dict[str, float]:
    """Tokens per second by the median step, and the most memory in MB that this process has had,
    or on a GPU this loop.

    Raises:
        TooLarge: if memory runs out.
    """
    import torch

    from lablib.finetuning.compute.measuring import peak_memory
    from lablib.training.guards import is_out_of_memory

    kind = "cuda" if torch.cuda.is_available() else "cpu"
    if kind == "cuda":
        give_back()
        torch.cuda.reset_peak_memory_stats()
    ticks = []
    try:
        for said in loop(load):
            wait()
            ticks.append(said or time.perf_counter())
    except (RuntimeError, MemoryError) as error:
        if is_out_of_memory(error):
            raise TooLarge from error
        raise
    steps = [b - a for a, b in zip(ticks[load.warm - 1 :], ticks[load.warm :], strict=False)]
    return {
        "tokens_per_second": load.batch * load.length / median(steps),
        "memory": peak_memory(kind) / 1e6,
    }


def give_back() -> None:
    """Give the GPU's memory back, that of models too which only point at themselves."""
    import torch

    gc.collect()
    torch.cuda.empty_cache()


def wait() -> None:
    """Until the GPU has done all that it was given."""
    import torch

    if torch.cuda.is_available():
        torch.cuda.synchronize()


def precision_here() -> str:
    """The precision that "auto" is on this machine's device."""
    import torch

    from lablib.finetuning import Config
    from lablib.training.devices import pick_precision

    return pick_precision(Config(), device_here(torch.cuda.is_available()))


def device_here(has_gpu: bool) -> Any:
    """The GPU, or else the CPU."""
    import torch

    return torch.device("cuda" if has_gpu else "cpu")


def utilisation(tokens_per_second: float, folder: str, length: int) -> float:
    """MFU: the share of the device's arithmetic that a training of the folder's model uses, of what
    the maker says, or else of what a large matrix product reaches.
    """
    import torch
    from transformers import GPT2Config

    from lablib.training.flops import flops_per_token, mfu, peak_flops

    c = GPT2Config.from_pretrained(folder)
    # Embeddings of words and positions, the blocks' matrices, biases and norms, the last norm.
    block = 12 * c.n_embd**2 + 13 * c.n_embd
    parameters = (c.vocab_size + c.n_positions + 2) * c.n_embd + c.n_layer * block
    flops = flops_per_token(parameters, c.n_layer, c.n_head, c.n_embd // c.n_head, length)
    peak = peak_flops(device_here(torch.cuda.is_available()), precision_here())
    return mfu(tokens_per_second, flops, peak)
