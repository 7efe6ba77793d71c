"""What the picture of the whole model shows: its boxes, in the order in which they are computed."""

from typing import NamedTuple

import torch
from torch import Tensor

from lablib.transformer.compute.ablation import Part, PartAblation
from lablib.transformer.compute.anatomy import Architecture
from lablib.transformer.compute.parts import BlockParts, Parts
from lablib.widgets.tokens import number, visible

TOKENS, COLUMNS, CANDIDATES = 24, 32, 8
"""How many tokens and numbers of a box, and how many next tokens, there is room for."""


class Box(NamedTuple):
    """One box of the picture.

    Attributes:
        key: its name, "norm 3.1" for the first norm of block 3.
        block: the block it is in, −1 for those before and −2 for those after the blocks.
        title: what it is called.
        about: what it does, in a sentence or two.
        values: what it gives, [token, number]; None for what is no vector.
        switch: what is left out with its switch, "" if it has none.
        shape: what is said of its shape, where that is not the shape of the values.
    """

    key: str
    block: int
    title: str
    about: str
    values: Tensor | None = None
    switch: Part | str = ""
    shape: str = ""


BEFORE, AFTER = -1, -2


def boxes(found: Parts, heads: int) -> list[Box]:
    """The boxes of a model for a text.

    Args:
        heads: how many heads an attention layer has.
    """
    inside = [
        box
        for index, block in enumerate(found.blocks)
        for box in _block_boxes(index, block, heads, found.architecture)
    ]
    return [*_first_boxes(found), *inside, *_last_boxes(found)]


def _first_boxes(found: Parts) -> list[Box]:
    tokens, width = found.embeddings.shape
    ids = torch.tensor(found.tokens.ids)[:, None].float()
    rows = "" if found.logits is None else f"{found.logits.shape[1]:,} rows of "
    return [
        Box(
            "ids", BEFORE, "token ids",
            "The tokenizer gives one number for each token. The model reads nothing else.",
            ids, shape=str(tokens),
        ),
        Box(
            "tokens", BEFORE, "token embeddings",
            f"Each id picks its row of the embedding matrix, {rows}{width} learned numbers.",
            found.token_vectors,
        ),
        *_position_boxes(found),
    ]  # fmt: skip


def _position_boxes(found: Parts) -> list[Box]:
    if found.position_vectors is None:
        return [
            Box(
                "positions", BEFORE, "rotary positions",
                "No vector is added. Each head turns its queries and keys by angles that grow with "
                "the token’s place (rotary positions, RoPE).",
                switch="positions", shape="angles",
            )
        ]  # fmt: skip
    together = (
        "The sum of the two is what block 0 reads."
        if found.architecture.norm_first
        else "The sum, with what else the model knows of a token (first or second text), "
        "normalised: what block 0 reads."
    )
    return [
        Box(
            "positions", BEFORE, "position embeddings",
            "A learned vector for each place, added to the token’s own. Without them the model has "
            "little to tell the order of the words by.", found.position_vectors, "positions",
        ),
        Box("embeddings", BEFORE, "= embeddings", together, found.embeddings),
    ]  # fmt: skip


def _block_boxes(index: int, block: BlockParts, heads: int, kind: Architecture) -> list[Box]:
    norms = [
        Box(f"norm {index}.{n}", index, kind.norm, _norm_words(kind, n), values, "norm")
        for n, values in enumerate(block.norms)
    ]
    attention = Box(
        f"attention {index}", index, f"attention, {heads} heads",
        "The heads gather from other tokens, and W^O mixes what they bring. The result is added to "
        "the stream.", block.attention, "attention",
    )  # fmt: skip
    sums = [
        Box(
            f"residual {index}.{n}", index, "+ residual",
            f"What {part} adds, plus the vectors as they were before. Left out, only what "
            f"{part} gives goes on.", values, "residual",
        )
        for n, (part, values) in enumerate(
            [("attention", block.after_attention), ("the feed-forward", block.output)]
        )
    ]  # fmt: skip
    feed_forward = Box(
        f"feed-forward {index}", index, f"feed-forward, {block.units.shape[1]:,} units",
        _feed_forward_words(kind), block.mlp, "feed-forward",
    )  # fmt: skip
    if kind.norm_first:
        return [norms[0], attention, sums[0], norms[1], feed_forward, sums[1]]
    return [attention, sums[0], norms[0], feed_forward, sums[1], norms[1]]


def _last_boxes(found: Parts) -> list[Box]:
    result = []
    if found.last_norm is not None:
        about = "The vectors after the last block, normalised once more."
        title = f"last {found.architecture.norm}"
        result.append(Box("last norm", AFTER, title, about, found.last_norm, "norm"))
    if found.logits is not None:
        best = found.logits[:, list(found.best(COLUMNS))]
        about = (
            "Each vector times each row of the output matrix: one score for each token of the "
            f"vocabulary. Shown are the {best.shape[1]} that are highest at the end."
        )
        shape = _shape(found.logits)
        result.append(Box("scores", AFTER, "scores (logits)", about, best, shape=shape))
    return result


