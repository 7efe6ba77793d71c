"""A folder one may write in: the one that is wanted, or else one at home, or a temporary one.

A course's folder is often shared and read-only. What a person makes there (an upload, a run) then
goes somewhere else, and it is said where.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from lablib.models.errors import reason

OWN = "language-model-labs"


def writable(wanted: str | os.PathLike[str]) -> tuple[Path, str]:
    """A folder to write in, made if it is not there, and a sentence if it is not the wanted one.

    Raises:
        ValueError: if one may write neither there, nor at home, nor in a temporary folder.

    Example:
        >>> wanted = Path(tempfile.mkdtemp(), "runs")
        >>> writable(wanted) == (wanted, "")
        True
    """
    first: OSError | None = None
    for folder in places(wanted):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):  # a right to write may be there and no room
                pass
        except OSError as error:
            first = first or error
            continue
        if first is None:
            return folder, ""
        return folder, (
            f"One may not write in {str(wanted)!r} ({first.strerror or reason(first)}), so "
            f"{str(folder)!r} is used in its place."
        )
    raise ValueError(
        f"One may not write in {str(wanted)!r}, nor at home, nor in a temporary folder "
        f"({reason(first or OSError())}): start Jupyter in a folder of your own."
    )


def places(wanted: str | os.PathLike[str]) -> Iterator[Path]:
    """Where to write, and to look for what was written: there, at home, in a temporary folder.

    >>> [folder.name for folder in places("runs")]
    ['runs', 'runs', 'runs']
    """
    folder = Path(wanted)
    yield folder
    with contextlib.suppress(RuntimeError):  # a user without a home
        yield Path.home() / OWN / folder.name
    yield temporary() / folder.name


def temporary() -> Path:
    """A temporary folder of this user's own, which need not be there yet.

    >>> temporary().parent == Path(tempfile.gettempdir())
    True
    """
    user = os.getuid() if hasattr(os, "getuid") else "user"
    return Path(tempfile.gettempdir()) / f"{OWN}-{user}"


def put(file: Path, text: str) -> None:
    """Write a file so that a reader finds the old or the new text, never half of one.

    Any number may write it at once, from threads too: each writes beside it under a name of its
    own, and the last one stays.

    >>> file = Path(tempfile.mkdtemp()) / "control"
    >>> put(file, "run")
    >>> file.read_text(), len(list(file.parent.iterdir()))
    ('run', 1)
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f".{file.name}.{uuid4().hex}")
    try:
        new.write_text(text, encoding="utf-8", newline="\n")
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)
