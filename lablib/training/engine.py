"""The training loop, from top to bottom: `setup`, `fit`, `validate`.

One loop for every task, on a CPU, a GPU, or as many processes as `accelerate launch` starts. What
has to hold, and where it is seen to:

- The loss is the mean over all targets of the *global* batch. `_learn` divides each sum by the
  number of targets in all micro-batches of all processes, so neither changes what is learned.
- The order of the rows, the learning rate and every draw of dropout are pure functions of (seed,
  step, process), so a run that goes on sees what an unbroken one would have seen. Nobody else's
  draws are among them (`randomness`), and sums are shared out among the threads it began with.
- A device is waited for only where a number is read: in the steps that `_should_log` names.
"""

from __future__ import annotations

import copy
import json
import math
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.distributed.device_mesh import DeviceMesh
from transformers import PreTrainedTokenizerBase

from lablib.models import LoadedModel
from lablib.models.opening import quiet
from lablib.randomness import on_threads, seeded
from lablib.training import checkpoints, devices, guards, sharding
from lablib.training.config import Config, check, write_config
from lablib.training.folders import History, control, read_status
from lablib.training.methods import merged, prepare, trained
from lablib.training.records import Evaluation, Record
from lablib.training.results import has_plain_base, write_adapter, write_model
from lablib.training.state import Best, State
from lablib.training.tasks import (
    Batch,
    Task,
    make_task,
    open_model,
    reads_table,
    tokenizer_of,
    total_steps,
)
from lablib.training.texts import Source, read_source
from lablib.training.writing import answer, sample
from lablib.writable import put

if TYPE_CHECKING:
    from accelerate import Accelerator
    from transformers import PreTrainedModel

Compute = Callable[["PreTrainedModel", Batch], Any]
PAUSE_SECONDS = 0.2
"""How often a paused run looks whether it may go on."""
GPU_LOG_EVERY = 10


class Objective(nn.Module):
    """A model and its task as one module, which is what processes exchange gradients of."""

    def __init__(
        self,
        model: PreTrainedModel,
        task: Task,
        device: torch.device,
        precision: str,
        is_sharded: bool = False,
    ) -> None:
        super().__init__()
        self.model = model
        self._task, self._precision = task, precision
        self.device, self.is_sharded = device, is_sharded

    def forward(self, batch: Batch, compute: Compute | None = None) -> Any:
        """The summed loss of a batch, in nats; or what `compute` makes of the model and it, where
        its weights are there in one piece only here.
        """
        with devices.autocast(self.device, self._precision, keeps=not self.is_sharded):
            if compute is not None:
                return compute(self.model, batch)
            return self._task.loss(self.model, batch)[0]


# --- setup ------------------------------------------------------------------------------------


@torch.inference_mode(False)
def setup(
    config: Config,
    folder: str | Path | None = None,
    task: Task | None = None,
    lr: Callable[[int], float] | None = None,
) -> State:
    """Open everything a run needs, and go to its newest whole checkpoint if it has one.

    Args:
        folder: where settings, text, history, checkpoints and result are kept; None for a run in
            memory only, whose result is `state.model`.
        task: what is learned; None for the task of the settings, with the rows of their text. A run
            that goes on has to be given the same one again, or none if it was made of a text: only
            that is kept in the folder.
        lr: the learning rate of each step, counted from 0; None for the schedule of the settings.

    Raises:
        ValueError: with a sentence, if the run could not learn anything or not go on.

    Example:
        >>> state = setup(Config(text="lighthouse", length=32, steps=2, device="cpu"))
        >>> state.total, state.task.train_rows > 0
        (2, True)
        >>> [record.step for record in fit(state)]
        [0, 1, 2]
    """
    check(config)
    _require_compiler(config)
    if is_sharded := sharding.is_wanted():
        sharding.check(config)
    folder = None if folder is None else Path(folder)
    accelerator = _accelerator(config)
    device = torch.device("cpu") if config.device == "cpu" else accelerator.device
    precision = devices.pick_precision(config, device)
    source = _keep_source(config, folder, accelerator, task)
    m = open_model(config)
    task = make_task(config, m, source) if task is None else task
    if config.patience and not task.heldout_rows:
        raise ValueError("patience needs a held-out part to measure on: take patience=0.")
    total = total_steps(config, task)
    model = prepare(m, config, task)
    devices.forget_peak(device)
    devices.tune(model, config, device, moves=not is_sharded)
    objective, mesh = _among_processes(
        Objective(model, task, device, precision, is_sharded), accelerator
    )
    state = State(
        config, folder, accelerator, device, model, _tokenizer(config, m, task), task, objective,
        optimizer=_optimizer(model, config),
        scaler=torch.amp.GradScaler(device.type, enabled=precision == "fp16"),
        lr=lr or partial(learning_rate, config, total=total),
        precision=precision,
        total=total,
        micro_batch=devices.pick_micro_batch(config, device, accelerator.num_processes),
        threads=(read_status(folder).threads if folder else 0) or devices.pick_threads(),
        broken=torch.zeros((), dtype=torch.long, device=device),
        notes=list(task.notes),
        mesh=mesh,
    )  # fmt: skip
    _restore(state)
    return state


