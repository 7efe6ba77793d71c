"""What the decoder's causal mask is for: learn a small task with it and without it.

In training a decoder reads the whole right answer at once. Without the mask each place sees the
very token it is asked for, at the next place, and learns to copy it. When it writes, that place is
empty.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers import BartConfig, BartForConditionalGeneration

from lablib.models.watching import watchable
from lablib.numbers import require_count
from lablib.randomness import generator, seeded

LETTERS, LENGTH = 8, 5
"""The task: turn round a row of 5 letters out of 8."""
PAD, END = 0, 1
BATCH, RATE, HELDOUT = 64, 1e-2, 64


@dataclass(frozen=True, eq=False)
class Lookahead:
    """Two small models that learned to turn letters round, with the causal mask and without.

    Attributes:
        masked: the training loss of each step with the mask, [steps] nats per token.
        unmasked: the same without it.
        masked_right: which share of letters the first writes right, by itself, on rows it never
            saw; 0 to 1. Chance is 1/8. Not-a-number before the last step.
        unmasked_right: the same of the second.
    """

    masked: tuple[float, ...]
    unmasked: tuple[float, ...]
    masked_right: float
    unmasked_right: float


def learn_with_and_without_mask(steps: int = 120, seed: int = 0) -> Lookahead:
    """Train two small models, alike but for the causal mask, and let both write.

    Raises:
        ValueError: if `steps` is below 1.

    Example:
        >>> found = learn_with_and_without_mask(steps=2)
        >>> len(found.masked), len(found.unmasked)
        (2, 2)
    """
    *_, last = learning(steps, seed)
    return last


def learning(steps: int, seed: int = 0) -> Iterator[Lookahead]:
    """What `learn_with_and_without_mask` has found after each step.

    Example:
        >>> [len(found.masked) for found in learning(2)]
        [1, 2]
    """
    require_count("steps", steps)
    runs = [_Run(masked, seed) for masked in (True, False)]
    rng = generator(seed)
    heldout = _rows(HELDOUT, generator(seed + 1))
    for step in range(steps):
        rows = _rows(BATCH, rng)
        for run in runs:
            run.step(rows)
        is_last = step + 1 == steps
        right = [run.right(heldout) if is_last else math.nan for run in runs]
        yield Lookahead(tuple(runs[0].losses), tuple(runs[1].losses), *right)


class _Run:
    """A model that learns."""

    @torch.inference_mode(False)  # a panel's worker is in it: what is made there has no gradient
    def __init__(self, masked: bool, seed: int):
        with seeded(seed):
            self._model: Any = _new_model()
        self._learner: Any = watchable(self._model, masked)  # the same weights, other masks
        self._optimizer = torch.optim.AdamW(self._model.parameters(), lr=RATE)
        self.losses: list[float] = []

    @torch.inference_mode(False)
    def step(self, rows: tuple[Tensor, Tensor]) -> None:
        """One step of teacher forcing."""
        loss = self._learner(input_ids=rows[0], labels=rows[1]).loss
        loss.backward()
        self._optimizer.step()
        self._optimizer.zero_grad()
        self.losses.append(loss.item())

    @torch.inference_mode()
    def right(self, rows: tuple[Tensor, Tensor]) -> float:
        """Which share of the letters it writes right, one after the other."""
        said = torch.full((len(rows[0]), 1), PAD)
        for _ in range(LENGTH):
            logits = self._model(input_ids=rows[0], decoder_input_ids=said).logits[:, -1]
            said = torch.cat([said, logits.argmax(-1, keepdim=True)], 1)
        return float((said[:, 1:] == rows[1][:, :LENGTH]).float().mean())


def _new_model() -> BartForConditionalGeneration:
    """One layer each side, and positions that tell the next place from all others."""
    config: Any = BartConfig(
        vocab_size=2 + LETTERS, d_model=32, encoder_layers=1, decoder_layers=1,
        encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=64,
        decoder_ffn_dim=64, max_position_embeddings=16, dropout=0.0, init_std=0.1,
        scale_embedding=True, pad_token_id=PAD, bos_token_id=PAD, eos_token_id=END,
        decoder_start_token_id=PAD, forced_eos_token_id=None,
    )  # fmt: skip
    return BartForConditionalGeneration(config)


@torch.inference_mode(False)
def _rows(count: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Rows of letters with an end mark, and the same letters turned round, each [rows, 6]."""
    letters = torch.randint(2, 2 + LETTERS, (count, LENGTH), generator=rng)
    end = torch.full((count, 1), END)
    return torch.cat([letters, end], 1), torch.cat([letters.flip(1), end], 1)
