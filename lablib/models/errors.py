"""The one exception of this room, and how a name is shown in it."""

import reprlib

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
