"""What one attention layer of a real model works with: its queries, keys and values, and what each
head adds to the layer's output.

They are seen where the model computes attention from them (see `watching`), so they are right for
every architecture: after a fused projection was split, after rotary positions were applied, and
with shared keys and values repeated for all heads that use them.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from transformers.pytorch_utils import Conv1D

from lablib.attention.compute.heads import body
from lablib.attention.compute.steps import HIDDEN, AttentionSteps, steps
from lablib.attention.compute.text import Reading, read
from lablib.models import LoadedModel
from lablib.models.watching import AttentionCall, require_watchable, watchable, watching

TOLERANCE = 1e-4
"""By how much weights computed from the vectors may differ from the model's own, in float32."""


@dataclass(frozen=True, eq=False)
class LayerVectors:
    """What one attention layer computes its weights from; float32, on the CPU.

    Attributes:
        layer: which one, from 0.
        tokens: the tokens the model read.
        inputs: the token vectors the layer was given, [token, width].
        query: [head, query, size].
        key: [head, key, size].
        value: [head, key, value size].
        weights: the model's own attention, [head, query, key].
        scale: what the model multiplies scores by; 1/√size in most.
        causal: whether the layer hides all later tokens, and nothing else.
        hidden: what it hides where it does something else, as a sliding window, else None.
        bias: what it adds to the scaled scores, else None; both broadcast to [head, query, key].
    """

    layer: int
    tokens: Reading
    inputs: Tensor
    query: Tensor
    key: Tensor
    value: Tensor
    weights: Tensor
    scale: float
    causal: bool
    hidden: Tensor | None
    bias: Tensor | None

    def steps(
        self, masked: bool = True, scale: bool | float = True, temperature: float = 1.0
    ) -> AttentionSteps:
        """All stages for all heads, [head, …]: those of the model, if nothing else is asked for.

        Args:
            masked: False to let every token see all of them.
            scale: True for the model's own number, False for none, or another number.
        """
        return steps(
            self.query,
            self.key,
            self.value,
            causal=masked and self.causal,
            scale=self.scale if scale is True else scale,
            temperature=temperature,
            bias=self.bias,
            hidden=self.hidden if masked else None,
        )

    def added(self, head: int) -> Tensor | None:
        """What one head adds to its scaled scores, [query, key], None if nothing: the bias, and
        minus infinity at what is hidden, but for the causal mask.
        """
        bias, hidden = (
            None if part is None else part.expand_as(self.weights)[head]
            for part in (self.bias, self.hidden)
        )
        if hidden is None:
            return bias
        return torch.zeros(hidden.shape).masked_fill(hidden, HIDDEN) + (0 if bias is None else bias)


@dataclass(frozen=True, eq=False)
class HeadParts:
    """What each head adds to the output of its layer; float32, on the CPU.

    The heads' outputs, side by side, go through one matrix W^O. As that is linear, the result is a
    sum with one part for each head, plus the matrix's bias: `parts.sum(0) + bias`.

    Attributes:
        layer: which one, from 0.
        tokens: the tokens the model read.
        parts: each head's part, [head, token, width].
        bias: [width]; zeros if there is none.
    """

    layer: int
    tokens: Reading
    parts: Tensor
    bias: Tensor

    @property
    def norms(self) -> Tensor:
        """The length of each part, [head, token] (Kobayashi et al. 2020, "Attention is Not Only a
        Weight: Analyzing Transformers with Vector Norms").
        """
        return self.parts.norm(dim=-1)

    @property
    def shares(self) -> Tensor:
        """Each head's share of the lengths of all parts, [head, token]; a token's sum to 1."""
        return self.norms / self.norms.sum(0)


@torch.inference_mode()
def vectors(
    m: LoadedModel, text: str | Reading, layer: int, pair: str | None = None
) -> LayerVectors:
    """The queries, keys and values of one layer for a text.

    Raises:
        ValueError: if there is no such layer, or the model's attention is more than
            softmax(QKᵀ · scale + bias)V, so that these vectors do not explain its weights.

    Example:
        >>> from lablib import attention as at, models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> found = at.vectors(m, "The cat sat", layer=0)
        >>> found.query.shape == found.key.shape, found.weights.shape[1:]
        (True, torch.Size([3, 3]))
    """
    seen, tokens = _observe(m, text, layer, pair)
    call = seen.call
    groups = call.query.shape[1] // call.key.shape[1]
    key, value = (part.repeat_interleave(groups, 1) for part in (call.key, call.value))
    causal, hidden, bias = _mask(call)
    result = LayerVectors(
        layer=layer,
        tokens=tokens,
        inputs=_plain(seen.inputs),
        query=_plain(call.query),
        key=_plain(key),
        value=_plain(value),
        weights=_plain(call.weights),
        scale=float(call.settings.get("scaling") or call.query.shape[-1] ** -0.5),
        causal=causal,
        hidden=hidden,
        bias=bias,
    )
    rounding = TOLERANCE + 4 * torch.finfo(call.weights.dtype).eps
    if not torch.allclose(result.steps().weights, result.weights, 0, rounding, equal_nan=True):
        raise ValueError(
            f"The attention of {type(m.model).__name__} is more than softmax(QKᵀ/√d)V, so its "
            "stages cannot be shown one by one; its maps can."
        )
    return result


