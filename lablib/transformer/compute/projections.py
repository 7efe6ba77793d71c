"""Where queries, keys and values come from: three products of a token's vector with matrices."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from transformers.pytorch_utils import Conv1D

from lablib.attention.compute.multihead import vectors
from lablib.attention.compute.text import Reading, read
from lablib.models import LoadedModel
from lablib.numbers import require_place
from lablib.transformer.compute.anatomy import anatomy

Which = Literal["query", "key", "value"]
WHICH: tuple[Which, ...] = ("query", "key", "value")

_NAMES: dict[Which, tuple[str, ...]] = {
    "query": ("q_proj", "query", "q_lin"),
    "key": ("k_proj", "key", "k_lin"),
    "value": ("v_proj", "value", "v_lin"),
}
"""What families of models call the three matrices; GPT-2 has all in one, c_attn."""


@dataclass(frozen=True, eq=False)
class Projection:
    """One head's queries, keys or values as a product: `inputs @ matrix + bias`.

    Attributes:
        which: "query", "key" or "value".
        layer: from 0.
        head: from 0.
        tokens: the text.
        inputs: what the layer reads, x, [token, width].
        matrix: the head's own columns of the layer's matrix, [width, size].
        bias: [size]; zeros if there is none.
        result: the product, [token, size].
        turned: whether the model does more to it before scores are made of it: turns it by its
            place (rotary positions), or norms it.
    """

    which: Which
    layer: int
    head: int
    tokens: Reading
    inputs: Tensor
    matrix: Tensor
    bias: Tensor
    result: Tensor
    turned: bool

    def terms(self, token: int, number: int) -> Tensor:
        """The products that are added up to one number of the result, [width]; the bias comes on
        top.
        """
        return self.inputs[token] * self.matrix[:, number]


@torch.inference_mode()
def projection(
    m: LoadedModel, text: str | Reading, layer: int, head: int, which: Which = "query"
) -> Projection:
    """One head's queries, keys or values with the matrix that makes them: q = x W_Q + b.

    x is what attention reads: in GPT-2 the stream after the norm. With shared keys and values
    (grouped queries) a head's matrix is the one it shares.

    Raises:
        ValueError: if there is no such layer or head, or the matrices are not found.

    Example:
        >>> from lablib import models, transformer as tf
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> found = tf.projection(m, "The cat sat", layer=0, head=1, which="key")
        >>> torch.allclose(found.inputs @ found.matrix + found.bias, found.result, atol=1e-5)
        True
    """
    if which not in WHICH:
        raise ValueError(f"which is one of {', '.join(WHICH)}, and it was {which!r}.")
    tokens = read(m, text)
    seen = vectors(m, tokens, layer)
    heads, _, size = getattr(seen, which).shape
    require_place("head", head, heads, "This layer has")
    weight, bias = _matrix(m, layer, which)
    start = size * (head * (weight.shape[1] // size) // heads)
    matrix, bias = weight[:, start : start + size], bias[start : start + size]
    result = seen.inputs @ matrix + bias
    used = getattr(seen, which)[head]
    return Projection(
        which, layer, head, tokens, seen.inputs, matrix, bias, result,
        turned=not torch.allclose(used, result, rtol=1e-2, atol=1e-2 * float(used.abs().max())),
    )  # fmt: skip


def _matrix(m: LoadedModel, layer: int, which: Which) -> tuple[Tensor, Tensor]:
    """A layer's matrix and bias, all heads side by side: [width, sizes] and [sizes]."""
    whole = anatomy(m.model).blocks[layer].whole
    for name, module in whole.named_modules():
        last = name.split(".")[-1]
        if last == "c_attn" and isinstance(module, Conv1D):
            number = WHICH.index(which)
            weight, bias = module.weight.chunk(3, 1)[number], module.bias.chunk(3)[number]
            return weight.detach().float().cpu(), bias.detach().float().cpu()
        if last in _NAMES[which] and isinstance(module, nn.Linear):
            weight = module.weight.detach().T.float().cpu()
            bias = weight.new_zeros(weight.shape[1]) if module.bias is None else module.bias
            return weight, bias.detach().float().cpu()
    raise ValueError(
        f"In {type(m.model).__name__} the matrix of the {which} is not found: choose a model built "
        "like GPT-2, Llama, Qwen or BERT."
    )
