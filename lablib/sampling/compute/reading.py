"""Reading tokens with a model and remembering their keys and values, as fast as memory allows.

At batch size 1 a step is bound by memory: every weight is read once for every token. What else a
step costs is waste, and this module takes it out without leaving the stock models:

- `GrowingLayer` keeps keys and values in a buffer with room to spare. The stock cache copies all of
  them for every new token.
- `gpt2.GPT2Step` computes GPT-2's next scores from the stock model's own weights with half of the
  stock forward's work around the matrix products, and in 16 bits with faster products.

Every other architecture, a model with hooks, adapters or quantised layers, and a whole prompt go
through the stock forward. Tests hold the two equal.

Not every forward can go on from where it was: some take no cache (GPT-1), some need to be told the
positions (Bamba), some keep their state in the module, where one text disturbs another
(RecurrentGemma). Nothing says so, and the scores are silently wrong. So the first time a model is
read, its `Way` is found by trying: continued steps and two rows at once are held against readings
of the whole text.
"""

from collections.abc import Sequence
from contextlib import suppress
from enum import Enum
from inspect import signature
from threading import RLock
from typing import Any, cast

import torch
from torch import Tensor
from torch.utils.weak import WeakTensorKeyDictionary
from transformers import DynamicCache, PreTrainedModel
from transformers.cache_utils import DynamicLayer

from lablib.models.text import vectors
from lablib.sampling.compute.gpt2 import GPT2Step, is_plain_gpt2


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


class Way(Enum):
    """How a model can be read on after it has read some tokens, the fastest first."""

    TOLD = "it remembers keys and values, and is told the positions of new tokens"
    CACHED = "it remembers keys and values, and counts the positions itself"
    AGAIN = "it reads everything again, all rows at once"
    ONE_BY_ONE = "it reads everything again, one row at a time"

    @property
    def cached(self) -> bool:
        """Whether what was read before need not be read again."""
        return self in (Way.TOLD, Way.CACHED)


