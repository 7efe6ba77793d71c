"""The masked-word task: which tokens are hidden, and which positions carry loss."""

from dataclasses import dataclass
from itertools import pairwise

import torch
from transformers import PreTrainedTokenizerBase

from lablib.models.vocabulary import CONTINUES, entries, writes_spaces
from lablib.numbers import require_number

IGNORE_INDEX = -100
"""The label of a position that carries no loss (the default `ignore_index` of torch's loss)."""


@dataclass(frozen=True)
class Corruption:
    """A batch made into a masked-word exercise.

    Attributes:
        ids: what the model sees, int64, the shape of the ids given.
        labels: the original id where a guess is asked for, `IGNORE_INDEX` everywhere else.
    """

    ids: torch.Tensor
    labels: torch.Tensor


def corrupt(
    ids: torch.Tensor,
    tokenizer: PreTrainedTokenizerBase,
    rng: torch.Generator,
    rate: float = 0.15,
    mask: float = 0.8,
    random: float = 0.1,
    whole_words: bool = False,
) -> Corruption:
    """Choose `rate` of the tokens; show `mask` of them as the mask token, `random` of them as any
    token, the rest unchanged (Devlin et al. 2019, section 3.1). Special tokens are never chosen.

    Args:
        ids: int64 token ids of any shape.
        rng: the source of every random choice: the same state gives the same corruption.
        whole_words: choose words instead of tokens: all pieces of a word or none (BERT's authors'
            "whole word masking" of 2019). What is shown in its place is drawn for each piece.

    Raises:
        ValueError: if a share is outside 0 … 1, or `mask + random` is above 1.

    Example:
        >>> from transformers import BertTokenizer
        >>> words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b"]
        >>> tokenizer = BertTokenizer(vocab={word: i for i, word in enumerate(words)})
        >>> ids, rng = torch.tensor([2, 5, 6, 3]), torch.Generator()
        >>> seen = corrupt(ids, tokenizer, rng, rate=1, mask=1, random=0)
        >>> seen.ids.tolist(), seen.labels.tolist()
        ([2, 4, 4, 3], [-100, 5, 6, -100])
    """
    require_number(rate=rate, mask=mask, random=random)
    if not (0 <= rate <= 1 and min(mask, random) >= 0 and mask + random <= 1):
        raise ValueError(
            "rate, mask and random are shares from 0 to 1, and mask + random at most 1."
        )
    special = torch.isin(ids, torch.tensor(tokenizer.all_special_ids))
    draws = torch.rand(ids.shape, generator=rng)
    if whole_words:
        draws = draws.gather(-1, _first_pieces(ids, tokenizer))
    chosen = (draws < rate) & ~special
    fate = torch.rand(ids.shape, generator=rng)
    anything = torch.randint(len(tokenizer), ids.shape, generator=rng)
    seen = torch.where(chosen & (fate < mask), tokenizer.mask_token_id, ids)
    seen = torch.where(chosen & (fate >= mask) & (fate < mask + random), anything, seen)
    return Corruption(ids=seen, labels=torch.where(chosen, ids, IGNORE_INDEX))


def _first_pieces(ids: torch.Tensor, tokenizer: PreTrainedTokenizerBase) -> torch.Tensor:
    """For each token the position of its word's first piece, int64, the shape of the ids."""
    begins = _begin_words(ids.flatten().tolist(), tokenizer)
    positions = torch.arange(ids.shape[-1]).expand_as(ids)
    return torch.where(torch.tensor(begins).view(ids.shape), positions, 0).cummax(-1).values


def _begin_words(ids: list[int], tokenizer: PreTrainedTokenizerBase) -> list[bool]:
    """Which tokens begin a word: WordPiece says so, elsewhere those that continue no letters do."""
    if not writes_spaces(tokenizer):
        return [not entry.startswith(CONTINUES) for entry in tokenizer.convert_ids_to_tokens(ids)]
    known = entries(ids, tokenizer)
    pieces = [b" " if known[id].special else known[id].bytes for id in ids]
    inside = (_is_letter(a[-1:]) and _is_letter(b[:1]) for a, b in pairwise([b" ", *pieces]))
    return [not goes_on for goes_on in inside]


def _is_letter(byte: bytes) -> bool:
    """Whether a byte is a letter or digit, or part of a character that is not ASCII.

    >>> _is_letter(b"a"), _is_letter("é".encode()[:1]), _is_letter(b","), _is_letter(b"")
    (True, True, False, False)
    """
    return byte.isalnum() or byte >= b"\x80"
