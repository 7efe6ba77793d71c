"""What each kind of model is asked to predict, as one number to make smaller."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from transformers import (
    BertForPreTraining,
    GPT2LMHeadModel,
    PreTrainedTokenizerBase,
    T5ForConditionalGeneration,
)

from lablib.training.corruption import IGNORE_INDEX, corrupt


def causal_loss(
    model: GPT2LMHeadModel,
    ids: torch.Tensor,
    labels: torch.Tensor | None = None,
    price: float = 0.0,
) -> torch.Tensor:
    """Mean negative log-likelihood, in nats, of each next token; ids [batch, length].

    Args:
        labels: the ids again, -100 where a token is not to be predicted; None for all.
        price: what is added for the attention of all heads, in nats, see `attention_spent`, and
            for that of the head that looks most at the token before, see `missed_before`.
    """
    out = model.transformer(ids[:, :-1], output_attentions=price > 0)
    logits = model.lm_head(out.last_hidden_state).float()
    labels = ids if labels is None else labels
    loss = F.cross_entropy(logits.flatten(0, 1), labels[:, 1:].flatten())
    if not price:
        return loss
    return loss + price * (attention_spent(out.attentions) + missed_before(out.attentions))


def attention_spent(attentions: Sequence[torch.Tensor]) -> torch.Tensor:
    """The share of attention that is not on the first token, mean over layers, heads and rows.

    A head has to put its attention somewhere. Large models learn to leave it on the first token
    when there is nothing to find (Xiao et al. 2023, "Efficient streaming language models with
    attention sinks"); a small one that stops early has not yet, unless looking costs something.

    Args:
        attentions: of each layer [batch, heads, query, key].

    >>> attention_spent([torch.tensor([[[[1.0, 0.0], [0.5, 0.5]]]])])
    tensor(0.5000)
    """
    return torch.stack([1 - layer[:, :, 1:, 0].float().mean() for layer in attentions]).mean()


def missed_before(attentions: Sequence[torch.Tensor]) -> torch.Tensor:
    """The share of attention that is not on the token just before, of the head that gives it most.

    Every language model has a head that looks one token back, and an induction head builds on it
    (Olsson et al. 2022, "In-context learning and induction heads"); in a small one it is blurred.

    Args:
        attentions: of each layer [batch, heads, query, key].

    >>> missed_before([torch.tensor([[[[1.0, 0.0], [0.5, 0.5]], [[1.0, 0.0], [0.75, 0.25]]]])])
    tensor(0.2500)
    """
    before = [layer.float().diagonal(-1, dim1=-2, dim2=-1).mean((0, -1)) for layer in attentions]
    return 1 - torch.cat(before).max()


def causal_rows(
    ids: torch.Tensor, start: int, vocab_size: int, repeated: float, rng: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """GPT-2's rows and labels from windows of text: ids [batch, length] → [batch, length + 1] each.

    Half of the rows begin with the token `start`, as where a text begins; the others begin in the
    middle of one, as what a person types does, and have it as their last token, which is no label.
    About a share `repeated` of the rows is replaced by random tokens said again and again. Their
    first round cannot be known and is no label; the next ones can, by a head that finds what
    followed a token the last time (Olsson et al. 2022, "In-context learning and induction heads").

    >>> rng = torch.Generator().manual_seed(0)
    >>> rows, labels = causal_rows(torch.arange(8).reshape(2, 4), 9, 9, 0.0, rng)
    >>> rows
    tensor([[9, 0, 1, 2, 3],
            [4, 5, 6, 7, 9]])
    >>> labels[1]
    tensor([   4,    5,    6,    7, -100])
    """
    size, length = ids.shape
    ends = torch.full((size, 1), start)
    begun = torch.rand(size, 1, generator=rng) < 0.5
    rows = torch.where(begun, torch.cat([ends, ids], dim=1), torch.cat([ids, ends], dim=1))
    labels = rows.clone()
    labels[~begun[:, 0], -1] = IGNORE_INDEX
    for row in (torch.rand(size, generator=rng) < repeated).nonzero().flatten().tolist():
        period = int(torch.randint(length // 8, length // 2, (), generator=rng))
        said = torch.randint(vocab_size, (period,), generator=rng)
        rows[row, 1:] = labels[row, 1:] = said.repeat(length // period + 1)[:length]
        labels[row, : period + 1] = IGNORE_INDEX
    return rows, labels


def sentence_pairs(
    ids: torch.Tensor, tokenizer: PreTrainedTokenizerBase, rng: torch.Generator
) -> dict[str, torch.Tensor]:
    """BERT's inputs from windows of text, ids [batch, length] → [batch, length + 3].

    Each window becomes [CLS] first half [SEP] second half [SEP]. For half of the rows the second
    half comes from another row; `next_sentence_label` is 1 there and 0 where it does follow.
    """
    size, length = ids.shape
    first, second = ids[:, : length // 2], ids[:, length // 2 :]
    broken = torch.rand(size, generator=rng) < 0.5
    second = torch.where(broken[:, None], second.roll(1, dims=0), second)
    cls = torch.full((size, 1), tokenizer.cls_token_id)
    sep = torch.full((size, 1), tokenizer.sep_token_id)
    types = torch.zeros(size, length + 3, dtype=torch.long)
    types[:, first.shape[1] + 2 :] = 1
    return {
        "input_ids": torch.cat([cls, first, sep, second, sep], dim=1),
        "token_type_ids": types,
        "next_sentence_label": broken.long(),
    }


Answered = tuple[torch.Tensor, torch.Tensor]
"""Logits [asked, choices] on the model's device, and what is right [asked], int64 on the CPU."""


def masked_answers(
    model: BertForPreTraining,
    ids: torch.Tensor,
    tokenizer: PreTrainedTokenizerBase,
    rng: torch.Generator,
    share: float = 0.15,
) -> tuple[Answered, Answered]:
    """What both heads of a BERT answer to windows of text, ids [batch, length], of which a share is
    masked: the words, and whether the second halves follow.

    The word head runs on the masked positions only: a fifth of the logits, the same loss.
    """
    pairs = sentence_pairs(ids, tokenizer, rng)
    corrupted = corrupt(pairs["input_ids"], tokenizer, rng, rate=share)
    device = model.device
    encoded = model.bert(
        corrupted.ids.to(device), token_type_ids=pairs["token_type_ids"].to(device)
    )
    asked = corrupted.labels != IGNORE_INDEX
    words = model.cls.predictions(encoded.last_hidden_state[asked.to(device)]).float()
    follows = model.cls.seq_relationship(encoded.pooler_output).float()
    return (words, corrupted.labels[asked]), (follows, pairs["next_sentence_label"])


def masked_loss(
    model: BertForPreTraining,
    ids: torch.Tensor,
    tokenizer: PreTrainedTokenizerBase,
    rng: torch.Generator,
    share: float,
) -> torch.Tensor:
    """Masked-word loss plus next-sentence loss, in nats (Devlin et al. 2019, section 3.1)."""
    both = masked_answers(model, ids, tokenizer, rng, share)
    words, follows = (F.cross_entropy(logits, right.to(model.device)) for logits, right in both)
    return words + follows


def pair_loss(model: T5ForConditionalGeneration, rows: dict[str, torch.Tensor]) -> torch.Tensor:
    """Mean negative log-likelihood, in nats, of each token of the targets (see `pairs.encode`)."""
    return model(**{name: part.to(model.device) for name, part in rows.items()}).loss
