"""Running a model and seeing, or changing, what each of its attention layers does.

Two ideas make this work for (nearly) every model of `transformers`, from several threads, and
without touching the model everybody shares:

- A *twin*: the same weights in memory, but modules and settings of its own. It takes a few
  milliseconds to make, and whatever is set on it is gone with it.
- An attention function of our own, registered with `transformers`
  (https://huggingface.co/docs/transformers/attention_interface). The twin calls it in place of its
  fast one. It lets the model's own plain ("eager") attention compute, and shows what went in and
  came out to whoever is watching. So queries and keys are seen as the scores are made from them:
  after GPT-2's fused projection was split, after rotary positions, after query and key norms.

Models that do not use this interface (GPT-Neo, BLOOM, XLNet, DeBERTa, …) run with the attention
they have; they give their weights, and nothing else can be seen or changed.
"""

import copy
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

from torch import Tensor, nn
from transformers import AttentionInterface, AttentionMaskInterface, PreTrainedModel
from transformers.masking_utils import eager_mask

M = TypeVar("M", bound=nn.Module)

WATCHED, UNMASKED = "lablib_watched", "lablib_unmasked"
"""What the attention function is registered as, with the model's masks and without any."""


@dataclass(frozen=True, eq=False)
class AttentionCall:
    """One call of an attention layer; all of it for one batch.

    Attributes:
        module: the attention layer.
        query: [batch, heads, query, size], as the scores are made from them.
        key: [batch, key heads, key, size]; with grouped queries there are fewer heads of keys.
        value: [batch, key heads, key, value size].
        settings: whatever else the model gave to its attention: scaling, position bias, …
        mask: what is added to the scaled scores, or None.
        output: [batch, query, heads, value size]: what goes into the output projection.
        weights: [batch, heads, query, key].
    """

    module: nn.Module
    query: Tensor
    key: Tensor
    value: Tensor
    mask: Tensor | None
    settings: dict[str, Any]
    output: Tensor
    weights: Tensor


Watcher = Callable[[AttentionCall], tuple[Tensor, Tensor]]
"""Sees one call and says with which output and weights the model goes on."""

_watcher: ContextVar[Watcher | None] = ContextVar("watcher", default=None)


def _attend(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    **settings: Any,
) -> tuple[Tensor, Tensor]:
    """The module's own plain attention, shown to the watcher."""
    plain = sys.modules[type(module).__module__].eager_attention_forward
    output, weights = plain(module, query, key, value, attention_mask, **settings)
    watcher = _watcher.get()
    if watcher is None:
        return output, weights
    return watcher(
        AttentionCall(module, query, key, value, attention_mask, settings, output, weights)
    )


AttentionInterface.register(WATCHED, _attend)
AttentionMaskInterface.register(WATCHED, eager_mask)
AttentionInterface.register(UNMASKED, _attend)
AttentionMaskInterface.register(UNMASKED, lambda *_, **__: None)


def shared_weight_copy(model: M) -> M:
    """A model over the same weights and buffers in memory, with modules and settings of its own.

    Example:
        >>> first = nn.Linear(2, 2)
        >>> second = shared_weight_copy(first)
        >>> second is first, second.weight is first.weight
        (False, True)
    """
    shared = {id(tensor): tensor for tensor in (*model.parameters(), *model.buffers())}
    return copy.deepcopy(model, shared)  # what `memo` holds is taken as it is


def watchable(model: PreTrainedModel, masked: bool = True) -> PreTrainedModel:
    """A twin whose attention can be watched (see `watching`), as far as its architecture allows.

    Args:
        masked: False to let every token see all of them, in models that otherwise hide some.
    """
    other = shared_weight_copy(model).eval()
    if can_be_watched(model):
        other.set_attn_implementation(WATCHED if masked else UNMASKED)
        return other
    for part in other.modules():
        if isinstance(part, PreTrainedModel):  # Falcon cannot be set, and reads this all the same
            part.config._attn_implementation = "eager"
    return other


def can_be_watched(model: PreTrainedModel) -> bool:
    """Whether the architecture lets another function compute its attention.

    Example:
        >>> from transformers import BloomConfig, BloomModel, GPT2Config, GPT2Model
        >>> can_be_watched(GPT2Model(GPT2Config(n_layer=1, n_embd=8, n_head=2)))
        True
        >>> can_be_watched(BloomModel(BloomConfig(n_layer=1, hidden_size=8, n_head=2)))
        False
    """
    return all(
        hasattr(sys.modules[type(part).__module__], "eager_attention_forward")
        for part in model.modules()
        if isinstance(part, PreTrainedModel)
    )


def require_watchable(model: PreTrainedModel) -> None:
    """Refuse a model whose attention gives its weights and nothing else.

    Raises:
        ValueError: a sentence that says so.
    """
    if not can_be_watched(model):
        raise ValueError(
            f"{type(model).__name__} computes its attention in a way of its own: its maps can be "
            "shown, and nothing inside can be seen or changed. Choose another model for this, as "
            "GPT-2, BERT or Llama."
        )


@contextmanager
def watching(watcher: Watcher) -> Iterator[None]:
    """Within this block, on this thread, `watcher` sees every call of a watchable model."""
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)


def run_watched(model: Any, given: Mapping[str, Tensor], keep: Callable[[Tensor], Tensor]) -> Any:
    """A watchable model's output with its attention weights, of each layer what is to be kept of
    them: all layers' weights together may take more memory than there is.

    Args:
        given: what the model is called with.
        keep: makes what is kept of a layer's weights, [batch, heads, query, key].

    Example:
        >>> import torch
        >>> from transformers import GPT2Config, GPT2Model
        >>> model = watchable(GPT2Model(GPT2Config(n_layer=1, n_embd=8, n_head=2)))
        >>> output = run_watched(model, {"input_ids": torch.tensor([[5, 6]])}, torch.Tensor.half)
        >>> output.attentions[0].dtype, output.attentions[0].shape
        (torch.float16, torch.Size([1, 2, 2, 2]))
    """

    def store(call: AttentionCall) -> tuple[Tensor, Tensor]:
        return call.output, keep(call.weights)

    with watching(store):
        return model(**given, output_attentions=True)
