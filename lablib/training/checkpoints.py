"""Checkpoints that are there whole or not at all.

A checkpoint is a folder `step-000040` that holds, for each part of a training (model, optimizer,
counters), its tensors as safetensors, and all other values as JSON. Of a sharded run every process
writes its shares (torch's distributed checkpoint, in safetensors too), and any number of processes
can read them. It is written under another name, flushed to the disk, given a manifest with the
SHA-256 of every file, and then renamed: a process that is killed at any moment leaves the one
before untouched. Old ones go last. One that was damaged later is told of, and the one before it is
used.
"""

import errno
import hashlib
import json
import os
import shutil
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from lablib.models.errors import FULL
from lablib.training.config import Config
from lablib.training.sharding import empty_share, share
from lablib.training.trees import flatten, size_of, unflatten

if TYPE_CHECKING:
    from accelerate import Accelerator
    from torch.distributed.device_mesh import DeviceMesh

MANIFEST = "manifest.json"
VALUES = "values.json"
SHARES = "shares"
SPARE = 1.05
"""Of what a checkpoint needs: file systems and JSON take a little more than the tensors."""


class CheckpointError(ValueError):
    """A checkpoint could not be written or read. The text says what happened and what to do."""


@dataclass(frozen=True)
class Saved:
    """What is found in a folder of checkpoints.

    Attributes:
        step: how many steps of training it holds.
        folder: where it is.
        damaged: a sentence for each newer one that could not be used.
    """

    step: int
    folder: Path
    damaged: tuple[str, ...] = ()

    def read(self, mesh: "DeviceMesh | None" = None) -> dict[str, Any]:
        """The parts that were saved, tensors on the CPU.

        Args:
            mesh: of a sharded run, whose processes each get their shares, on their devices.
        """
        values = json.loads((self.folder / VALUES).read_text(encoding="utf-8"))
        if (self.folder / SHARES).is_dir():
            parts: dict[str, Any] = unflatten(values, _read_shares(self.folder / SHARES, mesh))
            return parts
        read = {name: load_file(self.folder / f"{name}.safetensors") for name in values}
        if mesh is not None:
            read = {n: {k: share(t, mesh) for k, t in part.items()} for n, part in read.items()}
        return {name: unflatten(apart, read[name]) for name, apart in values.items()}


def save(folder: Path, step: int, parts: Mapping[str, Any], keep: int = Config.keep) -> Path:
    """Write a checkpoint, and delete all but the `keep` newest after it is safe.

    Args:
        folder: of all checkpoints of a run.
        step: how many steps of training it holds; a checkpoint of a later step is left from a
            history that was given up, and goes.
        parts: by name, nested values with tensors in them (see `trees`).

    Raises:
        CheckpointError: if there is no room for it; those before it are whole.

    Example:
        >>> import tempfile, torch
        >>> runs = Path(tempfile.mkdtemp())
        >>> save(runs, 40, {"model": {"weight": torch.ones(2)}, "counters": {"tokens": 80}}).name
        'step-000040'
        >>> latest(runs).read()
        {'model': {'weight': tensor([1., 1.])}, 'counters': {'tokens': 80}}
    """
    final = folder / f"step-{step:06d}"
    folder.mkdir(parents=True, exist_ok=True)
    size = size_of(dict(parts))
    with _saying_full(folder, step, size), new_folder(final) as place:
        _write(place, parts)
    _remove_others(folder, step, keep)
    return final


def save_shares(
    accelerator: "Accelerator",
    folder: Path,
    step: int,
    parts: Mapping[str, Any],
    keep: int = Config.keep,
) -> None:
    """Write a checkpoint of a sharded run: every process its shares, the first one the rest.

    All processes call it; the folder has to be one that all of them see.

    Raises:
        CheckpointError: in all of them, if one could not write; those before are whole.
    """
    from torch.distributed.checkpoint.api import CheckpointException
    from torch.distributed.checkpoint.hf_storage import HuggingFaceStorageWriter
    from torch.distributed.checkpoint.state_dict_saver import save as save_all

    final = folder / f"step-{step:06d}"
    tensors: dict[str, Tensor] = {}
    values = flatten(dict(parts), tensors)
    size = sum(tensor.nbytes for tensor in tensors.values())
    with ExitStack() as stack:

        def begin() -> None:
            folder.mkdir(parents=True, exist_ok=True)
            with _saying_full(folder, step, size):
                stack.enter_context(new_folder(final))

        def end() -> None:
            with _saying_full(folder, step, size):
                (_hidden("new", final) / VALUES).write_text(json.dumps(values), encoding="utf-8")
                stack.close()
            _remove_others(folder, step, keep)

        on_first(accelerator, begin)
        place = str(_hidden("new", final) / SHARES)
        writer = HuggingFaceStorageWriter(place, save_distributed=True)
        try:
            save_all(tensors, storage_writer=writer)
        except CheckpointException as error:
            raise CheckpointError(_unwritten(folder, step, error.failures)) from error
        on_first(accelerator, end)


