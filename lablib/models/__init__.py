"""Models: which there are, and opening one.

    >>> from lablib import models
    >>> [card.name for card in models.catalogue() if card.source == "hub"][:2]
    ['gpt2', 'distilgpt2']

`load` is the one door. It takes a name of the catalogue, of the Hugging Face hub, or a folder,
reads safetensors only, never runs code that comes with a model, and shares each open model with
everybody in the process who asks for the same. Whatever goes wrong is a `ModelError` whose text is
meant for the person at the keyboard.

Read in this order: `card` (what is known about a model), `entries` (the catalogue), `packages`
(files in Python packages), `checkpoint` (is a folder whole), `hub` and `fetching` (downloads),
`places` (from a name to a folder), `tokenizers`, `adapter` (small changes to a large model),
`opening` (a checkpoint becomes a model), `loading` (all of it together), `text` (between texts and
tokens: marks, how many a model reads, which it has vectors for) and `heads` (from a model's last
matrix to its scores).
"""

from typing import TYPE_CHECKING

from lablib.lazy import refusal
from lablib.models.card import Attention, Kind, LoadedModel, ModelCard, Source
from lablib.models.entries import catalogue, default_name, names_here
from lablib.models.errors import ModelError
from lablib.models.loading import load
from lablib.models.tokenizers import load_tokenizer

__all__ = [
    "Attention",
    "Kind",
    "LoadedModel",
    "ModelCard",
    "ModelError",
    "Source",
    "catalogue",
    "default_name",
    "load",
    "load_tokenizer",
    "names_here",
]

if not TYPE_CHECKING:  # to a type checker it would say that there is every name
    __getattr__ = refusal(__name__, __all__)
