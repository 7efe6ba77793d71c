"""Gradient × input: how steeply an answer changes along the vectors of the tokens that were read
(Shrikumar et al. 2016, "Not Just a Black Box: Learning Important Features Through Propagating
Activation Differences").
"""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedModel

from lablib.models.hooks import hooked


@torch.inference_mode(False)
@torch.enable_grad()
def gradient_times_input(
    model: PreTrainedModel, given: Mapping[str, Tensor], answer: Callable[[Any], Tensor]
) -> Tensor:
    """The gradient of an answer along each token's vector, times the vector, [tokens] on the CPU.

    Args:
        given: what the model is called with, a batch of one.
        answer: makes one number of the model's output.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> given = {"input_ids": torch.tensor([[5, 6, 7]])}
        >>> gradient_times_input(m.model, given, lambda output: output.logits[0, -1, 8]).shape
        torch.Size([3])
    """
    # What was made in inference mode can take part in no gradient.
    given = {name: part.clone() for name, part in given.items()}
    found: list[Tensor] = []

    def keep(_: object, __: object, vectors: Tensor) -> Tensor:
        found.append(vectors.detach().requires_grad_())
        return found[-1]

    # A decoder finds a text's last token by its id, so it has to be given the ids.
    with hooked(model.get_input_embeddings().register_forward_hook, keep):
        value = answer(model(**given))
    (gradient,) = torch.autograd.grad(value, found[0])
    return (gradient * found[0]).sum(-1)[0].detach().float().cpu()