def _read_shares(folder: Path, mesh: "DeviceMesh | None") -> dict[str, Tensor]:
    """The tensors that `save_shares` wrote, by any number of processes, each for itself."""
    from torch.distributed.checkpoint.hf_storage import HuggingFaceStorageReader
    from torch.distributed.checkpoint.state_dict_loader import load

    reader = HuggingFaceStorageReader(str(folder))
    known: dict[str, Any] = reader.read_metadata().state_dict_metadata
    tensors = {n: empty_share(one.size, one.properties.dtype, mesh) for n, one in known.items()}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "torch.distributed is disabled")  # it is not needed here
        load(tensors, storage_reader=reader, no_dist=True)
    return tensors


def _remove_others(folder: Path, step: int, keep: int) -> None:
    """Delete all checkpoints but the newest up to a step."""
    numbered = _numbered(folder)
    for number, old in numbered.items():
        if number > step or number not in sorted(n for n in numbered if n <= step)[-keep:]:
            remove(old)


def latest(folder: Path) -> Saved | None:
    """The newest checkpoint that is whole; None if there is none.

    Raises:
        CheckpointError: if there are some and all of them are damaged.

    Example: the newest has lost a file, so the one before it is taken.
        >>> import tempfile, torch
        >>> runs = Path(tempfile.mkdtemp())
        >>> _ = save(runs, 20, {"model": {"weight": torch.ones(2)}})
        >>> (save(runs, 40, {"model": {"weight": torch.ones(2)}}) / MANIFEST).unlink()
        >>> latest(runs).step, latest(runs).damaged
        (20, ('The checkpoint of step 40 is damaged (it has no manifest).',))
    """
    damaged: list[str] = []
    for number, each in sorted(_numbered(folder).items(), reverse=True):
        wrong = problem(each)
        if not wrong:
            return Saved(number, each, tuple(damaged))
        damaged.append(f"The checkpoint of step {number} is damaged ({wrong}).")
    if damaged:
        raise CheckpointError(
            " ".join(damaged) + " There is no other one: start the run anew in another folder."
        )
    return None


def every(folder: Path) -> list[Saved]:
    """All checkpoints that are whole, the oldest first.

    Example:
        >>> import tempfile, torch
        >>> runs = Path(tempfile.mkdtemp())
        >>> for step in (20, 40):
        ...     _ = save(runs, step, {"model": {"weight": torch.ones(2)}})
        >>> [saved.step for saved in every(runs)]
        [20, 40]
    """
    numbered = sorted(_numbered(folder).items())
    return [Saved(number, each) for number, each in numbered if not problem(each)]


