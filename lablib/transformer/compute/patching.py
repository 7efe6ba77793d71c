"""Activation patching: take one vector out of one run of a model, put it into another, and see how
much of the first run's answer comes back.

Two prompts differ in a word, and so does what the model says after them. In the run on the second
prompt one activation is replaced by that of the first run, at one layer and one place. Where the
answer of the first prompt returns, there the difference between the prompts is carried (Meng et al.
2022, "Locating and Editing Factual Associations in GPT"; Zhang and Nanda 2024, "Towards Best
Practices of Activation Patching"). What is patched is a copy that shares the model's weights.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple, get_args

import torch
from torch import Tensor, nn

from lablib.attention.compute.asking import Asked, ask
from lablib.attention.compute.metrics import top_heads
from lablib.attention.compute.text import Reading
from lablib.models import LoadedModel
from lablib.models.errors import quoted
from lablib.models.heads import word_scores
from lablib.models.text import continuation_ids, token_text
from lablib.models.watching import (
    AttentionCall,
    require_watchable,
    shared_weight_copy,
    watchable,
    watching,
)
from lablib.numbers import require_place
from lablib.transformer.compute.anatomy import anatomy
from lablib.transformer.compute.parts import first, with_first

Part = Literal["residual", "attention", "feed-forward", "heads"]
PATCHED: tuple[Part, ...] = get_args(Part)
"""What can be patched: the stream before a block, what attention or the feed-forward adds to it,
or the output of single heads before they are mixed."""

SCORE_BYTES = 64 * 2**20
"""The most bytes of scores to compute at once, which decides how many patches are tried at once."""
NO_DIFFERENCE = 1e-3
"""Below this the difference between the runs is rounding."""


@dataclass(frozen=True, eq=False)
class Patching:
    """How much of the clean prompt's answer returns to the corrupted one, patch by patch.

    The answer is a difference of two scores (logits): that of the clean prompt's token less that of
    the corrupted one's.

    Attributes:
        part: what was patched, one of `PATCHED`.
        clean: the prompt that the patches are taken from.
        corrupted: the prompt that they are put into; it has as many tokens.
        answers: the ids of the two tokens whose scores are compared.
        texts: their texts.
        differences: the difference of their scores after the clean prompt, and after the corrupted.
        returned: which share of the way from the second difference back to the first each patch
            goes: 0 for none of it, 1 for all. [layers, tokens], or for heads [layers, heads];
            not-a-number for what is still to come.
        done: how many patches have been tried.
    """

    part: Part
    clean: Reading
    corrupted: Reading
    answers: tuple[int, int]
    texts: tuple[str, str]
    differences: tuple[float, float]
    returned: Tensor
    done: int

    @property
    def total(self) -> int:
        """How many patches there are."""
        return self.returned.numel()

    def top(self, k: int = 5) -> list[tuple[int, int, float]]:
        """The k patches with which most returns: layer, place (or head), share."""
        return top_heads(self.returned, k)


class Patch(NamedTuple):
    """One patch: a layer, and a place or a head there."""

    layer: int
    column: int


def patch(
    m: LoadedModel,
    clean: str,
    corrupted: str,
    part: Part = "residual",
    answers: tuple[str, str] | None = None,
    place: int | None = None,
) -> Iterator[Patching]:
    """Patch each layer and place in turn from the run on one prompt into the run on another; yields
    what is known so far, at last all of it.

    A next-word model is asked for the token after the prompts, a masked-word model for the first
    masked one.

    Args:
        clean: the prompt that the patches are taken from.
        corrupted: the prompt that they are put into.
        part: what is patched; of "heads" each head of each layer.
        answers: a token for each prompt; None for those that the other prompt makes less likely
            (that add most to the divergence between the two predictions).
        place: of heads, at which place their output is patched; None for all places at once.

    Raises:
        ValueError: if the prompts are not of equal length in tokens, or lead to the same
            prediction; or if the model's parts are not those of GPT-2, Llama, Qwen or BERT.

    Example: before the first block all the difference is at the word that differs.
        >>> from lablib import models, transformer as tf
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> *_, found = tf.patch(m, "The king said that", "The queen said that")
        >>> found.texts, found.returned.shape
        ((' he', ' she'), torch.Size([6, 4]))
        >>> [round(share, 3) for share in found.returned[0].abs().tolist()]
        [0.0, 1.0, 0.0, 0.0]
    """
    asked = ask(m, clean), ask(m, corrupted)
    _require(asked, part, place)
    patcher = _Patcher(m, part, place)
    # The clean run comes last: what the parts gave in it is kept.
    others, scores = (patcher.scores(each.rows[:1], each.place)[0] for each in asked[::-1])
    ids = _answer_ids(m, answers) if answers else _telling(scores, others)
    wanted, there = (float(one[ids[0]] - one[ids[1]]) for one in (scores, others))
    if abs(wanted - there) < NO_DIFFERENCE:
        raise ValueError(
            "Both prompts lead to the same answer, so there is nothing that could return: choose "
            "prompts after which the model says something else."
        )
    patches = patcher.patches()
    columns = patches[-1].column + 1
    nothing = Patching(
        part=part,
        clean=asked[0].tokens,
        corrupted=asked[1].tokens,
        answers=ids,
        texts=(token_text(m.tokenizer, ids[0]), token_text(m.tokenizer, ids[1])),
        differences=(wanted, there),
        returned=torch.full((len(patches) // columns, columns), torch.nan),
        done=0,
    )
    size = max(1, SCORE_BYTES // (4 * len(nothing.corrupted) * len(scores)))
    yield from _patch_all(nothing, patcher, asked[1], patches, size)


def _patch_all(
    found: Patching, patcher: "_Patcher", corrupted: Asked, patches: Sequence[Patch], size: int
) -> Iterator[Patching]:
    """What is known after every `size` patches into the run on the corrupted prompt."""
    (first, second), (wanted, there) = found.answers, found.differences
    for start in range(0, len(patches), size):
        tried = patches[start : start + size]
        rows = corrupted.rows[:1].expand(len(tried), -1)
        patched = patcher.scores(rows, corrupted.place, tried)
        returned = found.returned.clone()
        shares = (patched[:, first] - patched[:, second] - there) / (wanted - there)
        returned.view(-1)[start : start + len(tried)] = shares
        found = replace(found, returned=returned, done=start + len(tried))
        yield found


def _require(asked: tuple[Asked, Asked], part: Part, place: int | None) -> None:
    """Refuse what cannot be patched, in a sentence."""
    if part not in PATCHED:
        raise ValueError(f"Parts to patch are {', '.join(PATCHED)}; {part!r} is none of them.")
    one, other = (each.tokens for each in asked)
    if len(one) != len(other):
        raise ValueError(
            "The prompts must have as many tokens as each other, so that each place of one stands "
            f"for a place of the other: the first has {len(one)} and the second {len(other)}. "
            "Choose another word for the one that differs."
        )
    if one.ids == other.ids:
        raise ValueError("The two prompts are the same: change a word in one of them.")
    if asked[0].place != asked[1].place:
        raise ValueError("Put the mask at the same place of both prompts.")
    if place is not None:
        says = f"The prompts have places 0 to {len(one) - 1}, and {place} is none."
        require_place("place", place, len(one), says=says)


def _answer_ids(m: LoadedModel, answers: tuple[str, str]) -> tuple[int, int]:
    """The tokens of two words as they would go on after a prompt."""
    found = []
    for word in answers:
        ids = continuation_ids(m.tokenizer, word)
        if not ids:
            raise ValueError("Give a token for each of the two prompts, or none for both.")
        if len(ids) > 1:
            raise ValueError(
                f"{quoted(word)} is {len(ids)} tokens for this model, and an answer must be one: "
                "give a shorter word, with the space before it if it begins a word."
            )
        found += ids
    if found[0] == found[1]:
        raise ValueError("The two answers are the same token: give two that differ.")
    return found[0], found[1]


def _telling(scores: Tensor, others: Tensor) -> tuple[int, int]:
    """For each of two predictions, [vocab] each, the token that adds most to its divergence from
    the other one: p log(p / q).

    >>> _telling(torch.tensor([5.0, 4.0, 0.0]), torch.tensor([5.0, 0.0, 4.0]))
    (1, 2)
    """
    p, q = scores.log_softmax(-1), others.log_softmax(-1)
    return int((p.exp() * (p - q)).argmax()), int((q.exp() * (q - p)).argmax())


class _Patcher:
    """A copy of a model that keeps what its parts gave when it was last run without patches, and
    puts it into other runs.
    """

    def __init__(self, m: LoadedModel, part: Part, place: int | None):
        self._part, self._place, self._device = part, place, m.model.device
        if part == "heads":
            require_watchable(m.model)
        make = watchable if part == "heads" else shared_weight_copy
        self._model: Any = make(m.model).eval()
        self._kept: list[Tensor] = []
        self._patches: Sequence[Patch] = ()
        self._layer = 0
        for block in anatomy(self._model).blocks:
            if part == "residual":
                block.whole.register_forward_pre_hook(self._enter, with_kwargs=True)
            elif part != "heads":
                module = block.attention if part == "attention" else block.mlp
                module.register_forward_hook(self._leave)

    def patches(self) -> list[Patch]:
        """Every patch there is, once the model has been run without any."""
        tokens, *more = self._kept[0].shape
        many = more[0] if self._part == "heads" else tokens
        return [Patch(layer, one) for layer in range(len(self._kept)) for one in range(many)]

    @torch.inference_mode()
    def scores(self, rows: Tensor, place: int, patches: Sequence[Patch] = ()) -> Tensor:
        """The scores at a place, [row, vocab] float32 on the CPU, with a patch in each row; without
        any, what the parts give is kept.
        """
        self._layer, self._patches = 0, patches
        self._kept = self._kept if patches else []
        with watching(self._attend):
            scores = word_scores(self._model(input_ids=rows.to(self._device)))
        return scores[:, place].float().cpu()

    def _exchange(self, given: Tensor) -> Tensor:
        """What goes on in place of what the next layer's part gave, [row, token, …]."""
        layer, self._layer = self._layer, self._layer + 1
        if not self._patches:
            self._kept.append(given[0].clone())
            return given
        given = given.clone()
        for row, patch in enumerate(self._patches):
            if patch.layer == layer:
                where = self._where(patch.column)
                given[row][where] = self._kept[layer][where]
        return given

    def _where(self, column: int) -> Any:
        """What of [token, …] a patch replaces."""
        if self._part != "heads":
            return column
        return (slice(None) if self._place is None else self._place), column

    def _enter(
        self, _: nn.Module, given: tuple[Any, ...], named: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        if given:
            return (self._exchange(given[0]), *given[1:]), named
        name, stream = next(iter(named.items()))
        return given, {**named, name: self._exchange(stream)}

    def _leave(self, _: nn.Module, __: Any, output: Any) -> Any:
        return with_first(output, self._exchange(first(output)))

    def _attend(self, call: AttentionCall) -> tuple[Tensor, Tensor]:
        return self._exchange(call.output), call.weights
