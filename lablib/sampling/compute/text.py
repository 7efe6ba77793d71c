"""Text in and text out: a prompt becomes token ids, token ids become text."""

from collections.abc import Sequence
from dataclasses import dataclass

from transformers import PreTrainedTokenizerBase

from lablib.models import LoadedModel
from lablib.models.text import context_length, encode, kept_ids, require_vectors, start_of_text
from lablib.numbers import require_whole

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
        marks: how many of the first ids are the tokenizer's own start marks; they are never cut.
    """

    ids: tuple[int, ...]
    cut: int
    context: int | None
    marks: int = 0

    @property
    def note(self) -> str:
        """What was cut, in a sentence; empty if nothing was."""
        if not self.cut:
            return ""
        kept = " after its start mark" if self.marks else ""
        return (
            f"The prompt has {len(self.ids) + self.cut:,} tokens and the model reads at most "
            f"{self.context:,}: the first {self.cut:,}{kept} were left out."
        )


def prepare(m: LoadedModel, prompt: str | Prompt, room: int = 1) -> Prompt:
    """The prompt's token ids, cut to what the model can read; what is prepared stays as it is.

    The marks a tokenizer puts before a text ([CLS], a start-of-text token) stay, those it puts
    after one ([SEP], an end-of-text token) do not: the text is to go on. An empty prompt becomes
    the marks before a text, or the model's start-of-text token (for GPT-2 that is its end-of-text
    token). A prompt that fills the context loses its earliest tokens, until there is room for
    `room` new ones, or half the context if that is less; the marks stay.

    Raises:
        ValueError: if the prompt is empty and the model has no start-of-text token, or the model
            has no vector for one of its tokens.
        TypeError: for what is no text.

    Example:
        >>> from lablib import models, sampling as sp
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> sp.prepare(m, "Once upon a time").cut
        0
    """
    if isinstance(prompt, Prompt):
        return prompt
    require_whole(room=room)
    before, inside, _ = encode(m.tokenizer, prompt)
    require_vectors(m, before + inside)
    context = context_length(m)
    full = context is not None and len(before) + len(inside) >= context
    most = context - max(1, min(room, context // 2)) if context and full else None
    ids, cut = kept_ids(before, inside, most)
    return Prompt(ids or tuple(start_of_text(m)), cut, context, len(before))


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