def _among_processes(
    objective: Objective, accelerator: Accelerator
) -> tuple[nn.Module, DeviceMesh | None]:
    """The objective as several processes compute it, and those that share its weights, if any."""
    if objective.is_sharded:
        return objective, sharding.shard(objective, objective.device)
    if accelerator.num_processes > 1:
        return accelerator.prepare_model(objective), None
    return objective, None


def _accelerator(config: Config) -> Accelerator:
    """The processes of this run, and their devices."""
    from accelerate import Accelerator, DistributedDataParallelKwargs

    # Of a BERT with two heads only one is trained, so some gradients never come.
    exchange = DistributedDataParallelKwargs(
        broadcast_buffers=False,
        gradient_as_bucket_view=True,
        find_unused_parameters=config.task != "causal",
    )
    # Unless it is told, Accelerate takes several processes without GPUs for so many single ones.
    several = int(os.environ.get("WORLD_SIZE", "1")) > 1
    on_cpu = config.device == "cpu" or not torch.accelerator.is_available()
    accelerator = Accelerator(cpu=several and on_cpu, kwargs_handlers=[exchange])
    if config.batch < accelerator.num_processes:
        raise ValueError(
            f"A batch of {config.batch} rows cannot be shared by {accelerator.num_processes} "
            "processes: make it larger."
        )
    return accelerator


def _tokenizer(config: Config, m: LoadedModel, task: Task) -> PreTrainedTokenizerBase:
    """The run's tokenizer, which leaves with its model and knows how conversations are written."""
    tokenizer = tokenizer_of(config, m)
    if task.chat_template in (None, tokenizer.chat_template):
        return tokenizer
    own = copy.deepcopy(tokenizer)
    own.chat_template = task.chat_template
    return own


def _require_compiler(config: Config) -> None:
    if config.compile and not any(map(shutil.which, ("c++", "g++", "clang++", "cl"))):
        raise ValueError("compile=True needs a C++ compiler, and there is none: leave it out.")


def _keep_source(
    config: Config, folder: Path | None, accelerator: Accelerator, task: Task | None
) -> Source | None:
    """The run's own copy of its text, which may change before the run goes on; None without a
    folder, and where the task has its rows from elsewhere.
    """
    source = None if task is None else task.source
    if folder is None:
        return source

    def write() -> None:
        nonlocal source
        folder.mkdir(parents=True, exist_ok=True)
        write_config(config, folder / "config.toml")
        if task is None and not own_source(config, folder).exists():
            source = read_source(config.text, reads_table(config))
        if source is not None:
            keep_source(config, folder, source)

    checkpoints.on_first(accelerator, write)
    if task is None and source is None:
        source = read_source(own_source(config, folder), reads_table(config))
    return source


def keep_source(config: Config, folder: Path, source: Source) -> None:
    """Write a run's own copy of its text, if it has none yet."""
    if not (own := own_source(config, folder)).exists():
        put(own, source.content)


def own_source(config: Config, folder: Path) -> Path:
    """The file in which a run keeps its text or its table."""
    return folder / ("data.csv" if reads_table(config) else "text.txt")


def _optimizer(model: PreTrainedModel, config: Config) -> torch.optim.Optimizer:
    """AdamW; biases and the scales of norms, the vectors among the weights, do not decay."""
    weights = list(trained(model).values())
    groups = [
        {"params": [p for p in weights if p.ndim >= 2], "weight_decay": config.weight_decay},
        {"params": [p for p in weights if p.ndim < 2], "weight_decay": 0.0},
    ]
    # Fused: one pass over weights, gradients and both moments instead of a dozen.
    return torch.optim.AdamW(groups, lr=config.learning_rate, fused=True)


