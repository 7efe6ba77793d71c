"""Which tokens of a text pushed the one that follows them? Three ways to ask.

- **Occlusion** (Zeiler and Fergus 2014; Li et al. 2016) leaves a token out and reads again: by how
  much does the log-probability of what follows fall? It costs one reading for each token.
- **Gradient × input** asks how steeply that log-probability changes along a token's own vector. It
  costs one backward pass, and lays a straight line along a curve.
- **Attention rollout** (Abnar and Zuidema 2020) follows the attention down through the layers. It
  knows neither values nor the token that was chosen, only where something can have come from.

They ask different questions, so how far they agree is said with them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import torch
from torch import Tensor

from lablib.models import LoadedModel
from lablib.models.gradients import gradient_times_input
from lablib.models.rollout import rollout_to_the_end
from lablib.models.text import start_of_text, vectors
from lablib.models.vocabulary import entries

Way = Literal["occlusion", "gradient", "rollout"]
WAYS: tuple[Way, ...] = get_args(Way)
"""The ways to ask, in the order to show them."""
SCORE_BYTES = 64 * 2**20
"""The most bytes of scores to compute at once, which decides how many texts are read at once."""


@dataclass(frozen=True, eq=False)
class Attribution:
    """What each token of a text did for the token that follows it.

    Attributes:
        ids: the text.
        token: the id of what follows.
        log_probability: its log-probability after the text, in nats.
        occlusion: by how much that falls without each token, in nats, [tokens]; not-a-number for
            the model's own marks, which are not left out, and where nothing would be left to read.
        gradient: gradient × input, in nats, [tokens].
        rollout: which share of each token has reached the last place, [tokens], from 0 to 1; not-a-
            number for a model without attention.
        to_come: how many tokens have still to be left out in turn; what `occlusion` says of them is
            not-a-number until then.
    """

    ids: tuple[int, ...]
    token: int
    log_probability: float
    occlusion: Tensor
    gradient: Tensor
    rollout: Tensor
    to_come: int

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


def attribution(m: LoadedModel, ids: Sequence[int], place: int) -> Attribution:
    """What each token before a place did for the token there, asked in three ways.

    Args:
        ids: a text.
        place: of the token that is asked about, from 1; those after it are not read.

    Raises:
        ValueError: if there is no such place with a token before it.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> ids = m.tokenizer("The king was so tired that he").input_ids
        >>> found = attribution(m, ids, place=6)
        >>> found.occlusion.shape == found.gradient.shape == found.rollout.shape == (6,)
        True
        >>> -1 <= found.agreement("occlusion", "gradient") <= 1
        True
    """
    *_, found = grow_attribution(m, ids, place)
    return found


def grow_attribution(m: LoadedModel, ids: Sequence[int], place: int) -> Iterator[Attribution]:
    """The same step by step: first what takes one reading, then more and more of the occlusion, so
    that one who points at a text need not wait for all of it.

    Raises:
        ValueError: see `attribution`.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> ids = m.tokenizer("The king was so tired that he").input_ids
        >>> [found.to_come for found in grow_attribution(m, ids, place=6)]
        [6, 0]
    """
    if not 0 < place < len(ids):
        raise ValueError(
            f"Choose a token from place 1 to {len(ids) - 1}: it takes one before it, and {place} "
            "is none of these."
        )
    before, token = tuple(ids[:place]), ids[place]
    rests = _rests(m, before)
    found = _of_one_reading(m, before, token)
    yield replace(found, to_come=len(rests))
    size = max(1, SCORE_BYTES // (4 * place * vectors(m.model)))
    for start in range(0, len(rests), size):
        part = dict(list(rests.items())[start : start + size])
        scores = last_scores(m, list(part.values()))
        without = scores.log_softmax(-1)[:, token]
        occlusion = found.occlusion.clone()
        occlusion[list(part)] = found.log_probability - without
        found = replace(found, occlusion=occlusion)
        yield replace(found, to_come=len(rests) - start - len(part))


def _of_one_reading(m: LoadedModel, before: tuple[int, ...], token: int) -> Attribution:
    """What needs no token to be left out."""
    given: dict[str, Any] = {"input_ids": torch.tensor([before]).to(m.model.device)}

    def log_probability(output: Any) -> Tensor:
        return output.logits[0, -1].float().log_softmax(-1)[token]

    return Attribution(
        ids=before,
        token=token,
        log_probability=float(last_scores(m, [before])[0].log_softmax(-1)[token]),
        occlusion=torch.full((len(before),), torch.nan),
        gradient=gradient_times_input(m.model, given, log_probability),
        rollout=rollout_to_the_end(m.model, given),
        to_come=0,
    )


def _rests(m: LoadedModel, ids: tuple[int, ...]) -> dict[int, tuple[int, ...]]:
    """The text without each of its tokens that is no mark, by its place. Of a text of one token
    what is left is the token with which texts begin, where the model has one.
    """
    known = entries(ids, m.tokenizer)
    places = [place for place, id in enumerate(ids) if not known[id].special]
    if len(ids) > 1:
        return {place: ids[:place] + ids[place + 1 :] for place in places}
    try:
        return {place: tuple(start_of_text(m)) for place in places}
    except ValueError:
        return {}


@torch.inference_mode()
def last_scores(m: LoadedModel, rows: Sequence[Sequence[int]]) -> Tensor:
    """The scores after each of some texts of the same length, [texts, vocab] float32 on the CPU.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> last_scores(m, [[5, 6], [7, 8]]).shape == (2, m.model.config.vocab_size)
        True
    """
    return m.model(torch.tensor(rows).to(m.model.device)).logits[:, -1].float().cpu()


def _ranks(values: Tensor) -> Tensor:
    """The rank of each value from 1 up; equal values share the mean of theirs. [n] → [n].

    >>> _ranks(torch.tensor([0.5, 0.1, 0.5]))
    tensor([2.5000, 1.0000, 2.5000])
    """
    below = (values[:, None] > values).sum(1)
    up_to = (values[:, None] >= values).sum(1)
    return (below + up_to + 1) / 2
