"""The one exception of this room, and how a name or any error is put into words."""

import errno
import os
import re
import reprlib
import traceback
from dataclasses import dataclass

_quoting = reprlib.Repr()
_quoting.maxstring = 80


FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""The system's numbers for: there is no room to write."""
CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)
"""Those for: it is not allowed here."""


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


def of_the_disk(error: Exception) -> str:
    """What to do about an error of reading or writing a file; "" for any other.

    safetensors has an error of its own, with the system's number in its text.

    Example:
        >>> of_the_disk(OSError(errno.ENOSPC, "No space left on device", "runs/a"))
        "The disk is full ('runs/a'): make room, then try again."
        >>> of_the_disk(PermissionError(errno.EACCES, "Permission denied"))
        'This may not be read or written here: take a folder of your own.'
        >>> of_the_disk(KeyError("logits"))
        ''
    """
    said = re.search(r"\(os error (\d+)\)", str(error))
    number = error.errno if isinstance(error, OSError) else int(said[1]) if said else None
    name = getattr(error, "filename", None)
    where = f" ({quoted(os.fsdecode(name))})" if isinstance(name, str | bytes | os.PathLike) else ""
    if number in FULL:
        return f"The disk is full{where}: make room, then try again."
    if number in CLOSED:
        return f"This may not be read or written here{where}: take a folder of your own."
    return ""


@dataclass(frozen=True)
class Failure:
    """What went wrong: one sentence for the reader, and the details for whoever wants them."""

    message: str
    details: str


def explain(error: Exception) -> Failure:
    """An exception in words, with the traceback for the fold behind them.

    A `ValueError` of ours is a sentence for the reader already, and the system's errors about disks
    become one; any other has its name put first.

    >>> explain(ValueError("temperature is at least 0")).message
    'temperature is at least 0'
    >>> explain(KeyError("logits")).message
    "KeyError: 'logits'"
    """
    words = str(error) or "it ended without saying why"
    name = "" if isinstance(error, ValueError) and str(error) else f"{type(error).__name__}: "
    details = "".join(traceback.format_exception(error))
    return Failure(of_the_disk(error) or name + words, details)
