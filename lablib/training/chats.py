r"""Conversations to learn from, of which only the answers count.

They come as JSONL, an object a line, in either of the two forms that are in common use:

    {"messages": [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}]}
    {"prompt": "…", "completion": "…"}

Messages are written down with the chat template of the model's tokenizer, its special tokens
included, or with `TEMPLATE` if it has none; a prompt and its completion stand one after the other,
and the end-of-text token after them. What the assistant says, with the mark that ends it, is asked
for; all else is context. (As `assistant_only_loss` and `completion_only_loss` of TRL do.)
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from lablib.models.errors import quoted, reason
from lablib.training.corruption import IGNORE_INDEX
from lablib.unicode import well_formed

ROLES = ("system", "user", "assistant")
TEMPLATE = (
    "{% for message in messages %}{% if not loop.first %}{{ '\\n' }}{% endif %}"
    "{{ message['role'].capitalize() + ':\\n' + message['content'] }}"
    "{% if message['role'] == 'assistant' %}{{ eos_token }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '\\nAssistant:\\n' }}{% endif %}"
)
"""For models that were never taught to chat: each role with a colon, and the end of the text after
each answer."""

_FIRST = re.compile(r"\s*\{[^\n]*\"(?:messages|prompt|completion)\"\s*:")
_FORMS = '{"messages": […]} or {"prompt": "…", "completion": "…"}'

Message = dict[str, str]


@dataclass(frozen=True)
class Chat:
    """A conversation: its line in the file, and its messages; or a prompt and its completion.

    Attributes:
        pair: prompt and completion; None where there are messages.
    """

    line: int
    messages: tuple[Message, ...] = ()
    pair: tuple[str, str] | None = None


def holds_chats(content: str) -> bool:
    """Whether a text is JSONL with conversations: its first line says it.

    >>> holds_chats('{"prompt": "2 + 2 =", "completion": " 4"}'), holds_chats("{braces} in a text")
    (True, False)
    """
    return _FIRST.match(content) is not None


def read_chats(content: str) -> list[Chat]:
    r"""The conversations of a JSONL text.

    Raises:
        ValueError: with the line that is wrong and what to do.

    >>> read_chats('{"prompt": "2 + 2 =", "completion": " 4"}\n')
    [Chat(line=1, messages=(), pair=('2 + 2 =', ' 4'))]
    >>> read_chats('{"prompt": "2 + 2 ="}')
    Traceback (most recent call last):
    ...
    ValueError: Line 1 has a prompt and no completion: give it a text as "completion".
    """
    # Not splitlines: JSON may hold the separators of Unicode.
    lines = enumerate(content.split("\n"), 1)
    return [_chat(number, line) for number, line in lines if line.strip()]


def _chat(number: int, line: str) -> Chat:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(
            f"Line {number} is no JSON ({error.msg}, character {error.colno}): write one object a "
            f"line, {_FORMS}."
        ) from error
    if not isinstance(row, dict) or not {"messages", "prompt", "completion"} & set(row):
        raise ValueError(f"Line {number} holds no conversation: write {_FORMS}.")
    if "messages" in row:
        return Chat(number, tuple(_messages(number, row["messages"])))
    for one, other in (("prompt", "completion"), ("completion", "prompt")):
        if not isinstance(row.get(other), str) or not row[other]:
            raise ValueError(
                f"Line {number} has a {one} and no {other}: give it a text as {json.dumps(other)}."
            )
    return Chat(number, pair=(well_formed(row["prompt"]), well_formed(row["completion"])))


def _messages(number: int, rows: Any) -> list[Message]:
    """The messages of a line: who says what, ending with an answer."""
    if not isinstance(rows, list) or not rows:
        raise ValueError(f'Line {number} has no messages: "messages" is a list of them.')
    for place, row in enumerate(rows, 1):
        where = f"Line {number}, message {place}"
        if not isinstance(row, dict) or not isinstance(row.get("content"), str):
            raise ValueError(f'{where} has no text: write it as {{"role": …, "content": "…"}}.')
        if row.get("role") not in ROLES:
            raise ValueError(
                f"{where} is by {quoted(row.get('role'))}: a role is one of {', '.join(ROLES)}."
            )
    if rows[0]["role"] == "assistant" or rows[-1]["role"] != "assistant":
        raise ValueError(
            f"Line {number} begins with an answer or ends without one: the first message is the "
            "user's or the system's, the last one the assistant's."
        )
    return [{name: well_formed(row[name]) for name in ("role", "content")} for row in rows]


def template_of(tokenizer: PreTrainedTokenizerBase) -> str:
    """The chat template that a tokenizer has, or `TEMPLATE`."""
    own = tokenizer.chat_template
    return own if isinstance(own, str) else TEMPLATE


def written_down(
    tokenizer: PreTrainedTokenizerBase, messages: Sequence[Message], asks: bool = False
) -> str:
    """Messages as the model reads them.

    Args:
        asks: whether the beginning of an answer comes after them.

    Example:
        >>> from lablib import models
        >>> tokenizer = models.load_tokenizer("gpt2")
        >>> messages = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes?"}]
        >>> written_down(tokenizer, messages)
        'User:\\nHi\\nAssistant:\\nYes?<|endoftext|>'
        >>> written_down(tokenizer, messages[:1], asks=True)
        'User:\\nHi\\nAssistant:\\n'
    """
    text = tokenizer.apply_chat_template(
        [dict(message) for message in messages], chat_template=template_of(tokenizer),
        add_generation_prompt=asks, tokenize=False,
    )  # fmt: skip
    return str(text)


def answers_in(chat: Chat, tokenizer: PreTrainedTokenizerBase) -> tuple[str, list[range]]:
    """A conversation as the model reads it, and where in it answers stand, in characters.

    A template may show an answer otherwise once others follow (without its reasoning); such a one
    is context.

    Raises:
        ValueError: if the tokenizer's template does not take the messages.
    """
    if chat.pair is not None:
        prompt, completion = chat.pair
        whole = prompt + completion + (tokenizer.eos_token or "")
        return whole, [range(len(prompt), len(whole))]
    try:
        whole, places = written_down(tokenizer, chat.messages), []
        for i, message in enumerate(chat.messages):
            if message["role"] == "assistant":
                before = written_down(tokenizer, chat.messages[:i], asks=True)
                until = written_down(tokenizer, chat.messages[: i + 1])
                if until.startswith(before) and whole.startswith(until):
                    places.append(range(len(before), len(until)))
    except Exception as error:  # a template is a program of its own, and raises what it likes
        raise ValueError(
            f"The chat template of this model does not take the messages of line {chat.line}: "
            f"{reason(error)}"
        ) from error
    return whole, places


def chat_row(
    chat: Chat, tokenizer: PreTrainedTokenizerBase, length: int
) -> dict[str, Tensor] | None:
    """A conversation as a row: `input_ids`, and `labels` that are `IGNORE_INDEX` but in answers,
    int64 [tokens], at most `length`. None if no answer begins within that length.

    Example:
        >>> from lablib import models
        >>> tokenizer = models.load_tokenizer("gpt2")
        >>> row = chat_row(Chat(1, pair=("Two and two are", " four")), tokenizer, 16)
        >>> tokenizer.decode(row["labels"][row["labels"] != IGNORE_INDEX])
        ' four<|endoftext|>'
    """
    whole, places = answers_in(chat, tokenizer)
    read = tokenizer(
        whole, add_special_tokens=False, return_offsets_mapping=True, verbose=False
    )  # fmt: skip
    ids = torch.tensor(read["input_ids"][:length], dtype=torch.long)
    begins = [start for start, _ in read["offset_mapping"][:length]]
    asked = torch.tensor([any(start in place for place in places) for start in begins])
    if not bool(asked[1:].any()):
        return None
    return {"input_ids": ids, "labels": ids.masked_fill(~asked, IGNORE_INDEX)}
