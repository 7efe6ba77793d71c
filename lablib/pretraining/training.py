"""The pretraining loop: seeded, resumable at any step, on the CPU or one GPU."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch.optim import Optimizer
from transformers import (
    BertForPreTraining,
    GPT2LMHeadModel,
    PreTrainedTokenizerBase,
    T5ForConditionalGeneration,
)

from lablib.training.corpus import batch, log_shares
from lablib.training.devices import has_fast_bf16
from lablib.training.made_up import Pair
from lablib.training.methods import trained
from lablib.training.objective import causal_loss, causal_rows, masked_loss, pair_loss
from lablib.training.optimizers import descend, make_optimizers
from lablib.training.pairs import PairBatches
from lablib.training.recipe import Model, Recipe

Loss = Callable[[Any, torch.Generator], torch.Tensor]
Learned = np.ndarray | Sequence[Pair]
"""What is learned: texts as a stream of token ids [tokens], or for T5 pairs of texts."""


def train(
    model: Model,
    tokenizer: PreTrainedTokenizerBase,
    data: Learned,
    recipe: Recipe,
    folder: Path,
    save_every: int = 200,
    compiled: bool = False,
) -> Iterator[tuple[int, float]]:
    """Train to the recipe's last step, yielding (step, loss in nats) for each one.

    Where `folder` holds a checkpoint the run goes on from it and gives the same weights as an
    unbroken one would have: batches and masks are pure functions of (seed, step).
    """
    optimizers = make_optimizers(model, recipe)
    start = restore(folder, model, optimizers)
    batch_at = make_batches(data, tokenizer, recipe)
    in_bf16 = has_fast_bf16(model.device)
    loss_of = make_loss(model, tokenizer, recipe)
    loss_of = torch.compile(loss_of) if compiled else loss_of
    model.train()
    for step in range(start, recipe.steps):
        rng = torch.Generator().manual_seed(recipe.seed * 1_000_003 + step)
        rows = batch_at(step)
        with torch.autocast(model.device.type, torch.bfloat16, enabled=in_bf16):
            loss = loss_of(rows, rng)
        descend(loss, optimizers, recipe, step)
        if (step + 1) % save_every == 0 or step + 1 == recipe.steps:
            checkpoint(folder, model, optimizers, recipe, step + 1)
        yield step, loss.item()


def make_batches(
    data: Learned, tokenizer: PreTrainedTokenizerBase, recipe: Recipe
) -> Callable[[int], Any]:
    """What gives the batch of each step: a pure function of the step."""
    if isinstance(data, np.ndarray):
        return lambda step: batch(data, step, recipe.batch, recipe.window, recipe.seed)
    return PairBatches(data, tokenizer, recipe)


def mix(model: Model, start: Model, share: float) -> None:
    """Move a model's weights back towards those its training began with, by a share of the way.

    Between the two ends of a further training the loss has no hill, and a mean of both keeps what
    the first had memorised and the second has read too seldom (Wortsman et al. 2022, "Robust
    fine-tuning of zero-shot models").
    """
    before = dict(start.named_parameters())
    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.lerp_(before[name].to(weight.device), share)


def start_from_frequencies(model: BertForPreTraining, stream: np.ndarray) -> None:
    """Let the word head begin by guessing each word as often as the ids [tokens] have it, which is
    all it would learn for its first hundred steps.
    """
    with torch.no_grad():
        model.cls.predictions.bias.copy_(log_shares(stream, model.config.vocab_size))


def make_loss(model: Model, tokenizer: PreTrainedTokenizerBase, recipe: Recipe) -> Loss:
    """The loss of the model's kind, as a function of a batch and a random generator."""
    if isinstance(model, T5ForConditionalGeneration):
        return lambda rows, rng: pair_loss(model, rows)
    if not isinstance(model, GPT2LMHeadModel):
        return lambda ids, rng: masked_loss(model, ids, tokenizer, rng, recipe.masked_share)

    price = recipe.attention_price
    if price:
        model.set_attn_implementation("eager")  # the only one that says where it looked

    def loss_of(ids: torch.Tensor, rng: torch.Generator) -> torch.Tensor:
        start, share = tokenizer.bos_token_id, recipe.repeated_share
        rows, labels = causal_rows(ids, start, model.config.vocab_size, share, rng)
        return causal_loss(model, rows.to(model.device), labels.to(model.device), price)

    return loss_of


def checkpoint(
    folder: Path, model: Model, optimizers: list[Optimizer], recipe: Recipe, step: int
) -> None:
    """Write weights, optimizer state and step, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {f"model.{n}": p.detach() for n, p in trained(model).items()}
    for i, optimizer in enumerate(optimizers):
        for j, state in optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{i}.{j}.{k}": torch.as_tensor(v) for k, v in state.items()}
    new = folder / "checkpoint.safetensors.new"
    about = {"step": str(step), "recipe": json.dumps(asdict(recipe)), "time": str(time.time())}
    save_file({k: v.contiguous().cpu() for k, v in tensors.items()}, new, metadata=about)
    new.replace(folder / "checkpoint.safetensors")


def restore(folder: Path, model: Model, optimizers: list[Optimizer]) -> int:
    """Load the checkpoint of `folder` into model and optimizers; the step to go on from, or 0."""
    path = folder / "checkpoint.safetensors"
    if not path.exists():
        return 0
    tensors = load_file(path)
    with torch.no_grad():
        for name, parameter in trained(model).items():
            parameter.copy_(tensors[f"model.{name}"])
    for i, optimizer in enumerate(optimizers):
        optimizer.load_state_dict(
            {**optimizer.state_dict(), "state": _optimizer_state(tensors, f"optimizer.{i}.")}
        )
    with safe_open(path, framework="pt") as file:
        return int(file.metadata()["step"])


def _optimizer_state(
    tensors: dict[str, torch.Tensor], prefix: str
) -> dict[int, dict[str, torch.Tensor]]:
    state: dict[int, dict[str, torch.Tensor]] = {}
    for name, tensor in tensors.items():
        if name.startswith(prefix):
            index, key = name.removeprefix(prefix).split(".")
            state.setdefault(int(index), {})[key] = tensor
    return state
