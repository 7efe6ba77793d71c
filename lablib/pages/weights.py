"""The weights of a pocket model as a script, from which a page opened from the disk can take them.

A page may fetch nothing, but it may name a script that lies beside it. So the weights stand in
one: as 16-bit numbers, which is what the pocket models are stored in, compressed, and written in
letters of 15 bits. A script of such letters is written in UTF-16, in which each has two bytes, and
a browser sees from its first two what it is written in. Of a weight, the lower byte is nearly
random; the higher ones are much alike, and compressed by themselves.
"""

import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
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
    "t5": {
        "normalizer": None,
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [
                {"type": "WhitespaceSplit"},
                {
                    "type": "Metaspace",
                    "replacement": "▁",
                    "prepend_scheme": "always",
                    "split": True,
                },
            ],
        },
    },
}
"""The kinds of models (`model_type` of a configuration) that the engine of the pages computes, and
how the tokenizer of each treats a text before it looks into its vocabulary.
"""

FIRST = 0x3000
"""The letter that stands for 0: it and the 32,767 after it are whole characters."""


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
        f"labModels[{script_json(name)}] = {model_json(model)};" for name, model in packed.items()
    ]
    return "\n".join(["globalThis.labModels ??= {};", *lines]) + "\n"


def model_json(model: Mapping[str, Any]) -> str:
    """What is packed as JSON that can stand in a page; the letters of weights stand as they are.

    >>> len(model_json({"config": {}, "values": chr(FIRST)}))
    26
    """
    text = script_json({name: part for name, part in model.items() if name != "values"})
    return f'{text[:-1]},"values":"{model["values"]}"}}' if "values" in model else text


def script_file(text: str) -> bytes:
    """A script as its file holds it, in the one of two encodings in which it is shorter.

    >>> len(script_file("xx")), len(script_file(chr(FIRST) * 3))
    (2, 8)
    """
    return min(text.encode(), text.encode("utf-16"), key=len)


def packed(folder: Path) -> dict[str, Any]:
    """A model as the engine reads it (`lablib/pages/engine/packed.js`).

    Its `config` and `tokenizer` are those of the folder; `tensors` are the names and shapes of the
    weights, and `values` all their numbers in that order, 16 bits each: the lower bytes of all,
    then the higher ones, compressed to `size` bytes, as letters (see `letters`).

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
    halves = b"".join(_halves(*item) for item in weights.items())
    values = zlib.compress(halves[::2] + halves[1::2])
    return {
        "config": config,
        **packed_tokenizer(tokenizer),
        "tensors": [[name, list(tensor.shape)] for name, tensor in weights.items()],
        "values": letters(values),
        "size": len(values),
    }


def letters(data: bytes) -> str:
    """Bytes as letters of 15 bits each, none of which a script or a page would have to escape.

    >>> [ord(letter) - FIRST for letter in letters(b"ab")] == [0x6162 >> 1, 0]
    True
    """
    bits = np.unpackbits(np.frombuffer(data, np.uint8))
    groups = np.pad(bits, (0, -len(bits) % 15)).reshape(-1, 15)
    numbers = np.packbits(np.pad(groups, ((0, 0), (1, 0)))).view(">u2")
    return (numbers.astype("<u2") + FIRST).tobytes().decode("utf-16-le")


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
