"""The weights of a pocket model as a script, from which a page opened from the disk can take them.

A page may fetch nothing, but it may name a script that lies beside it. So the weights stand in one:
as 16-bit numbers, which is what the pocket models are stored in, written in base64. Compressing
them would take a page longer to read than it saves: numbers of weights are nearly random.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from lablib.widgets.html import script_json

TOKENIZERS: dict[str, dict[str, Any]] = {
    "gpt2": {
        "normalizer": None,
        "pre_tokenizer": {
            "type": "ByteLevel",
            "add_prefix_space": False,
            "trim_offsets": True,
            "use_regex": True,
        },
    },
    "bert": {
        "normalizer": {
            "type": "BertNormalizer",
            "clean_text": True,
            "handle_chinese_chars": True,
            "strip_accents": None,
            "lowercase": True,
        },
        "pre_tokenizer": {"type": "BertPreTokenizer"},
    },
}
"""The kinds of models (`model_type` of a configuration) that the engine of the pages computes, and
how the tokenizer of each treats a text before it looks into its vocabulary.
"""


def weights_script(folders: Mapping[str, Path]) -> str:
    """A script that puts models into `labModels`, a global object, under their names.

    Args:
        folders: the folder of each model by the name that pages call it.

    Raises:
        ValueError: as `packed` does.
    """
    return script_of({name: packed(folder) for name, folder in folders.items()})


def script_of(packed: Mapping[str, Mapping[str, Any]]) -> str:
    """A script that puts what is packed into `labModels`, a global object.

    >>> script_of({"a": {"config": {}}})
    'globalThis.labModels ??= {};\\nlabModels["a"] = {"config":{}};\\n'
    """
    lines = [
        f"labModels[{script_json(name)}] = {script_json(model)};" for name, model in packed.items()
    ]
    return "\n".join(["globalThis.labModels ??= {};", *lines]) + "\n"


def packed(folder: Path) -> dict[str, Any]:
    """A model as the engine reads it (`lablib/pages/engine/packed.js`).

    Its `config` and `tokenizer` are those of the folder; `tensors` are the names and shapes of the
    weights, and `values` all their numbers in that order, 16 bits each, as base64.

    Raises:
        ValueError: if the engine does not compute this kind of model or tokenizer, or if a weight
            is too large for 16 bits.

    Example:
        >>> from lablib.models.entries import local_folder
        >>> model = packed(local_folder("pocket-gpt2"))
        >>> model["config"]["model_type"], dict(model["tensors"])["transformer.ln_f.bias"]
        ('gpt2', [256])
    """
    config, tokenizer = (
        json.loads((folder / name).read_text(encoding="utf-8"))
        for name in ("config.json", "tokenizer.json")
    )
    _require_known(config)
    weights = load_file(folder / "model.safetensors")
    return {
        "config": config,
        **packed_tokenizer(tokenizer),
        "tensors": [[name, list(tensor.shape)] for name, tensor in weights.items()],
        "values": b64encode(b"".join(_halves(*item) for item in weights.items())).decode(),
    }


def packed_tokenizer(tokenizer: Mapping[str, Any]) -> dict[str, Any]:
    """A tokenizer as the engine reads it: its `tokenizer.json`.

    Raises:
        ValueError: if the engine does not know how it treats a text.
    """
    parts = ("normalizer", "pre_tokenizer")
    if {part: tokenizer[part] for part in parts} not in TOKENIZERS.values():
        raise ValueError(
            "This model's tokenizer treats a text in a way of its own, which pages do not know. "
            "Open it in JupyterLab."
        )
    return {"tokenizer": tokenizer}


def _require_known(config: Mapping[str, Any]) -> None:
    kind = config["model_type"]
    if kind not in TOKENIZERS or not config.get("tie_word_embeddings", True):
        raise ValueError(
            f"A page computes models of the kinds {' and '.join(TOKENIZERS)} whose output "
            f"matrix is their token vectors; this one ({kind}) is not. Open it in JupyterLab."
        )


def _halves(name: str, tensor: torch.Tensor) -> bytes:
    """A tensor's numbers as 16-bit floats, little end first, row by row."""
    halves = tensor.half()
    if not halves.isfinite().all():
        raise ValueError(f"The weights {name} do not fit into 16 bits, so no page can carry them.")
    return halves.numpy().astype("<f2").tobytes()
