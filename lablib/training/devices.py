"""What is fast on a device, and how much memory is taken: the engine's choices for "auto"."""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING, Any

import psutil
import torch

from lablib.randomness import replayed
from lablib.training.config import AttentionKernel, Config, Precision

if TYPE_CHECKING:
    from transformers import PreTrainedModel

CPU_ROWS = 8
"""Rows computed at once on a CPU: fewer are slower and, as their gradients have to be kept while
the next ones are computed, take as much memory; more take more."""


def pick_precision(config: Config, device: torch.device) -> Precision:
    """The precision of the matrix products; the weights are always kept in 32 bits.

    Raises:
        ValueError: if the device cannot compute in the one that was chosen.

    >>> pick_precision(Config(precision="fp32"), torch.device("cpu"))
    'fp32'
    """
    if config.precision == "auto":
        return "bf16" if has_fast_bf16(device) else "fp32"
    if config.precision == "fp16" and device.type == "cpu":
        raise ValueError("precision 'fp16' needs a GPU: take 'bf16', 'fp32' or 'auto'.")
    return config.precision


def has_fast_bf16(device: torch.device) -> bool:
    """Whether products of 16-bit "brain floats" are done by the device and not emulated."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return device.type == "cpu" and (
        torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    )


def pick_attention(config: Config, device: torch.device) -> AttentionKernel:
    """The attention kernel. On a CPU the backward pass of the fused one is slower than three plain
    products.
    """
    if config.attention == "auto":
        return "eager" if device.type == "cpu" else "sdpa"
    return config.attention


def pick_micro_batch(config: Config, device: torch.device, processes: int) -> int:
    """How many rows a device computes at once, before memory has had a say."""
    share = -(-config.batch // processes)
    return min(share, config.micro_batch or (CPU_ROWS if device.type == "cpu" else share))


def pick_threads() -> int:
    """How many threads of a CPU compute a step: OMP_NUM_THREADS, else one for each core.

    Sums that are shared out otherwise are rounded otherwise, so the number is a part of a run. The
    one that torch has now will not do: it is another one in each thread, since
    `torch.set_num_threads` holds for the thread that calls it and for those that begin later.

    >>> pick_threads() >= 1
    True
    """
    given = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    if given.isdigit() and int(given):
        return int(given)
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(min(psutil.cpu_count(logical=False) or 1, allowed or 1), 1)


def tune(model: PreTrainedModel, config: Config, device: torch.device, moves: bool = True) -> None:
    """Make a model of one's own ready for the device: kernels, memory, compilation.

    Args:
        moves: whether it goes there now, or in shares later.
    """
    model.config.use_cache = False  # keys and values are kept for writing only
    if model._supports_sdpa:
        model.set_attn_implementation(pick_attention(config, device))
    fuse_gelu(model)
    if moves:
        torch.nn.Module.to(model, device)
    if config.checkpointing:
        model.activation_checkpointing_enable(_checkpointing(config))
    if config.compile:
        model.base_model.compile()


def _checkpointing(config: Config) -> dict[str, Any]:
    """What is computed once more has to drop the same; a compiler sees to that by itself."""
    if config.compile:
        return {"use_reentrant": False}
    return {"use_reentrant": False, "preserve_rng_state": False, "context_fn": replayed}


def fuse_gelu(model: torch.nn.Module) -> None:
    """Compute GPT-2's GELU in one kernel instead of eight; the function is the same."""
    from transformers.activations import NewGELUActivation

    for name, part in list(model.named_modules()):
        if isinstance(part, NewGELUActivation):
            model.set_submodule(name, torch.nn.GELU(approximate="tanh"))


def autocast(
    device: torch.device, precision: str, keeps: bool = True
) -> AbstractContextManager[object]:
    """Matrix products in this precision. A setting of each run and not of Accelerate's, which has
    one for the whole process, and so for all runs of a notebook.

    Args:
        keeps: whether the weights in 16 bits stay for the block, which would be all of a model that
            is sharded to save memory.
    """
    dtype = torch.float16 if precision == "fp16" else torch.bfloat16
    return torch.autocast(device.type, dtype, enabled=precision != "fp32", cache_enabled=keeps)


def memory_now(device: torch.device) -> int:
    """Bytes in use: of a GPU the most so far, else of this process at this moment."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    return int(psutil.Process().memory_info().rss)


def forget_peak(device: torch.device) -> None:
    """Let `memory_now` of a GPU begin anew: an earlier run of the notebook may have had more."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)


def give_back(device: torch.device) -> None:
    """Hand freed memory back to the system, which Python and torch keep for later."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif sys.platform == "linux":
        with suppress(OSError, AttributeError):  # a C library without it
            ctypes.CDLL("libc.so.6").malloc_trim(0)
