"""Where a model keeps its parts: embeddings, blocks, norms, feed-forward networks.

All transformers are built of the same parts, and every family of them in `transformers` has other
names for these. What differs in kind (where the norm stands, which norm, how positions come in,
whether the feed-forward is gated) is said as well.
"""

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from torch import nn
from transformers import PreTrainedModel

from lablib.numbers import require_place

Positions = Literal["learned", "rotary"]


class Layout(NamedTuple):
    """The names a family of models has for its parts, from its body or from one of its blocks."""

    tokens: str
    positions: str
    positions_kind: Positions
    blocks: str
    last_norm: str
    norm_first: bool
    norms: tuple[str, str]
    attention: str
    mlp: str
    last_matrix: str


_GPT2 = Layout(
    tokens="wte", positions="wpe", positions_kind="learned", blocks="h", last_norm="ln_f",
    norm_first=True, norms=("ln_1", "ln_2"), attention="attn", mlp="mlp",
    last_matrix="mlp.c_proj",
)  # fmt: skip
_LLAMA = Layout(
    tokens="embed_tokens", positions="rotary_emb", positions_kind="rotary", blocks="layers",
    last_norm="norm", norm_first=True, norms=("input_layernorm", "post_attention_layernorm"),
    attention="self_attn", mlp="mlp", last_matrix="mlp.down_proj",
)  # fmt: skip
# Gemma norms what a part gives before it is added: that norm is the last step of the part.
_GEMMA = _LLAMA._replace(
    norms=("input_layernorm", "pre_feedforward_layernorm"),
    attention="post_attention_layernorm", mlp="post_feedforward_layernorm",
)  # fmt: skip
_BERT = Layout(
    tokens="embeddings.word_embeddings", positions="embeddings.position_embeddings",
    positions_kind="learned", blocks="encoder.layer", last_norm="", norm_first=False,
    norms=("attention.output.LayerNorm", "output.LayerNorm"), attention="attention.output.dense",
    mlp="output.dense", last_matrix="output.dense",
)  # fmt: skip
_DISTILBERT = _BERT._replace(
    blocks="transformer.layer", norms=("sa_layer_norm", "output_layer_norm"),
    attention="attention", mlp="ffn", last_matrix="ffn.lin2",
)  # fmt: skip

LAYOUTS = (_GEMMA, _GPT2, _LLAMA, _BERT, _DISTILBERT)
"""The families; the first whose names a model has is its own."""


class Block(NamedTuple):
    """The modules of one block.

    Attributes:
        whole: the block.
        norms: the norm of its attention and that of its feed-forward.
        attention: what gives that which attention adds.
        mlp: what gives that which the feed-forward adds.
        last_matrix: the feed-forward's matrix back to the width; its input are the units.
    """

    whole: nn.Module
    norms: tuple[nn.Module, nn.Module]
    attention: nn.Module
    mlp: nn.Module
    last_matrix: nn.Module


@dataclass(frozen=True)
class Architecture:
    """How a model differs in kind from another one.

    Attributes:
        positions: "learned" if a vector for each place is added to the token's, "rotary" if the
            queries and keys are turned by their place (Su et al. 2021, "RoFormer").
        norm: the name of the norm's class: LayerNorm, or RMSNorm, which takes away no mean.
        norm_first: whether a part reads its input through the norm (pre-norm), or the norm comes
            after the addition (post-norm).
        activation: the feed-forward's nonlinearity, as the configuration has it.
        gated: whether the feed-forward multiplies two branches (Shazeer 2020, "GLU Variants
            Improve Transformer").
    """

    positions: Positions
    norm: str
    norm_first: bool
    activation: str
    gated: bool


class Anatomy(NamedTuple):
    """The modules of a model by what they do, and what kind of model it is.

    `positions` gives vectors, or cosines and sines if they are rotary; `last_norm` is None where
    every block ends with a norm.
    """

    tokens: nn.Module
    positions: nn.Module
    blocks: tuple[Block, ...]
    last_norm: nn.Module | None
    architecture: Architecture


def anatomy(model: PreTrainedModel) -> Anatomy:
    """Find the parts of a GPT-2-, Llama-, Qwen-, Gemma- or BERT-shaped model.

    Raises:
        ValueError: if its parts have other names, or are other parts.

    Example:
        >>> from transformers import GPT2Config, GPT2LMHeadModel
        >>> found = anatomy(GPT2LMHeadModel(GPT2Config(n_layer=3, n_embd=8, n_head=2)))
        >>> len(found.blocks), found.architecture.norm, found.architecture.norm_first
        (3, 'LayerNorm', True)
    """
    body: nn.Module = model.base_model
    layout = next((one for one in LAYOUTS if _fits(body, one)), None)
    if layout is None or model.config.is_encoder_decoder:
        raise ValueError(
            f"The parts of {type(model).__name__} are not among those taken apart here: choose "
            "a model built like GPT-2, Llama, Qwen or BERT."
        )
    part: Any = body.get_submodule
    blocks = tuple(_block(whole, layout) for whole in part(layout.blocks))
    return Anatomy(
        tokens=part(layout.tokens),
        positions=part(layout.positions),
        blocks=blocks,
        last_norm=part(layout.last_norm) if layout.last_norm else None,
        architecture=_architecture(model.config.get_text_config(), blocks[0], layout),
    )


def require_block(block: int, there: int) -> None:
    """Refuse a block that a model has not.

    >>> require_block(6, there=6)
    Traceback (most recent call last):
    ...
    ValueError: This model has blocks 0 to 5, and 6 was asked for.
    """
    require_place("block", block, there, "This model has")


def _fits(body: nn.Module, layout: Layout) -> bool:
    outside = {layout.tokens, layout.positions, layout.blocks, layout.last_norm}
    inside = {*layout.norms, layout.attention, layout.mlp, layout.last_matrix}
    if not outside <= dict(body.named_modules()).keys():  # "" is the body itself
        return False
    blocks: Any = body.get_submodule(layout.blocks)
    return len(blocks) > 0 and all(inside <= dict(one.named_modules()).keys() for one in blocks)


def _block(whole: nn.Module, layout: Layout) -> Block:
    first, second, attention, mlp, last_matrix = map(
        whole.get_submodule, (*layout.norms, layout.attention, layout.mlp, layout.last_matrix)
    )
    return Block(whole, (first, second), attention, mlp, last_matrix)


_ACTIVATIONS = ("activation_function", "hidden_act", "hidden_activation", "activation")
"""What configurations call the feed-forward's nonlinearity."""


def _architecture(config: Any, block: Block, layout: Layout) -> Architecture:
    names = (getattr(config, name, None) for name in _ACTIVATIONS)
    return Architecture(
        positions=layout.positions_kind,
        norm="RMSNorm" if "RMS" in type(block.norms[0]).__name__ else "LayerNorm",
        norm_first=layout.norm_first,
        activation=str(next(filter(None, names), "an activation")),
        gated=any(name.endswith("gate_proj") for name, _ in block.whole.named_modules()),
    )
