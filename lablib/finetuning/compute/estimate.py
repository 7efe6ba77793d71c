"""Whether a run fits into memory and how long it takes, before it is started.

The model is built without its numbers (torch's fake tensors), made ready as the method says, and
run forwards: torch then tells what it would save for the backward pass. So the answer is right for
every architecture, method, precision and attention kernel, and takes a second and no memory.
"""

from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import torch
from torch import Tensor

from lablib.models.loading import pick_device
from lablib.numbers import require_count, require_number
from lablib.training import devices
from lablib.training.config import QUIET, Config
from lablib.training.flops import flops_per_token
from lablib.training.losses import BLOCK
from lablib.training.methods import prepare, trained
from lablib.training.tasks import (
    TASKS,
    Causal,
    Classification,
    Task,
    make_task,
    open_model,
    total_steps,
)

if TYPE_CHECKING:
    from lablib.models import LoadedModel

SHORT = 4
"""Rows of a step that is made to find out how fast the device is."""

PARTS = {
    "weights": "the model's numbers, 32 bits each; of the best step too where it is kept",
    "gradients": "one number for each weight that learns",
    "optimizer": "two numbers that AdamW keeps for each weight that learns",
    "activations": "activations saved for the backward pass, of one micro-batch",
    "logits": "the scores of the vocabulary for the tokens that are looked at together",
}
"""The parts of a training's memory, and what each is."""

HALF_BYTES, MASTER_BYTES = 2, 4
"""Of a weight, a gradient and an average: they are kept in 32 bits whatever the precision."""


@dataclass(frozen=True)
class Memory:
    """What a training keeps in memory, in bytes, part by part.

    Attributes:
        weights, gradients, optimizer, activations, logits: see `PARTS`.
        trained: how many weights learn.
    """

    weights: int
    gradients: int
    optimizer: int
    activations: int
    logits: int
    trained: int

    @property
    def total(self) -> int:
        """All parts together: a little more than is ever there at one time, because gradients come
        while activations go.
        """
        return sum(size for _, size in self.table())

    def table(self) -> list[tuple[str, int]]:
        """The parts by name."""
        return [(name, getattr(self, name)) for name in PARTS]


def memory_parts(config: Config, m: "LoadedModel | None" = None, processes: int = 1) -> Memory:
    """What a run with these settings keeps in memory, on each of its devices.

    Args:
        config: the settings.
        m: the model, if it is open; else it is opened, which maps its file and copies nothing.
        processes: how many devices share the batch.

    Raises:
        ValueError: if the model is of another kind than the task needs, or there is no device.

    Example:
        >>> parts = memory_parts(Config(model="pocket-gpt2", method="full"))
        >>> parts.optimizer == 2 * parts.gradients == 2 * parts.weights
        True
        >>> memory_parts(Config(model="pocket-gpt2", method="lora")).trained < parts.trained / 10
        True
    """
    require_count("processes", processes)
    device = device_of(config)
    kinds = TASKS[config.task].kinds
    if m is not None and m.card.kind not in kinds:
        raise ValueError(
            f"The task {config.task!r} is for another kind of model ({' or '.join(kinds)}) than "
            f"{m.card.name} ({m.card.kind}): open another model."
        )
    model = shape_of(config, m or open_model(config), device)
    learning = sum(weight.numel() for weight in trained(model).values())
    kept = learning if config.patience and device.type == "cpu" else 0
    return Memory(
        weights=MASTER_BYTES * (model.num_parameters() + kept),
        gradients=MASTER_BYTES * learning,
        optimizer=2 * MASTER_BYTES * learning,
        activations=activation_bytes(model.base_model, config, device, processes),
        logits=logit_bytes(model, config, device, processes),
        trained=learning,
    )


@torch.inference_mode(False)
def shape_of(config: Config, m: "LoadedModel", device: torch.device) -> Any:
    """The model as a run makes it ready for a device, without its numbers."""
    kernel = devices.pick_attention(config, device)
    bare = torch.device("meta")
    with bare:
        model = prepare(on_meta_device(m), config, _task_without_rows(config))
        devices.tune(model, replace(config, attention=kernel, compile=False), bare)
    return model.train()


def device_of(config: Config) -> torch.device:
    """The device on which a run with these settings trains."""
    return pick_device(config.device)


def on_meta_device(m: "LoadedModel") -> "LoadedModel":
    """The same model with nothing but the shapes of its weights."""
    settings = type(m.model.config).from_dict(m.model.config.to_dict())
    with torch.device("meta"):
        return replace(m, model=type(m.model)(settings))


def _task_without_rows(config: Config) -> Task:
    """What the shape of a model depends on: as many labels as there will be, or two where only the
    text knows, and none where entries of the vocabulary are learned.
    """
    if config.task == "classification":
        return Classification((), (), 0, config.labels or ("a", "b"))
    return Causal((), (), 0)


@torch.inference_mode(False)
def activation_bytes(body: Any, config: Config, device: torch.device, processes: int) -> int:
    """Bytes that a model's body saves for the backward pass of one micro-batch, each piece of
    memory counted once. Nothing is computed.

    Args:
        body: in training mode; with or without numbers.
    """
    from torch._subclasses.fake_tensor import FakeTensorMode

    rows = devices.pick_micro_batch(config, device, processes)
    kept: dict[int, int] = {}

    def keep(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        kept[storage._cdata] = storage.nbytes()
        alive.append(tensor)  # so that no other piece of memory gets its address
        return tensor

    alive: list[Tensor] = []
    with (
        FakeTensorMode(),
        torch.enable_grad(),
        torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor),
        devices.autocast(device, devices.pick_precision(config, device)),
    ):
        weights = _stand_ins(body, device)
        ids = torch.zeros(rows, config.length, dtype=torch.long, device=device)
        inputs = {"input_ids": ids}
        if body.config.is_encoder_decoder:
            inputs["decoder_input_ids"] = ids
        torch.func.functional_call(body, weights, kwargs=inputs)
        for weight in weights.values():
            kept.pop(weight.untyped_storage()._cdata, None)
    return sum(kept.values())


