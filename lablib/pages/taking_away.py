"""A model of one's own as one HTML file, in which it writes with nothing installed and no network.

The file holds the weights, the tokenizer and the engine of the pages, so it can be mailed.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import prod
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from safetensors import safe_open

from lablib import models
from lablib.models.adapter import ADAPTER_CONFIG
from lablib.models.errors import explain, quoted
from lablib.pages.document import page
from lablib.pages.engine import writer_source
from lablib.pages.weights import weights_script
from lablib.training.run import Run
from lablib.widgets.assets import bundle
from lablib.widgets.html import fill, script_json
from lablib.writable import put

_STATIC = Path(__file__).parent / "static"
LIMIT = 100
"""Megabytes beyond which no file is written: a browser takes long to open it."""
MAIL = 25
"""Megabytes that most mail servers take."""

ENGINE: Mapping[str, set[Any]] = {
    "model_type": {"gpt2"},
    "activation_function": {"gelu", "gelu_new", "gelu_pytorch_tanh"},
    "add_cross_attention": {False},
    "reorder_and_upcast_attn": {False},
    "scale_attn_by_inverse_layer_idx": {False},
    "scale_attn_weights": {True},
    "tie_word_embeddings": {True},
}
"""The settings of a configuration that matter to the engine, each with what it computes."""

_BODY = """<main class="away">
<h1>{title}</h1>
<p class="page-about">A small language model, all of it in this file ({size}): it computes on your
machine, and nothing you type leaves it. It goes on with a text as those do that it has read; what
it says need not be true.</p>
<label for="text">Text</label>
<textarea id="text" rows="4">{prompt}</textarea>
<div class="away-row">
<label>Temperature
<input id="temperature" type="number" min="0" max="5" step="0.1" value="0.8"></label>
<label>Top-p <input id="top-p" type="number" min="0.01" max="1" step="0.01" value="0.95"></label>
<label>Seed <input id="seed" type="number" min="0" step="1" value="0"></label>
<label>Tokens <input id="count" type="number" min="1" max="1000" step="1" value="60"></label>
<button type="button" id="write">Write</button>
<button type="button" id="stop" disabled>Stop</button>
</div>
<p id="status" role="status">Opening the model …</p>
<section><h2>What comes next</h2>
<p>The ten most probable tokens after the text, with the temperature and the top-p above.</p>
<table id="next"><thead><tr><th scope="col">token</th><th scope="col">probability</th></tr></thead>
<tbody></tbody></table></section>
<section><h2>Where a head looks</h2>
<p>Choose a head, and a token: the more of its attention goes to another, the stronger that one is
coloured.</p>
<div class="away-row">
<label>Layer <select id="layer"></select></label>
<label>Head <select id="head"></select></label>
</div>
<div id="tokens" role="group" aria-label="Tokens of the text"></div>
<p id="looks"></p></section>
</main>"""


def take_away(
    run: str | os.PathLike[str] | Run,
    file: str | os.PathLike[str],
    prompt: str = "Once upon a time",
) -> Path:
    """Write a model of GPT-2's kind as one HTML file in which it writes.

    Whoever opens the file types a text, has it written on (temperature, top-p, seed), sees what
    may come next and what each head looks at. The weights are rounded to 16 bits. Of a run with
    LoRA it is the whole model: the adapter is added to its base.

    Args:
        run: a fine-tuning run, its folder, or any folder with a model of `transformers`.
        file: of the page; one that is there is replaced.
        prompt: the text that stands in it at first.

    Returns:
        The file.

    Raises:
        ValueError: if there is no whole model, the engine does not compute its kind, or the file
            would be larger than `LIMIT` megabytes, or nothing can be written there. What stood
            there stays then.

    Example:
        >>> from lablib.models.entries import local_folder
        >>> with TemporaryDirectory() as folder:
        ...     file = take_away(local_folder("pocket-gpt2"), Path(folder, "mine.html"))
        ...     10e6 < file.stat().st_size < 20e6
        True
    """
    with _whole(run) as folder:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        require_known(config)
        require_small(folder / "model.safetensors")
        text = _page(folder, _title(run), prompt)
    try:
        put(Path(file), text)
    except OSError as error:
        raise ValueError(explain(error).message) from error
    return Path(file)


@contextmanager
def _whole(run: str | os.PathLike[str] | Run) -> Iterator[Path]:
    """A folder with all weights in one file: the model's own, or a copy where there are several."""
    folder = _folder(run)
    if (folder / "model.safetensors").is_file():
        yield folder
        return
    opened = models.load(folder, kind="causal", device="cpu")
    with TemporaryDirectory() as place:
        opened.model.save_pretrained(place, max_shard_size="1TB")
        opened.tokenizer.save_pretrained(place)
        yield Path(place)


