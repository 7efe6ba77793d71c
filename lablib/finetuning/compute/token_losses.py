"""What each token of a sentence costs a model, before it learned something and after."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from lablib.models.text import require_writer, start_of_text, token_text
from lablib.sampling.compute.text import prepare
from lablib.training import losses

if TYPE_CHECKING:
    from lablib.models import LoadedModel


@dataclass(frozen=True)
class TokenLosses:
    """A sentence, and the loss of each of its tokens.

    Attributes:
        ids: the tokens, [tokens].
        texts: each token alone, [tokens].
        losses: minus the log-probability of each, given those before it, in nats, [tokens]. The
            first is predicted from the model's start-of-text token.
        note: what was cut, in a sentence, or "".
    """

    ids: tuple[int, ...]
    texts: tuple[str, ...]
    losses: tuple[float, ...]
    note: str

    @property
    def mean(self) -> float:
        """Nats per token: e to this is the perplexity."""
        return sum(self.losses) / len(self.losses)

    def table(self) -> list[dict[str, Any]]:
        """One row per token: `token`, `loss`."""
        return [
            {"token": text, "loss": loss}
            for text, loss in zip(self.texts, self.losses, strict=True)
        ]


@dataclass(frozen=True)
class LossChange:
    """The same sentence before and after.

    Attributes:
        before, after: what each model makes of it.
    """

    before: TokenLosses
    after: TokenLosses

    @property
    def differences(self) -> tuple[float, ...]:
        """After less before, in nats, [tokens]: below 0 the token became less surprising."""
        pairs = zip(self.after.losses, self.before.losses, strict=True)
        return tuple(after - before for after, before in pairs)

    def top(self, k: int = 5) -> list[tuple[str, float]]:
        """The tokens that changed most, with their differences."""
        pairs = zip(self.before.texts, self.differences, strict=True)
        return sorted(pairs, key=lambda pair: -abs(pair[1]))[:k]


def token_losses(m: "LoadedModel", text: str) -> TokenLosses:
    """What each token of a text costs a causal model.

    A text longer than the context loses its beginning, and the note says so.

    Raises:
        ValueError: for an empty text, or a model that does not continue texts or has no
            start-of-text token.

    Example:
        >>> from lablib import models
        >>> sentence = token_losses(models.load("pocket-gpt2"), "Once upon a time")
        >>> sentence.texts[0], len(sentence.losses) == len(sentence.ids)
        ('Once', True)
    """
    if not text:
        raise ValueError("There is nothing to read: type a sentence.")
    require_writer(m)
    prompt = prepare(m, text)
    start, ids = prompt.ids[: prompt.marks] or tuple(start_of_text(m)), prompt.ids[prompt.marks :]
    read = torch.tensor(start + ids)
    each = losses.token_losses(m.model, read, context=len(read))[len(start) - 1 :]
    texts = tuple(token_text(m.tokenizer, id) for id in ids)
    return TokenLosses(ids, texts, tuple(each.tolist()), prompt.note)


def loss_change(before: "LoadedModel", after: "LoadedModel", text: str) -> LossChange:
    """What each token of a text costs two models that cut it in the same way.

    Raises:
        ValueError: if they cut it into different tokens, or as of `token_losses`.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-gpt2")
        >>> loss_change(m, m, "Once").differences
        (0.0,)
    """
    change = LossChange(token_losses(before, text), token_losses(after, text))
    if change.before.ids != change.after.ids:
        raise ValueError(
            "The two models cut this text into different tokens, so their losses cannot be laid "
            "side by side: compare a model with what was made from it."
        )
    return change
