# mypy: disallow-untyped-defs=False
"""Code that is wrong on purpose, for "spot the bug": each is one step away from `solutions`."""

import math

import torch


def attention_weights(scores):
    """The share of its attention that each query gives to each key."""
    exponentials = scores.softmax(-1).exp()
    return exponentials / exponentials.sum(-1, keepdim=True)


def shares(scores):
    """The share of its attention that each query gives to each key."""
    exponentials = scores.exp()
    totals = exponentials.sum(0, keepdim=True)
    return exponentials / totals


def weights_of_the_past(scores):
    """Attention weights when no token may look at those after it."""
    future = torch.ones_like(scores).triu(1).bool()
    weights = scores.softmax(-1)
    return weights.masked_fill(future, 0.0)


def scaled_scores(x, query_matrix, key_matrix, heads):
    """The scores of every head before the softmax, [heads, queries, keys]."""
    tokens, d_model = x.shape
    q = (x @ query_matrix).view(tokens, heads, -1).transpose(0, 1)
    k = (x @ key_matrix).view(tokens, heads, -1).transpose(0, 1)
    return q @ k.transpose(1, 2) / math.sqrt(d_model)


def split_heads(x, heads):
    """Cut the vector of each token into one for each head, [heads, tokens, d_head]."""
    tokens, d_model = x.shape
    return x.reshape(heads, tokens, d_model // heads)


def all_weights(model, tokenizer, text):
    """The attention weights of every layer, each [heads, queries, keys]."""
    model.set_attn_implementation("sdpa")
    inputs = tokenizer(text, return_tensors="pt")
    with torch.no_grad():
        result = model(**inputs, output_attentions=True)
    return [layer[0] for layer in result.attentions]
