"""What the checks of this room practise on: a fresh copy of a tiny model each time, and batches."""

import copy
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from lablib.exercises.practice import practice_model
from lablib.training.methods import set_dropout

if TYPE_CHECKING:
    from transformers import GPT2LMHeadModel

TEXT = "the cat sat on the mat and the dog sat on the cat and the mat sat still "


def learner(blocks: int = 1) -> "GPT2LMHeadModel":
    """A tiny GPT-2 of one's own, which an answer may change; the same weights every time.

    In training mode it has nothing to drop, so that what it computes does not hang on chance.

    >>> learner() is learner(), learner().transformer.h[0].attn.c_attn.weight[0, 0].item() != 0
    (False, True)
    """
    model = copy.deepcopy(practice_model(blocks)[0])
    set_dropout(model, 0.0)
    return model


def batch(start: int = 0, rows: int = 2, length: int = 12) -> Tensor:
    """Ids of a short text, int64 [rows, length], from its character `start` on.

    >>> batch().shape
    torch.Size([2, 12])
    """
    _, tokenizer = practice_model()
    ids = torch.tensor(tokenizer(TEXT[start:]).input_ids)
    return ids[: rows * length].view(rows, length)
