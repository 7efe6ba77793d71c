"""Attention while a text is being written: each new token adds its row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import pad

from lablib.attention.compute.heads import AttentionMaps, to_no_token
from lablib.attention.compute.text import reading
from lablib.models import LoadedModel
from lablib.models.text import kept_ids
from lablib.models.watching import (
    AttentionCall,
    Watcher,
    require_watchable,
    watchable,
    watching,
)
from lablib.numbers import require_count
from lablib.sampling.compute.generation import Session, Step, generate
from lablib.sampling.compute.knobs import Knobs
from lablib.sampling.compute.text import Prompt, prepare

GREEDY = Knobs(temperature=0)
"""Always the most probable token."""
MOST_TOKENS = 256
"""How many tokens prompt and text may have together."""


@dataclass(frozen=True, eq=False)
class Written:
    """One token written, and what was looked at to write it.

    Attributes:
        step: the token, and what the model said at that place; None at the very end, when the model
            only reads the last token.
        ids: the tokens that had been read, prompt included, [key].
        rows: the attention of the tokens read since the step before, [layers, heads, query, key],
            float32 on the CPU: all of the prompt at first, then one row, that of the newest token.
            The last row is what the next token was chosen from.
        note: what was cut from the prompt, in a sentence; or empty.
    """

    step: Step | None
    ids: tuple[int, ...]
    rows: Tensor
    note: str


def write(
    m: LoadedModel,
    prompt: str,
    n: int = 20,
    knobs: Knobs = GREEDY,
    seed: int = 0,
) -> Iterator[Written]:
    """Write n tokens after a prompt, each with the attention it was chosen from.

    The text is that of `sampling.generate` with the same knobs and seed: the rows are those of the
    very steps that chose the tokens, and no token is read twice. One more `Written` follows the
    last token, so that all rows together are the maps of the whole text (see `so_far`).

    Raises:
        ValueError: if the model does not predict next tokens, or its attention cannot be watched.

    Example:
        >>> from lablib import attention as at, models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> written = list(at.write(m, "Once upon a", n=2))
        >>> len(written), written[-1].step is None
        (3, True)
    """
    require_watchable(m.model)
    writer: Any = SimpleNamespace(model=watchable(m.model), tokenizer=m.tokenizer, device=m.device)
    session = Session(writer)
    prepared = _prepared(m, prompt, n)
    steps = generate(writer, prepared, knobs, seed, n, session=session)
    ids: tuple[int, ...] = prepared.ids
    read = 0
    while True:
        rows: list[Tensor] = []
        with watching(_collector(rows, len(ids))):
            step = next(steps, None)
            if step is None:
                session.next_logits(ids)
        # A model that reads everything again gives the rows of everything again.
        yield Written(step, ids, torch.stack(rows)[:, :, read - len(ids) :], prepared.note)
        if step is None:
            return
        read, ids = len(ids), (*ids, step.id)


def _prepared(m: LoadedModel, prompt: str, n: int) -> Prompt:
    """The prompt, with its beginning cut so that n tokens more make `MOST_TOKENS` at most."""
    require_count("n", n, 0)
    prepared = prepare(m, prompt, n)
    marks, inside = prepared.ids[: prepared.marks], prepared.ids[prepared.marks :]
    kept, cut = kept_ids(marks, inside, max(1 + len(marks), MOST_TOKENS - n))
    return (
        replace(prepared, ids=kept, cut=prepared.cut + cut, context=len(kept)) if cut else prepared
    )


def _collector(rows: list[Tensor], keys: int) -> Watcher:
    """A watcher that keeps each layer's weights, [heads, query, key], for so many keys: those that
    a layer with a sliding window has forgotten have no weight.
    """

    def collect(call: AttentionCall) -> tuple[Tensor, Tensor]:
        weights = call.weights[0].float().cpu()
        rows.append(pad(weights, (keys - weights.shape[-1], 0)))
        return call.output, call.weights

    return collect


def so_far(m: LoadedModel, written: Sequence[Written]) -> AttentionMaps:
    """The maps of everything read up to and with the last of these steps: one row a token.

    They are those of `maps` for the same tokens: in a next-word model a token's row does not change
    when others follow.

    Raises:
        ValueError: if there is no step yet.

    Example:
        >>> from lablib import attention as at, models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> written = list(at.write(m, "The cat", n=2))
        >>> len(at.so_far(m, written).tokens)
        4
    """
    if not written:
        raise ValueError("Nothing has been written yet.")
    tokens = reading(m.tokenizer, list(written[-1].ids))
    layers, heads, *_ = written[0].rows.shape
    weights = torch.zeros(layers, heads, len(tokens), len(tokens))
    for each in written:
        queries, keys = each.rows.shape[2:]
        weights[:, :, keys - queries : keys, :keys] = each.rows
    found = AttentionMaps(weights, tokens, tokens, "causal", "")
    return replace(found, note=to_no_token(found))
