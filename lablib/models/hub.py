"""Models of the Hugging Face hub: what is in this machine's cache, and fetching the rest.

A model in the cache is opened from its folder and the network is never touched. For any other, the
hub is asked once, with a clock running: whatever keeps it from answering (no network, a name server
or firewall that swallows packets, a dead proxy), `fetch` gives up after `SECONDS_TO_ANSWER`.
`huggingface_hub` does the asking, so its settings count: `HF_ENDPOINT`, `HF_HUB_OFFLINE`, `HF_HOME`
and the usual proxy variables.

The download runs in a process of its own (`lablib.models.fetching`), because only a process can be
stopped at any moment: a thread would go on reading from a slow line.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from lablib import children
from lablib.models.checkpoint import (
    CONFIG,
    TOKENIZER_CONFIG,
    VOCABULARIES,
    WEIGHTS,
    WEIGHTS_INDEX,
    require_vocabulary,
    weight_files,
)
from lablib.models.errors import CLOSED, FULL, ModelError, quoted

if TYPE_CHECKING:
    from huggingface_hub import ModelInfo

T = TypeVar("T")

Progress = Callable[[int, int, str], object]
"""Called as `progress(done_bytes, total_bytes, text)`; raise from it to stop the download."""

SECONDS_TO_ANSWER = 1.5
"""How long the hub may take to answer; with the rest of a load this stays under three seconds."""

_TOKENIZER_FILES = (
    CONFIG,
    *VOCABULARIES,
    "merges.txt",
    TOKENIZER_CONFIG,
    "special_tokens_map.json",
    "added_tokens.json",
    "chat_template.jinja",
    "README.md",
)
MODEL_FILES = (*_TOKENIZER_FILES, "generation_config.json")
_SHARD = re.compile(r"model-\d+-of-\d+\.safetensors")


class HubError(ModelError):
    """The hub did not give a model; the text is the first half of a sentence."""


def check_name(name: str) -> None:
    """Raise HubError where a text cannot be a hub name ("gpt2", "owner/model")."""
    from huggingface_hub.utils import HFValidationError, validate_repo_id

    try:
        validate_repo_id(name)
    except HFValidationError as error:
        raise HubError(
            f"{quoted(name)} is neither a folder on this machine nor a name the Hugging Face hub "
            "could have (such as gpt2 or owner/model)"
        ) from error


def cached_folder(*names: str, whole: bool = True) -> Path | None:
    """The folder of a model in the hub's cache, or None.

    Where there are several revisions it is the one fetched last.

    Args:
        names: one model's names; the hub knows gpt2 as openai-community/gpt2 too.
        whole: whether weights are needed, or only a tokenizer.
    """
    snapshots = [folder for name in names for folder in _snapshots(name)]
    snapshots.sort(key=lambda folder: folder.stat().st_mtime)
    return next((folder for folder in reversed(snapshots) if _is_complete(folder, whole)), None)


def _snapshots(name: str) -> list[Path]:
    from huggingface_hub import constants
    from huggingface_hub.file_download import repo_folder_name

    repository = repo_folder_name(repo_id=name, repo_type="model")
    return list(Path(constants.HF_HUB_CACHE, repository, "snapshots").glob("*/"))


def _is_complete(folder: Path, whole: bool) -> bool:
    try:
        require_vocabulary(folder, folder.name)
        if whole:
            weight_files(folder, folder.name)
    except ModelError:
        return False
    return (folder / CONFIG).exists()


def fetch(name: str, progress: Progress | None = None, whole: bool = True) -> None:
    """Download a model into the hub's cache. Files that are there already are kept.

    Args:
        name: a hub name.
        progress: see `Progress`. It is called about five times a second, also while nothing
            arrives, so that raising from it stops the download at once.
        whole: whether to fetch the weights, or only the tokenizer.

    Raises:
        HubError: if the hub cannot be reached, or does not have or does not give the model.
    """
    info = _ask_hub(name)
    sizes = {file.rfilename: file.size or 0 for file in info.siblings or []}
    wanted = [file for file in _choose(name, sizes, whole) if not _is_cached(name, file, info.sha)]
    total = sum(sizes[file] for file in wanted)
    report = progress or (lambda done, total, text: None)
    report(0, total, f"Downloading {name}")
    with _start(name, wanted) as process:
        try:
            _follow(name, process, lambda done: report(done, total, f"Downloading {name}"))
        finally:
            _stop(process)
    report(total, total, f"Downloaded {name}")


def _ask_hub(name: str) -> ModelInfo:
    """What the hub says about a model: its newest revision and the sizes of its files."""

    def question() -> ModelInfo:
        from huggingface_hub import HfApi, constants

        hub = HfApi(endpoint=constants.ENDPOINT)
        return hub.model_info(name, files_metadata=True, timeout=SECONDS_TO_ANSWER)

    try:
        return _answer_within(SECONDS_TO_ANSWER, question)
    except Exception as error:
        raise HubError(explain(name, error)) from error


def _answer_within(seconds: float, question: Callable[[], T]) -> T:
    """The answer to a question, or TimeoutError.

    A thread asks, because a look-up of a host name cannot be given a time limit.
    """
    answer: Future[T] = Future()

    def ask() -> None:
        try:
            answer.set_result(question())
        except Exception as error:
            answer.set_exception(error)

    Thread(target=ask, daemon=True).start()
    return answer.result(timeout=seconds)


def _is_cached(name: str, file: str, revision: str | None) -> bool:
    from huggingface_hub import try_to_load_from_cache

    return isinstance(try_to_load_from_cache(name, file, revision=revision), str)


def _choose(name: str, files: dict[str, int], whole: bool) -> list[str]:
    """The files to fetch, weights last: where the weights are, everything is."""
    if not whole:
        return [file for file in _TOKENIZER_FILES if file in files]
    small = [file for file in MODEL_FILES if file in files]
    if WEIGHTS in files:
        return [*small, WEIGHTS]
    shards = sorted(file for file in files if _SHARD.fullmatch(file))
    if WEIGHTS_INDEX not in files or not shards:
        raise HubError(
            f"{name} has no safetensors weights on the hub, and pickled ones can run any program "
            "when opened, so they are never used"
        )
    return [*small, WEIGHTS_INDEX, *shards]


def _start(name: str, files: list[str]) -> subprocess.Popen[str]:
    from huggingface_hub import constants

    return children.start(
        "lablib.models.fetching",
        name,
        *files,
        env={"HF_ENDPOINT": constants.ENDPOINT, "HF_HUB_CACHE": str(constants.HF_HUB_CACHE)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _follow(name: str, process: subprocess.Popen[str], report: Callable[[int], object]) -> None:
    """Read the other process's lines: bytes received so far, or what went wrong."""
    assert process.stdout is not None
    for line in process.stdout:
        if not line.strip().isdecimal():
            raise HubError(line.strip())
        report(int(line))
    if process.wait() != 0:
        raise HubError(f"The download of {name} stopped without saying why")


