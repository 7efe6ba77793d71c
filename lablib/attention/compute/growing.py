"""Trying many muted heads for little: rows of a batch that begin where they differ.

Below the lowest head that is muted a model computes what it computes with all heads. So a batch
begins with the whole model's row alone, and a row with a muted head joins it at that head's block,
as a copy of what the whole model has made so far: on average half of the blocks are computed.

Not every model can be read this way: blocks may share more than the vectors that go from one to the
next. Nothing says so, and the scores would be silently wrong. So it is tried first.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from lablib.attention.compute.heads import Head

CLOSE = 1e-4
"""How far rounding may move a score, as a share of the highest: it rounds otherwise in a batch of
another size. In 16 bits it is more."""


def blocks_of(model: nn.Module, attentions: Sequence[nn.Module]) -> list[nn.Module] | None:
    """The block that each attention layer is in; None if they are not in blocks of their own.

    >>> blocks = nn.ModuleList([nn.Sequential(nn.Linear(1, 1)) for _ in range(2)])
    >>> model = nn.ModuleDict({"blocks": blocks})
    >>> blocks_of(model, [block[0] for block in blocks]) == list(blocks)
    True
    """
    names = {id(part): name for name, part in model.named_modules()}
    found = [re.match(r"(.*?\.\d+)\.", names.get(id(part), "")) for part in attentions]
    blocks = [model.get_submodule(one[1]) for one in found if one]
    return blocks if len({id(block) for block in blocks}) == len(attentions) > 0 else None


def in_order(mutes: Sequence[Sequence[Head]]) -> list[int]:
    """The places of the sets that mute anything, those of the lowest layers first.

    >>> in_order([[(2, 0)], [], [(0, 1), (3, 0)]])
    [2, 0]
    """
    return sorted((i for i, heads in enumerate(mutes) if heads), key=lambda i: min(mutes[i])[0])


@contextmanager
def growing(blocks: Sequence[nn.Module], mutes: Sequence[Sequence[Head]]) -> Iterator[None]:
    """For so long the batch, one row at first, gets a row for each of these sets: at the block of
    its lowest head.
    """
    joining = [min(heads)[0] for heads in mutes]
    hooks = [
        blocks[layer].register_forward_pre_hook(_adding(joining.count(layer)), with_kwargs=True)
        for layer in set(joining)
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _adding(many: int) -> Any:
    """A hook that puts so many copies of the first row of a block's input behind the others."""

    def longer(vectors: Tensor) -> Tensor:
        return torch.cat([vectors, vectors[:1].expand(many, *vectors.shape[1:])])

    def add(_: nn.Module, args: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, Any]:
        if args:
            return (longer(args[0]), *args[1:]), named
        return args, {**named, "hidden_states": longer(named["hidden_states"])}

    return add


def same(scores: Tensor, others: Tensor) -> bool:
    """Whether two ways of reading gave the same scores, but for rounding.

    >>> same(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.000001]))
    True
    """
    near = max(CLOSE, 8 * torch.finfo(scores.dtype).eps) * float(scores.abs().max())
    return scores.shape == others.shape and bool(((scores - others).abs() <= near).all())