def _stand_ins(body: Any, device: torch.device) -> dict[str, Tensor]:
    """For each weight and buffer a tensor of its shape, without numbers."""
    return {
        name: torch.empty(one.shape, dtype=one.dtype, device=device).requires_grad_(
            one.requires_grad
        )
        for name, one in chain(body.named_parameters(), body.named_buffers())
    }


def logit_bytes(model: Any, config: Config, device: torch.device, processes: int) -> int:
    """Bytes of the scores of one block of tokens, which their gradient overwrites, and what their
    matrix takes: a copy in 16 bits, and its gradient, which is made on the way forward.
    """
    head = model.get_output_embeddings()
    if head is None or config.task == "classification":
        return 0
    vocabulary, width = head.weight.shape
    half = devices.pick_precision(config, device) != "fp32"
    tokens = min(BLOCK, devices.pick_micro_batch(config, device, processes) * config.length)
    scores = tokens * vocabulary * (HALF_BYTES if half else MASTER_BYTES)
    learns = head.weight.requires_grad
    return scores + vocabulary * width * (HALF_BYTES * half + MASTER_BYTES * learns)


def free_bytes(device: "str | torch.device", limit: float | None = None) -> int:
    """Memory that is free on a device, of which a container may allow a part only.

    Args:
        limit: GB that this process may take on a CPU, as in a `Config`.

    Example:
        >>> 0 <= free_bytes("cpu", limit=1.0) <= 10**9
        True
    """
    device = torch.device(device)
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    free = min([psutil.virtual_memory().available, *_group_free()])
    if limit is not None:
        free = min(free, int(limit * 1e9) - psutil.Process().memory_info().rss)
    return max(free, 0)


def _group_free(root: Path = Path("/sys/fs/cgroup")) -> list[int]:
    """What a container's limit leaves, where there is one (Linux control groups 2 and 1).

    What is only a file's copy in memory is given back when it is needed.
    """
    for limit, used, stat in (
        ("memory.max", "memory.current", "memory.stat"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "memory/memory.stat"),
    ):
        try:
            most, taken = (
                (root / name).read_text(encoding="ascii").strip() for name in (limit, used)
            )
            lines = (
                line.split() for line in (root / stat).read_text(encoding="ascii").splitlines()
            )
            files = next((int(size) for name, size in lines if name.endswith("inactive_file")), 0)
        except OSError:
            continue
        return [] if most == "max" else [int(most) - int(taken) + files]
    return []


def fits(memory: Memory, free: int) -> str:
    """Whether a run fits, in a sentence.

    >>> fits(Memory(4, 4, 8, 3, 1, 1), free=10**9)
    'It fits: the run needs 0.00 GB and 1.00 GB are free.'
    """
    said = f"the run needs {memory.total / 1e9:.2f} GB and {free / 1e9:.2f} GB are free."
    if memory.total <= free:
        return f"It fits: {said}"
    if memory.total - memory.activations > free:
        return f"It does not fit: {said} Take the method lora or a smaller model."
    less = "A smaller micro-batch, shorter rows or checkpointing need less."
    return f"It does not fit: {said} {less}"


def training_flops(config: Config, m: "LoadedModel", trained: int) -> float:
    """FLOP that a run takes for each token; see `flops.flops_per_token`."""
    settings: Any = m.model.config.get_text_config()
    heads = settings.num_attention_heads
    size = getattr(settings, "head_dim", None) or settings.hidden_size // heads
    return flops_per_token(
        m.model.num_parameters(),
        settings.num_hidden_layers,
        heads,
        size,
        config.length,
        min(trained, m.model.num_parameters()),
    )


def seconds_for(
    config: Config, tokens_per_second: float | None = None, task: Task | None = None
) -> float:
    """How long a run takes on this device, without measurements and samples.

    Args:
        config: the settings.
        tokens_per_second: from an earlier run; None: a few steps are made to find out.
        task: that of the settings, if it has been made; else the text is read.

    Raises:
        ValueError: if the run could not learn anything.

    Example: 20 steps of 8 rows of 128 tokens.
        >>> seconds_for(Config(text="lighthouse", steps=20, batch=8, length=128), 1024.0)
        20.0
    """
    require_number(tokens_per_second=tokens_per_second or 0)
    task = task or make_task(config, open_model(config))
    tokens = total_steps(config, task) * config.batch * config.length
    return tokens / (tokens_per_second or speed(config, task))


def speed(config: Config, task: Task) -> float:
    """Tokens a second on this device, of the faster of two short steps after a first one.

    Args:
        task: that of the settings.
    """
    from lablib.training import engine

    rows = min(config.batch, SHORT)
    short = replace(config, steps=3, batch=rows, micro_batch=None, log_every=1, **QUIET)
    with torch.inference_mode(False), torch.enable_grad():
        records = list(engine.fit(engine.setup(short, task=task.with_rows(heldout=0))))
    return max(r.tokens_per_second for r in records[2:] if r.tokens_per_second is not None)
