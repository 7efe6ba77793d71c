"""Reading tokens with a model and remembering their keys and values, as fast as memory allows.

At batch size 1 a step is bound by memory: every weight is read once for every token. What else a
step costs is waste, and this module takes it out without leaving the stock models:

- `GrowingLayer` keeps keys and values in a buffer with room to spare. The stock cache copies all of
  them for every new token.
- `gpt2.GPT2Step` computes GPT-2's next scores from the stock model's own weights with half of the
  stock forward's work around the matrix products, and in 16 bits with faster products.

Every other architecture, a model with hooks, adapters or quantised layers, and a whole prompt go
through the stock forward. Tests hold the two equal.
"""

from collections.abc import Sequence
from inspect import signature
from typing import Any

import torch
from torch import Tensor
from transformers import DynamicCache, PreTrainedModel
from transformers.cache_utils import DynamicLayer

from lablib.sampling.gpt2 import GPT2Step, is_plain_gpt2


class GrowingLayer(DynamicLayer):
    """The keys and values of one layer, [rows, heads, length, head size], with room to grow.

    `keys` and `values` are the filled part of two buffers, which double when they are full: adding
    a token writes one token. Cropping is inherited: it only shortens the filled part.
    """

    _buffers: tuple[Tensor, Tensor] | None = None

    def update(
        self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any
    ) -> tuple[Tensor, Tensor]:
        """Append the keys and values of new tokens; return all of them."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        start = self.get_seq_length()
        end = start + key_states.shape[2]
        if self._buffers is None or self._buffers[0].shape[2] < end:
            self._buffers = (
                _enlarged(self.keys, start, key_states, 2 * end),
                _enlarged(self.values, start, value_states, 2 * end),
            )
        keys, values = self._buffers
        keys[:, :, start:end] = key_states
        values[:, :, start:end] = value_states
        self.keys, self.values = keys[:, :, :end], values[:, :, :end]
        return self.keys, self.values

    def reorder_cache(self, beam_idx: torch.LongTensor) -> None:
        """Keep these rows, in this order (a row may be named more than once)."""
        super().reorder_cache(beam_idx)
        self._buffers = None


def _enlarged(old: Tensor | None, filled: int, like: Tensor, capacity: int) -> Tensor:
    """A buffer [rows, heads, capacity, head size] that begins with the `filled` tokens of `old`."""
    rows, heads, _, size = like.shape
    buffer = like.new_empty(rows, heads, capacity, size)
    if old is not None and filled:
        buffer[:, :, :filled] = old
    return buffer


class Reader:
    """A causal model together with what it has read so far, for one or more rows of equal length.

    The weights are taken as they are when the reader is made: make a new one after changing them.

    Raises:
        ValueError: if the model does not predict next tokens.
    """

    def __init__(self, model: PreTrainedModel):
        if model.config.is_encoder_decoder or not model.can_generate():
            raise ValueError(
                f"{type(model).__name__} does not predict the next token; "
                "load a model of the kind 'causal'."
            )
        self.model = model
        self._step = GPT2Step(model) if is_plain_gpt2(model) else None
        only_last = "logits_to_keep" in signature(model.forward).parameters
        self._options = {"logits_to_keep": 1} if only_last else {}
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.length = 0
        self._cache = DynamicCache(config=self.model.config)
        self._cache.layers = [
            GrowingLayer() if type(layer) is DynamicLayer else layer for layer in self._cache.layers
        ]

    @torch.inference_mode()
    def read(self, ids: Sequence[Sequence[int]]) -> Tensor:
        """Read more tokens, [rows][n] ids; return the scores for the next one, [rows, vocab]
        float32 on the CPU. If it fails, everything read is forgotten.
        """
        tokens = torch.tensor(ids, dtype=torch.long, device=self.model.device)
        try:
            if self._step and tokens.shape[1] == 1:
                logits = self._step(tokens[:, 0], self._cache, self.length)
            else:
                logits = self._forward(tokens)
        except BaseException:
            self.clear()
            raise
        self.length += tokens.shape[1]
        return logits.to("cpu", torch.float32)

    def _forward(self, tokens: Tensor) -> Tensor:
        output = self.model(
            input_ids=tokens, past_key_values=self._cache, use_cache=True, **self._options
        )
        return output.logits[:, -1]

    @torch.inference_mode()
    def keep(self, length: int) -> int:
        """Forget all but the first `length` tokens; return how many are left.

        None are left for a model that cannot go back (sliding windows, recurrent states).
        """
        if length < self.length:
            if all(type(layer) is GrowingLayer for layer in self._cache.layers):
                self._cache.crop(length - self.length)
                self.length = length
            else:
                self.clear()
        return self.length

    @torch.inference_mode()
    def select(self, rows: Sequence[int]) -> None:
        """Go on with these rows, in this order; a row may be named more than once."""
        self._cache.reorder_cache(torch.LongTensor(rows))
