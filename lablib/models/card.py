"""What is known about a model, and what `load` gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

Kind = Literal["causal", "masked", "encoder", "seq2seq", "classifier"]
Source = Literal["pocket", "hub", "package", "folder"]
Attention = Literal["sdpa", "eager"]

KIND_WORDS: dict[str, str] = {
    "causal": "a next-word model (as GPT-2 is)",
    "masked": "a masked-word model (as BERT is)",
    "encoder": "an encoder (as MiniLM is)",
    "seq2seq": "a sequence-to-sequence model (as T5 is)",
    "classifier": "a classifier (a model with a head that tells classes apart)",
}
"""Each kind in words, for people."""


@dataclass(frozen=True)
class ModelCard:
    """A line of the catalogue.

    Attributes:
        name: what to give to `load`.
        kind: what the model is for: it continues text (causal), fills in words (masked), turns
            tokens into vectors (encoder), turns one text into another (seq2seq), or tells classes
            apart (classifier).
        source: where its files come from: this package (pocket), another Python package, the
            Hugging Face hub, or a folder.
        parameters: how many numbers it has learned, weights used twice counted once.
        download_bytes: size of the weights file to download; 0 where nothing is downloaded, None
            where the size is not known.
        licence: short name of the licence ("mit", "apache-2.0"), or "unknown".
        languages: language codes ("en", "zh").
        summary: one line for people.
    """

    name: str
    kind: Kind
    source: Source
    parameters: int | None
    download_bytes: int | None
    licence: str
    languages: tuple[str, ...]
    summary: str


@dataclass(frozen=True, eq=False)
class LoadedModel:
    """A model ready to answer, with its tokenizer.

    The model is shared by everybody in this process who asked for the same one: read from it, hook
    it and take the hooks off again, but do not change its weights or its settings.

    Attributes:
        model: a `transformers` model in `eval()` mode.
        tokenizer: the tokenizer it was trained with.
        card: what is known about it; `card.parameters` is counted on the model itself.
        device: where its weights lie.
        why: one sentence: why it is this model that is running.
    """

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    card: ModelCard
    device: torch.device
    why: str
