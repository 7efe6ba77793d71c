"""The tokenizers that the checks run with; none needs a network."""

import functools
from typing import TYPE_CHECKING, Any

from lablib import models

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] the cat cafe play ##s ##ing un ##play ##able . , [ sep ]"


def gpt2() -> "PreTrainedTokenizerBase":
    """GPT-2's own tokenizer."""
    return models.load_tokenizer("gpt2")


def gpt2_merges() -> Any:
    """The part of it that merges, without what happens to the text before: a `tokenizers` BPE."""
    return gpt2().backend_tokenizer.model


@functools.cache
def wordpiece() -> "PreTrainedTokenizerBase":
    """A WordPiece tokenizer of BERT's kind with a dozen words, lower-casing and without accents.

    >>> wordpiece().tokenize("Café plays")
    ['cafe', 'play', '##s']
    """
    from transformers import BertTokenizer

    words = dict.fromkeys(_WORDS.split())
    return BertTokenizer(vocab={word: number for number, word in enumerate(words)})
