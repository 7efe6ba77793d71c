"""A model's last matrix: what goes into it, and the scores of all the vocabulary that it makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from lablib.models.hooks import hooked

if TYPE_CHECKING:
    from transformers import PreTrainedModel

_heads: WeakKeyDictionary[nn.Module, nn.Linear | None] = WeakKeyDictionary()
"""What was found out about the models of this process."""


def word_scores(output: Any) -> Tensor:
    """The scores of the words in a model's output, whichever of its heads there are.

    A BERT with both pretraining heads calls them `prediction_logits`, every other one `logits`.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-bert", kind="masked", device="cpu")
        >>> output = m.model(**m.tokenizer("the cat", return_tensors="pt"))
        >>> word_scores(output).shape[-1] == m.model.config.vocab_size
        True
    """
    return output.prediction_logits if "prediction_logits" in output else output.logits


def read(model: PreTrainedModel, inputs: Mapping[str, Tensor]) -> tuple[Tensor, nn.Linear | None]:
    """What the last matrix is given [rows, tokens, width], and the matrix.

    Where the scores are not simply that product (Gemma 2 squeezes them, say), the scores themselves
    [rows, tokens, vocabulary] in the model's precision, and None.
    """
    head = head_of(model)
    if head is None:
        return word_scores(model(**inputs)), None
    return _given(model, head, inputs), head


def head_of(model: PreTrainedModel) -> nn.Linear | None:
    """The matrix that makes a model's scores, if nothing is done to them afterwards.

    Found out once, by trying four tokens.

    Example:
        >>> from lablib import models
        >>> head_of(models.load("pocket-gpt2", device="cpu").model)
        Linear(in_features=256, out_features=4096, bias=False)
    """
    if model not in _heads:
        head = model.get_output_embeddings()
        plain = isinstance(head, nn.Linear) and _makes_the_scores(model, head)
        _heads[model] = head if plain else None
    return _heads[model]


def _given(model: PreTrainedModel, head: nn.Linear, inputs: Mapping[str, Tensor]) -> Tensor:
    """Run a model, and let its head do nothing but say what it was given."""
    seen: list[Tensor] = []

    def take(_: nn.Module, given: tuple[Any, ...]) -> tuple[Tensor]:
        seen.append(given[0])
        return (given[0][:, :0],)

    with hooked(head.register_forward_pre_hook, take):
        model(**inputs)
    return seen[0]


@torch.no_grad()
def _makes_the_scores(model: PreTrainedModel, head: nn.Linear) -> bool:
    ids = torch.arange(4, device=head.weight.device)[None]
    inputs = {"input_ids": ids}
    if model.config.is_encoder_decoder:
        inputs["decoder_input_ids"] = ids
    training = model.training
    model.eval()
    scores, given = word_scores(model(**inputs)), _given(model, head, inputs)
    model.train(training)
    return torch.allclose(scores, head(given).to(scores.dtype), rtol=1e-3, atol=1e-4)
