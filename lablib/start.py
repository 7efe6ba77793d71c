"""`lablab`: the labs that came with this package, in a folder of one's own, open in JupyterLab.

What a learner has written is never written over. Beside the labs lies `HANDED_OUT`, which says what
each file was when it was handed out: one that is still the same gives way to that of a newer
edition, one that was changed stays, and the newer one is put beside it.
"""

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lablib.models.errors import quoted
from lablib.writable import OWN, put, unused, writable

HANDED_OUT = ".handed-out.json"
"""In the learner's folder: the SHA-256 of each file as it was handed out."""
FIRST = "labs/00_start_here.ipynb"
_INSTALLED = Path(__file__).parent / "handed_out"
_CHECKOUT = Path(__file__).parents[1]


@dataclass(frozen=True)
class HandedOut:
    """What was done with the files of the labs: names by what became of them.

    Attributes:
        new: were not there.
        renewed: were as they had been handed out, and are of this edition now.
        kept: a learner's own, which stay, each with the name of the new one beside it.
    """

    new: tuple[str, ...]
    renewed: tuple[str, ...]
    kept: Mapping[str, str]

    def sentence(self) -> str:
        """What the learner has to know; empty if nothing changed.

        >>> HandedOut(("a",), (), {"labs/01.ipynb": "labs/01-new.ipynb"}).sentence()
        '1 file is new. You changed labs/01.ipynb: it stays, and the new one is labs/01-new.ipynb.'
        """
        counts = [(len(self.new), "new"), (len(self.renewed), "of the newer edition now")]
        said = [f"{n} file{'s are' if n > 1 else ' is'} {what}." for n, what in counts if n]
        said += [
            f"You changed {name}: it stays, and the new one is {beside}."
            for name, beside in self.kept.items()
        ]
        return " ".join(said)


def originals() -> Path:
    """The folder with the labs as they came: that of the package, or the checkout's.

    Raises:
        ValueError: if there is neither.

    >>> (originals() / FIRST).is_file()
    True
    """
    for folder in (_INSTALLED, _CHECKOUT):
        if (folder / FIRST).is_file():
            return folder
    raise ValueError("This copy of lablib came without the labs: install language-model-labs.")


def hand_out(source: Path, folder: Path) -> HandedOut:
    """Copy the labs, and the pages where there are any, from `source` into `folder`.

    Raises:
        OSError: if a file cannot be written; each is there whole, or as it was.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> len(hand_out(originals(), folder).new) > 20, hand_out(originals(), folder).sentence()
        (True, '')
    """
    before = _handed_out(folder)
    new, renewed, kept, after = [], [], {}, dict(before)
    for path in _files(source):
        name, content = path.relative_to(source).as_posix(), path.read_bytes()
        own, after[name] = folder / name, _digest(content)
        if not own.exists():
            new.append(name)
        elif _digest(own.read_bytes()) == after[name] or before.get(name) == after[name]:
            continue
        elif _digest(own.read_bytes()) == before.get(name):
            renewed.append(name)
        else:
            own = unused(own.with_stem(f"{own.stem}-new"))
            kept[name] = own.relative_to(folder).as_posix()
        put(own, content)
    put(folder / HANDED_OUT, json.dumps(after, indent=1))
    return HandedOut(tuple(new), tuple(renewed), kept)


def handed_out(path: Path) -> bytes | None:
    """A file of the labs as `lablab` handed it out; None if this is none, or of another edition.

    >>> handed_out(Path("nowhere/labs/01.ipynb")) is None
    True
    """
    for folder in path.resolve().parents:
        if (folder / HANDED_OUT).is_file():
            original = originals() / path.resolve().relative_to(folder)
            return original.read_bytes() if original.is_file() else None
    return None


def _files(source: Path) -> list[Path]:
    """What is handed out: not what Jupyter, "afresh" or a run left in a checkout's folder."""
    left = {".ipynb_checkpoints", "old", "runs"}
    found = [path for part in ("labs", "pages") for path in sorted((source / part).rglob("*"))]
    return [
        path for path in found if path.is_file() and not left & set(path.relative_to(source).parts)
    ]


def _handed_out(folder: Path) -> dict[str, str]:
    try:
        return dict(json.loads((folder / HANDED_OUT).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # none yet, or damaged: then every file is one's own
        return {}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def main(arguments: Sequence[str] | None = None) -> int:
    """Hand out the labs and open them; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="lablab", description="Copy the labs into a folder of your own and open them."
    )
    parser.add_argument("folder", nargs="?", default=OWN, help=f"where they go (default: {OWN})")
    parser.add_argument("--copy-only", action="store_true", help="open nothing")
    choices, jupyter = parser.parse_known_args(arguments)
    try:
        folder, elsewhere = writable(Path(choices.folder).expanduser())
        handed = hand_out(originals(), folder)
    except (OSError, ValueError) as error:
        print(f"The labs cannot be put into {quoted(choices.folder)}: {error}", file=sys.stderr)
        return 1
    for line in filter(None, (elsewhere, handed.sentence(), f"The labs are in {folder}.")):
        print(line, flush=True)
    if not choices.copy_only:
        _open(folder, jupyter)
    return 0


def _open(folder: Path, options: Sequence[str]) -> None:
    """JupyterLab in this process, in the folder, until it is ended."""
    from jupyterlab.labapp import main as jupyter_lab

    os.chdir(folder)
    # For the kernels: with a heap for each thread, as glibc has it, what is free in one is of no
    # use to the others, and a kernel grows by that over a long session.
    os.environ.setdefault("MALLOC_ARENA_MAX", "1")
    jupyter_lab([FIRST, *options])
