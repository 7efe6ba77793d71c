"""The one exception of this room, and how a name or any error is put into words."""

import reprlib
import traceback
from dataclasses import dataclass

_quoting = reprlib.Repr()
_quoting.maxstring = 80


class ModelError(ValueError):
    """A model could not be opened. The text is a sentence or two: what happened and what to do."""


def quoted(name: object) -> str:
    r"""A name in quotes, safe to print: cut in the middle when long, odd characters written out.

    Example:
        >>> quoted("gpt2")
        "'gpt2'"
        >>> quoted("a\0b")
        "'a\\x00b'"
    """
    return _quoting.repr(str(name))


def reason(error: Exception) -> str:
    r"""The first line of what an error says, or its name where it says nothing.

    Example:
        >>> reason(ValueError("too large\nand more")), reason(KeyError())
        ('too large', 'KeyError')
    """
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]


@dataclass(frozen=True)
class Failure:
    """What went wrong: one sentence for the reader, and the details for whoever wants them."""

    message: str
    details: str


def explain(error: Exception) -> Failure:
    """An exception in words, with the traceback for the fold behind them.

    A `ValueError` of ours is a sentence for the reader already; any other has its name put first.

    >>> explain(ValueError("temperature is at least 0")).message
    'temperature is at least 0'
    >>> explain(KeyError("logits")).message
    "KeyError: 'logits'"
    """
    words = str(error) or "it ended without saying why"
    name = "" if isinstance(error, ValueError) and str(error) else f"{type(error).__name__}: "
    return Failure(name + words, "".join(traceback.format_exception(error)))
