"""A model kept as its difference from another: LoRA factors, and a few weights of its own.

LoRA (Hu et al. 2021) learns for a weight matrix W two thin ones, A [rank, inputs] and
B [outputs, rank], and computes with W + scale · B A. The files are those of the library `peft`;
what they say is added to the weights once, when the model is opened, so nothing is left to compute
later and `peft` need not be installed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

ADAPTER_CONFIG = "adapter_config.json"
ADAPTER_WEIGHTS = "adapter_model.safetensors"
PREFIX = "base_model.model."
"""What `peft` puts before the name of every weight."""

_FACTORS = (".lora_A.weight", ".lora_B.weight")


def parameter_of(key: str) -> str | None:
    """The model's weight that a tensor of the adapter file stands for; None for a LoRA factor.

    Example:
        >>> parameter_of("base_model.model.bert.pooler.dense.base_layer.bias")
        'bert.pooler.dense.bias'
        >>> parameter_of("base_model.model.bert.pooler.dense.lora_A.weight") is None
        True
    """
    if key.endswith(_FACTORS):
        return None
    return key.removeprefix(PREFIX).replace(".base_layer.", ".")


def changes(
    tensors: dict[str, torch.Tensor], scale: float
) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
    """What an adapter's tensors say by name of weight, in 32 bits: what is added to a matrix
    (scale · B A), and what takes a weight's place.
    """
    wide = {key: tensor.float() for key, tensor in tensors.items()}
    end_a, end_b = _FACTORS
    stems = [key.removesuffix(end_a) for key in wide if key.endswith(end_a)]
    added = {
        f"{stem.removeprefix(PREFIX)}.weight": scale * wide[stem + end_b] @ wide[stem + end_a]
        for stem in stems
    }
    replaced = {name: t for key, t in wide.items() if (name := parameter_of(key))}
    return added, replaced


def apply(model: PreTrainedModel, folder: Path) -> set[str]:
    """Change a model as the adapter in `folder` says; the names of the weights it replaced.

    Changed weights are new tensors: those of the model's file stay as they are, mapped and shared.
    """
    from safetensors.torch import load_file

    settings = json.loads((folder / ADAPTER_CONFIG).read_text(encoding="utf-8"))
    scale = settings["lora_alpha"] / settings["r"]
    added, replaced = changes(load_file(folder / ADAPTER_WEIGHTS), scale)
    weights = _by_full_name(model)
    for name, change in added.items():
        weight = weights[name]
        weight.data = (weight.data + change.to(weight.device)).to(weight.dtype)
    replaced = {name: value for name, value in replaced.items() if name in weights}
    for name, value in replaced.items():
        weights[name].data = value.to(weights[name].device, weights[name].dtype)
    # A weight that is used in two places has two names and is given once.
    given = {id(weights[name]) for name in replaced}
    return {name for name, weight in weights.items() if id(weight) in given}


def _by_full_name(model: PreTrainedModel) -> dict[str, torch.nn.Parameter]:
    """The weights of a model by the names they have in the model with its heads, although this may
    be the encoder alone.
    """
    encoder = model.base_model_prefix
    prefix = "" if hasattr(model, encoder) else f"{encoder}."
    return {f"{prefix}{n}": w for n, w in model.named_parameters(remove_duplicate=False)}
