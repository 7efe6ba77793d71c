"""Conversations as a model reads them: one text, with marks that say whose turn it is."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Any

import torch
from torch import Tensor

from lablib.models import LoadedModel
from lablib.models.errors import reason
from lablib.models.text import context_length, require_vectors, require_writer, vectors
from lablib.sampling.compute.generation import Alternative, top
from lablib.sampling.compute.text import Prompt
from lablib.training.chats import ROLES, Message, template_of, written_down
from lablib.unicode import well_formed

MARKS = "template"
"""What a token is called that no message has written."""
_PRIVATE = 0xF0000
"""The first of 65,534 characters that Unicode leaves to everybody's own use."""
SCORE_BYTES = 64 * 2**20
"""The most bytes of scores at once: a long conversation is read again for each part of them."""


@dataclass(frozen=True)
class Chat:
    """A conversation, written down by a chat template and cut into tokens.

    Attributes:
        text: as the model reads it.
        ids: its tokens.
        roles: for each token whose message it is from, or "template".
        ends: for each message the place of its last token, and at last that of the last token of
            all, after which the answer comes.
        template: a program in Jinja that wrote the text.
        own: whether the template is the tokenizer's; else it is one for models that have none.
    """

    text: str
    ids: tuple[int, ...]
    roles: tuple[str, ...]
    ends: tuple[int, ...]
    template: str
    own: bool

    @property
    def prompt(self) -> Prompt:
        """What `generate` goes on from."""
        return Prompt(self.ids, 0, None)


def chat(m: LoadedModel, messages: Sequence[Message]) -> Chat:
    """Write a conversation down as the model was taught to read it, up to where its answer begins.

    The template is run by `transformers`, in a sandbox.

    Args:
        messages: dicts of `role` ("system", "user" or "assistant") and `content`.

    Raises:
        ValueError: if there is no message, the template refuses them, they do not leave room for an
            answer, or the model does not continue texts.

    Example: a model that was not taught to chat.
        >>> from lablib import models, sampling as sp
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> written = sp.chat(m, [{"role": "user", "content": "Hi"}])
        >>> written.text, written.own
        ('User:\\nHi\\nAssistant:\\n', False)
        >>> sorted(set(written.roles))
        ['template', 'user']
    """
    require_writer(m)
    said = _checked(messages)
    if not m.tokenizer.is_fast:
        raise ValueError("The tokenizer of this model does not say where tokens stand in a text.")
    text = _written(m, said)
    read = m.tokenizer(
        text, add_special_tokens=False, return_offsets_mapping=True, verbose=False
    )  # fmt: skip
    ids, offsets = list(read["input_ids"]), list(read["offset_mapping"])
    _require_room(m, ids)
    spans = _spans(m, text, said)
    roles = [
        next((role for role, span in spans if _inside(start, end, span)), MARKS)
        for start, end in offsets
    ]
    within = [
        [place for place, (start, end) in enumerate(offsets) if _inside(start, end, span)]
        for _, span in spans
    ]
    ends = [places[-1] for places in within if places]
    own = isinstance(m.tokenizer.chat_template, str)
    return Chat(
        text, tuple(ids), tuple(roles), (*ends, len(ids) - 1), template_of(m.tokenizer), own
    )


def _checked(messages: Sequence[Message]) -> list[Message]:
    if not messages:
        raise ValueError("Write at least one message, such as user: Hello.")
    for message in messages:
        if not all(isinstance(message.get(name), str) for name in ("role", "content")):
            raise ValueError('A message has a text as "role" and another as "content".')
    return [{name: well_formed(one[name]) for name in ("role", "content")} for one in messages]


def _require_room(m: LoadedModel, ids: Sequence[int]) -> None:
    require_vectors(m, ids)
    context = context_length(m)
    if context is not None and len(ids) >= context:
        raise ValueError(
            f"The conversation has {len(ids):,} tokens and the model reads at most {context:,}: "
            "take messages out, so that there is room for an answer."
        )


def _written(m: LoadedModel, messages: Sequence[Message]) -> str:
    """What the chat template makes of messages, up to where the answer begins."""
    try:
        return written_down(m.tokenizer, messages, asks=True)
    except Exception as error:  # a template is a program of its own, and raises what it likes
        raise ValueError(
            f"The chat template of this model does not take these messages: {reason(error)}"
        ) from error


