"""How good a pretrained model is, measured on text it never saw."""

import lzma
import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from transformers import BertForPreTraining, GPT2LMHeadModel, PreTrainedTokenizerBase

from lablib.foundations.compute.perplexity import token_losses
from lablib.training.objective import masked_answers


def bits_per_byte(
    model: GPT2LMHeadModel,
    tokenizer: PreTrainedTokenizerBase,
    stream: np.ndarray,
    byte_count: int,
) -> float:
    """How many bits the model needs for each byte of a text: its surprise, whatever its tokens.

    Args:
        stream: the text's token ids [tokens], ending with the end-of-text token, which is not
            scored.
        byte_count: the text's length in UTF-8 bytes.
    """
    ids = torch.from_numpy(stream.astype(np.int64))
    ids = torch.cat([torch.tensor([tokenizer.bos_token_id]), ids[:-1]])
    losses = token_losses(model, ids, model.config.n_positions)
    return losses.double().sum().item() / math.log(2) / byte_count


def xz_bits_per_byte(train: str, heldout: str) -> float:
    """Bits per byte `xz -9e` needs for the held-out text once it has packed the training text: what
    a model must beat, besides counting words (`foundations.ngrams`).
    """
    known, new = train.encode(), heldout.encode()
    packed, alone = (
        len(lzma.compress(text, preset=9 | lzma.PRESET_EXTREME)) for text in (known + new, known)
    )
    return 8 * (packed - alone) / len(new)


@dataclass(frozen=True)
class TokenScore:
    """The share of the tokens asked for that were guessed, 0 to 1, and their mean loss in nats."""

    accuracy: float
    loss: float


@dataclass(frozen=True)
class MaskedScore(TokenScore):
    """The score on masked tokens, and the share of right answers whether a sentence follows."""

    next_sentence: float


@torch.inference_mode()
def masked_score(
    model: BertForPreTraining,
    tokenizer: PreTrainedTokenizerBase,
    stream: np.ndarray,
    context: int,
    batches: int = 40,
    size: int = 32,
) -> MaskedScore:
    """Masked-word scores, at BERT's 15 %, over `batches` of `size` rows of `context` tokens, cut
    from the ids [tokens]. The same arguments ask the same questions.
    """
    length = context - 3
    rng = torch.Generator().manual_seed(0)
    right = asked = followed = 0
    nats = 0.0
    for _ in range(batches):
        starts = torch.randint(len(stream) - length, (size,), generator=rng)
        ids = torch.stack(
            [torch.from_numpy(stream[s : s + length].astype(np.int64)) for s in starts]
        )
        (words, labels), (follows, which) = masked_answers(model, ids, tokenizer, rng)
        nats += F.cross_entropy(words.cpu(), labels, reduction="sum").item()
        right += int((words.argmax(-1).cpu() == labels).sum())
        asked += len(labels)
        followed += int((follows.argmax(-1).cpu() == which).sum())
    return MaskedScore(right / asked, nats / asked, followed / (batches * size))
