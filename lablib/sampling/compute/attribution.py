"""Which tokens of a text pushed the one that was written after them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from lablib.models.gradients import gradient_times_input

if TYPE_CHECKING:
    from lablib.models import LoadedModel


def attribution(m: "LoadedModel", ids: Sequence[int], place: int) -> Tensor:
    """How much each token before a place did for the log-probability of the token there, in nats:
    its gradient along the token's vector, times the vector. One pass forward and one back, so it is
    quick enough to be asked for while one points at a text.

    Args:
        ids: a text.
        place: of the token that is asked about, from 1; those after it are not read.

    Returns:
        [place], one number for each token before it.

    Raises:
        ValueError: if there is no such place with a token before it.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> ids = m.tokenizer("The king was so tired that he").input_ids
        >>> attribution(m, ids, place=6).shape
        torch.Size([6])
    """
    if not 0 < place < len(ids):
        raise ValueError(
            f"Choose a token from place 1 to {len(ids) - 1}: it takes one before it, and {place} "
            "is none of these."
        )
    model: Any = m.model
    given: dict[str, Any] = {"input_ids": torch.tensor([ids[:place]]).to(m.device)}

    def log_probability(output: Any) -> Tensor:
        chosen: Tensor = output.logits[0, -1].float().log_softmax(-1)[ids[place]]
        return chosen

    return gradient_times_input(model, given, log_probability)
