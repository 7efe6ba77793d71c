"""The residual stream: what each part adds to it, and to the score of a token."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from lablib.attention.compute.text import Reading
from lablib.models import LoadedModel
from lablib.models.text import token_text
from lablib.numbers import require_place, require_whole
from lablib.transformer.compute.anatomy import anatomy, require_block
from lablib.transformer.compute.parts import Parts, parts


@dataclass(frozen=True, eq=False)
class Attribution:
    """What each part of a model adds to the score of a token, at the end of a text.

    Only differences of scores count (softmax takes away what all have in common), so a score is
    told here as how far it is above the mean of all.

    Attributes:
        tokens: the text.
        token: whose score it is.
        text: its text.
        probability: what the model gives to it.
        score: its score above the mean of all scores.
        names: "embeddings", "attention 0", "feed-forward 0", …, and "last norm" for what that norm
            adds whatever the text is.
        added: what each adds to the score, the same order; they sum to `score`.
    """

    tokens: Reading
    token: int
    text: str
    probability: float
    score: float
    names: tuple[str, ...]
    added: Tensor


@torch.inference_mode()
def attribution(m: LoadedModel, text: str | Reading, token: int | None = None) -> Attribution:
    """What each part adds directly to a token's score for the next place (direct logit attribution;
    Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits").

    The stream at the last place is a sum. The last norm divides it by its spread: with the spread
    that the whole sum has, the norm is linear, and so each part's own share of the score is exact.
    What a part does to later parts is counted as theirs.

    Args:
        token: an id; None for the one the model finds most probable.

    Raises:
        ValueError: if there is no such token, or the model has a norm after each addition (BERT),
            changes its scores afterwards, or its parts cannot be seen.

    Example:
        >>> from lablib import models, transformer as tf
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> found = tf.attribution(m, "The cat sat on the")
        >>> abs(float(found.added.sum()) - found.score) < 1e-3
        True
    """
    seen = parts(m, text)
    model: Any = m.model
    norm = anatomy(model).last_norm
    if norm is None or seen.logits is None:
        raise ValueError(
            f"{type(model).__name__} has no sum of parts before its scores: choose a next-word "
            "model that norms first, such as GPT-2 or Llama."
        )
    logits = seen.logits[-1]
    token = int(logits.argmax()) if token is None else token
    row = _row_above_mean(model, token)
    names, added = _what_is_added(seen)
    shares, constant = _through_norm(norm, added[:, -1], seen.stream[-1, -1])
    result = Attribution(
        tokens=seen.tokens,
        token=token,
        text=token_text(m.tokenizer, token),
        probability=float(logits.softmax(-1)[token]),
        score=float(logits[token] - logits.mean()),
        names=(*names, "last norm"),
        added=torch.cat([shares @ row, (constant @ row)[None]]),
    )
    if abs(float(result.added.sum()) - result.score) > 0.01 + 0.01 * abs(result.score):
        raise ValueError(
            f"{type(model).__name__} changes its scores after they were added up, so they cannot "
            "be shared out among its parts."
        )
    return result


def _row_above_mean(model: Any, token: int) -> Tensor:
    """What the stream is multiplied by for a token's score above the mean of all, [width]."""
    head = model.get_output_embeddings().weight.float().cpu()
    says = f"There is no token {token}: this model scores {len(head):,} of them."
    require_place("token", token, len(head), says=says)
    row: Tensor = head[token] - head.mean(0)
    return row


def _what_is_added(seen: Parts) -> tuple[list[str], Tensor]:
    """The names of the parts in their order, and what they add, [part, token, width]."""
    names, added = ["embeddings"], [seen.embeddings]
    for number, block in enumerate(seen.blocks):
        names += [f"attention {number}", f"feed-forward {number}"]
        added += [block.attention, block.mlp]
    return names, torch.stack(added)


def _through_norm(norm: Any, added: Tensor, whole: Tensor) -> tuple[Tensor, Tensor]:
    """What each part is after the norm that divides by the spread of the whole, and what the norm
    adds in any case: [part, width] and [width].
    """
    centred = isinstance(norm, nn.LayerNorm)
    constant = norm(torch.zeros_like(whole).to(norm.weight)).float().cpu()
    spread = (whole - whole.mean() if centred else whole).square().mean().sqrt()
    # Ones have a root mean square of 1: what is left of them is the gain, however it is stored.
    gain = norm.weight if centred else norm(torch.ones_like(whole).to(norm.weight))
    gain = gain.detach().float().cpu()
    added = added - added.mean(-1, keepdim=True) if centred else added
    return added / spread * gain, constant


@dataclass(frozen=True, eq=False)
class Lengths:
    """How long the vectors of the stream are, and those that are added to it: means over a text.

    Attributes:
        tokens: the text.
        norm_first: whether the parts read the stream through a norm, or it is normalised itself.
        stream: before the first block and after each, [blocks + 1].
        attention: what attention adds, [blocks].
        feed_forward: what the feed-forward adds, [blocks].
    """

    tokens: Reading
    norm_first: bool
    stream: Tensor
    attention: Tensor
    feed_forward: Tensor