@torch.inference_mode()
def head_parts(
    m: LoadedModel, text: str | Reading, layer: int, pair: str | None = None
) -> HeadParts:
    """What each head of a layer adds to the layer's output, for every token of a text.

    Raises:
        ValueError: if there is no such layer, or its heads do not go into one matrix.

    Example:
        >>> from lablib import attention as at, models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> found = at.head_parts(m, "The cat sat", layer=0)
        >>> (found.parts.sum(0) + found.bias).shape == found.parts.shape[1:]
        True
    """
    seen, tokens = _observe(m, text, layer, pair)
    output = seen.call.output[0]  # [token, head, size]
    if seen.mix is None or not seen.mixed.equal(output.flatten(1)):
        raise ValueError(
            f"In {type(m.model).__name__} something happens between the heads and the matrix that "
            "mixes them, so the heads' parts cannot be told apart."
        )
    alone = torch.eye(output.shape[1], device=output.device, dtype=output.dtype)
    one_head_each = output * alone[:, None, :, None]  # [head, token, head, size]: 0 elsewhere
    bias = seen.mix(torch.zeros_like(output[0].flatten()))
    parts = seen.mix(one_head_each.flatten(2)) - bias
    return HeadParts(layer, tokens, parts.float().cpu(), bias.float().cpu())


class _Seen(NamedTuple):
    """What passed through one attention layer: what went in, its call, and the matrix after it."""

    inputs: Tensor
    call: AttentionCall
    mix: nn.Module | None
    mixed: Tensor


def _observe(
    m: LoadedModel, text: str | Reading, layer: int, pair: str | None
) -> tuple[_Seen, Reading]:
    """Run the model and look at one of its attention layers."""
    model = body(m)
    require_watchable(model)
    tokens = read(m, text, pair)
    observer = _Observer(layer)
    other = watchable(model)
    for module in other.modules():
        module.register_forward_pre_hook(observer.enter, with_kwargs=True)
    with watching(observer.attend):
        other(**tokens.inputs(m))
    if observer.seen is None:
        raise ValueError(
            f"This model has attention layers 0 to {observer.calls - 1}, and {layer} was asked for."
        )
    return observer.seen, tokens


class _Observer:
    """Follows a model through its modules and keeps what happens at one attention layer."""

    def __init__(self, layer: int):
        self.layer = layer
        self.calls = 0
        self.seen: _Seen | None = None
        self._given: dict[nn.Module, Tensor] = {}

    def enter(self, module: nn.Module, args: tuple[Any, ...], named: dict[str, Any]) -> None:
        """Before any module runs: the first linear map after the layer is the one that mixes."""
        given = next((x for x in (*args, *named.values()) if isinstance(x, Tensor)), None)
        if given is None:
            return
        self._given[module] = given
        if self.seen and not self.seen.mix and isinstance(module, nn.Linear | Conv1D):
            self.seen = self.seen._replace(mix=module, mixed=given[0])

    def attend(self, call: AttentionCall) -> tuple[Tensor, Tensor]:
        """At each attention layer."""
        if self.calls == self.layer:
            self.seen = _Seen(self._given[call.module], call, None, call.output)
        self.calls += 1
        return call.output, call.weights


def _mask(call: AttentionCall) -> tuple[bool, Tensor | None, Tensor | None]:
    """What a layer's mask means: whether it is the causal one, what it hides, what it adds."""
    bias = call.settings.get("position_bias")
    bias = None if bias is None else _plain(bias)
    if call.mask is None:
        return False, None, bias
    mask = _plain(call.mask)
    hidden = mask < torch.finfo(call.mask.dtype).min / 2
    added = mask.masked_fill(hidden, 0)
    if added.any():
        bias = added if bias is None else bias + added
    causal = torch.ones_like(hidden).triu(1)
    if hidden.equal(causal):
        return True, None, bias
    return False, hidden if hidden.any() else None, bias


def _plain(part: Tensor) -> Tensor:
    """One of a batch of one, in float32 on the CPU."""
    return part[0].float().cpu()
