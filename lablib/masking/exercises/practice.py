"""A masked-word model small enough to run inside a check: stock classes, random weights."""

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import BertForMaskedLM, BertTokenizer

WORDS = "the a old cat dog mouse sat slept ran on under mat table rhino ##cer ##os ##s . ,"
"""What it knows, besides the special tokens."""


def practice_bert() -> "tuple[BertForMaskedLM, BertTokenizer]":
    """A one-layer BERT over a few words, the same weights every time, and a tokenizer of its own.

    Its guesses mean nothing, but it answers as any BERT does, in milliseconds. It reads 64 tokens.
    The tokenizer is a new one each time, since code under test may change how it cuts a text.

    >>> model, tokenizer = practice_bert()
    >>> tokenizer.tokenize("The rhinoceros slept.")
    ['the', 'rhino', '##cer', '##os', 'slept', '.']
    """
    from transformers import BertTokenizer

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS.split()]
    vocabulary = {word: number for number, word in enumerate(words)}
    return _model(len(words)), BertTokenizer(vocab=vocabulary)


@functools.cache
def _model(entries: int) -> "BertForMaskedLM":
    from transformers import BertConfig, BertForMaskedLM

    from lablib.randomness import seeded

    config = BertConfig(
        vocab_size=entries, hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
        # Large weights, so that every place of a text gets guesses of its own.
        intermediate_size=64, max_position_embeddings=64, initializer_range=0.5,
    )  # fmt: skip
    with seeded(0):
        return BertForMaskedLM(config).eval().requires_grad_(False)
