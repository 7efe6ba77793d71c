"""Attention rollout: which tokens of a text can have reached which place, by the attention alone
(Abnar and Zuidema 2020, "Quantifying Attention Flow in Transformers", section 3).
"""

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedModel

from lablib.models.watching import run_watched, watchable


def rolled_out(layers: Iterable[Tensor], residual: float = 0.5) -> Tensor:
    """How much of each token has reached each place after each layer: a layer passes on a mix of
    what its heads gather and of what was there already.

    Args:
        layers: of each layer the attention, the mean of its heads, [query, key].
        residual: which part comes past the heads, from 0 to 1.

    Returns:
        [layers, query, key].

    Example: the second token looks at the first, and so does the last one by way of it.
        >>> looks = torch.tensor([[1.0, 0, 0], [1, 0, 0], [0, 1, 0]])
        >>> rolled_out([looks, looks])[-1, -1].tolist()
        [0.25, 0.5, 0.25]
    """
    reached: list[Tensor] = []
    for layer in layers:
        own = torch.eye(len(layer))
        passed_on = (1 - residual) * layer.float() + residual * own
        reached.append(passed_on @ (reached[-1] if reached else own))
    return torch.stack(reached)


@torch.inference_mode()
def rollout_to_the_end(model: PreTrainedModel, given: Mapping[str, Tensor]) -> Tensor:
    """Which share of each token has reached the last place of a text, [tokens] on the CPU, from 0
    to 1; not-a-number for a model that gives no attention from token to token. Of each layer only
    the mean of its heads is kept, so that a long text takes little memory.

    Args:
        given: what the model is called with, a batch of one.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> shares = rollout_to_the_end(m.model, {"input_ids": torch.tensor([[5, 6, 7]])})
        >>> round(float(shares.sum()), 4)
        1.0
    """
    body: Any = watchable(model).base_model
    output = run_watched(body, given, lambda weights: weights.float().mean(1, keepdim=True))
    tokens = given["input_ids"].shape[1]
    layers = [layer for layer in output.get("attentions") or () if layer is not None]
    if not layers or any(layer.shape[-2:] != (tokens, tokens) for layer in layers):
        return torch.full((tokens,), torch.nan)
    return rolled_out(layer[0].float().mean(0).cpu() for layer in layers)[-1, -1]