# --- fit --------------------------------------------------------------------------------------


def fit(state: State) -> Iterator[Record]:
    """Train to the last step, yielding a `Record` before the first one and after each.

    In a run with a folder it obeys the word in `control`, and leaves a checkpoint and the model
    behind when it ends. Not going on is how to stop a run without one. With patience in the
    settings the model is, once all records were taken, that of the best step.

    Raises:
        NonFinite: if a loss or a gradient is not a number.
        OutOfMemory: if not even one row at a time fits.

    Example: a single step makes the rest of the tale less surprising.
        >>> small = Config(text="lighthouse", length=16, batch=2, heldout=0.05, device="cpu")
        >>> before, after = fit(setup(replace(small, steps=1)))
        >>> before.step, after.step, after.heldout_loss < before.heldout_loss
        (0, 1, True)
    """
    state.model.train()
    if state.step == 0:
        with on_threads(state.threads):
            record = _measured(state, _first(state))
        yield _log_record(state, record)
    for batch, targets in _batches(state):
        if state.is_done or (_should_log(state) and _requested_action(state) == "stop"):
            break
        began = time.perf_counter()
        lr = state.lr(state.step)
        with on_threads(state.threads):
            nats, grad_norm = _learn_in_memory(state, batch, targets, lr)
            record = _record(state, began, nats, grad_norm, targets, lr)
            record = _measured(state, record)
        # The record first: killed between the two, a run would go on without its checkpoint's.
        record = _log_record(state, record)
        every = state.config.save_every
        if every and state.step % every == 0 and state.step < state.total:
            save(state)
        yield record
    finish(state)


def learning_rate(config: Config, step: int, total: int) -> float:
    """The learning rate of a step, counted from 0.

    >>> config = Config(learning_rate=1.0, warmup=2)
    >>> [learning_rate(config, step, 6) for step in range(6)]
    [0.5, 1.0, 1.0, 0.75, 0.5, 0.25]
    """
    if step < config.warmup:
        return config.learning_rate * (step + 1) / config.warmup
    left = (total - step) / max(1, total - config.warmup)
    share = {
        "linear": left,
        "cosine": 0.5 * (1 + math.cos(math.pi * (1 - left))),
        "constant": 1.0,
    }[config.schedule]
    return config.learning_rate * share


def _batches(state: State) -> Iterator[tuple[Batch, int]]:
    """For each step this process's part of the batch, and the number of targets in all parts.

    The next batch is on its way to the device while this one is learned from.
    """
    ahead = _send(state, state.step + 1)
    for step in range(state.step + 1, state.total + 1):
        now, ahead = ahead, _send(state, step + 1)
        yield now


