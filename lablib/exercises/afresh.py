"""Starting a lab afresh, with nothing lost.

Its notebooks (the core one, and the one that goes further) are put back as they came, and the old
ones stay beside them with what was written in them.
The answers stay in the progress file, whose lines are only ever added: one more line says that the
lab began anew, and only what comes after it counts (see `progress.standing`).
"""

import shutil
import subprocess
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from lablib import start
from lablib.exercises.progress import Event, ProgressFile
from lablib.exercises.records import ExerciseError, lab
from lablib.writable import put, unused

OLD = "old"
"""The folder, beside the notebooks, where the old ones are kept."""
FURTHER = "further"
"""The folder, in that of the labs, with the notebooks for those who go further."""


def sentence(kept: Mapping[Path, Path]) -> str:
    """What the learner has to know of what `start_afresh` has done."""
    new, old = (" and ".join(map(_short, paths)) for paths in (kept, kept.values()))
    return (
        f"The lab is as it came ({new}), and its questions are open again. Your own is kept as "
        f"{old}, your answers in your progress file. Now choose File → Reload Notebook from "
        "Disk, then Kernel → Restart Kernel."
    )


def _short(path: Path) -> str:
    """A path from the folder of the labs, as a learner knows it.

    >>> _short(Path("/home/ann/labs/further/old/01_a.ipynb")), _short(Path("labs/01_a.ipynb"))
    ('further/old/01_a.ipynb', '01_a.ipynb')
    """
    inner = [part for part in path.parts[-3:-1] if part in (FURTHER, OLD)]
    return "/".join([*inner, path.name])


def start_afresh(name: str, folder: Path | str = ".") -> dict[Path, Path]:
    """Put the notebooks of the lab `name` back as they came, and open its questions.

    The text they came with is taken from git, or from the package where `lablab` handed them out.

    Args:
        name: of the lab.
        folder: that of the labs, or the one in it for those who go further.

    Returns:
        Each notebook that is new again, with the kept copy of the old one.

    Raises:
        ExerciseError: if there is no such lab, its notebook is not in `folder`, or neither git nor
            the package knows one of the notebooks. Nothing has been changed then.
        OSError: if a copy or a notebook cannot be written.
    """
    lab(name)
    originals = {notebook: _original(notebook) for notebook in _notebooks(name, Path(folder))}
    kept = {notebook: _put_back(notebook, text) for notebook, text in originals.items()}
    ProgressFile().add(Event(f"{name}/", "afresh"))
    return kept


def _put_back(notebook: Path, original: bytes) -> Path:
    """Write the original over a notebook; the copy of what it was before."""
    stamp = datetime.now().strftime("%Y-%m-%d-%H%M%S-%f")
    kept = unused(notebook.parent / OLD / f"{notebook.stem}-{stamp}.ipynb")
    kept.parent.mkdir(exist_ok=True)
    shutil.copy2(notebook, kept)
    put(notebook, original)
    return kept


def _notebooks(name: str, folder: Path) -> list[Path]:
    """The notebooks of a lab: those that show its progress, the core one first."""
    labs = folder.resolve()
    labs = labs.parent if labs.name == FURTHER else labs
    mark = f'ex.progress(\\"{name}\\")'
    found = [
        path
        for place in (labs, labs / FURTHER)
        for path in sorted(place.glob("[0-9]*.ipynb"))
        if mark in path.read_text(encoding="utf-8", errors="replace")
    ]
    if not found:
        raise ExerciseError(
            f"The notebook of the lab {name!r} is not in {str(labs)!r}: go to the folder with the "
            "labs."
        )
    return found


def _original(notebook: Path) -> bytes:
    command = ["git", "show", f"HEAD:./{notebook.name}"]
    try:
        return subprocess.run(
            command, cwd=notebook.parent, check=True, capture_output=True, timeout=20
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        if (came := start.handed_out(notebook)) is not None:
            return came
        raise ExerciseError(
            f"git does not know how {notebook.name} came (these labs are not a git checkout): put "
            "a fresh copy of the notebook here yourself; nothing has been changed."
        ) from error