def problem(folder: Path) -> str:
    """What is wrong with the files of a checkpoint, in words; "" if they are as they were written.

    >>> problem(Path("nowhere"))
    'it has no manifest'
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        hashes: dict[str, str] = manifest["files"]
    except FileNotFoundError:
        return "it has no manifest"
    except (ValueError, KeyError, TypeError):
        return "its manifest cannot be read"
    for name, expected in hashes.items():
        file = folder / name
        if not file.is_file():
            return f"{name} is missing"
        if digest(file) != expected:
            return f"{name} is not what was written"
    return ""


@contextmanager
def new_folder(final: Path) -> Iterator[Path]:
    """A folder that is there whole or not at all, for whatever is written into it in the block.

    It is written beside its place under a hidden name, flushed to the disk with a manifest, and
    renamed at the end. What stood in its place before goes last.

    Example:
        >>> import tempfile
        >>> place = Path(tempfile.mkdtemp()) / "model"
        >>> with new_folder(place) as folder:
        ...     _ = (folder / "config.json").write_text("{}")
        >>> problem(place)
        ''
    """
    temporary, old = _hidden("new", final), _hidden("old", final)
    for left in (temporary, old):
        shutil.rmtree(left, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        yield temporary
        _seal(temporary)
        if final.exists():
            final.rename(old)
        temporary.rename(final)
        _flush(final.parent)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    shutil.rmtree(old, ignore_errors=True)


def remove(folder: Path) -> None:
    """Delete a folder so that no half of it can be taken for the whole."""
    hidden = _hidden("old", folder)
    shutil.rmtree(hidden, ignore_errors=True)
    folder.rename(hidden)
    shutil.rmtree(hidden, ignore_errors=True)


def _hidden(word: str, folder: Path) -> Path:
    """Where a folder is made, or kept until it is deleted."""
    return folder.with_name(f".{word}-{folder.name}")


def on_first(accelerator: "Accelerator", work: Callable[[], object]) -> None:
    """Let the first process do it while the others wait; what goes wrong there is raised on all.

    Raises:
        CheckpointError: with the first process's sentence.
    """
    from accelerate.utils import broadcast_object_list

    messages: list[str | None] = [None]
    if accelerator.is_main_process:
        try:
            work()
        except (OSError, ValueError) as error:
            messages = [str(error) or type(error).__name__]
    (message,) = broadcast_object_list(messages)
    if message is not None:
        raise CheckpointError(message)


def digest(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write(folder: Path, parts: Mapping[str, Any]) -> None:
    values = {}
    for name, tree in parts.items():
        tensors: dict[str, Tensor] = {}
        values[name] = flatten(tree, tensors)
        _write_tensors(folder / f"{name}.safetensors", tensors)
    (folder / VALUES).write_text(json.dumps(values), encoding="utf-8")


def _write_tensors(file: Path, tensors: dict[str, Tensor]) -> None:
    """Write a safetensors file.

    Raises:
        OSError: if it cannot be written; the library has an error of its own for that.
    """
    try:
        save_file(tensors, file)
    except SafetensorError as error:
        number = next((n for n in FULL if f"os error {n})" in str(error)), errno.EIO)
        raise OSError(number, str(error), str(file)) from error


def _seal(folder: Path) -> None:
    """Write the manifest, and see that the folder and all its files are on the disk."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    hashes = {path.relative_to(folder).as_posix(): digest(path) for path in files}
    manifest = folder / MANIFEST
    manifest.write_text(json.dumps({"files": hashes}, indent=1), encoding="utf-8")
    inner = [path for path in folder.rglob("*") if path.is_dir()]
    for path in (*files, manifest, *inner, folder):
        _flush(path)


def _flush(path: Path) -> None:
    """See that a file or folder is on the disk and not only on its way."""
    if os.name == "nt" and path.is_dir():  # Windows cannot open a folder
        return
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _numbered(folder: Path) -> dict[int, Path]:
    """The checkpoints in a folder by their steps, damaged ones too."""
    checkpoints = (path for path in folder.glob("step-*") if path.name[5:].isdigit())
    return {int(path.name[5:]): path for path in checkpoints}


def _require_space(folder: Path, size: int) -> None:
    if shutil.disk_usage(folder).free < size * SPARE:
        raise OSError(errno.ENOSPC, "not enough room", str(folder))


@contextmanager
def _saying_full(folder: Path, step: int, size: int) -> Iterator[None]:
    """Look for room first, and put into a sentence that there is none, then or later."""
    try:
        _require_space(folder, size)
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise CheckpointError(_full(folder, step, size)) from error


def _full(folder: Path, step: int, size: int) -> str:
    """The sentence for a disk that is full."""
    free = shutil.disk_usage(folder).free / 1e6
    newest = max((n for n in _numbered(folder) if n != step), default=None)
    kept = (
        f"The one of step {newest} is whole: make room and resume."
        if newest is not None
        else "There is none before it: make room and start again."
    )
    return (
        f"The disk is full: the checkpoint of step {step} needs {size / 1e6:,.1f} MB and "
        f"{free:,.1f} MB are free. {kept}"
    )


def _unwritten(folder: Path, step: int, failures: Mapping[int, Any]) -> str:
    """The sentence for a checkpoint of which a process could not write its shares."""
    place, (error, _) = next(iter(failures.items()))
    if isinstance(error, OSError) and error.errno in FULL:
        said = "its disk is full"
    else:
        said = f"{type(error).__name__}: {error}"
    newest = max((n for n in _numbered(folder) if n != step), default=None)
    kept = "there is none before it" if newest is None else f"the one of step {newest} is whole"
    return (
        f"The checkpoint of step {step} could not be written by process {place} ({said}); {kept}. "
        "Mend that and resume."
    )
