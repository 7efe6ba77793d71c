"""What lies beside the pages, and what a page must know to let its panels live."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from lablib import models
from lablib.models.entries import POCKET
from lablib.pages.engine import worker_source, writer_source
from lablib.pages.places import Place
from lablib.pages.weights import model_json, packed, packed_tokenizer, script_file, script_of
from lablib.widgets.html import script_json
from lablib.widgets.tokens import shapeless_names

MODELS = {
    "pocket-gpt2": "weights.js",
    "pocket-bert": "weights-bert.js",
    "pocket-t5": "weights-t5.js",
}
"""The models that pages carry, each with the script it is in: a page takes only what it uses."""

SUBSTITUTES = {"minilm-masked": "pocket-bert"}
"""Models too large for a page, each with the carried one that answers there in its place."""

TOKENIZERS = {"gpt2": "tokenizers.js", "bert-base-uncased": "tokenizers.js"}
"""The tokenizers that pages carry without their models, each with the script it is in."""


def write_scripts(folder: Path) -> list[Path]:
    """Write the models into a folder of pages, as scripts that every page of it may load."""
    for script in scripts():
        (folder / script).write_bytes(script_file(script_of(inside(script))))
    return [folder / script for script in scripts()]


def scripts() -> list[str]:
    """The names of the scripts in which the models are.

    >>> scripts()
    ['weights.js', 'weights-bert.js', 'weights-t5.js', 'tokenizers.js']
    """
    return list(dict.fromkeys(script for script, _ in carried().values()))


def inside(script: str) -> dict[str, Any]:
    """The models and tokenizers that stand in a script, by their names."""
    return {name: model for name, (where, model) in carried().items() if where == script}


def in_page(script: str) -> str:
    """What a script holds, as JSON that can stand in a page in its place."""
    models = (f"{script_json(name)}:{model_json(model)}" for name, model in inside(script).items())
    return f"{{{','.join(models)}}}"


@cache
def carried() -> Mapping[str, tuple[str, dict[str, Any]]]:
    """Each model and each tokenizer that pages carry: its script, and what stands in it."""
    computing = {name: (script, packed(POCKET / name)) for name, script in MODELS.items()}
    alone = {name: (script, packed_tokenizer(_json(name))) for name, script in TOKENIZERS.items()}
    return computing | alone


def _json(name: str) -> dict[str, Any]:
    tokenizer: Any = models.load_tokenizer(name)
    found: dict[str, Any] = json.loads(tokenizer.backend_tokenizer.to_str())
    return found


def engine(live: dict[str, Any], place: Place) -> dict[str, Any]:
    """What a page's script needs to let some panels live.

    Args:
        live: the panels by their ids, each with its stand-in, its model and its parts.
    """
    return {
        "panels": live,
        "worker": place.keep(worker_source(), "engine.js"),
        "carried": {
            name: about for name, about in about_carried().items() if place.has(about["script"])
        },
        "names": place.keep(shapeless_names(), "engine.js"),
    }


def writer(name: str, place: Place) -> dict[str, Any]:
    """What a page's script needs to have one model of GPT-2's kind write, and nothing else."""
    worker = place.keep(writer_source(), "writer.js")
    return {"name": name, "worker": worker, "carried": {name: about_carried()[name]}}


def about_carried() -> dict[str, dict[str, Any]]:
    """Of each model and tokenizer its script, how many entries it knows, and the kind of model it
    is, which is None for a tokenizer alone.

    >>> about_carried()["pocket-bert"]
    {'script': 'weights-bert.js', 'entries': 4096, 'kind': 'bert'}
    """
    return {
        name: {
            "script": script,
            "entries": len(model["tokenizer"]["model"]["vocab"]),
            "kind": model["config"]["model_type"] if "config" in model else None,
        }
        for name, (script, model) in carried().items()
    }
