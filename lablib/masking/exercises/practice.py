"""A masked-word model small enough to run inside a check: stock classes, random weights."""

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import BertForMaskedLM, BertTokenizer

WORDS = "the a old cat dog mouse sat slept ran on under mat table rhino ##cer ##os ##s . ,"
"""What it knows, besides the special tokens."""


@functools.cache
def practice_bert() -> "tuple[BertForMaskedLM, BertTokenizer]":
    """A one-layer BERT over a few words, with its tokenizer; the same weights every time.

    Its guesses mean nothing, but it answers as any BERT does, in milliseconds. It reads 64 tokens.

    >>> model, tokenizer = practice_bert()
    >>> tokenizer.tokenize("The rhinoceros slept.")
    ['the', 'rhino', '##cer', '##os', 'slept', '.']
    """
    from transformers import BertConfig, BertForMaskedLM, BertTokenizer

    from lablib.randomness import seeded

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS.split()]
    tokenizer = BertTokenizer(vocab={word: number for number, word in enumerate(words)})
    config = BertConfig(
        vocab_size=len(words), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
        # Large weights, so that every place of a text gets guesses of its own.
        intermediate_size=64, max_position_embeddings=64, initializer_range=0.5,
    )  # fmt: skip
    with seeded(0):
        return BertForMaskedLM(config).eval().requires_grad_(False), tokenizer
