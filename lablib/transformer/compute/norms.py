"""Where the norm stands: before each part (pre-norm) or after each addition (post-norm)."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from lablib.numbers import require_count
from lablib.randomness import seeded

WIDTH, HEADS, TOKENS, TEXTS, LABELS = 64, 4, 16, 8, 100
"""The size of the models compared, and of what they read."""


@dataclass(frozen=True, eq=False)
class GradientSizes:
    """How large the gradient of each block is, before the first step of training.

    Attributes:
        pre: where the norm stands before each part: the root mean square of the gradient of each
            block's last feed-forward matrix, [block].
        post: the same where the norm stands after each addition.
    """

    pre: Tensor
    post: Tensor

    @property
    def last(self) -> float:
        """How many times as large the gradient of the last block is with post-norm."""
        return float(self.post[-1] / self.pre[-1])


def gradient_sizes(blocks: int, seed: int = 0) -> GradientSizes:
    """The gradients of two new models that differ in nothing but where the norm stands (Xiong et
    al. 2020, "On Layer Normalization in the Transformer Architecture", theorem 1 and figure 3).

    The vectors that go in, the weights (Xavier's) and the labels are the same for both. With
    post-norm the last block's gradient is as large in a deep model as in a shallow one; with
    pre-norm it falls with the root of the number of blocks.

    Raises:
        ValueError: if there is not at least one block.

    Example:
        >>> found = gradient_sizes(blocks=6)
        >>> found.pre.shape, found.last > 1
        (torch.Size([6]), True)
    """
    says = f"A model has at least one block, and {blocks} were asked for."
    require_count("blocks", blocks, says=says)
    return GradientSizes(*(_gradients(blocks, first, seed) for first in (True, False)))


@torch.inference_mode(False)  # a panel's worker is in it, and what is made there bears no gradient
@torch.enable_grad()
def _gradients(blocks: int, norm_first: bool, seed: int) -> Tensor:
    """The root mean square of the gradient of each block's last matrix, [block]."""
    with seeded(seed):
        x, labels = torch.randn(TEXTS, TOKENS, WIDTH), torch.randint(LABELS, (TEXTS, TOKENS))
        model: Any = nn.ModuleList(
            nn.TransformerEncoderLayer(WIDTH, HEADS, 4 * WIDTH, 0.0, "gelu", 1e-5, True, norm_first)
            for _ in range(blocks)
        )
        head = nn.Linear(WIDTH, LABELS, bias=False)
        for name, matrix in [*model.named_parameters(), *head.named_parameters()]:
            for part in matrix.chunk(3 if "in_proj" in name else 1):  # queries, keys, values
                if part.dim() > 1:
                    nn.init.xavier_uniform_(part)
    for block in model:
        x = block(x)
    x = nn.functional.layer_norm(x, [WIDTH]) if norm_first else x
    nn.functional.cross_entropy(head(x).flatten(0, 1), labels.flatten()).backward()
    return torch.stack([block.linear2.weight.grad.square().mean().sqrt() for block in model])
