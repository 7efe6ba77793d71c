"""Which weights learn: all, few new ones, the last ones, random ones, or a head only."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
import transformers
from torch import nn

from lablib.models import LoadedModel
from lablib.models.opening import class_names
from lablib.randomness import seeded
from lablib.training.config import Config
from lablib.training.padding import make_room, padded_tokenizer, reads_last_token
from lablib.training.tasks import Classification, Task, WordLabels

if TYPE_CHECKING:
    from transformers import PreTrainedModel

METHODS: dict[str, str] = {
    "full": "All weights learn. The most is learned, and the most forgotten.",
    "lora": "All weights stay; beside each matrix a product of two thin ones learns (LoRA).",
    "last": "Only the last blocks learn, and what comes after them.",
    "scratch": "All weights learn, from random ones: nothing was learned before.",
    "head": "The model stays as it is; only its head learns.",
}
"""The methods, and what each does, in a line for people."""


def prepare(m: LoadedModel, config: Config, task: Task) -> PreTrainedModel:
    """A copy of a model, in 32 bits on the CPU, in which that learns which the method says.

    The model that was given stays as it was: others may be using it.

    Raises:
        ValueError: if the method leaves nothing to learn.

    Example:
        >>> from lablib import models
        >>> from lablib.training.tasks import make_task
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> config = Config(method="last", last_blocks=1)
        >>> model = prepare(m, config, make_task(config, m))
        >>> len(trained(model)), list(trained(model))[-1]
        (14, 'transformer.ln_f.bias')
    """
    with torch.inference_mode(False), seeded(config.seed):
        model = _copy(m, config, task)
        _METHODS[config.method](model, config)
        if config.dropout is not None:
            set_dropout(model, config.dropout)
    if not trained(model):
        raise ValueError(
            f"{m.card.name} has no head of its own (its matrix is that of the embeddings), so "
            'method="head" leaves nothing to learn: take "last" or "lora".'
        )
    return model


def trained(model: nn.Module) -> dict[str, nn.Parameter]:
    """The weights that learn, by name."""
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


def _copy(m: LoadedModel, config: Config, task: Task) -> PreTrainedModel:
    """A model of one's own; classes need one with another head."""
    if isinstance(task, Classification):
        return _classifier(m, config, task)
    if config.method == "scratch":
        return type(m.model)(copy.deepcopy(m.model.config)).float()
    return copy.deepcopy(m.model).float()


def _classifier(m: LoadedModel, config: Config, task: Classification) -> PreTrainedModel:
    """The body of a model under a head that tells classes apart: its own, if it has one for these
    classes, or else a new one.
    """
    model: PreTrainedModel
    if config.method != "scratch" and _tells_apart(m, task):
        model = copy.deepcopy(m.model).float()
    else:
        model = _with_new_head(m, config, task)
    if reads_last_token(m):
        make_room(model, padded_tokenizer(m))
    return model


def _with_new_head(m: LoadedModel, config: Config, task: Classification) -> PreTrainedModel:
    auto, labels = getattr(transformers, task.auto), task.labels
    settings = copy.deepcopy(m.model.config)
    if type(settings) not in auto._model_mapping:
        raise ValueError(
            f"{m.card.name} cannot learn to classify: transformers has no such head for its "
            f"architecture ({settings.model_type}). Take another model."
        )
    settings.id2label = dict(enumerate(labels))
    settings.label2id = {label: i for i, label in enumerate(labels)}
    settings.problem_type = "single_label_classification"
    model: PreTrainedModel = auto.from_config(settings).float()
    if config.method != "scratch":
        # The pooler is part of the new head: an encoder opened as such may have none.
        body: Any = m.model.base_model
        model.base_model.load_state_dict(body.state_dict(), strict=False)
    return model


def _tells_apart(m: LoadedModel, task: Classification) -> bool:
    """Whether a model has a head for these very classes, one to a text."""
    several = m.model.config.problem_type == "multi_label_classification"
    fits = m.card.kind == "classifier" and not isinstance(task, WordLabels)
    return fits and class_names(m.model.config) == task.labels and not several


