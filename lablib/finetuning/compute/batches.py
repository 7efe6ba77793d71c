"""What a model learns from: a batch, token by token.

A causal model is given `input_ids` and, as `labels`, the same ids again. It shifts them itself:
what it says at token i is held against the label of token i + 1. A label of −100 is not asked for.
So every token of a batch plays one of the roles in `ROLES`, and most mistakes in making a batch
put tokens into the wrong role. `inject_mistake` makes three of them on purpose.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor

from lablib.training.corruption import IGNORE_INDEX

if TYPE_CHECKING:
    from lablib.models import LoadedModel

TARGET, CONTEXT, LEFT_OUT, PADDING, ASKED_PADDING = (
    "target", "context only", "left out", "padding", "padding, asked for",
)  # fmt: skip
ROLES: dict[str, str] = {
    TARGET: "The model is asked for it, and learns from the answer.",
    CONTEXT: "It is read and not asked for: there is nothing before it, or nobody wants to know.",
    LEFT_OUT: "It could be asked for, but its label is −100: nothing is learned from it.",
    PADDING: "It only fills the row up; no token looks at it, and it is not asked for.",
    ASKED_PADDING: "It only fills the row up, and yet the model learns to write it.",
}
"""What a token of a batch can be there for."""

RIGHT = "none"
PADDING_IN_LOSS, PAD_IS_END, SHIFTED_TWICE = "padding in the loss", "pad = eos", "shifted twice"
MISTAKES: dict[str, str] = {
    RIGHT: "The batch as the training loop makes it.",
    PADDING_IN_LOSS: "The labels are all the ids, those of the padding too: labels = input_ids.",
    PAD_IS_END: "The padding token is the end-of-text token, and all labels equal to it become "
    "−100. So the true ends are not asked for either, and the model never learns to stop.",
    SHIFTED_TWICE: "The loop shifts, and the model shifts again: input_ids = batch[:, :-1]; "
    "labels = batch[:, 1:]. Each token is asked for the one after the next.",
}
"""Mistakes in making a batch, and what happens in each."""

Batch = Mapping[str, Tensor]


@dataclass(frozen=True, eq=False)
class SeenBatch:
    """A batch as a learner sees it.

    Attributes:
        ids: what the model reads, int64 [rows, tokens].
        asked: which token the model is asked for at each place, int64 [rows, tokens];
            `IGNORE_INDEX` where it is asked for nothing.
        roles: the role of each token, [rows][tokens], names of `ROLES`.
        label_shift: how many tokens further on in the row the token asked for stands: 1 in a causal
            batch, 0 in a masked one, 2 in one that was shifted twice.
    """

    ids: Tensor
    asked: Tensor
    roles: tuple[tuple[str, ...], ...]
    label_shift: int

    def count(self, role: str) -> int:
        """How many tokens have a role."""
        return sum(row.count(role) for row in self.roles)

    def table(self) -> list[dict[str, Any]]:
        """One row per role: `role`, `tokens`, `share`."""
        total = self.ids.numel()
        return [
            {"role": role, "tokens": self.count(role), "share": self.count(role) / total}
            for role in ROLES
        ]


def annotate_batch(batch: Batch, shifts: bool = True) -> SeenBatch:
    """Find out what each token of a batch is there for.

    Args:
        batch: `input_ids` and `labels`, int64 [rows, tokens], and, if there is padding,
            `attention_mask`: 0 there.
        shifts: whether the model shifts the labels by one, as causal models do; a masked model is
            asked at the very place of the label.

    Raises:
        ValueError: for a batch without ids or labels of one shape.

    Example:
        >>> ids = torch.tensor([[5, 6, 7, 0]])
        >>> labels, mask = torch.tensor([[5, 6, 7, IGNORE_INDEX]]), torch.tensor([[1, 1, 1, 0]])
        >>> seen = annotate_batch({"input_ids": ids, "labels": labels, "attention_mask": mask})
        >>> seen.roles[0]
        ('context only', 'target', 'target', 'padding')
        >>> seen.asked.tolist(), seen.label_shift
        ([[6, 7, -100, -100]], 1)
    """
    ids, labels = batch.get("input_ids"), batch.get("labels")
    if ids is None or labels is None or ids.dim() != 2 or ids.shape != labels.shape:
        raise ValueError("A batch needs input_ids and labels, both of shape [rows, tokens].")
    mask = batch.get("attention_mask", torch.ones_like(ids)).bool()
    asked = F.pad(labels[:, 1:], (0, 1), value=IGNORE_INDEX) if shifts else labels
    label_shift = _label_shift(ids, asked) if shifts else 0
    wanted = F.pad(asked != IGNORE_INDEX, (label_shift, 0))[:, : ids.shape[1]]
    roles = tuple(
        tuple(_role(j, *facts, label_shift) for j, facts in enumerate(zip(*row, strict=True)))
        for row in zip(wanted.tolist(), mask.tolist(), strict=True)
    )
    return SeenBatch(ids, asked, roles, label_shift)


def _role(place: int, wanted: bool, real: bool, label_shift: int) -> str:
    """The role of the token at a place of its row, which is wanted as an answer or not.

    >>> _role(0, False, True, label_shift=1), _role(3, False, True, label_shift=1)
    ('context only', 'left out')
    """
    if not real:
        return ASKED_PADDING if wanted else PADDING
    if wanted:
        return TARGET
    return LEFT_OUT if 0 < label_shift <= place else CONTEXT


def _label_shift(ids: Tensor, asked: Tensor) -> int:
    """How far ahead the tokens asked for stand: one, or two where all of them do."""
    for distance in (1, 2):
        width = ids.shape[1] - distance
        is_target = asked[:, :width] != IGNORE_INDEX
        if bool(is_target.any()) and bool((asked[:, :width] == ids[:, distance:])[is_target].all()):
            return distance
    return 1


def inject_mistake(batch: Batch, mistake: str, end: int | None) -> dict[str, Tensor]:
    """The batch as it would be with a mistake of `MISTAKES` in the making; a new one.

    Args:
        end: the id of the tokenizer's end-of-text token; None if it has none.

    Raises:
        ValueError: for an unknown mistake, or `PAD_IS_END` without an end-of-text token.

    Example:
        >>> ids = torch.tensor([[5, 6, 7, 8]])
        >>> wrong = inject_mistake({"input_ids": ids, "labels": ids}, SHIFTED_TWICE, None)
        >>> annotate_batch(wrong).label_shift
        2
    """
    if mistake not in MISTAKES:
        raise ValueError(f"There is no mistake {mistake!r}: choose one of {', '.join(MISTAKES)}.")
    ids, labels = batch["input_ids"], batch["labels"]
    if mistake == PADDING_IN_LOSS:
        return {**batch, "labels": ids.clone()}
    if mistake == PAD_IS_END:
        return {**batch, **_padded_with_end(batch, end)}
    if mistake == SHIFTED_TWICE:
        others = {name: value[:, :-1] for name, value in batch.items()}
        return {**others, "labels": labels[:, 1:]}
    return dict(batch)


def _padded_with_end(batch: Batch, end: int | None) -> dict[str, Tensor]:
    """Ids and labels of a batch whose padding is the end-of-text token, labels masked by id."""
    if end is None:
        raise ValueError("This tokenizer has no end-of-text token, so padding cannot be one.")
    real = batch.get("attention_mask", torch.ones_like(batch["input_ids"])).bool()
    ids = batch["input_ids"].where(real, torch.tensor(end))
    return {"input_ids": ids, "labels": batch["labels"].masked_fill(ids == end, IGNORE_INDEX)}


@torch.inference_mode()
def batch_losses(m: "LoadedModel", batch: Batch, shifts: bool = True) -> Tensor:
    """The loss at each place of a batch in nats, float32 [rows, tokens] on the CPU; not a number
    where the model is asked for nothing.

    Raises:
        ValueError: if the batch cannot be asked of the model.

    Example: nothing comes after the last token, so nothing is asked there.
        >>> from lablib import models
        >>> m = models.load("pocket-gpt2")
        >>> ids = torch.tensor([m.tokenizer("He shook his head")["input_ids"]])
        >>> losses = batch_losses(m, {"input_ids": ids, "labels": ids})
        >>> (losses < 0.5).tolist(), losses.isnan().tolist()  # "head" was to be expected
        ([[False, False, True, False]], [[False, False, False, True]])
    """
    inputs = {name: value.to(m.device) for name, value in batch.items() if name != "labels"}
    logits = cast(Any, m.model)(**inputs).logits.float()
    asked = annotate_batch(batch, shifts).asked.to(logits.device)
    each = F.cross_entropy(
        logits.transpose(1, 2), asked, ignore_index=IGNORE_INDEX, reduction="none"
    )
    return each.masked_fill(asked == IGNORE_INDEX, float("nan")).cpu()
