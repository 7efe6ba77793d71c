"""What the batch panel shows of a batch: token strips, the columns of the shift, words, a table."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from torch import Tensor

from lablib.finetuning.compute.batches import (
    ASKED_PADDING,
    MISTAKES,
    PADDING,
    RIGHT,
    ROLES,
    TARGET,
    SeenBatch,
)
from lablib.numbers import percent
from lablib.training.corruption import IGNORE_INDEX
from lablib.widgets.html import table
from lablib.widgets.tokens import number, spoken, token_dicts, visible

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

MARKS = list(ROLES)
"""The roles in the order of their outlines, the same in every strip."""


def row_tokens(
    seen: SeenBatch, row: int, tokenizer: "PreTrainedTokenizerBase"
) -> list[dict[str, Any]]:
    """A row of a batch as a strip takes it: each token marked with its role."""
    tokens = token_dicts(seen.ids[row].tolist(), tokenizer)
    return [
        {**token, "mark": role, "note": ROLES[role], "special": token["special"] or role == PADDING}
        for token, role in zip(tokens, seen.roles[row], strict=True)
    ]


def shift_columns(
    seen: SeenBatch, row: int, tokenizer: "PreTrainedTokenizerBase", losses: Tensor
) -> list[dict[str, Any]]:
    """The columns of the shift view for a row: what is read, what is asked for, and its loss.

    Args:
        losses: in nats, not a number where nothing is asked, [rows, tokens].
    """
    asked = seen.asked[row].tolist()
    reads = token_dicts(seen.ids[row].tolist(), tokenizer)
    wanted = [label for label in asked if label != IGNORE_INDEX]
    answers = iter(token_dicts(wanted, tokenizer))
    columns = []
    for token, label, loss in zip(reads, asked, losses[row].tolist(), strict=True):
        answer = next(answers)["text"] if label != IGNORE_INDEX else ""
        columns.append(
            {
                "reads": visible(token["text"]),
                "spoken_reads": spoken(token["text"]),
                "asked": visible(answer),
                "spoken_asked": spoken(answer),
                "loss": "" if math.isnan(loss) else number(loss),
            }
        )
    return columns


def batch_words(seen: SeenBatch, mistake: str, loss: float, right_loss: float) -> str:
    """What a batch teaches and what it costs, in a sentence or two.

    Args:
        loss: the mean over what is asked for, in nats.
        right_loss: the same without the mistake.
    """
    total = seen.ids.numel()
    asked = seen.count(TARGET) + seen.count(ASKED_PADDING)
    said = f"Of {total:,} places {asked:,} teach something: loss {number(loss)} nats on average."
    if mistake == RIGHT:
        filled = seen.count(PADDING)
        return said + (f" {percent(filled / total)} of the batch is padding." if filled else "")
    return f"{said} Without the mistake it is {number(right_loss)} nats. {MISTAKES[mistake]}"


def roles_table(seen: SeenBatch) -> str:
    """How many tokens play each role, as HTML."""
    columns = [
        ("Role", "what a token is there for"),
        ("tokens", "in the whole batch"),
        ("share", "of all its tokens"),
        ("what it means", ""),
    ]
    rows: list[Sequence[object]] = [
        (row["role"], f"{row['tokens']:,}", percent(row["share"]), ROLES[row["role"]])
        for row in seen.table()
        if row["tokens"]
    ]
    return table("What the tokens of this batch are there for", columns, rows, words=(0, 3))
