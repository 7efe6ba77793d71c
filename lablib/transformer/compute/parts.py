"""What every part of a model gives for a text: embeddings, attention, feed-forward, blocks, scores.

A transformer is a stream of vectors, one for each token, to which every part adds (Elhage et al.
2021, "A Mathematical Framework for Transformer Circuits"). The parts are seen by hooks on a copy
that shares the weights, so they are the model's own numbers, and the model stays as it was.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from lablib.attention.compute.text import MAX_TOKENS, Reading, read
from lablib.models import LoadedModel
from lablib.models.heads import word_scores
from lablib.models.watching import shared_weight_copy
from lablib.transformer.compute.anatomy import Architecture, Block, anatomy

SCORE_BYTES = 256 * 2**20
"""The most bytes of scores that are kept: longer texts are cut."""

TOLERANCE = 1e-4
"""By how much the sum of parts may differ from the stream, in float32, relative to its size."""


@dataclass(frozen=True, eq=False)
class BlockParts:
    """What the parts of one block give; [token, width] float32, on the CPU.

    With the norm first, as in GPT-2 and Llama, `after_attention` is the block's input plus
    `attention`, and `output` is `after_attention` plus `mlp`. In BERT each of these two sums goes
    through a norm.

    Attributes:
        norms: what the norm of the attention and that of the feed-forward give.
        attention: what attention adds.
        after_attention: the stream with it.
        mlp: what the feed-forward network adds.
        output: the stream after the block.
        units: the feed-forward's activations, [token, unit].
    """

    norms: tuple[Tensor, Tensor]
    attention: Tensor
    after_attention: Tensor
    mlp: Tensor
    output: Tensor
    units: Tensor


@dataclass(frozen=True, eq=False)
class Parts:
    """What the parts of a model give for a text; [token, width] float32, on the CPU.

    Attributes:
        tokens: the tokens the model read.
        architecture: what kind of model it is.
        token_vectors: the vector of each token, out of the embedding matrix.
        position_vectors: the vector of each place; None where positions are rotary.
        embeddings: what the first block reads.
        blocks: the parts of each block.
        last_norm: what the norm after the last block gives; None where there is none.
        logits: the scores, [token, vocabulary]; None if the model gives none.
    """

    tokens: Reading
    architecture: Architecture
    token_vectors: Tensor
    position_vectors: Tensor | None
    embeddings: Tensor
    blocks: tuple[BlockParts, ...]
    last_norm: Tensor | None
    logits: Tensor | None

    @property
    def stream(self) -> Tensor:
        """The vectors before the first block and after each, [blocks + 1, token, width]."""
        return torch.stack([self.embeddings, *(block.output for block in self.blocks)])

    def best(self, k: int) -> tuple[int, ...]:
        """The ids with the k highest scores at the end of the text, the highest first."""
        if self.logits is None:
            return ()
        return tuple(self.logits[-1].topk(min(k, self.logits.shape[-1])).indices.tolist())


@torch.inference_mode()
def parts(m: LoadedModel, text: str | Reading) -> Parts:
    """What every part of a model gives for a text.

    Raises:
        ValueError: if the model's parts are not those of GPT-2, Llama, Qwen or BERT, or do not add
            up as theirs do.

    Example:
        >>> from lablib import models, transformer as tf
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> found = tf.parts(m, "The cat sat")
        >>> block = found.blocks[0]
        >>> torch.allclose(found.embeddings + block.attention, block.after_attention, atol=1e-5)
        True
    """
    model: Any = shared_weight_copy(m.model).eval()
    found = anatomy(model)
    tokens = read(m, text, limit=_most_tokens(model))
    seen, inside = _Seen(), [_Seen() for _ in found.blocks]
    seen.watch(found.tokens, "tokens")
    if found.architecture.positions == "learned":
        seen.watch(found.positions, "positions")
    seen.watch_input(found.blocks[0].whole, "embeddings")
    for one, block in zip(inside, found.blocks, strict=True):
        _watch_block(one, block, found.architecture.norm_first)
    if found.last_norm is not None:
        seen.watch(found.last_norm, "last norm")
    output = model(**tokens.inputs(m))
    has_scores = model.get_output_embeddings() is not None
    result = Parts(
        tokens=tokens,
        architecture=found.architecture,
        token_vectors=seen["tokens"],
        position_vectors=seen.get("positions"),
        embeddings=seen["embeddings"],
        blocks=tuple(BlockParts((one.pop("first"), one.pop("second")), **one) for one in inside),
        last_norm=seen.get("last norm"),
        logits=plain(word_scores(output)) if has_scores else None,
    )
    _require_sums(result, model)
    return result


def _most_tokens(model: Any) -> int:
    head = model.get_output_embeddings()
    return MAX_TOKENS if head is None else min(MAX_TOKENS, SCORE_BYTES // (4 * len(head.weight)))


class _Seen(dict[str, Tensor]):
    """What went into and came out of modules, by a name for each; [token, size]."""

    def watch(self, module: nn.Module, name: str) -> None:
        """Keep what a module gives under a name."""

        def keep(_: nn.Module, __: Any, output: Any) -> None:
            self[name] = plain(first(output))

        module.register_forward_hook(keep)

    def watch_input(self, module: nn.Module, name: str) -> None:
        """Keep what a module is given under a name."""

        def keep(_: nn.Module, given: tuple[Any, ...], named: dict[str, Any]) -> None:
            self[name] = plain((given or tuple(named.values()))[0])

        module.register_forward_pre_hook(keep, with_kwargs=True)


def _watch_block(seen: _Seen, block: Block, norm_first: bool) -> None:
    """Keep both norms and, under their names in `BlockParts`, all other parts of a block."""
    seen.watch(block.norms[0], "first")
    seen.watch(block.norms[1], "second")
    seen.watch(block.attention, "attention")
    if norm_first:
        seen.watch_input(block.norms[1], "after_attention")
    else:
        seen.watch(block.norms[0], "after_attention")
    seen.watch_input(block.last_matrix, "units")
    seen.watch(block.mlp, "mlp")
    seen.watch(block.whole, "output")


def _require_sums(found: Parts, model: nn.Module) -> None:
    """Refuse a model that does more with its parts than add them (Granite multiplies them first).

    Where a norm follows each addition, that norm is part of the model and tells nothing about it.
    """
    if not found.architecture.norm_first:
        return
    rounding = TOLERANCE + 8 * torch.finfo(next(model.parameters()).dtype).eps
    for before, block in zip(found.stream, found.blocks, strict=False):
        wanted = torch.cat([before + block.attention, block.after_attention + block.mlp])
        there = torch.cat([block.after_attention, block.output])
        if (wanted - there).abs().max() > rounding * there.abs().max().clamp(min=1):
            raise ValueError(
                f"In {type(model).__name__} the parts of a block do not simply add up, so they "
                "cannot be taken apart here: choose a model built like GPT-2, Llama, Qwen or BERT."
            )


def first(output: Any) -> Tensor:
    """What a module gives, of several things the first.

    >>> first((torch.zeros(1), None))
    tensor([0.])
    """
    result: Tensor = output if isinstance(output, Tensor) else output[0]
    return result


def with_first(output: Any, new: Tensor) -> Any:
    """A module's output with another tensor in the first place.

    >>> with_first((torch.zeros(1), None), torch.ones(1))
    (tensor([1.]), None)
    """
    return new if isinstance(output, Tensor) else (new, *output[1:])


def plain(part: Tensor) -> Tensor:
    """The only text of a batch, [token, size] in float32 on the CPU.

    >>> plain(torch.zeros(1, 3, 2)).shape
    torch.Size([3, 2])
    """
    return part.reshape(-1, part.shape[-1]).float().cpu()
