"""What a run leaves behind: folders that `transformers` and `peft` open, with a card filled in."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Sequence
from math import exp
from pathlib import Path
from typing import TYPE_CHECKING, Any

import transformers
from safetensors.torch import save_file

from lablib import data
from lablib.models import places
from lablib.models.adapter import ADAPTER_CONFIG, ADAPTER_WEIGHTS, PREFIX
from lablib.models.errors import ModelError
from lablib.models.hub import HubError
from lablib.models.opening import AUTO
from lablib.numbers import percent
from lablib.training.config import Config, TaskName
from lablib.training.methods import METHODS
from lablib.training.records import Record, best_record
from lablib.training.tasks import TASKS
from lablib.training.texts import HUB
from lablib.training.writing import TEMPERATURE

if TYPE_CHECKING:
    from transformers import GenerationConfig, PreTrainedModel, PreTrainedTokenizerBase

CARD = "README.md"
_PEFT_TASKS: dict[TaskName, str | None] = {
    "causal": "CAUSAL_LM", "masked": None, "classification": "SEQ_CLS",
    "sequence": "SEQ_2_SEQ_LM",
}  # fmt: skip
"""What `peft` calls the tasks; it has no word for masked words."""
_PIPELINES: dict[TaskName, str] = {
    "causal": "text-generation", "masked": "fill-mask", "classification": "text-classification",
    "sequence": "translation",
}  # fmt: skip
"""What the hub calls the tasks."""
_LEARNED: dict[TaskName, str] = {
    "causal": "to go on as a text does", "masked": "to fill in hidden words of a text",
    "classification": "to tell classes of texts apart", "sequence": "to turn a text into another",
}  # fmt: skip


def write_model(
    place: Path,
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    config: Config,
    records: Sequence[Record],
) -> None:
    """Write a model as an ordinary folder of `transformers`, with its card and its settings for
    writing.

    Args:
        model: with its LoRA factors merged, see `methods.merged`.
        records: of the run, for the card.
    """
    if config.task == "causal":
        model.generation_config = writing_settings(model)
    model.config.use_cache = True
    model.save_pretrained(place)
    model.config.use_cache = False
    tokenizer.save_pretrained(place)
    (place / CARD).write_text(run_card(config, records), encoding="utf-8", newline="\n")


def writing_settings(model: PreTrainedModel) -> GenerationConfig:
    """How the samples of a run are drawn, for whoever calls `generate` on its model."""
    known: Any = model.generation_config
    ids = {
        f"{word}_token_id": getattr(known, f"{word}_token_id", None)
        for word in ("bos", "eos", "pad")
    }
    return transformers.GenerationConfig(do_sample=True, temperature=TEMPERATURE, top_k=0, **ids)


def has_plain_base(config: Config) -> bool:
    """Whether an adapter can build on the run's model: not on what is one itself, or has gone since
    the run began.
    """
    try:
        return not (places.find(config.model).folder / ADAPTER_CONFIG).is_file()
    except ModelError:
        return False


def write_adapter(
    place: Path,
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    config: Config,
    records: Sequence[Record],
) -> None:
    """Write what LoRA learned as `peft` reads it, and as `transformers` does where `peft` is there.

    A classifier's head and what feeds nothing but it are in it too: the base has no such weights.

    Args:
        model: with its LoRA factors beside the matrices.
    """
    from peft.tuners.tuners_utils import BaseTunerLayer

    whole: Any = model
    base = places.find(config.model)
    settings = copy.deepcopy(whole.base_model.peft_config["default"])
    settings.task_type = _PEFT_TASKS[config.task]
    settings.base_model_name_or_path = (
        base.name if base.source == "hub" else str(base.folder.resolve())
    )
    settings.inference_mode = True
    # All of them by their whole names: peft keeps the ends, and the head's may end alike.
    layers = {n for n, part in model.named_modules() if isinstance(part, BaseTunerLayer)}
    settings.target_modules = layers
    body = f"{model.base_model_prefix}."
    head = [
        name
        for name, _ in model.named_parameters()
        if config.task == "classification" and (not name.startswith(body) or ".pooler." in name)
    ]
    weights = {n: p for n, p in model.named_parameters() if "lora_" in n or n in head}
    named = {PREFIX + name.replace(".default.", "."): p for name, p in weights.items()}
    save_file({n: p.detach().cpu().contiguous() for n, p in named.items()}, place / ADAPTER_WEIGHTS)
    settings.save_pretrained(str(place))
    tokenizer.save_pretrained(place)
    card = run_card(config, records, adapter=True)
    (place / CARD).write_text(card, encoding="utf-8", newline="\n")


def open_adapter(folder: Path, whole: Path) -> PreTrainedModel:
    """The base of an adapter that `write_adapter` wrote, with the adapter merged into it.

    Args:
        whole: a folder with the configuration of what comes of it, as `write_model` makes.

    Raises:
        ValueError: if there is no such adapter, or its base cannot be had.
    """
    from peft import PeftModel

    if not (folder / ADAPTER_WEIGHTS).is_file() or not (folder / ADAPTER_CONFIG).is_file():
        raise ValueError(f"There is no LoRA adapter in {str(folder)!r}: check the path.")
    settings = json.loads((folder / ADAPTER_CONFIG).read_text(encoding="utf-8"))
    try:
        base = places.find(settings["base_model_name_or_path"]).folder
    except HubError as error:
        raise ValueError(f"{error}, and the adapter builds on it.") from error
    config = transformers.AutoConfig.from_pretrained(whole, local_files_only=True)
    entries = config.get_text_config().vocab_size
    known = transformers.AutoConfig.from_pretrained(base, local_files_only=True)
    config.get_text_config().vocab_size = known.get_text_config().vocab_size
    opened: Any = getattr(transformers, config.architectures[0]).from_pretrained(
        base, config=config, dtype="float32", use_safetensors=True, local_files_only=True,
        trust_remote_code=False,
    )  # fmt: skip
    if entries != config.get_text_config().vocab_size:  # a padding token, which is never looked at
        opened.resize_token_embeddings(entries, mean_resizing=False)
    merged: PreTrainedModel = PeftModel.from_pretrained(opened, str(folder)).merge_and_unload()
    return merged.eval()


# --- the card ---------------------------------------------------------------------------------


def run_card(config: Config, records: Sequence[Record], adapter: bool = False) -> str:
    """The model card of a run's result as Markdown, with the front matter that the hub reads.

    It names files and folders by their last part only, and tells nothing of a text that was typed.

    Args:
        adapter: whether it stands beside LoRA factors, and not beside a whole model.

    Example:
        >>> card = run_card(Config(text="lighthouse", method="lora"), [])
        >>> card.splitlines()[7]
        'pocket-gpt2 learned to go on as a text does, from the text “lighthouse” of the labs.'
    """
    base = last_part(config.model)
    kind = "peft" if adapter else "transformers"
    front = ["---", f"library_name: {kind}", f"pipeline_tag: {_PIPELINES[config.task]}", "---"]
    about = f"{base} learned {_LEARNED[config.task]}, from {data_words(config.text)}."
    return "\n".join(
        [
            *front, "", f"# {base}, fine-tuned", "", about, METHODS[config.method], "",
            "## The run", "", *_settings_table(config, records), "",
            "## Measured on the held-out part", "", *_measures(config, records), "",
            "## Use", "", "```python", *_use(config, adapter), "```", "",
            "## Limits", "",
            "It was measured on the held-out part of its own data and on nothing else. What the "
            "model before it gets wrong, it may get wrong too. Look at what it says before you "
            "rely on it.", "",
        ]
    )  # fmt: skip


def last_part(name: str) -> str:
    """A model's name, or the last part of a folder's.

    >>> last_part("/home/me/runs/letters/"), last_part("owner/model"), last_part("gpt2")
    ('letters', 'owner/model', 'gpt2')
    """
    return Path(name).name if os.path.isabs(name) or os.path.isdir(name) else name


def data_words(source: str) -> str:
    """What a run learned from, in words that give nothing away.

    >>> data_words("hf:owner/set"), data_words("Once upon a time.")
    ('the data set owner/set of the hub', 'a text of its own')
    """
    if source in data.names():
        return f"the text “{source}” of the labs"
    if source.startswith(HUB):
        return f"the data set {source.removeprefix(HUB)} of the hub"
    try:
        is_name = "\n" not in source and os.path.exists(os.path.expanduser(source))
    except (OSError, ValueError):  # too long for a name, or with a zero in it
        is_name = False
    return f"“{Path(source).name}”" if is_name else "a text of its own"


def _settings_table(config: Config, records: Sequence[Record]) -> list[str]:
    last = records[-1] if records else None
    rank = f", rank {config.rank}" if config.method == "lora" else ""
    rows: list[tuple[str, object]] = [
        ("task", config.task),
        ("method", f"{config.method}{rank}"),
        ("steps", f"{last.step:,}" if last else "0"),
        ("rows in a step, tokens in a row", f"{config.batch} × {config.length}"),
        ("tokens learned from", f"{last.tokens:,}" if last else "0"),
        ("learning rate", f"{config.learning_rate:g}, {config.schedule}, warm-up {config.warmup}"),
        ("weight decay", f"{config.weight_decay:g}"),
        ("seed", config.seed),
    ]  # fmt: skip
    return ["| setting | value |", "| --- | --- |", *(f"| {a} | {b} |" for a, b in rows)]


def _measures(config: Config, records: Sequence[Record]) -> list[str]:
    measured = [record for record in records if record.heldout_loss is not None]
    if not measured:
        return ["Nothing was held out, so nothing was measured."]
    result = (best_record(measured) if config.patience else None) or measured[-1]
    rows = ["| step | loss (nats) | e to the loss | accuracy |", "| --- | --- | --- | --- |"]
    for record in (measured[0], result):
        loss = record.heldout_loss or 0.0
        accuracy = (record.measures or {}).get("accuracy")
        share = "–" if accuracy is None else percent(accuracy, 1)
        rows.append(f"| {record.step:,} | {loss:.4f} | {exp(min(loss, 700.0)):,.2f} | {share} |")
    return rows


def _use(config: Config, adapter: bool) -> list[str]:
    auto, more = AUTO[TASKS[config.task].kinds[0]], ""
    if adapter:
        # A base in 16 bits would stay so; the adapter learned beside 32.
        more = ', dtype="float32"' + (", num_labels=…" if config.task == "classification" else "")
        if config.task != "masked":
            auto = auto.replace("AutoModel", "AutoPeftModel")
    return [
        f"from {'peft' if auto.startswith('AutoPeft') else 'transformers'} import {auto}",
        "from transformers import AutoTokenizer",
        "",
        f"model = {auto}.from_pretrained(folder{more})",
        "tokenizer = AutoTokenizer.from_pretrained(folder)",
    ]
