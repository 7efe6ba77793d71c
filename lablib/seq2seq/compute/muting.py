"""What a cross-attention head is for: mute it, and see what the translation becomes.

A muted head's output is set to zero before the layer mixes its heads, in a model that shares the
weights of the one everybody uses.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from torch import Tensor, nn

from lablib.attention.compute.heads import Head, require_encoder_decoder, require_head
from lablib.attention.compute.steps import entropy
from lablib.models import LoadedModel
from lablib.models.watching import shared_weight_copy
from lablib.seq2seq.compute.forcing import losses
from lablib.seq2seq.compute.translation import MOST_TOKENS, Translation, translate

CROSS = ("EncDecAttention", "encoder_attn", "cross_attn", "crossattention.self")
"""What architectures call the attention from decoder to encoder: T5, BART and Marian, others."""
OUTPUTS = ("o", "out_proj")
"""What they call the matrix in it that mixes the heads."""


@dataclass(frozen=True, eq=False)
class Muting:
    """What a model writes with all its heads, and without some.

    Attributes:
        heads: the heads of cross-attention that were muted.
        before: what the model writes as it is.
        after: what it writes without these heads.
        loss_before: how surprised the whole model is by its own text, in nats per token.
        loss_after: how surprised the model without these heads is by the same text.
    """

    heads: tuple[Head, ...]
    before: Translation
    after: Translation
    loss_before: float
    loss_after: float

    @property
    def entropy(self) -> Tensor:
        """How spread out each head of cross-attention is, in bits, mean over the target tokens of
        the whole model, [layers, heads].
        """
        return entropy(self.before.maps.cross.weights).mean(-1)


def mute(m: LoadedModel, text: str, heads: Sequence[Head] = (), most: int = MOST_TOKENS) -> Muting:
    """What a model writes with all its heads, and with some heads of cross-attention muted.

    Raises:
        ValueError: if there is no such head, or the model's cross-attention is not known here.

    Example:
        >>> from lablib import models, seq2seq as ss
        >>> m = models.load("pocket-t5", device="cpu")
        >>> every = [(layer, head) for layer in range(3) for head in range(4)]
        >>> found = ss.mute(m, "plural: the old dog", every)
        >>> found.loss_after > found.loss_before
        True
    """
    without = muted(m, heads)
    before = translate(m, text, most=most)
    return Muting(
        heads=tuple(heads),
        before=before,
        after=translate(without, text, most=most),
        loss_before=float(losses(m, before.source, before.ids).mean()),
        loss_after=float(losses(without, before.source, before.ids).mean()),
    )


def muted(m: LoadedModel, heads: Sequence[Head]) -> LoadedModel:
    """The model with these heads of cross-attention muted; it shares all weights with `m`, which
    stays as it is.

    Raises:
        ValueError: see `mute`.

    Example:
        >>> from lablib import models, seq2seq as ss
        >>> m = models.load("pocket-t5", device="cpu")
        >>> without = ss.muted(m, [(0, 1)])
        >>> without.model is m.model, without.tokenizer is m.tokenizer
        (False, True)
    """
    require_encoder_decoder(m)
    model: Any = shared_weight_copy(m.model).eval()
    layers = cross_attentions(model)
    count = heads_of(m)
    for one in heads:
        require_head(one, len(layers), count, "The decoder")
    for number, attention in enumerate(layers):
        places = [head for layer, head in heads if layer == number]
        output = next(getattr(attention, name) for name in OUTPUTS if hasattr(attention, name))
        output.register_forward_pre_hook(partial(_silence, places, count))
    return replace(m, model=model)


def heads_of(m: LoadedModel) -> int:
    """How many heads a layer of the decoder has."""
    config: Any = m.model.config
    return int(getattr(config, "decoder_attention_heads", config.num_attention_heads))


def cross_attentions(model: nn.Module) -> list[nn.Module]:
    """The attention from decoder to encoder of each layer, the first layer's first.

    Raises:
        ValueError: if none is known.

    Example:
        >>> cross_attentions(nn.Linear(2, 2))
        Traceback (most recent call last):
        ...
        ValueError: The cross-attention of Linear is not known here: choose T5, BART or Marian.
    """
    found = [part for name, part in model.named_modules() if name.endswith(CROSS)]
    if not found:
        raise ValueError(
            f"The cross-attention of {type(model).__name__} is not known here: choose T5, BART or "
            "Marian."
        )
    return found


def _silence(places: list[int], count: int, _: nn.Module, given: tuple[Tensor]) -> tuple[Tensor]:
    """The heads' outputs side by side, [..., heads · size], with zeros for those that are muted."""
    heads = given[0].unflatten(-1, (count, -1)).clone()
    heads[..., places, :] = 0
    return (heads.flatten(-2),)
