"""Contrastive search: of the likeliest tokens the one that is least like what stands there already.

Greedy search runs in circles: what it has written makes the same words likely again. Contrastive
search (Su et al. 2022, "A Contrastive Framework for Neural Text Generation") weighs how probable a
token is against the *degeneration penalty*: how similar the model's vector for it, read in its
place, is to that of a token before. Nothing is drawn at random.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from lablib.models import LoadedModel
from lablib.models.text import token_text
from lablib.numbers import require_count, require_within
from lablib.sampling.compute.distribution import distribution
from lablib.sampling.compute.generation import LENGTH, end_of
from lablib.sampling.compute.knobs import OFF
from lablib.sampling.compute.reading import Reader
from lablib.sampling.compute.text import Prompt, TextStream, prepare

MOST_CANDIDATES = 50
"""As many texts are read, and remembered, at once."""


class Candidate(NamedTuple):
    """A token that contrastive search weighed.

    Attributes:
        id: the token.
        text: of the token alone.
        probability: by the model alone.
        penalty: the greatest cosine between its vector and that of a token before, from -1 to 1.
        nearest: the place of that token among all before, prompt included.
        score: (1 - alpha) · probability - alpha · penalty.
    """

    id: int
    text: str
    probability: float
    penalty: float
    nearest: int
    score: float


@dataclass(frozen=True)
class ContrastiveStep:
    """One token that contrastive search wrote.

    Attributes:
        id: the token.
        text: what it adds to the text (see `Step`).
        log_probability: of the token, natural, by the model alone.
        candidates: the tokens that were weighed, the most probable first.
        taken: the place among them of the one with the best score, which was written.
        previous: the ids before it, prompt included.
        end: why the text ends here: "end of text", "context full" or "length"; None if it goes on.
    """

    id: int
    text: str
    log_probability: float
    candidates: tuple[Candidate, ...]
    taken: int
    previous: tuple[int, ...]
    end: str | None


def contrastive_search(
    m: LoadedModel,
    prompt: str | Prompt,
    k: int = 4,
    alpha: float = 0.6,
    max_new_tokens: int = 40,
) -> Iterator[ContrastiveStep]:
    """Write text token by token: each time the candidate with the best score.

    All k candidates of a step are read at once; the vectors compared are the model's last hidden
    states, after its final normalisation where it has one.

    Args:
        prompt: a text, or what `prepare` made of it.
        k: how many of the most probable tokens are weighed, 1 to 50.
        alpha: how much the penalty counts, from 0 (not at all: greedy search) to 1 (nothing else).
        max_new_tokens: how many tokens to write; the context's end stops it.

    Raises:
        ValueError: if an argument cannot be used, the model's scores are not numbers, or it gives
            no vectors.

    Example:
        >>> from lablib import models, sampling as sp
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> step, *_ = sp.contrastive_search(m, "Once upon a", k=3, max_new_tokens=2)
        >>> step.candidates[step.taken] == max(step.candidates, key=lambda one: one.score)
        True
    """
    _require(k, alpha, max_new_tokens)
    prepared = prepare(m, prompt, max_new_tokens)
    reader = Reader(m.model, keeps_states=True)
    stream = TextStream(m.tokenizer, prepared.ids)
    ids = list(prepared.ids)
    logits, row = reader.read([ids]), 0
    before = _directions(reader)[0]
    for left in reversed(range(max_new_tokens)):
        best = distribution(logits[row], OFF).topk(min(k, logits.shape[1]))
        log_probabilities = logits[row].log_softmax(0)
        reader.select([row] * len(best.indices))
        logits = reader.read([[id] for id in best.indices.tolist()])
        vectors = _directions(reader)[:, 0]
        candidates = _weighed(m, best.indices, best.values, vectors @ before.T, alpha)
        row = max(range(len(candidates)), key=lambda place: candidates[place].score)
        id, previous = candidates[row].id, tuple(ids)
        ids.append(id)
        before = torch.cat([before, vectors[row : row + 1]])
        end = end_of(m, ids) or (None if left else LENGTH)
        text = stream.push(id, last=end is not None)
        yield ContrastiveStep(
            id, text, float(log_probabilities[id]), candidates, row, previous, end
        )
        if end:
            return


def _require(k: int, alpha: float, max_new_tokens: int) -> None:
    require_count("k", k)
    if k > MOST_CANDIDATES:
        raise ValueError(f"k must be at most {MOST_CANDIDATES}, and it was {k}.")
    require_within("alpha", alpha)
    require_count("max_new_tokens", max_new_tokens, 0)


def _directions(reader: Reader) -> Tensor:
    """The vectors of the tokens read last, each of length 1, [rows, n, width]."""
    assert reader.states is not None  # it was made to keep them
    return torch.nn.functional.normalize(reader.states, dim=-1)


def _weighed(
    m: LoadedModel, ids: Tensor, probabilities: Tensor, cosines: Tensor, alpha: float
) -> tuple[Candidate, ...]:
    """Candidates with their scores; `cosines` [k, tokens before] are those of their vectors."""
    penalty = cosines.max(1)
    scores = (1 - alpha) * probabilities - alpha * penalty.values
    return tuple(
        Candidate(id, token_text(m.tokenizer, id), p, similar, place, score)
        for id, p, similar, place, score in zip(
            *(each.tolist() for each in (ids, probabilities, *penalty, scores)), strict=True
        )
    )
