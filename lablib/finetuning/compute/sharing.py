"""Taking a run's model away: LoRA merged into one folder, and the way to the hub."""

import os
import shutil
from pathlib import Path

import torch

from lablib.models.errors import quoted
from lablib.models.opening import quiet
from lablib.training import checkpoints
from lablib.training.results import CARD, open_adapter
from lablib.training.run import Run

Named = str | os.PathLike[str] | Run


@torch.inference_mode(False)
def merge(run: Named, folder: str | os.PathLike[str]) -> Path:
    """Add a LoRA run's adapter to the model it builds on, as an ordinary folder of `transformers`.

    The weights are computed anew, in 32 bits, from the adapter and the base that it names.

    Args:
        run: a run, or its folder.
        folder: a new one, which is there whole at the end or not at all.

    Raises:
        ValueError: if the run has no adapter, the folder is in use, or the base cannot be had.

    Example:
        >>> import tempfile
        >>> from lablib.training.config import Config
        >>> from lablib.training.run import train
        >>> place = Path(tempfile.mkdtemp())
        >>> train(Config(text="cookbook", method="lora", steps=1, length=16), place / "run")
        >>> merged = merge(place / "run", place / "merged")
        >>> sorted(file.name for file in merged.glob("*.safetensors"))
        ['model.safetensors']
    """
    run = run if isinstance(run, Run) else Run.open(run)
    folder = Path(folder)
    if os.path.lexists(folder) and not (os.path.isdir(folder) and not os.listdir(folder)):
        raise ValueError(f"{quoted(folder)} is in use: take the name of a new folder.")
    result = run.result
    adapter = run.folder / "adapter"
    if not adapter.is_dir():
        raise ValueError(
            f"This run has no LoRA adapter to merge: its model is whole, in {str(result)!r}."
        )
    with quiet(), checkpoints.new_folder(folder) as place:
        open_adapter(adapter, result).save_pretrained(place)
        for file in result.iterdir():  # tokenizer, settings for writing, card
            if file.suffix != ".safetensors" and not (place / file.name).exists():
                shutil.copy2(file, place)
        if (settings := result / "generation_config.json").is_file():
            shutil.copy2(settings, place)
    return folder


def push_to_hub(run: Named, name: str, private: bool = True, token: str | None = None) -> str:
    """Put a run's model on the Hugging Face hub, with its card.

    Args:
        run: a run, or its folder.
        name: "owner/model"; a repository that is not there is made.
        private: whether others may not see a new one.
        token: None for the one of `hf auth login`.

    Returns:
        The address of the model.

    Raises:
        ValueError: if there is no model yet, or the hub does not take it.

    Example:
        >>> from lablib.training.config import Config
        >>> push_to_hub(Run(Config(steps=5)), "owner/letters")
        Traceback (most recent call last):
        ...
        ValueError: This run is new, so it has no model yet.
    """
    from huggingface_hub import HfApi, constants
    from huggingface_hub.errors import HFValidationError

    run = run if isinstance(run, Run) else Run.open(run)
    result = run.result
    if not (result / CARD).is_file():
        raise ValueError("This run was made before models had a card: run it again, or write one.")
    api = HfApi(endpoint=constants.ENDPOINT, token=token)
    try:
        address = api.create_repo(name, private=private, exist_ok=True)
        api.upload_folder(
            repo_id=name, folder_path=result, commit_message="Upload of a fine-tuned model",
            ignore_patterns=[checkpoints.MANIFEST],
        )  # fmt: skip
    except HFValidationError as error:
        raise ValueError(f"{quoted(name)} is no name of the hub: take “owner/model”.") from error
    except Exception as error:  # the library's ways to fail change with its versions
        raise ValueError(_refused(name, error)) from error
    return str(address)


def _refused(name: str, error: Exception) -> str:
    """Why the hub did not take a model, in a sentence."""
    from huggingface_hub.errors import HfHubHTTPError

    status = error.response.status_code if isinstance(error, HfHubHTTPError) else None
    if status in (401, 403):
        return (
            f"The hub lets you not write to {name}: log in with `hf auth login`, or give a token."
        )
    if status is not None:
        return f"The hub did not take {name} (error {status}): try again later."
    return f"The hub does not answer, so {name} was not uploaded: check the network."
