"""What the chat panel shows of a result."""

from collections.abc import Sequence
from typing import Any

from lablib.numbers import percent
from lablib.sampling.compute.chat import MARKS, Chat
from lablib.sampling.compute.generation import Alternative
from lablib.widgets.html import fill
from lablib.widgets.tokens import visible


def model_words(name: str, written: Chat) -> str:
    """Whether the model was taught to chat, and how much of what it reads nobody typed."""
    marks = written.roles.count(MARKS)
    read = f"It reads {len(written.ids)} tokens; {marks} of them are marks that nobody typed."
    if written.own:
        return read
    return (
        f"{name} has no chat template: it was never taught turns. Here it is given a plain one, "
        f"and goes on as with any text. {read}"
    )


def template_text(written: Chat) -> str:
    """The template, and the text that it made, as HTML."""
    whose = "The tokenizer\u2019s own, a program in Jinja:" if written.own else "A plain one:"
    return fill(
        "<p>{whose}</p><pre class='lab-pre'>{program}</pre>"
        "<p>What it makes of these messages:</p><pre class='lab-pre'>{text}</pre>",
        whose=whose,
        program=written.template,
        text=written.text,
    )


def next_column(token: str, guesses: Sequence[Alternative]) -> dict[str, Any]:
    """What may come after a token, as a column of a `GuessView`."""
    rows = [
        {
            "text": visible(one.text),
            "value": one.probability,
            "number": percent(one.probability, 1),
        }
        for one in guesses
    ]
    return {"title": f"after {visible(token)}", "note": "", "rows": rows}


def turn_labels(written: Chat) -> list[tuple[str, int]]:
    """Where one may look: the end of each message, and where the answer begins, with the places of
    these tokens.

    >>> chat = Chat("", (1, 2, 3), ("user", "template", "user"), (0, 2, 2), "", False)
    >>> turn_labels(chat)
    [('message 1 (user)', 0), ('message 2 (user)', 2), ('the answer begins', 2)]
    """
    *ends, last = written.ends
    labels = [(f"message {i} ({written.roles[end]})", end) for i, end in enumerate(ends, 1)]
    return [*labels, ("the answer begins", last)]
