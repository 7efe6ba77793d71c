"""Why this token? Three ways to ask which tokens of a text led a model to the one that follows.

- **Occlusion** (Zeiler and Fergus 2014; Li et al. 2016) leaves a token out and reads again: by how
  much does the log-probability of what follows fall? It costs one reading for each token.
- **Gradient × input** asks how steeply that log-probability changes along a token's own vector. It
  costs one backward pass, and lays a straight line along a curve.
- **Attention rollout** (Abnar and Zuidema 2020) follows the attention down through the layers. It
  knows neither values nor the token that was chosen, only where something can have come from.

They ask different questions, so how far they agree is said with them.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

import torch
from torch import Tensor

from lablib.attention.compute.asking import TEXT_BYTES
from lablib.attention.compute.heads import maps
from lablib.attention.compute.layers import rollout
from lablib.attention.compute.text import MAX_TOKENS, Reading, read
from lablib.models.text import start_of_text, token_text
from lablib.sampling.compute.attribution import attribution

if TYPE_CHECKING:
    from lablib.models import LoadedModel

Way = Literal["occlusion", "gradient", "rollout"]
WAYS: tuple[Way, ...] = get_args(Way)
"""The ways to ask, in the order to show them."""
SCORE_BYTES = 64 * 2**20
"""The most bytes of scores to compute at once, which decides how many texts are read at once."""


@dataclass(frozen=True, eq=False)
class Why:
    """What each token of a text did for the token that follows it.

    Attributes:
        tokens: the text.
        token: the id of what follows.
        text: its text.
        log_probability: its log-probability after the text, in nats.
        occlusion: by how much that falls without each token, in nats, [tokens]; not-a-number for
            the model's own marks, which are not left out.
        gradient: gradient × input, in nats, [tokens].
        rollout: which share of each token has reached the last place, [tokens], from 0 to 1.
    """

    tokens: Reading
    token: int
    text: str
    log_probability: float
    occlusion: Tensor
    gradient: Tensor
    rollout: Tensor

    def agreement(self, one: Way, other: Way) -> float:
        """How far two ways put the tokens in the same order by how much they did, whichever way
        they pushed: Spearman's rank correlation of the sizes, from −1 to 1; not-a-number for fewer
        than two tokens, or where one way tells none apart.
        """
        sizes = [getattr(self, way).abs() for way in (one, other)]
        known = sizes[0].isfinite() & sizes[1].isfinite()
        ranks = torch.stack([_ranks(each[known]) for each in sizes])
        return float(torch.corrcoef(ranks)[0, 1]) if int(known.sum()) > 1 else float("nan")

    def top(self, way: Way, k: int = 3) -> list[tuple[int, float]]:
        """The k tokens that did most by a way, either way they pushed: place and value."""
        values = getattr(self, way)
        best = values.abs().nan_to_num(-1).topk(min(k, len(values))).indices.tolist()
        return [(place, float(values[place])) for place in best]


def why(
    m: "LoadedModel", text: str | Reading, place: int | None = None, token: int | None = None
) -> Why:
    """Ask in three ways which tokens of a text led a next-word model to what follows them.

    Args:
        place: which token of the text is asked about, from 1: those before it are read. None for
            what would follow the whole text.
        token: the id that is asked about; None for the token at this place, or after the whole text
            for what the model finds most probable.

    Raises:
        ValueError: if the model is no next-word model or has no attention, it has no such token, or
            there is no such place with a token before it.

    Example:
        >>> from lablib import attention as at, models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> found = at.why(m, "The king was so tired that")
        >>> found.text, found.occlusion.shape == found.gradient.shape == found.rollout.shape
        (' he', True)
        >>> found.tokens.tokens[found.top("occlusion", 1)[0][0]]
        ' that'
        >>> -1 <= found.agreement("occlusion", "gradient") <= 1
        True
    """
    model: Any = m.model
    if not model.can_generate() or model.config.is_encoder_decoder:
        raise ValueError(
            f"{type(model).__name__} does not say which token comes next: choose a next-word "
            "model, as GPT-2."
        )
    entries = model.get_output_embeddings().weight.shape[0]
    if token is not None and not 0 <= token < entries:
        raise ValueError(f"Token {token} is not one of this model's {entries:,} tokens.")
    tokens = read(m, text, limit=min(MAX_TOKENS, TEXT_BYTES // (4 * entries)))
    if place is not None:
        if not 0 < place < len(tokens):
            raise ValueError(
                f"Choose a token from place 1 to {len(tokens) - 1}: it takes one before it, and "
                f"{place} is none of these."
            )
        token = tokens.ids[place] if token is None else token
        tokens = _first(tokens, place)
    scores = _last_scores(m, [tokens.ids])[0]
    token = int(scores.argmax()) if token is None else token
    there = float(scores.log_softmax(-1)[token])
    return Why(
        tokens=tokens,
        token=token,
        text=token_text(m.tokenizer, token),
        log_probability=there,
        occlusion=there - _without_each(m, tokens, token),
        gradient=attribution(m, (*tokens.ids, token), len(tokens)),
        rollout=rollout(maps(m, tokens))[-1, -1],
    )


def _first(tokens: Reading, many: int) -> Reading:
    """The first so many tokens."""
    return replace(
        tokens,
        ids=tokens.ids[:many],
        tokens=tokens.tokens[:many],
        special=tokens.special[:many],
        token_types=tokens.token_types[:many],
    )


def _without_each(m: "LoadedModel", tokens: Reading, token: int) -> Tensor:
    """The log-probability of a token after the text without each of its tokens, [tokens]. Of a text
    of one token what is left is the token with which texts begin.
    """
    places = [place for place, mark in enumerate(tokens.special) if not mark]
    ids = tokens.ids
    rows = [(ids[:place] + ids[place + 1 :]) or tuple(start_of_text(m)) for place in places]
    found = torch.full((len(ids),), torch.nan)
    if rows:
        found[places] = _last_scores(m, rows).log_softmax(-1)[:, token]
    return found


@torch.inference_mode()
def _last_scores(m: "LoadedModel", rows: "list[tuple[int, ...]]") -> Tensor:
    """The scores after each text of the same length, [texts, vocab] float32 on the CPU."""
    model: Any = m.model
    entries = model.get_output_embeddings().weight.shape[0]
    size = max(1, SCORE_BYTES // (4 * len(rows[0]) * entries))
    parts = [torch.tensor(rows[start : start + size]) for start in range(0, len(rows), size)]
    return torch.cat([model(part.to(model.device)).logits[:, -1].float().cpu() for part in parts])


def _ranks(values: Tensor) -> Tensor:
    """The rank of each value from 1 up; equal values share the mean of theirs. [n] → [n].

    >>> _ranks(torch.tensor([0.5, 0.1, 0.5]))
    tensor([2.5000, 1.0000, 2.5000])
    """
    below = (values[:, None] > values).sum(1)
    up_to = (values[:, None] >= values).sum(1)
    return (below + up_to + 1) / 2
