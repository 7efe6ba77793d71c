"""A padding token for a decoder that tells classes apart: one that no text has.

The head of such a classifier reads a text's last token, which `transformers` finds by its id: the
last one that is not padding. So where an ordinary token fills rows up (GPT-2 has no other: its
entry 0 is `!`), a text that ends with it is read without its end.
"""

import copy
import re
from typing import Any

from transformers import PreTrainedTokenizerBase

from lablib.models import LoadedModel
from lablib.models.errors import quoted, reason
from lablib.models.opening import kinds_of

NAME = "<|pad|>"
_OTHERS = ("bos_token", "eos_token", "unk_token", "sep_token", "cls_token", "mask_token")
_MARK = re.compile(r"[<\[{|]")
"""What stands in the names of control tokens, and not in words."""


def padded_tokenizer(m: LoadedModel) -> PreTrainedTokenizerBase:
    """The tokenizer with which a model learns to classify: a decoder's has a padding token of its
    own. The one that was given stays as it was: others may be using it.

    Raises:
        ValueError: if it takes none.

    Example:
        >>> from lablib import models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> m.tokenizer.pad_token, padded_tokenizer(m).pad_token
        (None, '<|pad|>')
    """
    if not reads_last_token(m) or _has_own(m.tokenizer):
        return m.tokenizer
    tokenizer = copy.deepcopy(m.tokenizer)
    try:
        tokenizer.add_special_tokens({"pad_token": NAME})
    except Exception as error:  # a tokenizer may be of any kind
        raise ValueError(
            f"{quoted(m.card.name)} cannot learn to classify: its tokenizer has no padding token "
            f"and takes none ({reason(error)}). Take another model."
        ) from error
    return tokenizer


def reads_last_token(m: LoadedModel) -> bool:
    """Whether a classifier made of this model reads a text's last token, as a decoder does."""
    return "causal" in kinds_of(m.model.config)


def _has_own(tokenizer: PreTrainedTokenizerBase) -> bool:
    """Whether a token of this tokenizer is there for padding and for nothing else."""
    pad = tokenizer.pad_token
    others = {getattr(tokenizer, name) for name in _OTHERS}
    return bool(pad) and pad not in others and bool(_MARK.search(pad))


def make_room(model: Any, tokenizer: PreTrainedTokenizerBase) -> None:
    """Give a classifier a vector for its padding token, and tell it which one that is."""
    number = int(tokenizer.pad_token_id)
    if number >= model.get_input_embeddings().weight.shape[0]:
        model.resize_token_embeddings(number + 1, mean_resizing=False)
        model.get_input_embeddings().weight.data[number] = 0.0
    model.config.get_text_config().pad_token_id = number
    model.config.pad_token_id = number
