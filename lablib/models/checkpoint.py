"""Reading a model folder without opening the model: is everything there, and what is in it?

Everything here looks at small files and at headers only, so a faulty folder is refused in
milliseconds and before a single weight is in memory.
"""

import json
from collections import Counter
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from lablib.models.errors import ModelError, quoted

CONFIG = "config.json"
WEIGHTS = "model.safetensors"
WEIGHTS_INDEX = "model.safetensors.index.json"
VOCABULARIES = (
    "tokenizer.json",
    "vocab.json",
    "vocab.txt",
    "tokenizer.model",
    "spiece.model",
    "sentencepiece.bpe.model",
)
"""Files that hold a vocabulary; a folder needs one of them."""

_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")


@dataclass(frozen=True)
class Checkpoint:
    """A model folder whose files are all there.

    Attributes:
        name: what to call it in a sentence.
        folder: where it lies.
        weights: its safetensors files.
        parameters: floating-point numbers stored in them.
        precision: how most of them are stored, in safetensors' words ("F32", "F16", "BF16").
    """

    name: str
    folder: Path
    weights: tuple[Path, ...]
    parameters: int
    precision: str

    def fingerprint(self) -> tuple[tuple[str, int, int], ...]:
        """Path, size and time of the files that matter: other ones when it is saved again."""
        files = [self.folder / name for name in (CONFIG, *VOCABULARIES)] + list(self.weights)
        stats = [(path.resolve(), path.stat()) for path in files if path.is_file()]
        return tuple((str(path), stat.st_size, stat.st_mtime_ns) for path, stat in stats)


def inspect(folder: Path, name: str) -> Checkpoint:
    """Check that a folder holds a whole safetensors checkpoint with its tokenizer.

    Raises:
        ModelError: if a file is missing, unreadable or cut off, or the weights are pickled.
    """
    read_config(folder, name)
    require_vocabulary(folder, name)
    weights = weight_files(folder, name)
    numbers: Counter[str] = Counter()
    for path in weights:
        numbers.update(_numbers_by_precision(path, name))
    if not numbers:
        raise ModelError(f"{quoted(name)} has a weights file with no weights in it: save it again.")
    return Checkpoint(name, folder, weights, numbers.total(), numbers.most_common(1)[0][0])


def read_config(folder: Path, name: str) -> dict[str, Any]:
    """The folder's `config.json`, which must say which architecture it describes."""
    config = _read_json(folder / CONFIG, name)
    if not isinstance(config.get("model_type"), str):
        raise ModelError(
            f"{quoted(name)} does not say in its {CONFIG} which architecture it is "
            "(no model_type): save the model again with model.save_pretrained(folder)."
        )
    return config


def require_vocabulary(folder: Path, name: str) -> None:
    """Refuse a folder without a vocabulary, for which transformers would make up an empty one."""
    if not any((folder / name).is_file() for name in VOCABULARIES):
        raise ModelError(
            f"{quoted(name)} has no tokenizer (none of {', '.join(VOCABULARIES)}): put it there "
            "with tokenizer.save_pretrained(folder)."
        )


def weight_files(folder: Path, name: str) -> tuple[Path, ...]:
    """The safetensors files of a folder: one, or the shards that its index names."""
    if (folder / WEIGHTS).is_file():
        return (folder / WEIGHTS,)
    if (folder / WEIGHTS_INDEX).is_file():
        return _shards(folder, name)
    pickles = [path.name for pattern in _PICKLES for path in sorted(folder.glob(pattern))]
    if pickles:
        raise ModelError(
            f"{quoted(name)} has its weights only in {pickles[0]}, a pickle file, which can run "
            "any program when opened; ask for a safetensors copy, or save one with "
            "model.save_pretrained(folder)."
        )
    raise ModelError(
        f"{quoted(name)} has no weights ({WEIGHTS} is missing): put them there with "
        "model.save_pretrained(folder)."
    )


def _shards(folder: Path, name: str) -> tuple[Path, ...]:
    shards_of = _read_json(folder / WEIGHTS_INDEX, name).get("weight_map")
    if not isinstance(shards_of, dict) or not shards_of:
        raise ModelError(f"{quoted(name)} has a {WEIGHTS_INDEX} that names no weights.")
    # Path(...).name: an index must not lead out of its folder.
    shards = sorted({folder / Path(str(file)).name for file in shards_of.values()})
    for shard in shards:
        if not shard.is_file():
            raise ModelError(
                f"{quoted(name)} lacks {shard.name}, one of its {len(shards)} weights files: "
                "copy or download it again."
            )
    return tuple(shards)


def _numbers_by_precision(path: Path, name: str) -> Counter[str]:
    """How many numbers a safetensors file stores in each floating-point precision.

    Its header says so. Integers in it are no weights: older files also store positions.
    """
    from safetensors import SafetensorError, safe_open

    numbers: Counter[str] = Counter()
    try:
        with safe_open(path, framework="np") as file:
            tensors = [file.get_slice(key) for key in file.keys()]  # noqa: SIM118 (no dict)
            for tensor in tensors:
                if tensor.get_dtype().startswith(("F", "BF")):
                    numbers[tensor.get_dtype()] += prod(tensor.get_shape())
    except (SafetensorError, OSError) as error:
        raise ModelError(
            f"{quoted(name)} has a damaged weights file: {path.name} is cut off or not a "
            "safetensors file. Copy or download it again."
        ) from error
    return numbers


def _read_json(path: Path, name: str) -> dict[str, Any]:
    if not path.is_file():
        raise ModelError(
            f"{quoted(name)} is not a whole model: {path.name} is missing from its folder."
        )
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(
            f"{quoted(name)} has a {path.name} that cannot be read: copy it again."
        ) from error
    if not isinstance(content, dict):
        raise ModelError(f"{quoted(name)} has a {path.name} of the wrong form.")
    return content