@torch.inference_mode()
def lengths(m: LoadedModel, text: str | Reading) -> Lengths:
    """How long the stream's vectors are from block to block, and what attention and feed-forward
    add to them.

    Raises:
        ValueError: if the model's parts cannot be seen.

    Example:
        >>> from lablib import models, transformer as tf
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> found = tf.lengths(m, "The cat sat")
        >>> found.stream.shape, found.attention.shape, bool(found.stream[0] < found.stream[-1])
        (torch.Size([7]), torch.Size([6]), True)
    """
    seen = parts(m, text)

    def mean_length(vectors: list[Tensor]) -> Tensor:
        return torch.stack(vectors).norm(dim=-1).mean(-1)

    return Lengths(
        tokens=seen.tokens,
        norm_first=seen.architecture.norm_first,
        stream=mean_length(list(seen.stream)),
        attention=mean_length([block.attention for block in seen.blocks]),
        feed_forward=mean_length([block.mlp for block in seen.blocks]),
    )


@dataclass(frozen=True, eq=False)
class Units:
    """Which units of a block's feed-forward network fire on which tokens of a text.

    Attributes:
        tokens: the text.
        block: which one, from 0.
        activations: [token, unit]; of a gated network the product of its two branches.
        writes: how long the vector is that a unit at 1 would add to the stream, [unit].
    """

    tokens: Reading
    block: int
    activations: Tensor
    writes: Tensor

    @property
    def strength(self) -> Tensor:
        """How long the vector is that each unit adds, [token, unit]."""
        return self.activations.abs() * self.writes

    @property
    def share_firing(self) -> float:
        """The share of all activations that are above 0."""
        return float((self.activations > 0).float().mean())

    def top(self, k: int = 8) -> tuple[int, ...]:
        """The k units that add most to some token of the text, the strongest first."""
        most = self.strength.amax(0)
        return tuple(most.topk(min(k, len(most))).indices.tolist())


@torch.inference_mode()
def units(m: LoadedModel, text: str | Reading, block: int) -> Units:
    """The activations inside a block's feed-forward network, in GPT-2 four times as many as the
    stream is wide: each looks for a pattern and, where it finds it, adds a vector of its own (Geva
    et al. 2021, "Transformer Feed-Forward Layers Are Key-Value Memories").

    Raises:
        ValueError: if there is no such block, or the model's parts cannot be seen.

    Example:
        >>> from lablib import models, transformer as tf
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> tf.units(m, "The cat sat", block=0).activations.shape
        torch.Size([3, 1024])
    """
    seen = parts(m, text)
    require_block(block, len(seen.blocks))
    activations = seen.blocks[block].units
    vectors = unit_vectors(m, block)
    return Units(seen.tokens, block, activations, vectors.norm(dim=-1))


@torch.inference_mode()
def unit_words(m: LoadedModel, block: int, unit: int, k: int = 6) -> tuple[str, ...]:
    """The tokens whose scores a unit's vector raises most, if it came to the scores as it is.

    Raises:
        ValueError: if the model gives no scores, its parts cannot be seen, or it has no such block
            or unit.

    Example:
        >>> from lablib import models, transformer as tf
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> len(tf.unit_words(m, block=5, unit=7, k=3))
        3
    """
    model: Any = m.model
    if model.get_output_embeddings() is None:
        raise ValueError(f"{type(model).__name__} gives no scores: choose a next-word model.")
    norm = anatomy(model).last_norm
    writes = unit_vectors(m, block)
    require_place("unit", unit, len(writes), "This block has")
    require_whole(k=k)
    vector = writes[unit]
    if norm is not None:
        vector = _through_norm(norm, vector[None], vector)[0][0]
    raised = model.get_output_embeddings().weight.float().cpu() @ vector
    best = raised.topk(max(0, min(k, len(raised)))).indices
    return tuple(token_text(m.tokenizer, id) for id in best.tolist())


def unit_vectors(m: LoadedModel, block: int) -> Tensor:
    """What each unit of a block adds to the stream where it is at 1, [unit, width].

    Raises:
        ValueError: if there is no such block, or the model's parts cannot be seen.

    Example:
        >>> from lablib import models
        >>> unit_vectors(models.load("pocket-gpt2", device="cpu"), 0).shape
        torch.Size([1024, 256])
    """
    blocks = anatomy(m.model).blocks
    require_block(block, len(blocks))
    matrix: Any = blocks[block].last_matrix
    weight: Tensor = matrix.weight.detach().float().cpu()
    return weight.T if isinstance(matrix, nn.Linear) else weight  # GPT-2's Conv1D is turned round