def _folder(run: str | os.PathLike[str] | Run) -> Path:
    """The folder of the model: of a run, or of its adapter, that of its result."""
    if isinstance(run, Run):
        return run.result
    folder = Path(run)
    of_run = folder.parent if (folder / ADAPTER_CONFIG).is_file() else folder
    if (of_run / "config.toml").is_file():
        return Run.open(of_run).result
    if not any((folder / name).is_file() for name in ("config.json", ADAPTER_CONFIG)):
        raise ValueError(
            f"There is no model in {quoted(folder)}: give a run, its folder, or a model's."
        )
    return folder


def _title(run: str | os.PathLike[str] | Run) -> str:
    return f"A model to take away: {(run.folder if isinstance(run, Run) else Path(run)).name}"


def require_known(config: Mapping[str, Any]) -> None:
    """Refuse a model that the engine does not compute, in a sentence.

    >>> require_known({"model_type": "bert"})
    Traceback (most recent call last):
    ...
    ValueError: A page can write with models of GPT-2's kind alone; the model_type of this one is \
'bert'. Open it in JupyterLab.
    """
    for name, known in ENGINE.items():
        if name in config and config[name] not in known:
            raise ValueError(
                f"A page can write with models of GPT-2's kind alone; the {name} of this one is "
                f"{config[name]!r}. Open it in JupyterLab."
            )
    if config.get("architectures", ["GPT2LMHeadModel"]) != ["GPT2LMHeadModel"]:
        raise ValueError(
            "This model tells classes apart and does not write, so there is nothing to take away "
            "as a page. Open it in JupyterLab."
        )


def require_small(weights: Path) -> None:
    """Refuse weights whose page would be larger than `LIMIT`, and say how large it would be."""
    with safe_open(weights, "pt") as file:
        numbers = sum(prod(file.get_slice(name).get_shape()) for name in file.keys())  # noqa: SIM118
    # 16 bits each, which are compressed to 0.9 at most, in letters of 15 bits with 3 bytes.
    megabytes = numbers * 2 * 0.9 * 24 / 15 / 1e6
    if megabytes > LIMIT:
        raise ValueError(
            f"The page of this model would have {megabytes:,.0f} MB, more than the {LIMIT} MB that "
            "a browser opens in reasonable time. Take its folder away instead."
        )


def size_words(size: int) -> str:
    """The size of a file, and whether it can be mailed.

    >>> size_words(14_500_000), size_words(40_000_000)
    ('14.5 MB', '40.0 MB, more than most mail servers take')
    """
    said = f"{size / 1e6:.1f} MB"
    return said if size <= MAIL * 1e6 else f"{said}, more than most mail servers take"


def _page(folder: Path, title: str, prompt: str) -> str:
    weights = weights_script({"own": folder})
    body = fill(_BODY, title=title, prompt=prompt, size=size_words(len(weights.encode())))
    scripts = {
        "weights.js": weights,
        "engine.js": f"globalThis.labEngine = {script_json(writer_source())};",
        "take_away.js": bundle(_STATIC / "take_away.js"),
    }
    return page(title, body, [bundle(_STATIC / "take_away.css")], scripts=scripts)