def _shape(values: Tensor) -> str:
    return " × ".join(f"{size:,}" for size in values.shape)


def _norm_words(kind: Architecture, n: int) -> str:
    how = (
        "divided by its root mean square and scaled by learned numbers; no mean is taken away"
        if kind.norm == "RMSNorm"
        else "centred, divided by its spread, and scaled and shifted by learned numbers"
    )
    reader = "attention" if n == 0 else "the feed-forward"
    where = (
        f"Only {reader} reads this: the stream stays as it is (pre-norm)."
        if kind.norm_first
        else "The stream itself goes through it, after the addition (post-norm)."
    )
    return f"Each vector is {how}. {where}"


_ACTIVATIONS = {"gelu_new": "GELU", "gelu_pytorch_tanh": "GELU", "silu": "SiLU", "swish": "SiLU"}


def _feed_forward_words(kind: Architecture) -> str:
    activation = _ACTIVATIONS.get(kind.activation, kind.activation.upper())
    if kind.gated:
        return (
            f"Two layers side by side, one of them through {activation}, are multiplied (gated), "
            "and a third goes back to the width. Every token for itself."
        )
    return (
        f"Up to more units, through {activation}, and back to the width: every token for itself. "
        "The result is added to the stream."
    )


def packed(shown: list[Box]) -> tuple[list[dict[str, object]], bytes]:
    """The boxes for the view, and the numbers of all in one message: the last `TOKENS` tokens and
    the first `COLUMNS` numbers of each, float32.
    """
    parts, described, start = [], [], 0
    for box in shown:
        whole = torch.empty(0, 0) if box.values is None else box.values
        values = whole[-TOKENS:, :COLUMNS]
        described.append(
            {
                "key": box.key, "block": box.block, "title": box.title, "about": box.about,
                "shape": box.shape or _shape(whole), "switch": box.switch, "start": start,
                "rows": values.shape[0], "columns": values.shape[1], "width": whole.shape[1],
            }
        )  # fmt: skip
        parts.append(values.flatten())
        start += values.numel()
    return described, torch.cat(parts).numpy().tobytes()


def candidates(found: PartAblation) -> list[tuple[str, float, float]]:
    """The likeliest tokens of the model and of what is left of it, for the bars: each with its
    probability in both.
    """
    ranked = sorted(found.changes, key=lambda change: -max(change.before, change.after))
    chosen = {change.id for change in ranked[:CANDIDATES]}
    return [
        (visible(change.text), change.before, change.after)
        for change in found.changes
        if change.id in chosen
    ]


def loss_words(found: PartAblation) -> str:
    """The loss of the text, before and after."""
    if found.loss_before != found.loss_before:
        return "The text is one token: it has no loss."
    if not (found.parts or found.blocks):
        return f"Loss of the text: {number(found.loss_before)} bits per token."
    after = number(found.loss_after)
    return f"Loss of the text: {number(found.loss_before)} → {after} bits per token."


def tour(found: Parts) -> list[tuple[str, str, str]]:
    """Seven steps through the model, which name only what it has: the box that each opens, its
    heading and what it says.
    """
    kind = found.architecture
    tokens, width = found.embeddings.shape
    positions = (
        "This model adds nothing here: its heads turn queries and keys by their place instead."
        if found.position_vectors is None
        else "A second vector says where the token is. The two are added, number by number."
    )
    norm = (
        "The norm comes before each part, so the stream runs through all blocks untouched."
        if kind.norm_first
        else "A norm follows each addition, so the stream itself is normalised twice in each block."
    )
    return [
        ("ids", "Ids", f"The text has become {tokens} numbers. From here on, no words."),
        ("tokens", "Vectors", f"Each id is replaced by a vector of {width} numbers."),
        ("positions", "Positions", f"{positions} Untick the box and watch the prediction."),
        (
            "attention 0", "Attention",
            "The only place where tokens meet: each gathers from others what its heads look for. "
            "Untick it, and every token is alone.",
        ),
        (
            "residual 0.0", "The residual stream",
            f"What a part gives is added to the vectors; nothing is replaced. {norm}",
        ),
        (
            "feed-forward 0", "Feed-forward",
            "Most of a block’s weights. It works on each token alone, on what attention gathered. "
            f"Then the next block does the same: {len(found.blocks)} times in all.",
        ),
        (
            "scores", "Scores",
            "The last vector is compared with every token of the vocabulary. Softmax makes "
            "probabilities of the scores: the bars. Turn a whole block off, and look again.",
        ),
    ]  # fmt: skip
