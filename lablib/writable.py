"""A folder one may write in: the one that is wanted, or else one at home, or a temporary one.

A course's folder is often shared and read-only. What a person makes there (an upload, a run) then
goes somewhere else, and it is said where.
"""

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from itertools import chain, count
from pathlib import Path
from uuid import uuid4

from lablib.models.errors import reason

OWN = "language-model-labs"
LONGEST = 200
"""Bytes of a file's name; most disks take 255, of which what is written first needs some more."""
ROOM = 4096
"""Bytes that there must be room for: a block of most disks."""


def writable(wanted: str | os.PathLike[str], room: int = ROOM) -> tuple[Path, str]:
    """A folder to write in, made if it is not there, and a sentence if it is not the wanted one.

    Args:
        wanted: the folder.
        room: how many bytes must be free there.

    Raises:
        ValueError: if one may write neither there, nor at home, nor in a temporary folder, or none
            of them has room.

    Example:
        >>> wanted = Path(tempfile.mkdtemp(), "runs")
        >>> writable(wanted) == (wanted, "")
        True
    """
    first: OSError | None = None
    for folder in places(wanted):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # A right to write may be there and no room: an empty file needs none. Where there is a
            # quota, only writing shows it.
            with tempfile.TemporaryFile(dir=folder) as probe:
                probe.write(bytes(ROOM))
            if shutil.disk_usage(folder).free < room:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
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
        f"({reason(first or OSError())}): start Jupyter in a folder of your own, with "
        f"{max(1, round(room / 1e6)):,} MB free."
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
    try:
        place = tempfile.gettempdir()
    except FileNotFoundError:  # nothing can be written anywhere: whoever tries is told so
        place = os.curdir
    return Path(place) / f"{OWN}-{user}"


def unused(wanted: Path) -> Path:
    """The path itself, or the first one beside it with a number that nothing has yet.

    >>> folder = Path(tempfile.mkdtemp())
    >>> (folder / "notes.txt").touch()
    >>> unused(folder / "notes.txt").name, unused(folder / "other.txt").name
    ('notes-2.txt', 'other.txt')
    """
    names = (f"{wanted.stem}-{number}{wanted.suffix}" for number in count(2))
    return next(path for path in chain([wanted], map(wanted.with_name, names)) if not exists(path))


def exists(path: Path) -> bool:
    """Whether there is anything of this name, a link that leads nowhere too.

    >>> exists(Path("nowhere"))
    False
    """
    return os.path.lexists(path)


def put(file: Path, content: str | bytes) -> None:
    """Write a file so that a reader finds the old or the new content, never half of one.

    Any number may write it at once, from threads too: each writes beside it under a name of its
    own, and the last one stays.

    Raises:
        ValueError: if the path names no file, as "" and ".." do, or a name is too long for one.

    >>> file = Path(tempfile.mkdtemp()) / "control"
    >>> put(file, "run")
    >>> file.read_text(), len(list(file.parent.iterdir()))
    ('run', 1)
    """
    if file.name in ("", "..") or file.is_dir():
        raise ValueError(f"Give the name of a file to write: {str(file)!r} names a folder.")
    if len(os.fsencode(file.name)) > LONGEST:
        raise ValueError(
            f"The name of the file is too long: “{file.name[:40]}…”. Give a shorter one."
        )
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f".{file.name}.{uuid4().hex}")
    try:
        new.write_bytes(content if isinstance(content, bytes) else content.encode())
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)
