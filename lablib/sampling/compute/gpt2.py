"""One more token through GPT-2, with as little as possible around the matrix products."""

from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import DynamicCache, GPT2LMHeadModel, PreTrainedModel
from transformers.pytorch_utils import Conv1D


class _Linear(NamedTuple):
    weight: Tensor  # [out, in]
    bias: Tensor  # [out]

    def __call__(self, x: Tensor) -> Tensor:
        """[in] → [out], or [rows, in] → [rows, out]."""
        if x.ndim == 1:
            return torch.addmv(self.bias, self.weight, x)
        return torch.addmm(self.bias, x, self.weight.T)


class _Norm(NamedTuple):
    weight: Tensor  # [width]
    bias: Tensor  # [width]
    epsilon: float

    def __call__(self, x: Tensor) -> Tensor:
        return torch.layer_norm(x, self.weight.shape, self.weight, self.bias, self.epsilon)


class _Block(NamedTuple):
    norm: _Norm
    attend: _Linear  # width → queries, keys and values
    mix: _Linear
    inner_norm: _Norm
    widen: _Linear
    narrow: _Linear
    heads: tuple[int, int, int, int, int]  # the shape of queries, keys and values together
    scale: float


class GPT2Step:
    """Reads one more token a row: (ids [rows], cache, position) → logits [rows, vocab].

    The numbers are those of the stock forward up to rounding, computed from the same weights in
    memory. A single row is a vector all the way, so that every product is matrix times vector.

    On the CPU in 16 bits the weights' storage is turned around once, to [out, in]: a product of a
    matrix stored that way and a vector is three times as fast. Their numbers and shapes stay.
    """

    def __init__(self, model: PreTrainedModel):
        body: Any = model.transformer
        if model.device.type == "cpu" and model.dtype in (torch.bfloat16, torch.float16):
            for part in body.modules():
                if isinstance(part, Conv1D):
                    _store_by_output(part)
        self._tokens, self._positions = body.wte.weight, body.wpe.weight
        self._blocks = [_block(block) for block in body.h]
        self._norm = _norm(body.ln_f)
        self._head: Any = model.lm_head.weight

    def __call__(self, ids: Tensor, cache: DynamicCache, position: int) -> Tensor:
        """The scores after one more token a row, which lies at `position`."""
        x = self._tokens[ids] + self._positions[position]
        x = x[0] if len(ids) == 1 else x  # [width] or [rows, width]
        layers: list[Any] = cache.layers
        for block, layer in zip(self._blocks, layers, strict=True):
            query, key, value = block.attend(block.norm(x)).view(block.heads).unbind(1)
            keys, values = layer.update(key, value)
            mixed = F.scaled_dot_product_attention(query, keys, values, scale=block.scale)
            x = x + block.mix(mixed.reshape(x.shape))
            inner = F.gelu(block.widen(block.inner_norm(x)), approximate="tanh")
            x = x + block.narrow(inner)
        return (self._norm(x) @ self._head.T).view(len(ids), -1)


def _block(block: Any) -> _Block:
    attention, mlp = block.attn, block.mlp
    return _Block(
        norm=_norm(block.ln_1),
        attend=_linear(attention.c_attn),
        mix=_linear(attention.c_proj),
        inner_norm=_norm(block.ln_2),
        widen=_linear(mlp.c_fc),
        narrow=_linear(mlp.c_proj),
        heads=(-1, 3, attention.num_heads, 1, attention.head_dim),
        scale=attention.scaling,
    )


def _linear(layer: Conv1D) -> _Linear:
    return _Linear(layer.weight.T, layer.bias)


def _norm(layer: torch.nn.LayerNorm) -> _Norm:
    return _Norm(layer.weight, layer.bias, layer.eps)


def _store_by_output(layer: Conv1D) -> None:
    """Store the weight, [in, out], with all inputs of one output side by side in memory."""
    with torch.inference_mode(layer.weight.is_inference()):  # as the weight was made
        if layer.weight.is_contiguous():
            layer.weight.data = layer.weight.data.T.contiguous().T


def is_plain_gpt2(model: PreTrainedModel) -> bool:
    """Whether the model computes just what GPT-2's code says: no hooks, adapters or dropout, and
    none but a stock attention function.
    """
    config = model.config
    return (
        type(model) is GPT2LMHeadModel
        and not model.training
        and not config.add_cross_attention
        and config._attn_implementation in ("sdpa", "eager")
        and config.activation_function in ("gelu_new", "gelu_pytorch_tanh")
        and all(
            type(part).__module__.startswith(("torch.nn.modules", "transformers."))
            and "forward" not in vars(part)
            and not part._forward_hooks
            and not part._forward_pre_hooks
            for part in model.modules()
        )
    )