@torch.inference_mode(False)  # a panel's worker is in it, and what is made there bears no gradient
def _send(state: State, step: int) -> tuple[Batch, int]:
    """Every process makes the whole batch, and so knows its targets without asking the others."""
    rows = state.rows(step)
    whole = state.task.batch(rows)
    count, place = state.accelerator.num_processes, state.accelerator.process_index
    own = slice(place * len(rows) // count, (place + 1) * len(rows) // count)
    part = {name: tensor[own] for name, tensor in whole.items()}
    if state.device.type == "cuda":
        part = {name: tensor.pin_memory() for name, tensor in part.items()}
    sent = {name: tensor.to(state.device, non_blocking=True) for name, tensor in part.items()}
    return sent, state.task.targets(whole)


def _learn_in_memory(state: State, batch: Batch, targets: int, lr: float) -> tuple[Tensor, Tensor]:
    """One step, with smaller micro-batches if memory runs out."""
    while True:
        try:
            return _learn(state, batch, targets, lr)
        except (RuntimeError, MemoryError) as error:
            if not guards.is_out_of_memory(error):
                raise
        # Here, and not above, where the error still holds on to what has to be freed.
        guards.halve_micro_batch(state)


@torch.inference_mode(False)
def _learn(state: State, batch: Batch, targets: int, lr: float) -> tuple[Tensor, Tensor]:
    """One optimizer step.

    Returns:
        The loss of the global batch in nats per target, and the length of its gradient: scalars on
        the device.
    """
    state.optimizer.zero_grad()
    processes = state.accelerator.num_processes
    nats = torch.zeros((), device=state.device)
    with seeded(_dropout_seed(state)):
        for last, part, counts in _parts(state, batch):
            # Shares are exchanged each time: gradients in one piece would not fit either.
            now = last or state.mesh is not None
            with nullcontext() if now else state.accelerator.no_sync(state.objective):
                loss = state.objective(part) * counts / targets
                guards.require_room(state)
                # Processes exchange the mean of their gradients, and the sum is wanted.
                state.scaler.scale(loss * processes).backward()
            nats += loss.detach()
    if processes > 1:
        nats = state.accelerator.reduce(nats, "sum")
    grad_norm = _clip_gradients(state)
    guards.watch(state, nats, grad_norm)
    if _should_log(state):
        guards.require_finite(state, float(nats), float(grad_norm), lr)
    for group in state.optimizer.param_groups:
        group["lr"] = lr
    state.scaler.step(state.optimizer)
    state.scaler.update()
    return nats, grad_norm


def _dropout_seed(state: State) -> int:
    place = state.step * state.accelerator.num_processes + state.accelerator.process_index
    return state.config.seed * 1_000_003 + place


def _parts(state: State, batch: Batch) -> Iterator[tuple[bool, Batch, int]]:
    """The micro-batches of this process, whether each is the last one, and that it counts.

    In a sharded run all processes have to make as many: who has a row less than the others takes
    its first ones once more, which then count nothing.
    """
    parts = list(_micro_batches(batch, state.micro_batch))
    yield from ((last, part, 1) for last, part in parts)
    if state.mesh is not None:
        most = -(-state.config.batch // state.accelerator.num_processes)
        missing = -(-most // state.micro_batch) - len(parts)
        yield from ((True, part, 0) for _, part in parts[:missing])


def _micro_batches(batch: Batch, rows: int) -> Iterator[tuple[bool, Batch]]:
    """The parts of a batch, and whether each is the last one.

    >>> [(last, len(part["x"])) for last, part in _micro_batches({"x": torch.ones(5)}, 2)]
    [(False, 2), (False, 2), (True, 1)]
    """
    size = len(next(iter(batch.values())))
    for start in range(0, size, rows):
        part = {name: tensor[start : start + rows] for name, tensor in batch.items()}
        yield start + rows >= size, part


def _clip_gradients(state: State) -> Tensor:
    """The length of the gradient; a longer one than `max_grad_norm` is cut to it."""
    state.scaler.unscale_(state.optimizer)
    weights = [p for p in trained(state.model).values() if p.grad is not None]
    grad_norm = nn.utils.get_total_norm([p.grad for p in weights if p.grad is not None])
    max_norm = state.config.max_grad_norm
    # A CPU can look first, and is spared a pass over all gradients; a GPU would have to wait.
    length = sharding.whole(grad_norm).to(state.device)
    if max_norm and (state.device.type != "cpu" or length > max_norm):
        nn.utils.clip_grads_with_norm_(weights, max_norm, grad_norm)
    return length


def _should_log(state: State) -> bool:
    """Whether the numbers of the step that comes now are read."""
    config, step = state.config, state.step + 1
    every = config.log_every or (1 if state.device.type == "cpu" else GPU_LOG_EVERY)
    intervals = (config.evaluate_every, config.sample_every, config.save_every, every)
    return step in (state.began + 1, state.total) or any(n and step % n == 0 for n in intervals)


def _requested_action(state: State) -> str:
    """What a person wants of the run, the same on all processes; while it is to pause, wait."""
    from accelerate.utils import broadcast_object_list

    while True:
        word = ["run" if state.folder is None else control(state.folder)]
        if state.accelerator.num_processes > 1:
            broadcast_object_list(word)
        if word[0] != "pause":
            return word[0]
        time.sleep(PAUSE_SECONDS)


# --- validate ---------------------------------------------------------------------------------


@torch.inference_mode(False)
@torch.no_grad()
def validate(state: State) -> Evaluation:
    """Measure the model on the whole held-out part, of which every process takes a share.

    Raises:
        ValueError: if nothing is held out.

    Example: before any training it does better than to guess among its 4,096 tokens.
        >>> state = setup(Config(text="lighthouse", length=16, heldout=0.05, device="cpu"))
        >>> evaluation = validate(state)
        >>> evaluation.step, evaluation.targets, evaluation.loss < math.log(4096)
        (0, 70, True)
    """
    if not state.task.heldout_rows:
        raise ValueError("Nothing is held out (heldout=0), so there is nothing to measure on.")
    began = time.perf_counter()
    state.model.eval()
    sums = torch.zeros(3, device=state.device)
    with (
        on_threads(state.threads),
        devices.autocast(state.device, state.precision),
    ):
        for rows, counts in _heldout_rows(state):
            batch = state.task.batch(rows, "heldout")
            sent = {name: tensor.to(state.device) for name, tensor in batch.items()}
            sums += counts * _in_one_piece(state, state.task.score, sent)
    state.model.train()
    if state.accelerator.num_processes > 1:
        sums = state.accelerator.reduce(sums, "sum")
    measures = state.task.report(sums.double())
    seconds = time.perf_counter() - began
    return Evaluation(state.step, measures["loss"], measures, int(sums[1]), seconds)


def _heldout_rows(state: State) -> Iterator[tuple[list[int], int]]:
    """The batches of held-out rows of this process, and that they count; in a sharded run one that
    counts nothing at the end, where others have one more (see `_parts`).
    """
    count, place = state.accelerator.num_processes, state.accelerator.process_index
    own = range(place, state.task.heldout_rows, count)
    most = len(own) if state.mesh is None else -(-state.task.heldout_rows // count)
    for start in range(0, most, state.micro_batch):
        rows = list(own[start : start + state.micro_batch])
        yield (rows, 1) if rows else ([0], 0)


def _in_one_piece(state: State, compute: Compute, batch: Batch) -> Any:
    """What is made of the whole model, which a sharded run gathers for it and gives up again."""
    if state.mesh is None:
        return compute(state.model, batch)
    shares: Any = state.objective
    made = shares(batch, compute)
    shares.reshard()
    return made


# --- what is told of it -----------------------------------------------------------------------


def _first(state: State) -> Record:
    """What is known before the first step."""
    memory = devices.memory_now(state.device)
    return Record(0, None, state.lr(0), None, 0, None, memory, 0.0)


def _record(
    state: State, began: float, nats: Tensor, grad_norm: Tensor, targets: int, lr: float
) -> Record:
    """Count a step as done, and read its numbers if they are due."""
    due = _should_log(state)
    loss, length = (float(nats), float(grad_norm)) if due else (None, None)
    state.step += 1
    state.tokens += targets
    state.seconds += time.perf_counter() - began
    speed = None
    if due:
        tokens, seconds = state.last_read
        speed = (state.tokens - tokens) / max(state.seconds - seconds, 1e-9)
        state.last_read = state.tokens, state.seconds
    return Record(state.step, loss, lr, length, state.tokens, speed, state.memory, state.seconds)


def _measured(state: State, record: Record) -> Record:
    """The record with what is measured and written at this step."""
    config, step = state.config, state.step
    if state.task.heldout_rows and (
        step in (0, state.total) or (config.evaluate_every and step % config.evaluate_every == 0)
    ):
        evaluation = validate(state)
        record = replace(record, heldout_loss=evaluation.loss, measures=evaluation.measures)
        _keep_best(state, evaluation.loss)
    if config.sample_every and step % config.sample_every == 0:
        record = replace(record, sample=_sample(state))
    return record


def _sample(state: State) -> str | None:
    """What the model writes at this step; None of a task that does not write."""
    config, tokenizer = state.config, state.tokenizer

    def write(model: PreTrainedModel, _: Batch) -> str:
        if config.task == "sequence":
            return answer(model, tokenizer, config.prompt, config.sample_tokens)
        prompt = state.task.prompt(config.prompt)
        return sample(model, tokenizer, prompt, config.sample_tokens, config.seed)

    writes = config.task in ("causal", "sequence")
    return _in_one_piece(state, write, {}) if writes else None


@torch.inference_mode(False)
def _keep_best(state: State, loss: float) -> None:
    """Keep the weights if no held-out loss before was as low, or count in vain."""
    if not state.config.patience:
        return
    if loss < state.best.loss:
        weights = {n: w.detach().to("cpu", copy=True) for n, w in trained(state.model).items()}
        state.best = Best(state.step, loss, weights=weights)
        return
    state.best.waited += 1
    if state.is_done and state.step < state.total:
        state.notes.append(
            f"It stopped early: in the last {state.best.waited} measurements the held-out loss was "
            f"not below that of step {state.best.step}, whose model is the result."
        )


@torch.no_grad()
def take_best(state: State) -> None:
    """Give the model the weights of its best step, where they were kept."""
    weights = trained(state.model)
    for name, kept in state.best.weights.items():
        weights[name].copy_(kept)


def _log_record(state: State, record: Record) -> Record:
    """Add the notes, and write the record down."""
    record = replace(record, note=" ".join(state.notes))
    state.notes.clear()
    if state.folder is not None and state.accelerator.is_main_process:
        with (state.folder / "history.jsonl").open("a", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(asdict(record)) + "\n")
    return record


# --- what is kept of it -----------------------------------------------------------------------


def save(state: State) -> None:
    """Write a checkpoint from which the run goes on as if nothing had happened.

    Raises:
        CheckpointError: if there is no room for it; the one before is whole.
    """
    if state.folder is None:
        return
    weights = trained(state.model)
    parts: dict[str, Any] = {
        "model": weights,
        "optimizer": {name: state.optimizer.state[p] for name, p in weights.items()},
        "scaler": state.scaler.state_dict(),
        "counters": {
            "tokens": state.tokens,
            "seconds": state.seconds,
            "micro_batch": state.micro_batch,
            "threads": state.threads,
        },
    }
    if state.config.patience:
        parts["best"] = vars(state.best)
    folder = state.folder / "checkpoints"
    keep = state.config.keep
    if state.mesh is not None:
        checkpoints.save_shares(state.accelerator, folder, state.step, parts, keep)
        return
    checkpoints.on_first(
        state.accelerator, lambda: checkpoints.save(folder, state.step, parts, keep)
    )


@torch.no_grad()
def _restore(state: State) -> None:
    """Go on from the newest whole checkpoint, and forget what was told of later steps."""
    checkpoint = checkpoints.latest(state.folder / "checkpoints") if state.folder else None
    if checkpoint is not None:
        parts = checkpoint.read(state.mesh)
        for name, weight in trained(state.model).items():
            weight.copy_(parts["model"][name])
            kept = parts["optimizer"][name]
            state.optimizer.state[weight] = {k: v.to(weight.device) for k, v in kept.items()}
        state.scaler.load_state_dict(parts["scaler"])
        counters: dict[str, Any] = parts["counters"]
        state.step = state.began = checkpoint.step
        state.tokens, state.seconds = counters["tokens"], counters["seconds"]
        state.micro_batch = min(state.micro_batch, counters["micro_batch"])
        state.threads = counters.get("threads", state.threads)
        state.last_read = state.tokens, state.seconds
        state.best = Best(**parts.get("best", {}))
        state.notes += checkpoint.damaged
    _cut_history(state)


def _cut_history(state: State) -> None:
    """Keep the records up to the checkpoint; a run without one begins anew."""
    file = state.folder / "history.jsonl" if state.folder else None
    if file is None or not file.exists() or not state.accelerator.is_main_process:
        return
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    whole = [line for line in lines if line.endswith("\n")]
    kept = [line for line in whole if state.step and json.loads(line)["step"] <= state.step]
    put(file, "".join(kept))


def finish(state: State) -> None:
    """Leave a checkpoint to go on from, and the model as an ordinary folder of `transformers`."""
    save(state)
    take_best(state)
    folder = state.folder
    if folder is None:
        return
    model = _whole_model(state)

    def write() -> None:
        told = state.tokenizer, state.config, History(folder).read()
        with quiet(), on_threads(state.threads):
            with checkpoints.new_folder(folder / "model") as place:
                write_model(place, merged(model), *told)
            if state.config.method == "lora" and has_plain_base(state.config):
                with checkpoints.new_folder(folder / "adapter") as place:
                    write_adapter(place, model, *told)

    checkpoints.on_first(state.accelerator, write)


@torch.no_grad()
def _whole_model(state: State) -> PreTrainedModel:
    """The model in one piece, which of a sharded run the first process alone has, on the CPU."""
    if state.mesh is None:
        return state.model
    is_first = state.accelerator.is_main_process
    model = state.model
    if is_first:
        model = prepare(open_model(state.config), state.config, state.task)
    weights = trained(model)
    for name, learned in trained(state.model).items():
        weight = sharding.whole(learned)  # one at a time, and by all
        if is_first:
            weights[name].copy_(weight)
    return model