class Reader:
    """A causal model together with what it has read so far, for one or more rows of equal length.

    The weights are taken as they are when the reader is made: make a new one after changing them.

    Args:
        way: how to read on; None for the fastest that is right for this model (see `way_of`).
        keeps_states: whether the last hidden states of what is read are kept, in `states`.

    Attributes:
        states: of the tokens read last, [rows, n, width] float32 on the CPU; None if not kept.

    Raises:
        ValueError: if the model does not predict next tokens, or cannot be read on in any way.
    """

    def __init__(
        self, model: PreTrainedModel, way: Way | None = None, keeps_states: bool = False
    ) -> None:
        if model.config.is_encoder_decoder or not model.can_generate():
            raise ValueError(
                f"{type(model).__name__} does not predict the next token; "
                "load a model of the kind 'causal'."
            )
        self.model = model
        self._step = GPT2Step(model) if is_plain_gpt2(model) and not keeps_states else None
        self._parameters = set(signature(model.forward).parameters)
        self.way = way or (Way.CACHED if self._step else way_of(model))
        self._keeps_states = keeps_states
        self._found_states: list[Tensor] = []  # of each call of the model, of all it read
        self.states: Tensor | None = None
        self.clear()

    @property
    def length(self) -> int:
        """How many tokens of each row were read."""
        return len(self._rows[0]) if self._rows else 0

    def clear(self) -> None:
        """Forget everything."""
        self._rows: list[list[int]] = []
        self._cache = _new_cache(self.model) if self.way.cached else None

    @torch.inference_mode()
    def read(self, ids: Sequence[Sequence[int]]) -> Tensor:
        """Read more tokens, [rows][n] ids; return the scores for the next one, [rows, vocab]
        float32 on the CPU. If it fails, everything read is forgotten.
        """
        try:
            cache = self._cache
            self._found_states = []
            logits = self._continue(ids, cache) if cache is not None else self._read_again(ids)
        except BaseException:
            self.clear()
            raise
        self._rows = self._longer(ids)
        if self._keeps_states:
            self.states = torch.cat(self._found_states)[:, -len(ids[0]) :].to("cpu", torch.float32)
        return logits.to("cpu", torch.float32)

    def _longer(self, ids: Sequence[Sequence[int]]) -> list[list[int]]:
        """The rows with new tokens at their ends."""
        before: Sequence[Sequence[int]] = self._rows or [[]] * len(ids)
        return [[*old, *new] for old, new in zip(before, ids, strict=True)]

    def _continue(self, ids: Sequence[Sequence[int]], cache: DynamicCache) -> Tensor:
        """The scores after new tokens, from what is remembered of those before."""
        tokens = self._tensor(ids)
        if self._step and tokens.shape[1] == 1:
            return self._step(tokens[:, 0], cache, self.length)
        # Mamba's family has a name of its own for it.
        name = "cache_params" if "cache_params" in self._parameters else "past_key_values"
        more: dict[str, Any] = {name: cache, "use_cache": True}
        if self.way is Way.TOLD:
            places = torch.arange(self.length, self.length + tokens.shape[1], device=tokens.device)
            more["position_ids"] = places.expand(tokens.shape)
        return self._last(input_ids=tokens, **more)

    def _read_again(self, ids: Sequence[Sequence[int]]) -> Tensor:
        """The scores after everything, read anew as `model.generate` does it without a cache."""
        rows = self._longer(ids)
        parts = [[row] for row in rows] if self.way is Way.ONE_BY_ONE else [rows]
        with _turn_of(self.model):
            return torch.cat([self._last(**self._whole(part)) for part in parts])

    def _whole(self, rows: Sequence[Sequence[int]]) -> dict[str, Any]:
        """What the model is called with to read whole rows. XLNet sees every token it is given, so
        it must be told which place to guess.
        """
        given: dict[str, Any] = {"input_ids": self._tensor(rows)}
        if "target_mapping" in self._parameters:
            given = cast(Any, self.model).prepare_inputs_for_generation(**given)
            given["target_mapping"] = given["target_mapping"].to(self.model.dtype)
        return given | ({"use_cache": False} if "use_cache" in self._parameters else {})

    def _last(self, **inputs: Any) -> Tensor:
        """The scores the model gives at the last place of each row."""
        more: dict[str, Any] = {"logits_to_keep": 1} if "logits_to_keep" in self._parameters else {}
        if self._keeps_states:
            more["output_hidden_states"] = True
        output = self.model(**inputs, **more)
        if self._keeps_states:
            self._found_states.append(self._states_of(output, inputs["input_ids"]))
        return output.logits[:, -1]

    def _states_of(self, output: Any, ids: Tensor) -> Tensor:
        """The last hidden states, [rows, tokens, width]; XLNet gives those of the guessed place."""
        states = getattr(output, "hidden_states", None)
        if not states or states[-1].shape[:2] != ids.shape:
            raise ValueError(
                f"{type(self.model).__name__} does not give a vector for each token, which is "
                "needed here; choose another model."
            )
        return states[-1]

    def _tensor(self, ids: Sequence[Sequence[int]]) -> Tensor:
        return torch.tensor(ids, dtype=torch.long, device=self.model.device)

    @torch.inference_mode()
    def keep(self, length: int) -> int:
        """Forget all but the first `length` tokens; return how many are left.

        None are left for a model that cannot go back (sliding windows, recurrent states).
        """
        if length < self.length:
            if self._cache is not None and not all(
                type(x) is GrowingLayer for x in self._cache.layers
            ):
                self.clear()
            else:
                if self._cache is not None:
                    self._cache.crop(length - self.length)
                self._rows = [row[:length] for row in self._rows]
        return self.length

    @torch.inference_mode()
    def select(self, rows: Sequence[int]) -> None:
        """Go on with these rows, in this order; a row may be named more than once."""
        if self._cache is not None:
            self._cache.reorder_cache(torch.LongTensor(rows))
        self._rows = [self._rows[row] for row in rows]


def _new_cache(model: PreTrainedModel) -> DynamicCache:
    cache = DynamicCache(config=model.config)
    cache.layers = [
        GrowingLayer() if type(layer) is DynamicLayer else layer for layer in cache.layers
    ]
    return cache


_ways: WeakTensorKeyDictionary = WeakTensorKeyDictionary()
_turns: WeakTensorKeyDictionary = WeakTensorKeyDictionary()
"""What is known of a model, and whose turn it is to read with it, by its token vectors: copies that
share them (see `attention.watching.shared_weight_copy`) are one model.
"""
_finding = RLock()