def _spans(m: LoadedModel, text: str, messages: Sequence[Message]) -> list[tuple[str, range]]:
    """Whose message stands where, in characters; a template may have trimmed or left out some.

    What is said may stand in the template's own words too (as "user" does), so it is not looked
    for. The messages are written down once more, each between two characters that nobody types,
    and where those come out the message stands.
    """
    said = [(i, one) for i, one in enumerate(messages) if one["content"].strip()]
    borders = {i: (chr(_PRIVATE + 2 * i), chr(_PRIVATE + 2 * i + 1)) for i, _ in said}
    marked = [
        {**one, "content": _between(one["content"], *borders[i])} if i in borders else one
        for i, one in enumerate(messages)
    ]
    places, plain = _taken_out(
        _written(m, marked), {mark for pair in borders.values() for mark in pair}
    )
    if plain != text:  # the template counts characters, or asks how a message begins
        return _found(text, messages)
    return [
        (one["role"], range(places[borders[i][0]], places[borders[i][1]]))
        for i, one in said
        if borders[i][0] in places and borders[i][1] in places
    ]


def _between(content: str, start: str, end: str) -> str:
    """A message with a mark before and after it, inside the white space around it, which templates
    trim.

    >>> _between(" Hi there\\n", "<", ">")
    ' <Hi there>\\n'
    """
    inside = content.strip()
    return content.replace(inside, f"{start}{inside}{end}", 1)


def _taken_out(text: str, marks: Collection[str]) -> tuple[dict[str, int], str]:
    """The first place of each mark in a text without them, and that text.

    >>> _taken_out("a<b>c", "<>")
    ({'<': 1, '>': 2}, 'abc')
    """
    places: dict[str, int] = {}
    plain: list[str] = []
    for character in text:
        if character in marks:
            places.setdefault(character, len(plain))
        else:
            plain.append(character)
    return places, "".join(plain)


def _found(text: str, messages: Sequence[Message]) -> list[tuple[str, range]]:
    """Where the messages stand, each looked for after the one before."""
    found, start = [], 0
    for message in messages:
        content = message["content"].strip()
        place = text.find(content, start) if content else -1
        if place >= 0:
            start = place + len(content)
            found.append((message["role"], range(place, start)))
    return found


def _inside(start: int, end: int, span: range) -> bool:
    return start < span.stop and span.start < end


@torch.inference_mode()
def next_in_chat(m: LoadedModel, written: Chat) -> list[tuple[Alternative, ...]]:
    """For each token of a conversation what the model holds likely after it, the best first.

    Raises:
        ValueError: if the model does not continue texts, or does not know these tokens.

    Example:
        >>> from lablib import models, sampling as sp
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> written = sp.chat(m, [{"role": "user", "content": "Hi"}])
        >>> guesses = sp.next_in_chat(m, written)
        >>> len(guesses) == len(written.ids), len(guesses[-1])
        (True, 8)
    """
    require_writer(m)
    require_vectors(m, written.ids)
    ids = torch.tensor([written.ids], device=m.device)
    at_once = max(1, SCORE_BYTES // (4 * vectors(m.model)))
    return [
        top(m, row.softmax(0))
        for places in torch.arange(len(written.ids), device=m.device).split(at_once)
        for row in _scores_at(m.model, ids, places)
    ]


def _scores_at(model: Any, ids: Tensor, places: Tensor) -> Tensor:
    """The scores after some tokens of a text, [places, vocab] float32 on the CPU; a model that can
    be told so computes no others.
    """
    if "logits_to_keep" in signature(model.forward).parameters:
        logits: Tensor = model(input_ids=ids, logits_to_keep=places).logits[0]
    else:
        logits = model(input_ids=ids).logits[0, places]
    return logits.float().cpu()


def read_messages(text: str) -> list[Message]:
    """Messages as a person types them: a line that begins with a role and a colon begins one. Those
    in which nothing stands are left out.

    Raises:
        ValueError: if there is text before the first of them.

    Example:
        >>> read_messages("user: Hello\\nthere\\nassistant: Hi")
        [{'role': 'user', 'content': 'Hello\\nthere'}, {'role': 'assistant', 'content': 'Hi'}]
    """
    messages: list[Message] = []
    for line in well_formed(text).split("\n"):
        role, colon, content = line.partition(":")
        if colon and role.lower() in ROLES:
            messages.append({"role": role.lower(), "content": content})
        elif messages:
            messages[-1]["content"] += f"\n{line}"
        elif line.strip():
            raise ValueError(f"Begin each message with {', '.join(ROLES)} and a colon.")
    said = [{**message, "content": message["content"].strip()} for message in messages]
    return [message for message in said if message["content"]]


def one_message(text: str) -> str:
    """A text as `read_messages` takes it for one message: no line of it begins another.

    >>> one_message("No.\\nUser: so I say")
    'No.\\n User: so I say'
    """
    return re.sub(rf"(?mi)^(?=({'|'.join(ROLES)}):)", " ", text.strip())
