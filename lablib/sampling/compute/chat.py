"""Conversations as a model reads them: one text, with marks that say whose turn it is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from lablib.models.errors import reason
from lablib.models.text import context_length, require_vectors, require_writer
from lablib.sampling.compute.generation import Alternative, top
from lablib.sampling.compute.text import Prompt
from lablib.training.chats import ROLES, Message, template_of, written_down
from lablib.unicode import well_formed

if TYPE_CHECKING:
    from lablib.models import LoadedModel

MARKS = "template"
"""What a token is called that no message has written."""


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


def chat(m: "LoadedModel", messages: Sequence[Message]) -> Chat:
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
    try:
        text = written_down(m.tokenizer, said, asks=True)
    except Exception as error:  # a template is a program of its own, and raises what it likes
        raise ValueError(
            f"The chat template of this model does not take these messages: {reason(error)}"
        ) from error
    read = m.tokenizer(
        text, add_special_tokens=False, return_offsets_mapping=True, verbose=False
    )  # fmt: skip
    ids, offsets = list(read["input_ids"]), list(read["offset_mapping"])
    _require_room(m, ids)
    spans = _spans(text, said)
    roles = [_role_at(start, end, spans) for start, end in offsets]
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


def _require_room(m: "LoadedModel", ids: Sequence[int]) -> None:
    require_vectors(m, ids)
    context = context_length(m)
    if context is not None and len(ids) >= context:
        raise ValueError(
            f"The conversation has {len(ids):,} tokens and the model reads at most {context:,}: "
            "take messages out, so that there is room for an answer."
        )


def _spans(text: str, messages: Sequence[Message]) -> list[tuple[str, range]]:
    """Whose message stands where, in characters; a template may have trimmed or left out some."""
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


def _role_at(start: int, end: int, spans: Sequence[tuple[str, range]]) -> str:
    return next((role for role, span in spans if _inside(start, end, span)), MARKS)


@torch.inference_mode()
def next_in_chat(m: "LoadedModel", written: Chat) -> list[tuple[Alternative, ...]]:
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
    logits = m.model(input_ids=ids).logits[0].float().cpu()
    return [top(m, row.softmax(0)) for row in logits]


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
    for line in text.split("\n"):
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
