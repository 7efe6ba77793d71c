# mypy: disallow-untyped-defs=False
"""The right answers, shown to learners as they stand here (so without type annotations).

Vectors are rows: x is [tokens, width].
"""

import math

import torch
from torch.nn.functional import gelu


def embed(weights, ids):
    """What the first block reads: each token's vector plus that of its place."""
    tokens = weights["transformer.wte.weight"][ids]
    places = weights["transformer.wpe.weight"][: len(ids)]
    return tokens + places


def layer_norm(x, gain, shift):
    """Each vector with mean 0 and spread 1, then scaled and shifted number by number."""
    centred = x - x.mean(-1, keepdim=True)
    variance = centred.square().mean(-1, keepdim=True)
    return centred / torch.sqrt(variance + 1e-5) * gain + shift


def one_head(q, k, v):
    """What a head brings to each token, from itself and the tokens before it."""
    scores = q @ k.T / math.sqrt(q.shape[-1])
    future = torch.ones_like(scores).triu(1).bool()
    return scores.masked_fill(future, -math.inf).softmax(-1) @ v


def merge(heads, matrix, bias):
    """What attention adds: the heads' outputs side by side, times W^O."""
    return torch.cat(heads, dim=-1) @ matrix + bias


def feed_forward(x, matrix_in, bias_in, matrix_out, bias_out):
    """What the feed-forward network adds: to the units, GELU, and back."""
    units = gelu(x @ matrix_in + bias_in, approximate="tanh")
    return units @ matrix_out + bias_out


def forward(weights, ids):
    """A GPT-2's scores for what comes after each token, [tokens, vocabulary]."""
    w = {name.removeprefix("transformer."): part for name, part in weights.items()}

    def linear(name, x):
        return x @ w[name + ".weight"] + w[name + ".bias"]

    def norm(name, x):
        scale, shift = w[name + ".weight"], w[name + ".bias"]
        return torch.nn.functional.layer_norm(x, x.shape[-1:], scale, shift)

    future = torch.full((len(ids), len(ids)), -math.inf).triu(1)
    x = w["wte.weight"][ids] + w["wpe.weight"][: len(ids)]
    for n in range(sum(name.endswith("ln_1.weight") for name in w)):
        qkv = linear(f"h.{n}.attn.c_attn", norm(f"h.{n}.ln_1", x))
        q, k, v = (part.unflatten(-1, (-1, 64)).transpose(0, 1) for part in qkv.chunk(3, -1))
        heads = (q @ k.transpose(1, 2) / math.sqrt(64) + future).softmax(-1) @ v
        x = x + linear(f"h.{n}.attn.c_proj", heads.transpose(0, 1).flatten(1))
        units = linear(f"h.{n}.mlp.c_fc", norm(f"h.{n}.ln_2", x))
        x = x + linear(f"h.{n}.mlp.c_proj", gelu(units, approximate="tanh"))
    return norm("ln_f", x) @ w["wte.weight"].T


def block(x, norm_1, attention, norm_2, feed_forward):
    """A block: what each part gives is added to what was there."""
    x = x + attention(norm_1(x))
    x = x + feed_forward(norm_2(x))
    return x


def normalise(x):
    """Each token's vector with mean 0 and spread 1."""
    mean = x.mean(-1, keepdim=True)
    spread = x.std(-1, unbiased=False, keepdim=True)
    return (x - mean) / spread


def gpt2_block(x, norm_1, attention, norm_2, feed_forward):
    """A block of GPT-2, where each part reads the stream through its norm."""
    x = x + attention(norm_1(x))
    x = x + feed_forward(norm_2(x))
    return x


def gpt2_units(x, matrix, bias):
    """The units of GPT-2's feed-forward network."""
    before = x @ matrix + bias
    return gelu(before, approximate="tanh")


def head_matrix(weights):
    """What the last vectors are multiplied by for the scores, [vocabulary, width]."""
    embeddings = weights["transformer.wte.weight"]
    return weights.get("lm_head.weight", embeddings)


def encode(x, attend):
    """Each token's vector after a layer of attention, [tokens, width]."""
    states = []
    for query in x:
        state = attend(query, x)
        states.append(state)
    return torch.stack(states)


def returned(patched, clean, corrupted):
    """Which share of the way from the corrupted answer back to the clean one a patch goes."""
    return (patched - corrupted) / (clean - corrupted)


def put_in(stream, clean, place):
    """The streams of a batch, each with the clean run's vector at a place."""
    stream = stream.clone()
    stream[:, place] = clean[place]
    return stream


def patched_run(blocks, x, clean, layer, place):
    """The stream after all blocks, with a vector of the clean run put in before one of them."""
    for number, block in enumerate(blocks):
        if number == layer:
            x = x.clone()
            x[place] = clean[number][place]
        x = block(x)
    return x
