"""Three lenses on the layers of a next-word model, and how far each is off.

A lens says what a model would predict after one of its layers: it carries a token's vector there
into the terms of the last layer, which the model's own head can read.

- **Logit lens** (nostalgebraist 2020): takes the vector as it is.
- **Jacobian lens** (Anthropic 2026, "Verbalizable Representations Form a Global Workspace in
  Language Models"): multiplies it by the mean Jacobian, that is by how the vectors of the last
  layer change on average, here and at all later places, when those of this layer change.
- **Tuned lens** (Belrose et al. 2023, "Eliciting Latent Predictions from Transformers with the
  Tuned Lens"): multiplies it by a matrix that was fitted, and adds a constant. The paper trains
  both on the predictions; here they are the least squares from a layer's vectors to the last one's.

A lens is a model of a model, so its error is measured: on passages it was not fitted to, against
what the model says in the end.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import torch
from torch import Tensor

from lablib.attention.compute.corpus import MOST, passages
from lablib.attention.compute.layers import say, stream
from lablib.attention.compute.text import Reading, read
from lablib.models import LoadedModel
from lablib.models.errors import quoted
from lablib.models.text import continuation_ids, token_text
from lablib.models.watching import shared_weight_copy
from lablib.numbers import require_count
from lablib.unicode import well_formed

LensName = Literal["logit", "jacobian", "tuned"]
LENSES: tuple[LensName, ...] = get_args(LensName)
"""The lenses, in the order to show them."""
WITHOUT_JACOBIAN: tuple[LensName, ...] = ("logit", "tuned")
"""Those that are known at once, and are measured before the Jacobian is taken."""
FITTED, HELD_OUT = 64, 8
"""The most passages a lens is fitted to, and those its error is measured on."""
SKIPPED = 16
"""Places at the beginning of a passage that are left out, as by the Jacobian lens's authors: what
stands there has little before it. Of a short passage it is a quarter."""
RIDGE = 1e-4
"""How much the matrix of the tuned lens is held back (ridge regression), relative to the mean
square of the vectors: vectors of a width of 768 are hardly more than they have numbers."""
ROWS = 32
"""Rows of a Jacobian to take in one backward pass, from one report of progress to the next."""
MAP_BYTES = 512 * 2**20
"""The most memory for the matrices of all layers, in bytes: larger models are refused."""
SCORE_BYTES = 64 * 2**20
"""The most bytes of scores to compute at once."""
AT_ONCE = 8
"""How many passages are read at once."""


@dataclass(frozen=True, eq=False)
class Lenses:
    """Lenses on each layer of a model, as far as they are fitted, and their errors.

    Entry 0 of what is said of layers stands for the vectors before the first one, entry l for those
    after layer l − 1; the last layer needs no lens.

    Attributes:
        jacobian: the mean Jacobian, [layers, width, width]: out of a row, into a column.
        tuned: the matrix of the tuned lens, and in its last row the constant,
            [layers, width + 1, width].
        divergence: by lens the mean Kullback-Leibler divergence of what it says from what the model
            says, in nats, [layers]; not-a-number where it is not measured yet.
        agreement: by lens how often the two find the same token the likeliest, from 0 to 1.
        measured: on how many tokens the errors are measured.
        fitted: on how many tokens the tuned lens was fitted.
        passages: over how many passages the Jacobian is a mean.
        done: how many steps of the fit are done.
        total: how many there are.
    """

    jacobian: Tensor
    tuned: Tensor
    divergence: dict[LensName, Tensor]
    agreement: dict[LensName, Tensor]
    measured: int
    fitted: int = 0
    passages: int = 0
    done: int = 0
    total: int = 1

    def carry(self, lens: LensName, layer: int, vectors: Tensor) -> Tensor:
        """Vectors of a layer in the terms of the last one, [..., width] both."""
        if lens == "tuned":
            return vectors @ self.tuned[layer, :-1] + self.tuned[layer, -1]
        return vectors @ self.jacobian[layer].T if lens == "jacobian" else vectors

    def known(self, lens: LensName) -> bool:
        """Whether a lens is fitted and measured."""
        return bool(self.divergence[lens].isfinite().all())


@dataclass(frozen=True, eq=False)
class LensPath:
    """How probable a token is after each layer, at the end of a text, through each lens.

    Attributes:
        tokens: the text.
        token: the id of the token that is followed.
        text: its text.
        probabilities: by lens, [layers + 1]; the last is the model's own.
        best: by lens, the likeliest token after each layer.
    """

    tokens: Reading
    token: int
    text: str
    probabilities: dict[LensName, Tensor]
    best: dict[LensName, tuple[str, ...]]


def fit_lenses(m: LoadedModel, text: str, jacobians: int = 4) -> Iterator[Lenses]:
    """Fit the lenses to a model on the passages of a text, and measure their errors on others of
    its passages; yields what is known so far.

    The logit lens needs no fit and the tuned one little. A Jacobian has a row for each number of a
    vector, and each goes back through the whole model: for a pocket model some seconds a passage.

    Args:
        text: at most `MOST` characters of it are read.
        jacobians: over how many passages the mean Jacobian is taken, from 1 to `FITTED`.

    Raises:
        ValueError: if the text has fewer than two passages, or the model is no next-word model or
            too large for its matrices to be kept.

    Example: what is measured after the tuned lens is fitted, and before the Jacobian is.
        >>> from lablib import attention as at, data, models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> found = next(f for f in at.fit_lenses(m, data.text("tale")) if f.known("tuned"))
        >>> bool((found.divergence["tuned"] < found.divergence["logit"]).all())
        True
    """
    model: Any = m.model
    _require(model, jacobians)
    held_out, own = _split(m, text)
    first = min(SKIPPED, own.shape[1] // 4)
    vectors = _vectors(model, held_out, first)
    found = _unknown(vectors)
    blocks = -(-vectors.shape[-1] // ROWS)
    batches, learned = own.split(AT_ONCE), own[: min(jacobians, FITTED)]
    found = replace(found, total=len(batches) + 2 + (blocks + 1) * len(learned))
    sums = _Sums(*found.jacobian.shape[:2])
    for batch in batches:
        sums.add(_vectors(model, batch, first))
        found = _step(found)
        yield found
    found = replace(found, tuned=sums.solve(), fitted=sums.count)
    for lens in WITHOUT_JACOBIAN:
        found = _step(_measured(model, found, lens, vectors))
        yield found
    for passage in learned:
        rows = []
        for block in range(blocks):
            rows.append(_jacobian_rows(model, passage[None], first, block))
            found = _step(found)
            yield found
        found = _with_passage(found, torch.cat(rows, 1))
        found = _step(_measured(model, found, "jacobian", vectors))
        yield found


def lens_path(m: LoadedModel, lenses: Lenses, text: str, token: str = "") -> LensPath:
    """Follow a token through the layers at the end of a text: how probable each lens finds it.

    Args:
        token: its text, with the space before it if it begins a word; "" for the one that the model
            finds the likeliest in the end.

    Raises:
        ValueError: if the text of the token is not one token, or the lenses are another model's.

    Example:
        >>> from lablib import attention as at, data, models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> lenses = next(f for f in at.fit_lenses(m, data.text("tale")) if f.known("tuned"))
        >>> path = at.lens_path(m, lenses, "The king and the queen lived in a")
        >>> path.probabilities["tuned"].shape, path.best["tuned"][-1] == path.text
        (torch.Size([7]), True)
    """
    tokens = read(m, text)
    with torch.inference_mode():
        last = torch.stack(stream(m.model, tokens.inputs(m)))[:, 0, -1].float().cpu()
        if last[:-1].shape != lenses.jacobian.shape[:2]:
            raise ValueError("These lenses were fitted to another model: fit them to this one.")
        said = {lens: _log_probabilities(m.model, _carried(lenses, lens, last)) for lens in LENSES}
    id = _token_id(m, token) if token else int(said["logit"][-1].argmax())
    return LensPath(
        tokens=tokens,
        token=id,
        text=token_text(m.tokenizer, id),
        probabilities={lens: each[:, id].exp() for lens, each in said.items()},
        best={
            lens: tuple(token_text(m.tokenizer, one) for one in each.argmax(-1).tolist())
            for lens, each in said.items()
        },
    )


def _carried(lenses: Lenses, lens: LensName, vectors: Tensor) -> Tensor:
    """The vectors of one token after each layer, in the terms of the last, [layers + 1, width]."""
    early = [lenses.carry(lens, layer, vector) for layer, vector in enumerate(vectors[:-1])]
    return torch.stack([*early, vectors[-1]])


def _require(model: Any, jacobians: int) -> None:
    """Refuse what no lens can be fitted to, in a sentence."""
    if not model.can_generate() or model.config.is_encoder_decoder:
        raise ValueError(
            f"{type(model).__name__} does not say which token comes next: choose a next-word "
            "model, as GPT-2."
        )
    require_count("jacobians", jacobians)
    config = model.config.get_text_config()
    needed = 5 * 4 * config.num_hidden_layers * config.hidden_size**2
    if needed > MAP_BYTES:
        raise ValueError(
            f"The lenses on this model’s layers would take {needed / 2**20:,.0f} MiB, and at most "
            f"{MAP_BYTES / 2**20:,.0f} are taken here: choose a smaller model, as GPT-2."
        )


def _split(m: LoadedModel, text: str) -> tuple[Tensor, Tensor]:
    """The ids of the passages that are held out, and of those that are fitted to, drawn by lot: the
    same ones of the same text.
    """
    cut = passages(m, well_formed(text)[:MOST])
    if len(cut) < 2:
        raise ValueError(
            "This text is too short: a lens is fitted to some passages and measured on others, so "
            "give a text of some hundred words."
        )
    order = torch.randperm(len(cut), generator=torch.Generator().manual_seed(0)).tolist()
    rows = torch.tensor([cut[place].ids for place in order]).to(m.model.device)
    held = min(HELD_OUT, max(1, len(rows) // 5))
    return rows[:held], rows[held : held + FITTED]


def _unknown(vectors: Tensor) -> Lenses:
    """Lenses before anything is fitted, to be measured on these vectors."""
    layers, tokens, width = vectors[:-1].shape
    unknown = torch.full((layers,), torch.nan)
    return Lenses(
        jacobian=torch.zeros(layers, width, width),
        tuned=torch.zeros(layers, width + 1, width),
        divergence=dict.fromkeys(LENSES, unknown),
        agreement=dict.fromkeys(LENSES, unknown),
        measured=tokens,
    )


def _with_passage(found: Lenses, jacobian: Tensor) -> Lenses:
    """The lenses with the Jacobian of one more passage in the mean."""
    many = found.passages + 1
    mean = found.jacobian + (jacobian - found.jacobian) / many
    return replace(found, jacobian=mean, passages=many)


def _step(found: Lenses) -> Lenses:
    return replace(found, done=found.done + 1)


def _token_id(m: LoadedModel, token: str) -> int:
    """The id of a text that is one token."""
    ids = continuation_ids(m.tokenizer, token)
    if len(ids) != 1:
        raise ValueError(
            f"{quoted(token)} is {len(ids)} tokens for this model, and one is followed: give a "
            "shorter word, with the space before it if it begins a word."
        )
    return ids[0]


@torch.inference_mode()
def _vectors(model: Any, rows: Tensor, first: int) -> Tensor:
    """The vectors of passages from place `first` on, [layers + 1, tokens, width] float32 on the
    CPU.
    """
    vectors = stream(model, {"input_ids": rows})
    return torch.stack([each[:, first:].flatten(0, 1).float().cpu() for each in vectors])


class _Sums:
    """The sums of squares and products that a least-squares fit takes, added up batch by batch."""

    def __init__(self, layers: int, width: int):
        self._squares = torch.zeros(layers, width + 1, width + 1)
        self._products = torch.zeros(layers, width + 1, width)
        self.count = 0

    def add(self, vectors: Tensor) -> None:
        """Take in the vectors of some tokens, [layers + 1, tokens, width]."""
        layers, tokens, _ = vectors[:-1].shape
        inputs = torch.cat([vectors[:-1], torch.ones(layers, tokens, 1)], -1)
        self._squares += inputs.mT @ inputs
        self._products += inputs.mT @ vectors[-1]
        self.count += tokens

    def solve(self) -> Tensor:
        """The matrices, [layers, width + 1, width], a layer at a time: that halves the memory."""
        maps = []
        for squares, products in zip(self._squares, self._products, strict=True):
            ridge = RIDGE * squares.diagonal()[:-1].mean()
            held_back = squares.double() + ridge * torch.eye(len(squares), dtype=torch.float64)
            maps.append(torch.linalg.solve(held_back, products.double()).float())
        return torch.stack(maps)


@torch.inference_mode(False)
@torch.enable_grad()
def _jacobian_rows(model: Any, rows: Tensor, first: int, block: int) -> Tensor:
    """The next `ROWS` rows of the mean Jacobian over one passage, [layers, rows, width]: by how
    much a number of the last layer's vectors, summed over all places, grows with those of a layer
    at one place; the mean over the places from `first` on.
    """
    copied: Any = shared_weight_copy(model)
    # Weights may be frozen: the backward pass begins at the tokens' vectors.
    embeddings = copied.get_input_embeddings()
    embeddings.register_forward_hook(lambda _, __, vectors: vectors.detach().requires_grad_())
    vectors = stream(copied, {"input_ids": rows.clone()})
    numbers = vectors[-1][:, first:].sum((0, 1))[block * ROWS :][:ROWS]
    each = torch.eye(len(numbers), dtype=numbers.dtype, device=numbers.device)
    gradients = torch.autograd.grad(numbers, vectors[:-1], each, is_grads_batched=True)
    return torch.stack([one[:, 0, first:].mean(1).float().cpu() for one in gradients])


@torch.inference_mode()
def _measured(model: Any, found: Lenses, lens: LensName, vectors: Tensor) -> Lenses:
    """The lenses with the errors of one, on vectors it was not fitted to."""
    entries = model.get_output_embeddings().weight.shape[0]
    sums = torch.zeros(2, len(vectors) - 1)
    for chunk in vectors.split(max(1, SCORE_BYTES // (4 * entries)), dim=1):
        wanted = _log_probabilities(model, chunk[-1])
        for layer, states in enumerate(chunk[:-1]):
            said = _log_probabilities(model, found.carry(lens, layer, states))
            sums[0, layer] += (wanted.exp() * (wanted - said)).sum()
            sums[1, layer] += (wanted.argmax(-1) == said.argmax(-1)).sum()
    divergence, agreement = sums / vectors.shape[1]
    return replace(
        found,
        divergence={**found.divergence, lens: divergence},
        agreement={**found.agreement, lens: agreement},
    )


def _log_probabilities(model: Any, vectors: Tensor) -> Tensor:
    """What the model's head makes of vectors, [n, width] → [n, vocab] on the CPU."""
    given = vectors[None].to(model.device, model.dtype)
    return say(model, given)[0].log_softmax(-1).cpu()
