"""Muon for matrices and AdamW for the rest, and the learning rates of both."""

from contextlib import nullcontext
from typing import Any

import torch
from torch.optim import AdamW, Muon, Optimizer
from torch.overrides import TorchFunctionMode

from lablib.training.devices import has_fast_bf16
from lablib.training.methods import trained
from lablib.training.recipe import Model, Recipe


def make_optimizers(model: Model, recipe: Recipe) -> list[Optimizer]:
    """Muon for the blocks' weight matrices, AdamW for embeddings, biases and norms.

    Muon orthogonalises the momentum of each matrix (Jordan et al. 2024); with the step scaled to
    AdamW's size (Liu et al. 2025, "Muon is scalable for LLM training") both take one learning rate.
    """
    named = trained(model)
    matrices = {n for n, p in named.items() if p.ndim == 2 and not _is_table(n)}
    return [
        Muon(
            [p for n, p in named.items() if n in matrices],
            lr=recipe.matrix_lr,
            weight_decay=recipe.weight_decay,
            adjust_lr_fn="match_rms_adamw",
        ),
        AdamW(
            [p for n, p in named.items() if n not in matrices],
            lr=recipe.other_lr,
            betas=(0.9, 0.95),
            weight_decay=0.0,
            fused=True,
        ),
    ]


def _is_table(name: str) -> bool:
    """Whether a matrix is a table of rows (an embedding, a classifier) and not a map of vectors."""
    tables = ("wte", "wpe", "embeddings", "lm_head", "cls.", "shared", "relative_attention_bias")
    return any(table in name for table in tables)


class Widened(TorchFunctionMode):
    """Inside it what asks for bfloat16 gets 32 bits: torch's Muon orthogonalises in bfloat16,
    which a processor without units for it emulates, thirty times slower.

    >>> with Widened():
    ...     torch.ones(1).bfloat16().dtype
    torch.float32
    """

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Copy instead of converting, since the caller may write into what it gets."""
        if func is torch.Tensor.bfloat16:
            return args[0].to(torch.float32, copy=True)
        return func(*args, **(kwargs or {}))


def set_learning_rates(optimizers: list[Optimizer], recipe: Recipe, step: int) -> None:
    """Give Muon (first) and AdamW (second) the learning rate of this step."""
    factor = recipe.learning_rate_factor(step)
    for optimizer, rate in zip(optimizers, (recipe.matrix_lr, recipe.other_lr), strict=True):
        for group in optimizer.param_groups:
            group["lr"] = rate * factor


def descend(loss: torch.Tensor, optimizers: list[Optimizer], recipe: Recipe, step: int) -> None:
    """Make the step (0-based) that lowers this loss, with a gradient of length 1 at most."""
    set_learning_rates(optimizers, recipe, step)
    loss.backward()
    groups = [group for optimizer in optimizers for group in optimizer.param_groups]
    torch.nn.utils.clip_grad_norm_([p for group in groups for p in group["params"]], 1.0)
    with nullcontext() if has_fast_bf16(loss.device) else Widened():
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad()
