"""Asking a masked-word model about many places at once.

Everything in this room comes down to one question: what does the model expect at this place of this
row of tokens? Rows are read in batches, and the word head, which is as large as the vocabulary,
runs only at the places asked about.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from inspect import signature
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor

from lablib.models.heads import word_scores
from lablib.models.hooks import hooked
from lablib.models.hub import Progress
from lablib.models.text import padding_id, require_vectors

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from lablib.models import LoadedModel

Rows = Sequence[Sequence[int]]

TOKENS_AT_ONCE = 4096
"""How many tokens are read in one batch: enough to be fast, few enough to be stopped soon."""


@torch.inference_mode()
def logits_at(
    m: "LoadedModel", rows: Rows, places: Rows, progress: Progress | None = None
) -> Tensor:
    """The model's scores at some places of some rows.

    Args:
        rows: token ids with the special tokens, [rows][tokens]; lengths may differ.
        places: for each row the positions asked about, [rows][any number].
        progress: called as `progress(done, total, text)` between batches; raise from it to stop.

    Returns:
        Scores, [all places, vocab] float32 on the CPU, in the order of the rows and their places.

    Raises:
        ValueError: if the model has no vector for one of the tokens.

    Example:
        >>> from lablib import models
        >>> from lablib.masking import prepare
        >>> m = models.load("pocket-bert", kind="masked")
        >>> text = prepare(m, "The cat sat on the [MASK].")
        >>> logits_at(m, [text.ids], [text.masks]).shape == (1, len(m.tokenizer))
        True
    """
    longest = max(map(len, rows), default=1)
    size = max(1, TOKENS_AT_ONCE // longest)
    scores = []
    for start in range(0, len(rows), size):
        if progress and start:
            progress(start, len(rows), "readings")
        some, asked = rows[start : start + size], places[start : start + size]
        with head_only_at(m.model, asked):
            scores.append(word_scores(m.model(**_batch(m, some)))[0].to("cpu", torch.float32))
    return torch.cat(scores) if scores else torch.empty(0, len(m.tokenizer))


class MaskedQuery(NamedTuple):
    """How probable is the token `id` at `place` of this `row` of ids?"""

    row: tuple[int, ...]
    place: int
    id: int


def log_probabilities(
    m: "LoadedModel", questions: Sequence[MaskedQuery], progress: Progress | None = None
) -> Tensor:
    """The answers, natural logarithms [questions]; what is asked of the same place is read once.

    Example:
        >>> from lablib import masking as mk, models
        >>> m = models.load("pocket-bert", kind="masked", device="cpu")
        >>> read = mk.prepare(m, "The cat sat on the [MASK].")
        >>> question = mk.MaskedQuery(tuple(read.ids), read.masks[0], read.ids[1])
        >>> bool((mk.log_probabilities(m, [question]) < 0).all())
        True
    """
    readings = list(dict.fromkeys((question.row, question.place) for question in questions))
    number = {reading: i for i, reading in enumerate(readings)}
    rows, places = [row for row, _ in readings], [[place] for _, place in readings]
    scores = logits_at(m, rows, places, progress).log_softmax(-1)
    asked = [number[question.row, question.place] for question in questions]
    return scores[asked, [question.id for question in questions]]


def _batch(m: "LoadedModel", rows: Rows) -> dict[str, Tensor]:
    """Rows as the model takes them; the shorter ones are filled up on the right and not read."""
    longest = max(map(len, rows))
    pad = padding_id(m)
    require_vectors(m, [max(row, default=0) for row in rows])
    ids = [[*row, *[pad] * (longest - len(row))] for row in rows]
    read = [[1] * len(row) + [0] * (longest - len(row)) for row in rows]
    device = m.model.device
    batch = {
        "input_ids": torch.tensor(ids, device=device),
        "attention_mask": torch.tensor(read, device=device),
    }
    known = signature(m.model.forward).parameters
    if "token_type_ids" in m.tokenizer.model_input_names and "token_type_ids" in known:
        batch["token_type_ids"] = torch.zeros_like(batch["input_ids"])  # FlauBERT has no default
    return batch


@contextmanager
def head_only_at(model: "PreTrainedModel", places: Rows) -> Iterator[None]:
    """Within this block the model's head sees only these places, as one row [1, places, width].

    The encoder's output is cut down before the head gets it, so this works for any architecture.
    Other threads that use the same model meanwhile are not concerned.
    """
    row_of = [row for row, asked in enumerate(places) for _ in asked]
    place_of = [place for asked in places for place in asked]

    def keep(_: Any, __: Any, output: Any) -> Any:
        output.last_hidden_state = output.last_hidden_state[row_of, place_of][None]
        return output

    with hooked(model.base_model.register_forward_hook, keep):
        yield