def _token_vectors(model: PreTrainedModel) -> Tensor:
    embeddings: Any = model.get_input_embeddings()
    return torch.as_tensor(embeddings.weight)


def _turn_of(model: PreTrainedModel) -> RLock:
    """The lock of a model: where it keeps its state in the module, one thread at a time reads."""
    with _finding:
        return _turns.setdefault(_token_vectors(model), RLock())


def way_of(model: PreTrainedModel) -> Way:
    """The fastest way in which a model is read on rightly; it is found once for each open model.

    Raises:
        ValueError: if there is none.

    Example:
        >>> from lablib import models
        >>> way_of(models.load("pocket-gpt2", device="cpu").model).cached
        True
    """
    with _finding:
        vectors_of_model = _token_vectors(model)
        if vectors_of_model not in _ways:
            _ways[vectors_of_model] = _find_way(model)
        return _ways[vectors_of_model]


def _find_way(model: PreTrainedModel) -> Way:
    for way in (Way.TOLD, Way.CACHED, Way.AGAIN):
        with suppress(Exception):  # a forward called in a way it was not made for
            if _is_right(model, way):
                return way
    name = type(model).__name__
    try:
        right = _is_right(model, Way.ONE_BY_ONE)
    except RuntimeError as error:  # XLNet mixes 16 and 32 bits
        raise ValueError(
            f"{name} cannot compute with numbers of the type {model.dtype} ({error}): open it with "
            "device='cpu', where they are wider, or choose another model."
        ) from error
    if not right:
        raise ValueError(
            f"{name} gives other scores each time it reads the same text, so no text can be "
            "written with it here; choose another model."
        )
    return Way.ONE_BY_ONE


@torch.inference_mode()
def _is_right(model: PreTrainedModel, way: Way) -> bool:
    """Whether continued steps, two rows at once and going back give what whole readings give, with
    other readings in between.
    """
    if way is Way.TOLD and "position_ids" not in signature(model.forward).parameters:
        return False
    first, second = _two_texts(model)
    reader = Reader(model, way)
    reader.read([first[:3]])
    expected = Reader(model, Way.ONE_BY_ONE).read([first, second])
    reader.select([0, 0])
    reader.read([[first[3]], [second[3]]])
    reader.select([1, 0])
    for place in range(4, len(first)):
        steps = reader.read([[second[place]], [first[place]]]).flip(0)
    kept = reader.keep(3)
    back = reader.read([second[kept:], first[kept:]]).flip(0)
    forgetting = (expected[:1] - _last_alone(model, first)).abs().max()
    return all(_close(got, expected, forgetting, model.dtype) for got in (steps, back))


def _two_texts(model: PreTrainedModel) -> tuple[list[int], list[int]]:
    """Seven tokens from all over the vocabulary, twice; the last four differ. One of them is that
    of padding, which RoBERTa's family does not count when it counts positions.
    """
    ids = [vectors(model) * part // 12 for part in (1, 7, 4, 9, 2, 6, 10, 3, 8, 5, 11)]
    padding = getattr(model.config.get_text_config(), "pad_token_id", None)
    ids[1] = padding if isinstance(padding, int) and padding < vectors(model) else ids[1]
    return ids[:7], ids[:3] + ids[7:]


def _last_alone(model: PreTrainedModel, ids: Sequence[int]) -> Tensor:
    """The scores after a text of which all but the last token was forgotten, at its own place where
    the model can be told it.
    """
    reader = Reader(model, Way.ONE_BY_ONE)
    given = reader._whole([ids[-1:]])
    if "position_ids" in reader._parameters:
        given["position_ids"] = reader._tensor([[len(ids) - 1]])
    return reader._last(**given).float().cpu()


def _close(got: Tensor, expected: Tensor, forgetting: Tensor, dtype: torch.dtype) -> bool:
    """Whether scores differ by rounding only: by a small share of what they would change by if all
    but the last token were forgotten, or by next to nothing of what they are.
    """
    share = max(1e-4, 12 * torch.finfo(dtype).eps)
    error = (got - expected).abs().max()
    return bool(error <= share * forgetting or error <= 5e-6 * expected.abs().max())
