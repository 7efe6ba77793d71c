"""From the name a person gave to the folder the model lies in."""

import os
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from lablib.models import entries, hub, packages
from lablib.models.card import Source
from lablib.models.errors import ModelError, quoted

_download_locks: dict[str, Lock] = {}


@dataclass(frozen=True)
class Place:
    """Where a model lies.

    Attributes:
        name: its name in the catalogue or on the hub, or the folder as it was given.
        folder: the folder with its files.
        source: where they come from.
        how: how it came to be there, to end the sentence "You chose it; …".
    """

    name: str
    folder: Path
    source: Source
    how: str


def find(
    name: str | os.PathLike[str], progress: hub.Progress | None = None, whole: bool = True
) -> Place:
    """The place of a model, which is downloaded if it is nowhere on this machine.

    Names are looked up in this order: what comes with the labs, the hub models of the catalogue,
    folders, the whole hub. So no folder can pass for "gpt2".

    Args:
        name: a name or a folder.
        progress: told about a download (see `hub.Progress`).
        whole: whether weights are wanted, or only a tokenizer.

    Raises:
        ModelError: if there is no such model.
        HubError: if the hub does not give it; the caller adds what can be used instead.
    """
    text = _clean(name)
    if text in entries.LOCAL_NAMES:
        return _local(text)
    folder = None if entries.hub_card(text) else _as_folder(text)
    if folder:
        return Place(text, folder, "folder", "it is a folder on this machine")
    return _on_hub(text, progress, whole)


def _clean(name: str | os.PathLike[str]) -> str:
    if not isinstance(name, (str, os.PathLike)):
        raise ModelError(f"A model is named by a text or a path, not by {quoted(name)}.")
    text = os.fspath(name).strip()
    if not text:
        raise ModelError("No model is named: give a name such as pocket-gpt2, or a folder.")
    return text


def _local(name: str) -> Place:
    folder = entries.local_folder(name)
    if folder:
        source: Source = "package" if name == "minilm" else "pocket"
        return Place(name, folder, source, "it comes with the labs and needs no network")
    if name == "minilm":
        raise ModelError(f"minilm {packages.MINILM_MISSING}")
    raise ModelError(f"{name} is not part of this copy of the labs: choose another model.")


def _as_folder(text: str) -> Path | None:
    """The folder a text means, or None if it can only be meant as a name of the hub."""
    path = os.path.expanduser(text)
    if os.path.isdir(path):
        return Path(path)
    if os.path.isfile(path):
        raise ModelError(f"{quoted(text)} is a file: give the folder it lies in.")
    if os.path.isabs(path) or path.startswith((".", "~")) or "\\" in path:
        raise ModelError(f"There is no folder {quoted(text)} on this machine: check the path.")
    return None


def _on_hub(name: str, progress: hub.Progress | None, whole: bool) -> Place:
    hub.check_name(name)
    # Two panels that ask for the same model wait for one download.
    with _download_locks.setdefault(name, Lock()):
        if folder := entries.cached_folder(name, whole):
            return Place(name, folder, "hub", "it was on this machine already")
        hub.fetch(name, progress, whole)
        if folder := entries.cached_folder(name, whole):
            return Place(name, folder, "hub", "it was downloaded from the Hugging Face hub")
    raise hub.HubError(f"What the Hugging Face hub has under {name} is not a whole model")
