"""What a part is for: leave it out of the model, and see what that does to its prediction.

Left out is left out in a model that was trained with the part, which is another question than how
well a model would learn without it. The shared model stays as it is: what is changed is a copy that
shares its weights.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, get_args

import torch
from torch import Tensor, nn

from lablib.attention.compute.asking import Outcome, answer, ask, outcome
from lablib.attention.compute.text import Reading
from lablib.models import LoadedModel
from lablib.models.heads import word_scores
from lablib.models.watching import shared_weight_copy
from lablib.transformer.compute.anatomy import Anatomy, Block, anatomy, require_block
from lablib.transformer.compute.parts import first, with_first

Part = Literal["positions", "attention", "residual", "norm", "feed-forward"]
PARTS: tuple[Part, ...] = get_args(Part)
"""What can be left out, in all blocks at once."""


@dataclass(frozen=True, eq=False)
class PartAblation(Outcome):
    """What a model says as it is, and with parts of it left out.

    Attributes:
        parts: what was left out, in every block.
        blocks: which blocks were left out whole.
        tokens: what the model read; in a masked model's text one token is the mask.
        position: where the model was asked for a token: the masked place, or the one after the end.
        before: the distribution there, [vocab], of the model as it is.
        after: the same without the parts.
        loss_before: how surprised the model is by the text, in bits per token (see
            `lablib.attention.ablate`); not-a-number for a text of one token.
        loss_after: the same without the parts.
        changes: the most probable tokens of both distributions, the most probable before first.
    """

    parts: tuple[Part, ...]
    blocks: tuple[int, ...]


@torch.inference_mode()
def ablate(
    m: LoadedModel,
    text: str | Reading,
    parts: Collection[Part] = (),
    blocks: Collection[int] = (),
    k: int = 10,
) -> PartAblation:
    """What a model says as it is, and with parts of it left out.

    Without "positions", no place has a vector (or no query and key is turned); without "attention"
    or "feed-forward", that part adds nothing; without "residual", each part's result takes the
    place of the stream instead of being added to it; without "norm", every norm of the blocks and
    the one after them give what they are given.

    Args:
        parts: what is left out, in every block.
        blocks: which blocks are left out whole, from 0: they give what they are given.
        k: how many of the most probable tokens of each distribution `changes` names.

    Raises:
        ValueError: if there is no such part or block, or the model does not predict tokens.

    Example:
        >>> from lablib import models, transformer as tf
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> found = tf.ablate(m, "The king and the queen", parts=["positions"])
        >>> found.loss_before < found.loss_after
        True
    """
    asked = ask(m, text)
    inputs = asked.tokens.inputs(m) | {"input_ids": asked.rows.to(m.model.device)}
    inputs = {name: part.expand(len(asked.rows), -1) for name, part in inputs.items()}
    model: Any = shared_weight_copy(m.model).eval()
    found = anatomy(model)
    _require(parts, blocks, len(found.blocks))
    whole = answer(asked, word_scores(model(**inputs)))
    _leave_out(found, parts, blocks)
    rest = answer(asked, word_scores(model(**inputs)))
    return PartAblation(
        **vars(outcome(m, asked, whole, rest, k)),
        parts=tuple(part for part in PARTS if part in parts),
        blocks=tuple(sorted(set(blocks))),
    )


def _require(parts: Collection[Part], blocks: Collection[int], there: int) -> None:
    for part in parts:
        if part not in PARTS:
            raise ValueError(f"Parts are {', '.join(PARTS)}; {part!r} is none of them.")
    for block in blocks:
        require_block(block, there)


def _leave_out(found: Anatomy, parts: Collection[Part], blocks: Collection[int]) -> None:
    """Hook what leaves these parts out into the modules of a copy."""
    if "positions" in parts:
        rotary = found.architecture.positions == "rotary"
        found.positions.register_forward_hook(_turn_nothing if rotary else _give_zeros)
    for number, block in enumerate(found.blocks):
        if "attention" in parts:
            block.attention.register_forward_hook(_give_zeros)
        if "feed-forward" in parts:
            block.mlp.register_forward_hook(_give_zeros)
        if "residual" in parts:
            _add_nothing(block, found.architecture.norm_first)
        if "norm" in parts:
            for norm in block.norms:
                norm.register_forward_hook(_give_input)
        if number in blocks:
            block.whole.register_forward_hook(_give_input, with_kwargs=True)
    if "norm" in parts and found.last_norm is not None:
        found.last_norm.register_forward_hook(_give_input)


def _give_zeros(_: nn.Module, __: Any, output: Any) -> Any:
    return with_first(output, torch.zeros_like(first(output)))


def _turn_nothing(_: nn.Module, __: Any, output: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Cosines of 1 and sines of 0: every query and key stays as it is."""
    return torch.ones_like(output[0]), torch.zeros_like(output[1])


def _give_input(_: nn.Module, given: tuple[Any, ...], *more: Any) -> Any:
    """A module's input in place of its output; `more` is its named inputs, if asked for, and it."""
    return with_first(more[-1], given[0])


def _add_nothing(block: Block, norm_first: bool) -> None:
    """Let each part's result take the place of the sum with what was there before."""
    given: dict[str, Tensor] = {}

    def keep(name: str, _: nn.Module, __: Any, output: Any) -> None:
        given[name] = first(output)

    block.attention.register_forward_hook(partial(keep, "attention"))
    block.mlp.register_forward_hook(partial(keep, "mlp"))
    if norm_first:  # the second norm reads the first sum, and the block gives the second
        block.norms[1].register_forward_pre_hook(lambda *_: (given["attention"],))
        block.whole.register_forward_hook(lambda _, __, output: with_first(output, given["mlp"]))
    else:
        block.norms[0].register_forward_pre_hook(lambda *_: (given["attention"],))
        block.norms[1].register_forward_pre_hook(lambda *_: (given["mlp"],))
