"""Text in and text out: a prompt becomes token ids, token ids become text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from transformers import PreTrainedTokenizerBase

from lablib.unicode import well_formed

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from lablib.models import LoadedModel

_UNFINISHED = "\ufffd"
"""What a decoder writes for bytes that are not (yet) a character."""
_WINDOW = 16
"""How many ids are decoded again with each new one: more than a character can be spread over."""


@dataclass(frozen=True)
class Prompt:
    """A text as the model will read it.

    Attributes:
        ids: the token ids, at least one.
        cut: how many tokens were left out at the beginning because the context is full.
        context: how many tokens the model can read, None if it has no limit.
    """

    ids: tuple[int, ...]
    cut: int
    context: int | None

    @property
    def note(self) -> str:
        """What was cut, in a sentence; empty if nothing was."""
        if not self.cut:
            return ""
        return (
            f"The prompt has {len(self.ids) + self.cut:,} tokens and the model reads at most "
            f"{self.context:,}: the first {self.cut:,} were left out."
        )


def prepare(m: "LoadedModel", prompt: str, room: int = 1) -> Prompt:
    """The prompt's token ids, cut to what the model can read.

    An empty prompt becomes the model's start-of-text token (for GPT-2 that is its end-of-text
    token). A prompt that fills the context loses its earliest tokens, until there is room for
    `room` new ones, or half the context if that is less. A lone surrogate becomes U+FFFD; NUL
    and all other characters stay as they are.

    Raises:
        ValueError: if the prompt is empty and the model has no start-of-text token.

    Example:
        >>> from lablib import models, sampling as sp
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> sp.prepare(m, "Once upon a time").cut
        0
    """
    ids = list(m.tokenizer(well_formed(prompt), verbose=False)["input_ids"]) or start_of_text(m)
    context = context_length(m)
    cut = 0
    if context is not None and len(ids) >= context:
        cut = len(ids) - context + max(1, min(room, context // 2))
    return Prompt(ids=tuple(ids[cut:]), cut=cut, context=context)


def context_length(m: "LoadedModel") -> int | None:
    """How many tokens the model can read at once, None if there is no limit.

    Example:
        >>> from lablib import models, sampling as sp
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> sp.context_length(m) == m.model.config.n_positions
        True
    """
    return positions(m.model)


def positions(model: "PreTrainedModel") -> int | None:
    """How many positions a bare model has for tokens, None if there is no limit.

    RoBERTa's family keeps the first rows of its table of positions, up to that of padding, free.
    """
    most = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    if not most or most < 0:  # XLNet says -1
        return None
    for name, part in model.named_modules():
        padding = getattr(part, "padding_idx", None)
        if padding is not None and name.endswith("position_embeddings"):
            return int(most - padding - 1)
    return int(most)


def start_of_text(m: "LoadedModel") -> list[int]:
    """The token an empty text becomes.

    Raises:
        ValueError: if the model has none.
    """
    for start in (m.tokenizer.bos_token_id, m.tokenizer.eos_token_id, m.model.config.bos_token_id):
        if start is not None:
            return [start]
    raise ValueError("The prompt is empty and this model has no start-of-text token; type a word.")


def end_of_text_ids(m: "LoadedModel") -> frozenset[int]:
    """The tokens that end a text: those `model.generate` stops at, else the tokenizer's own."""
    ids = m.model.generation_config.eos_token_id
    if ids is None:
        ids = m.tokenizer.eos_token_id
    return frozenset() if ids is None else frozenset([ids] if isinstance(ids, int) else ids)


def token_text(tokenizer: PreTrainedTokenizerBase, id: int) -> str:
    """One token decoded alone.

    Example:
        >>> from lablib import models, sampling as sp
        >>> tokenizer = models.load_tokenizer("gpt2")
        >>> sp.token_text(tokenizer, 995)
        ' world'
    """
    return str(tokenizer.decode([id], clean_up_tokenization_spaces=False))


class TextStream:
    """Turns ids into text one by one, such that the pieces joined are the whole text.

    A character may be spread over several tokens, and alone each of them decodes to U+FFFD: what
    ends in an unfinished character is held back until the character is complete, or until `last`.
    Only the last few ids are decoded again each time.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, ids: Sequence[int]):
        self._tokenizer = tokenizer
        self._recent = list(ids[-_WINDOW:])
        self._shown = self._decode()

    def push(self, id: int, last: bool = False) -> str:
        """What this token adds to the text."""
        self._recent.append(id)
        decoded = self._decode()
        text = decoded if last else decoded.rstrip(_UNFINISHED)
        new = text[len(self._shown) :]
        self._shown = max(self._shown, text, key=len)
        if text == decoded and len(self._recent) > 2 * _WINDOW:
            self._recent = self._recent[-_WINDOW:]
            self._shown = self._decode()
        return new

    def _decode(self) -> str:
        return str(self._tokenizer.decode(self._recent, clean_up_tokenization_spaces=False))
