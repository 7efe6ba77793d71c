"""Teacher forcing: in training a decoder reads the right words; when it writes, its own.

So a mistake is never followed by another in training, and may be when it writes: exposure bias
(Ranzato et al. 2016, "Sequence Level Training with Recurrent Neural Networks").
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from lablib.attention.compute.heads import require_encoder_decoder, start_of_decoder
from lablib.attention.compute.text import Reading, read
from lablib.models import LoadedModel
from lablib.models.text import end_of_text_ids, require_vectors, target_ids, token_text
from lablib.numbers import require_place, require_whole
from lablib.seq2seq.compute.translation import (
    MOST_TOKENS,
    Translation,
    search,
    translate,
    written,
)

LONGEST = 256
"""The most tokens of a right answer."""


@dataclass(frozen=True, eq=False)
class Forcing:
    """How well a model knows each token of a right answer, after right words and after its own.

    Attributes:
        target: the tokens of the right answer, with the mark that ends it.
        own: what the model writes by itself.
        forced: the loss of each target token after the right tokens before it, [target] nats.
        free: the loss of the same token at the same place after the model's own tokens, [target]
            nats; not-a-number where its own text has ended before.
        guesses: the token the model thinks likeliest after the right tokens, [target].
    """

    target: tuple[str, ...]
    own: Translation
    forced: Tensor
    free: Tensor
    guesses: tuple[str, ...]

    @property
    def first_difference(self) -> int | None:
        """The first place where the model's own token is not that of the answer; None if none."""
        own = [*self.own.tokens, *[None] * len(self.target)]
        pairs = zip(self.target, own, strict=False)
        return next((place for place, (right, said) in enumerate(pairs) if right != said), None)


@dataclass(frozen=True, eq=False)
class Slip:
    """What follows a wrong token.

    Attributes:
        place: of the wrong token, from 0.
        right: the token the model would write there.
        wrong: the token it was made to write.
        before: what the model writes if nobody interferes.
        after: the same words up to `place`, the wrong token, and what the model writes then.
    """

    place: int
    right: str
    wrong: str
    before: Translation
    after: Translation


def teacher_forcing(m: LoadedModel, text: str, target: str) -> Forcing:
    """The loss of each token of a right answer, after right words and after the model's own.

    `forced.mean()` is the loss that `model(input_ids, labels=…)` gives and that training lowers.

    Raises:
        ValueError: if the model is no encoder-decoder model, a text cannot be read, or the answer
            is long.

    Example:
        >>> from lablib import models, seq2seq as ss
        >>> m = models.load("pocket-t5", device="cpu")
        >>> found = ss.teacher_forcing(m, "plural: the cat", "the cats")
        >>> bool(found.forced[0] == found.free[0])  # nothing was written before the first token
        True
    """
    source = read(m, text)
    ids = target_ids(m.tokenizer, target)
    if len(ids) > LONGEST:
        raise ValueError(
            f"The right answer has {len(ids):,} tokens: give one of at most {LONGEST}, since the "
            "model writes as many."
        )
    own = translate(m, text, most=max(len(ids), MOST_TOKENS))
    logits = scores(m, source, ids[:-1])
    free = torch.full((len(ids),), torch.nan)
    both = min(len(ids), len(own.ids))
    free[:both] = _losses(scores(m, source, own.ids[: both - 1]), ids[:both])
    return Forcing(
        target=tuple(token_text(m.tokenizer, id) for id in ids),
        own=own,
        forced=_losses(logits, ids),
        free=free,
        guesses=tuple(token_text(m.tokenizer, id) for id in logits.argmax(-1).tolist()),
    )


def losses(m: LoadedModel, source: Reading, ids: Sequence[int]) -> Tensor:
    """The loss of each of these target tokens after those before it, [target] nats.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-t5", device="cpu")
        >>> losses(m, read(m, "plural: the cat"), [5, 6, 1]).shape
        torch.Size([3])
    """
    return _losses(scores(m, source, ids[:-1]), ids)


def _losses(logits: Tensor, ids: Sequence[int]) -> Tensor:
    return torch.nn.functional.cross_entropy(logits, torch.tensor(ids), reduction="none")


@torch.inference_mode()
def scores(m: LoadedModel, source: Reading, ids: Sequence[int]) -> Tensor:
    """The scores after the start token and after each of these tokens, [1 + ids, vocab] float32 on
    the CPU, of a model that reads them all at once.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-t5", device="cpu")
        >>> scores(m, read(m, "plural: the cat"), []).shape
        torch.Size([1, 6000])
    """
    require_encoder_decoder(m)
    require_vectors(m, ids)
    model: Any = m.model
    given = torch.tensor([[start_of_decoder(m), *ids]], device=model.device)
    output = model(input_ids=source.inputs(m)["input_ids"], decoder_input_ids=given)
    logits: Tensor = output.logits[0]
    return logits.to("cpu", torch.float32)


def slip(
    m: LoadedModel, text: str, place: int = 0, wrong: int | None = None, most: int = MOST_TOKENS
) -> Slip:
    """Force one wrong token, and let the model go on.

    Args:
        place: of the wrong token, from 0.
        wrong: its id; None for the one the model thinks second likeliest there.

    Raises:
        ValueError: if the model's own text has no such place, or no vector for the token.

    Example:
        >>> from lablib import models, seq2seq as ss
        >>> m = models.load("pocket-t5", device="cpu")
        >>> found = ss.slip(m, "plural: the cat")
        >>> found.right == found.before.tokens[0], found.wrong == found.after.tokens[0]
        (True, True)
    """
    before = translate(m, text, most=most)
    there = len(before.steps)
    says = f"The model writes {there} tokens here: place is 0 to {there - 1}, and it was {place}."
    require_place("place", place, there, says=says)
    step = before.steps[place]
    if wrong is None:
        wrong = next(each.id for each in step.alternatives if each.id != step.id)
    require_whole(wrong=wrong)
    require_vectors(m, [wrong])
    given = [*before.ids[:place], wrong]
    rest: list[int] = []
    ended = wrong in end_of_text_ids(m)
    if not ended and len(given) < most:
        start = [start_of_decoder(m), *given]
        rest, _, ended = search(m, before.source, start, 1, 1.0, most - len(given))
    total = -float(losses(m, before.source, [*given, *rest]).mean())
    after = written(m, before.source, [*given, *rest], total, ended)
    return Slip(place, step.text, token_text(m.tokenizer, wrong), before, after)