def _all(model: PreTrainedModel, config: Config) -> None:
    model.requires_grad_(True)


def _lora(model: PreTrainedModel, config: Config) -> None:
    """Hu et al. 2021, at all matrices of the body as Dettmers et al. 2023 advise.

    The head over the vocabulary stays out, also where it is registered as a part of the body, as in
    T5: it is the matrix of the embeddings, and what is merged into one would change the other.
    """
    from peft import LoraConfig, inject_adapter_in_model
    from transformers.pytorch_utils import Conv1D

    kinds = (nn.Linear, Conv1D)
    parts, head = dict(model.base_model.named_modules()), model.get_output_embeddings()
    names = [name for name, part in parts.items() if isinstance(part, kinds) and part is not head]
    names = [name for name in names if not _goes_into_a_kernel(name, parts)]
    fan_in_fan_out = any(isinstance(part, Conv1D) for part in model.base_model.modules())
    settings = LoraConfig(
        r=config.rank,
        lora_alpha=2 * config.rank,
        target_modules=names,
        fan_in_fan_out=fan_in_fan_out,
    )
    inject_adapter_in_model(settings, model.base_model)
    body = f"{model.base_model_prefix}."
    for name, weight in model.named_parameters():
        new_head = config.task == "classification" and not name.startswith(body)
        weight.requires_grad_("lora_" in name or new_head)


def _goes_into_a_kernel(name: str, parts: dict[str, nn.Module]) -> bool:
    """Whether a kernel may take the matrix itself, so that nothing beside it would be computed: in
    a Mamba block, known by its convolution, all matrices but the first.

    >>> block = {"mixer": nn.Module(), "mixer.conv1d": nn.Conv1d(1, 1, 1)}
    >>> [_goes_into_a_kernel(f"mixer.{name}", block) for name in ("in_proj", "dt_proj")]
    [False, True]
    """
    block, _, own = name.rpartition(".")
    return f"{block}.conv1d" in parts and not own.startswith("in_proj")


def _last(model: PreTrainedModel, config: Config) -> None:
    """The last blocks, and what is registered after them: the last norm, and a head of its own."""
    name, blocks = _blocks(model)
    first = f"{name}.{max(len(blocks) - config.last_blocks, 0)}."
    learning = False
    for each, weight in model.named_parameters():
        learning = learning or each.startswith(first)
        weight.requires_grad_(learning)


def _blocks(model: PreTrainedModel) -> tuple[str, nn.ModuleList]:
    """The list of a model's blocks; of an encoder and a decoder those of the decoder."""
    lists = [(n, part) for n, part in model.named_modules() if isinstance(part, nn.ModuleList)]
    longest = max(len(part) for _, part in lists)
    return [(name, part) for name, part in lists if len(part) == longest][-1]


def _head(model: PreTrainedModel, config: Config) -> None:
    model.requires_grad_(True)
    model.base_model.requires_grad_(False)
    # An encoder's pooler feeds nothing but the head.
    if (pooler := getattr(model.base_model, "pooler", None)) is not None:
        pooler.requires_grad_(True)


_METHODS: dict[str, Callable[[Any, Config], None]] = {
    "full": _all,
    "scratch": _all,
    "lora": _lora,
    "last": _last,
    "head": _head,
}


def set_dropout(model: nn.Module, share: float) -> None:
    """Let every dropout of a model drop this share."""
    for part in model.modules():
        if isinstance(part, nn.Dropout):
            part.p = share


def merged(model: PreTrainedModel) -> PreTrainedModel:
    """The model as `transformers` saves and opens it: what LoRA learned is added to its matrices.

    Without LoRA it is the model itself.
    """
    from peft.tuners.tuners_utils import BaseTunerLayer

    if not any(isinstance(part, BaseTunerLayer) for part in model.modules()):
        return model
    model = copy.deepcopy(model)
    for name, part in list(model.named_modules()):
        if isinstance(part, BaseTunerLayer):
            part.merge()
            model.set_submodule(name, part.get_base_layer())
    return model
