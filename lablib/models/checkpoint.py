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

from lablib.models import packages
from lablib.models.adapter import ADAPTER_CONFIG, ADAPTER_WEIGHTS, parameter_of
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
    "sentencepiece.model",
    "spm.model",
    "spm_char.model",
    "source.spm",
    "vocab-src.json",
    "prophetnet.tokenizer",
    "byte_maps.json",
)
"""Files that hold a vocabulary; a folder needs one of them, unless its tokenizer needs none."""

WITHOUT_VOCABULARY = ("ByT5Tokenizer", "CanineTokenizer", "PerceiverTokenizer", "DiaTokenizer")
"""Tokenizers of bytes or characters, whose ids follow from a rule."""
TOKENIZER_CONFIG = "tokenizer_config.json"

MINILM = "sentence-transformers/all-MiniLM-L6-v2"
"""The hub's name of the packaged MiniLM, as adapters give it."""

_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")


@dataclass(frozen=True)
class Checkpoint:
    """A model folder whose files are all there.

    Attributes:
        name: what to call it in a sentence.
        folder: where it lies.
        base: where its vocabulary and its whole weights lie: another folder if it is an adapter.
        weights: its safetensors files.
        parameters: floating-point numbers stored in them.
        precision: how most of them are stored, in safetensors' words ("F32", "F16", "BF16").
    """

    name: str
    folder: Path
    base: Path
    weights: tuple[Path, ...]
    parameters: int
    precision: str

    @property
    def is_adapter(self) -> bool:
        """Whether this folder holds only changes to the weights of `base`."""
        return self.base != self.folder

    def fingerprint(self) -> tuple[tuple[str, int, int], ...]:
        """Path, size and time of the files that matter: other ones when it is saved again."""
        vocabularies = [self.base / name for name in (*VOCABULARIES, TOKENIZER_CONFIG)]
        files = [self.folder / CONFIG, *vocabularies, *self.weights]
        stats = [(path.resolve(), path.stat()) for path in files if path.is_file()]
        return tuple((str(path), stat.st_size, stat.st_mtime_ns) for path, stat in stats)


def inspect(folder: Path, name: str) -> Checkpoint:
    """Check that a folder holds a whole safetensors checkpoint with its tokenizer.

    Raises:
        ModelError: if a file is missing, unreadable or cut off, or the weights are pickled.
    """
    base = base_folder(folder, name)
    read_config(folder, name)
    require_vocabulary(base, name)
    weights = weight_files(base, name)
    tensors: dict[str, tuple[str, int]] = {}
    for path in weights:
        tensors.update(_tensors(path, name))
    if base != folder:
        weights = (*weights, folder / ADAPTER_WEIGHTS)
        tensors.update(_additions(_tensors(weights[-1], name), tensors))
    numbers: Counter[str] = Counter()
    for stored_as, count in tensors.values():
        numbers[stored_as] += count
    if not numbers:
        raise ModelError(f"{quoted(name)} has a weights file with no weights in it: save it again.")
    precision = numbers.most_common(1)[0][0]
    return Checkpoint(name, folder, base, weights, numbers.total(), precision)


def base_folder(folder: Path, name: str) -> Path:
    """Where the vocabulary and the whole weights of a model lie: in its own folder, but for an
    adapter in the package of MiniLM, the one model that adapters build on here.

    Raises:
        ModelError: if an adapter builds on another model, or that package is not installed.
    """
    if not (folder / ADAPTER_CONFIG).is_file():
        return folder
    built_on = _read_json(folder / ADAPTER_CONFIG, name).get("base_model_name_or_path")
    if built_on != MINILM:
        raise ModelError(
            f"{quoted(name)} holds only changes to the model {quoted(built_on)}: open both with "
            "peft, call merge_and_unload(), and save what that gives with save_pretrained(folder)."
        )
    base = packages.minilm_folder()
    if base is None:
        raise ModelError(
            f"{quoted(name)} is a small addition to MiniLM, which {packages.MINILM_MISSING}"
        )
    return base


def _additions(
    adapter: dict[str, tuple[str, int]], base: dict[str, tuple[str, int]]
) -> dict[str, tuple[str, int]]:
    """The tensors of an adapter that stand for weights its base does not have."""
    named = {parameter_of(key): tensor for key, tensor in adapter.items()}
    return {n: tensor for n, tensor in named.items() if n and not n.endswith(tuple(base))}


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
    """Refuse a folder without a vocabulary, for which transformers would make up an empty one.

    A tokenizer of bytes has none: there its settings must say what it is.
    """
    if any((folder / name).is_file() for name in VOCABULARIES):
        return
    there = (folder / TOKENIZER_CONFIG).is_file()
    settings = _read_json(folder / TOKENIZER_CONFIG, name) if there else {}
    if settings.get("tokenizer_class") not in WITHOUT_VOCABULARY:
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


def _tensors(path: Path, name: str) -> dict[str, tuple[str, int]]:
    """Of each floating-point tensor in a safetensors file: its precision and how many numbers.

    Its header says so. Integers in it are no weights: older files also store positions.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            parts = {key: file.get_slice(key) for key in file.keys()}  # noqa: SIM118 (no dict)
            tensors = {key: (p.get_dtype(), prod(p.get_shape())) for key, p in parts.items()}
    except (SafetensorError, OSError) as error:
        raise ModelError(
            f"{quoted(name)} has a damaged weights file: {path.name} is cut off or not a "
            "safetensors file. Copy or download it again."
        ) from error
    return {key: t for key, t in tensors.items() if t[0].startswith(("F", "BF"))}


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
