"""How a model knows where a word stands, and whether its attention notices when words change
places.

Attention itself does not know order: scores depend on what two tokens say, not on where they are.
Order comes in through the positions (added to the token vectors, or turning queries and keys) and,
in a next-word model, through the causal mask.
"""

from dataclasses import dataclass
from inspect import signature
from typing import Any

import torch
from torch import Tensor, nn

from lablib.attention.compute.heads import AttentionMaps, body, look
from lablib.attention.compute.text import Reading, read, reading
from lablib.models import LoadedModel
from lablib.models.text import context_length
from lablib.models.watching import require_watchable, watchable
from lablib.numbers import require_number, require_whole
from lablib.randomness import generator


def sinusoidal(positions: int, width: int, base: float = 10_000.0) -> Tensor:
    """The encodings of Vaswani et al. 2017, section 3.5, [position, width]: pairs of a sine and a
    cosine, whose wavelengths grow from 2π to 2π · base.

    Raises:
        ValueError: if the width is odd, or a number is below 1.

    Example:
        >>> sinusoidal(2, 4)
        tensor([[0.0000, 1.0000, 0.0000, 1.0000],
                [0.8415, 0.5403, 0.0100, 0.9999]])
    """
    require_whole(positions=positions, width=width)
    require_number(base=base)
    if positions < 1 or width < 2 or width % 2:
        raise ValueError(
            f"There must be 1 position or more, and an even width, not {positions} and {width}."
        )
    wavelengths = base ** (torch.arange(0, width, 2) / width)
    angles = torch.arange(positions)[:, None] / wavelengths
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)


def products_by_distance(encodings: Tensor) -> Tensor:
    """The mean dot product of two encodings at each distance, [position, width] → [position].

    Of sinusoidal encodings all pairs at one distance have the same product: where they stand does
    not matter.

    Example:
        >>> products_by_distance(torch.tensor([[1.0], [2.0], [3.0]]))
        tensor([4.6667, 4.0000, 3.0000])
    """
    products = encodings.float() @ encodings.float().T
    return torch.stack([products.diagonal(distance).mean() for distance in range(len(products))])


def learned_positions(m: LoadedModel) -> Tensor:
    """The vectors a model has learned for its positions, [position, width] float32 on the CPU.

    Raises:
        ValueError: if it has none: rotary and relative positions have no vector for each place.

    Example:
        >>> from lablib import attention as at, models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> at.learned_positions(m).shape[0] == m.model.config.n_positions
        True
    """
    tables = [
        part
        for name, part in m.model.named_modules()
        if isinstance(part, nn.Embedding)
        and name.rpartition(".")[-1] in ("wpe", "position_embeddings", "embed_positions")
    ]
    if not tables:
        raise ValueError(
            f"{type(m.model).__name__} has no table of positions: it turns or shifts its scores by "
            "the distance of two tokens. GPT-2 and BERT have one."
        )
    table = tables[0].weight.detach().float().cpu()
    unused = len(table) - (context_length(m) or len(table))  # some families begin at a later row
    return table[unused:]


@dataclass(frozen=True, eq=False)
class Shuffle:
    """A text's attention before and after its words changed places.

    Attributes:
        before: the maps of the text.
        after: the maps of the shuffled text.
        order: which token of the text stands at each place of the shuffled one, [token].
        positions: whether the model was told where each token stands.
        masked: whether later tokens were hidden, as the model does it.
    """

    before: AttentionMaps
    after: AttentionMaps
    order: tuple[int, ...]
    positions: bool
    masked: bool

    @property
    def put_back(self) -> Tensor:
        """The maps of the shuffled text with rows and columns back in the order of the text,
        [layers, heads, query, key]: equal to those of `before` if attention did not notice.
        """
        back = torch.tensor(self.order).argsort()
        return self.after.weights[..., back, :][..., back]

    @property
    def noticed(self) -> Tensor:
        """By how much the attention of each head changed, [layers, heads]: which share of its
        weight lies elsewhere, from 0 to 1, averaged over the tokens (the total variation distance).
        """
        moved = (self.put_back.float() - self.before.weights.float()).abs()
        return moved.sum(-1).mean(-1) / 2


@torch.inference_mode()
def shuffle(
    m: LoadedModel,
    text: str | Reading,
    seed: int = 0,
    positions: bool = True,
    masked: bool = True,
) -> Shuffle:
    """Let the tokens of a text change places, special ones apart, and compare the attention.

    Without positions every token is told that it stands at place 0. Then a model that looks both
    ways does not notice the shuffle at all: its maps are those of the text with rows and columns
    in another order. A next-word model still notices by its mask, unless that is taken off too.

    Args:
        seed: decides the order.
        positions: whether to tell the model where each token stands.
        masked: whether a next-word model keeps its causal mask.

    Raises:
        ValueError: if positions cannot be taken from this model.

    Example:
        >>> from lablib import attention as at, models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> sorted(at.shuffle(m, "The cat sat", seed=1).order)
        [0, 1, 2]
    """
    tokens = read(m, text)
    order = _order(tokens, seed)
    shuffled = _in_order(m, tokens, order)
    first, second = (_look(m, each, positions, masked) for each in (tokens, shuffled))
    return Shuffle(first, second, order, positions, masked)


def _order(tokens: Reading, seed: int) -> tuple[int, ...]:
    """Ordinary tokens in a random order, special ones where they are."""
    movable = (~torch.tensor(tokens.special)).nonzero().flatten()
    order = torch.arange(len(tokens))
    mixed = torch.randperm(len(movable), generator=generator(seed))
    order[movable] = movable[mixed]
    return tuple(order.tolist())


def _in_order(m: LoadedModel, tokens: Reading, order: tuple[int, ...]) -> Reading:
    """The tokens in another order; each keeps the text it belongs to."""
    ids, types = ([row[i] for i in order] for row in (tokens.ids, tokens.token_types))
    return reading(m.tokenizer, ids, types, tokens.cut, tokens.limit)


def _look(m: LoadedModel, tokens: Reading, positions: bool, masked: bool) -> AttentionMaps:
    """The maps of a text, if asked for without positions and without the causal mask."""
    if not masked:
        require_watchable(body(m))
    model: Any = watchable(body(m), masked)
    if positions:
        return look(m, model, tokens)
    if "position_ids" not in signature(model.forward).parameters:
        raise ValueError(
            f"{type(m.model).__name__} does not take positions as numbers, so they cannot be taken "
            "from it. Choose another model for this, as BERT or GPT-2."
        )
    ids = torch.tensor([tokens.ids], device=m.model.device)
    # The mask says that all tokens are one text: equal positions could mean many texts of one.
    nowhere = {"position_ids": torch.zeros_like(ids), "attention_mask": torch.ones_like(ids)}
    return look(m, model, tokens, **nowhere)
