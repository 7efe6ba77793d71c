# mypy: disallow-untyped-defs=False
"""Code that is wrong on purpose, for "spot the bug": each is one step away from `solutions`."""

from itertools import pairwise

from tokenizers import Tokenizer, pre_tokenizers


def token_ids(text, tokenizer):
    """The ids of a text, word by word, so that each id can be traced to its word."""
    ids = []
    for word in text.split(" "):
        ids += tokenizer(word).input_ids
    return ids


def read_back(ids, tokenizer):
    """The text that the ids stand for."""
    pieces = []
    for id in ids:
        pieces.append(tokenizer.decode([id]))
    return "".join(pieces)


def tokens_of(text, bpe):
    """The tokens of a text, by GPT-2's merges as they were loaded from their file."""
    tokenizer = Tokenizer(bpe)
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return tokenizer.encode(text).tokens


def fits(text, tokenizer, context):
    """Whether a model that reads at most `context` tokens can read the whole text."""
    return len(text) <= context


def shorten(text, tokenizer, most):
    """The beginning of the text, of at most `most` tokens, to be shown to people."""
    ids = tokenizer(text).input_ids
    return tokenizer.decode(ids[:most])


def next_merge(tokens, merges):
    """The pair that BPE merges next: of those side by side, the one learnt first."""
    known = [pair for pair in pairwise(tokens) if pair in merges]
    return known[0]
