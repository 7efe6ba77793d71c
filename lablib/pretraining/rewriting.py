"""How well an encoder-decoder turns one text into another, on pairs it never saw."""

from collections.abc import Sequence
from typing import Any

import torch
from transformers import PreTrainedTokenizerBase, T5ForConditionalGeneration

from lablib.pretraining.evaluation import TokenScore
from lablib.training.corruption import IGNORE_INDEX
from lablib.training.made_up import Pair
from lablib.training.pairs import encode

LONGEST = 64
"""Tokens a target has at most; so many are written at most."""
ROWS = 64
"""Rows read at once."""


@torch.inference_mode()
def rewritten(
    model: T5ForConditionalGeneration,
    tokenizer: PreTrainedTokenizerBase,
    sources: Sequence[str],
) -> list[str]:
    """What the model makes of each source, taking the likeliest token each time."""
    writer: Any = model
    by_length = sorted(range(len(sources)), key=lambda i: len(sources[i]))
    made: dict[int, str] = {}
    for start in range(0, len(by_length), ROWS):
        some = by_length[start : start + ROWS]
        rows = tokenizer([sources[i] for i in some], padding=True, return_tensors="pt")
        out = writer.generate(
            input_ids=rows.input_ids.to(model.device),
            attention_mask=rows.attention_mask.to(model.device),
            do_sample=False,
            num_beams=1,
            max_new_tokens=LONGEST,
        )
        made |= zip(some, tokenizer.batch_decode(out, skip_special_tokens=True), strict=True)
    return [made[i] for i in range(len(sources))]


def exact(made: Sequence[str], pairs: Sequence[Pair]) -> float:
    """The share of texts that are their pair's target to the letter, 0 to 1.

    >>> exact(["205", "31"], [("number: two hundred and five", "205"), ("number: thirty", "30")])
    0.5
    """
    return sum(text == target for text, (_, target) in zip(made, pairs, strict=True)) / len(pairs)


@torch.inference_mode()
def pair_score(
    model: T5ForConditionalGeneration,
    tokenizer: PreTrainedTokenizerBase,
    pairs: Sequence[Pair],
) -> TokenScore:
    """How well each token of the targets is guessed where those before it are given."""
    nats, right, asked = 0.0, 0, 0
    for start in range(0, len(pairs), ROWS):
        rows = encode(pairs[start : start + ROWS], tokenizer, LONGEST)
        out = model(**{name: part.to(model.device) for name, part in rows.items()})
        known = rows["labels"] != IGNORE_INDEX
        count = int(known.sum())
        nats += out.loss.item() * count
        right += int((out.logits.argmax(-1).cpu() == rows["labels"])[known].sum())
        asked += count
    return TokenScore(right / asked, nats / asked)