def _stop(process: subprocess.Popen[str]) -> None:
    """End the download, giving it a moment to remove the file it was writing."""
    process.terminate()
    try:
        process.wait(timeout=2)
    except subprocess.TimeoutExpired:
        process.kill()


def explain(name: str, error: Exception) -> str:
    """What an error of `huggingface_hub` means, as the first half of a sentence."""
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
    )

    here = f"{name} is not on this machine"
    if isinstance(error, OfflineModeIsEnabled):
        return f"{here} and HF_HUB_OFFLINE forbids asking the Hugging Face hub for it"
    status = error.response.status_code if isinstance(error, HfHubHTTPError) else None
    if isinstance(error, GatedRepoError) or status == 403:
        return (
            f"{name} is given only to people who accepted its terms on the Hugging Face hub and "
            "logged in (hf auth login)"
        )
    if isinstance(error, RepositoryNotFoundError) or status in (401, 404):
        return (
            f"The Hugging Face hub has no model called {name} (check the spelling; a private one "
            "needs hf auth login)"
        )
    if status is not None:
        return f"{here} and the Hugging Face hub answered with error {status}"
    if isinstance(error, OSError) and error.errno in (*FULL, *CLOSED):
        return f"{name} could not be stored on this machine ({error.strerror})"
    return f"{here} and the Hugging Face hub does not answer (no network, or it is blocked)"
