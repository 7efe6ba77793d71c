"""Starting a lab afresh, with nothing lost.

The notebook is put back as it came, and the old one stays beside it with what was written in it.
The answers stay in the progress file, whose lines are only ever added: one more line says that the
lab began anew, and only what comes after it counts (see `progress.standing`).
"""

import shutil
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lablib.exercises.progress import Event, ProgressFile
from lablib.exercises.records import ExerciseError, lab

OLD = "old"
"""The folder, beside the notebooks, where the old ones are kept."""


@dataclass(frozen=True)
class Reset:
    """What was done: the `notebook` that is new again, and the `kept` copy of the old one."""

    notebook: Path
    kept: Path

    def sentence(self) -> str:
        """What the learner has to know."""
        return (
            f"{self.notebook.name} is as it came, and its questions are open again. Your own is "
            f"kept as {OLD}/{self.kept.name}, your answers in your progress file. Now choose "
            "File → Reload Notebook from Disk, then Kernel → Restart Kernel."
        )


def start_afresh(name: str, folder: Path | str = ".") -> Reset:
    """Put the notebook of the lab `name` in `folder` back as it came, and open its questions.

    The text it came with is taken from git, which is how the labs are handed out.

    Raises:
        ExerciseError: if there is no such lab, its notebook is not in `folder`, or git does not
            know the notebook. Nothing has been changed then.
        OSError: if the copy or the notebook cannot be written.
    """
    lab(name)
    notebook = _notebook(name, Path(folder))
    original = _original(notebook)
    stamp = datetime.now().strftime("%Y-%m-%d-%H%M%S-%f")
    kept = notebook.parent / OLD / f"{notebook.stem}-{stamp}.ipynb"
    kept.parent.mkdir(exist_ok=True)
    shutil.copy2(notebook, kept)
    fresh = notebook.with_name(f".{notebook.name}.new")
    fresh.write_bytes(original)
    fresh.replace(notebook)
    ProgressFile().add(Event(f"{name}/", "afresh"))
    return Reset(notebook, kept)


def _notebook(name: str, folder: Path) -> Path:
    """The notebook of a lab: the one that shows its progress."""
    mark = f'ex.progress(\\"{name}\\")'
    for path in sorted(folder.glob("[0-9]*.ipynb")):
        if mark in path.read_text(encoding="utf-8", errors="replace"):
            return path
    raise ExerciseError(
        f"The notebook of the lab {name!r} is not in {str(folder.resolve())!r}: go to the folder "
        "with the labs."
    )


def _original(notebook: Path) -> bytes:
    command = ["git", "show", f"HEAD:./{notebook.name}"]
    try:
        return subprocess.run(
            command, cwd=notebook.parent, check=True, capture_output=True, timeout=20
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise ExerciseError(
            f"git does not know how {notebook.name} came (these labs are not a git checkout): put "
            "a fresh copy of the notebook here yourself; nothing has been changed."
        ) from error
