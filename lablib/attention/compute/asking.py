"""What a model is asked about a text, so that two answers can be compared: which token comes next
(or is masked), and how surprising the text is.
"""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

from lablib.attention.compute.text import MAX_TOKENS, Reading, read, reading
from lablib.models import LoadedModel
from lablib.models.text import token_text
from lablib.numbers import require_count

STRIDE = 7
"""A masked model is asked for every seventh token at once: 14 %, about what it was trained on."""
TEXT_BYTES = 256 * 2**20
"""The most bytes of scores one text may need: longer ones are cut."""


class Change(NamedTuple):
    """A possible token, and its probability with the whole model and with a part of it left out."""

    id: int
    text: str
    before: float
    after: float


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a model says as it is, and with a part of it left out; the room that leaves it out says
    of each what it is (`Ablation`, `PartAblation`).
    """

    tokens: Reading
    position: int
    before: Tensor
    after: Tensor
    loss_before: float
    loss_after: float
    changes: tuple[Change, ...]


class Asked(NamedTuple):
    """What a model is asked: rows to read, and the tokens it should say at which places.

    The token at `position` of row 0 is asked for. `targets` are [n, 3]: row, place, true id. A
    next-word model says at a place what comes after it.
    """

    tokens: Reading
    position: int
    place: int
    rows: Tensor
    targets: Tensor


def ask(m: LoadedModel, text: str | Reading) -> Asked:
    """What to ask this kind of model about the text (see `ablation.ablate`).

    Raises:
        ValueError: if the model does not predict tokens, or there is nothing to mask.
    """
    model: Any = m.model
    if model.config.is_encoder_decoder or model.get_output_embeddings() is None:
        raise ValueError(
            f"{type(model).__name__} does not say which token belongs at a place; choose a "
            "next-word model, as GPT-2, or a masked-word model, as BERT."
        )
    next_word = model.can_generate()
    entries = (1 if next_word else 1 + STRIDE) * model.get_output_embeddings().weight.shape[0]
    tokens = read(m, text, limit=min(MAX_TOKENS, TEXT_BYTES // (4 * entries)))
    return _ask_next(tokens) if next_word else _ask_masked(m, tokens)


def _ask_next(tokens: Reading) -> Asked:
    """What comes after the text, and after each of its tokens."""
    last = len(tokens) - 1
    targets = [[0, place, tokens.ids[place + 1]] for place in range(last)]
    return Asked(tokens, last + 1, last, torch.tensor([tokens.ids]), _targets(targets))


def _ask_masked(m: LoadedModel, tokens: Reading) -> Asked:
    """Which token is hidden; and, with every seventh ordinary token masked, which those are."""
    mask = m.tokenizer.mask_token_id
    ordinary = [i for i, special in enumerate(tokens.special) if not special]
    places = [i for i, id in enumerate(tokens.ids) if id == mask] or ordinary[-1:]
    if mask is None or not places:
        raise ValueError("Type a word: there is nothing to mask in an empty text.")
    ids = list(tokens.ids)
    ids[places[0]] = mask
    rows = torch.tensor([ids] + [tokens.ids] * min(STRIDE, len(ordinary)))
    targets = []
    for n, place in enumerate(ordinary):
        row = 1 + n % STRIDE
        rows[row, place] = mask
        targets.append([row, place, tokens.ids[place]])
    asked = reading(m.tokenizer, ids, tokens.token_types, tokens.cut, tokens.limit)
    return Asked(asked, places[0], places[0], rows, _targets(targets))


def _targets(targets: list[list[int]]) -> Tensor:
    """Row, place and true id of each token the loss asks for, [n, 3]; n may be 0."""
    return torch.tensor(targets, dtype=torch.long).reshape(-1, 3)


def answer(asked: Asked, scores: Tensor) -> tuple[Tensor, float]:
    """The distribution that is asked for, [vocab], and the loss in bits per token.

    Args:
        scores: the model's, for all rows, [row, token, vocab].
    """
    row, place, id = asked.targets.to(scores.device).unbind(1)
    surprise = torch.nn.functional.cross_entropy(scores[row, place].float(), id)
    asked_for = scores[0, asked.place].float().softmax(-1).cpu()
    return asked_for, float(surprise) / math.log(2)


def outcome(
    m: LoadedModel, asked: Asked, whole: tuple[Tensor, float], rest: tuple[Tensor, float], k: int
) -> Outcome:
    """Two answers side by side, with the k most probable tokens of each."""
    require_count("k", k, 0)
    (before, loss_before), (after, loss_after) = whole, rest
    changed = _changes(m, before, after, k)
    return Outcome(asked.tokens, asked.position, before, after, loss_before, loss_after, changed)


def _changes(m: LoadedModel, before: Tensor, after: Tensor, k: int) -> tuple[Change, ...]:
    """The k most probable tokens of each distribution, the most probable before first."""
    k = min(k, len(before))
    ids = {*before.topk(k).indices.tolist(), *after.topk(k).indices.tolist()}
    found = [
        Change(id, token_text(m.tokenizer, id), float(before[id]), float(after[id])) for id in ids
    ]
    return tuple(sorted(found, key=lambda change: (-change.before, -change.after)))
