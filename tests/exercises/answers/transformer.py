"""Answers to the exercises of the transformer lab."""

from tests.exercises.answers import Tried

_FORWARD = """
import torch
import torch.nn.functional as F

def forward(weights, ids):
    def w(name):
        return weights["transformer." + name]

    def norm(x, name):
        return F.layer_norm(x, (x.shape[-1],), w(name + ".weight"), w(name + ".bias"))

    x = w("wte.weight")[ids] + w("wpe.weight")[range(len(ids))]
    n = 0
    while f"transformer.h.{n}.ln_1.weight" in weights:
        h = f"h.{n}."
        a = norm(x, h + "ln_1") @ w(h + "attn.c_attn.weight") + w(h + "attn.c_attn.bias")
        q, k, v = [part.view(len(ids), -1, 64).transpose(0, 1) for part in a.split(x.shape[1], 1)]
        heads = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        heads = heads.transpose(0, 1).reshape(len(ids), -1)
        x = x + heads @ w(h + "attn.c_proj.weight") + w(h + "attn.c_proj.bias")
        u = norm(x, h + "ln_2") @ w(h + "mlp.c_fc.weight") + w(h + "mlp.c_fc.bias")
        u = F.gelu(u, approximate="tanh") @ w(h + "mlp.c_proj.weight")
        x = x + u + w(h + "mlp.c_proj.bias")
        n += 1
    return norm(x, "ln_f") @ weights["lm_head.weight"].T
"""
"""A whole forward pass, written with torch's own attention."""

_OWN_GELU = _FORWARD.replace(
    'F.gelu(u, approximate="tanh")',
    "(0.5 * u * (1 + torch.tanh((2 / torch.pi) ** 0.5 * (u + 0.044715 * u**3))))",
)

_BLOCK = """
def {name}(x, norm_1, attention, norm_2, feed_forward):
    {first}
    {second}
    return {result}
"""


def _block(name: str, first: str, second: str, result: str = "x") -> str:
    return _BLOCK.format(name=name, first=first, second=second, result=result)


_RIGHT_BLOCKS = (
    ("y = x + attention(norm_1(x))", "z = feed_forward(norm_2(y)) + y", "z"),
    ("middle = attention(norm_1(x)) + x", "last = feed_forward(norm_2(middle))", "middle + last"),
)

ANSWERS = {
    "transformer/embed": Tried(
        right=(
            """
import torch

def embed(weights, ids):
    wte, wpe = weights["transformer.wte.weight"], weights["transformer.wpe.weight"]
    return torch.stack([wte[id] + wpe[place] for place, id in enumerate(ids)])
""",
            """
import torch.nn.functional as F
import torch

def embed(weights, ids):
    x = F.embedding(torch.tensor(ids), weights["transformer.wte.weight"])
    return x + F.embedding(torch.arange(len(ids)), weights["transformer.wpe.weight"])
""",
        ),
        wrong={
            """
def embed(weights, ids):
    return weights["transformer.wte.weight"][ids]
""": "Add those of the places",
            """
def embed(weights, ids):
    return weights["transformer.wte.weight"][ids] + weights["transformer.wpe.weight"][ids]
""": "You look up the place by the token's id",
            """
def embed(weights, ids):
    return weights["transformer.wte.weight"][ids] * weights["transformer.wpe.weight"][: len(ids)]
""": "",
            """
def embed(weights, ids):
    return weights["transformer.wte.weight"][ids] + weights["transformer.wpe.weight"]
""": "",
        },
    ),
    "transformer/layer-norm": Tried(
        right=(
            """
import torch

def layer_norm(x, gain, shift):
    return torch.nn.functional.layer_norm(x, x.shape[-1:], gain, shift)
""",
            """
import numpy as np

def layer_norm(x, gain, shift):
    x, gain, shift = np.asarray(x), np.asarray(gain), np.asarray(shift)
    mean, var = x.mean(axis=1), x.var(axis=1)
    return ((x.T - mean) / np.sqrt(var + 1e-5)).T * gain + shift
""",
        ),
        wrong={
            """
def layer_norm(x, gain, shift):
    return (x - x.mean(0)) / (x.var(0, unbiased=False) + 1e-5).sqrt() * gain + shift
""": "You took the mean over the tokens",
            """
def layer_norm(x, gain, shift):
    mean, var = x.mean(-1, keepdim=True), x.var(-1, keepdim=True)
    return (x - mean) / (var + 1e-5).sqrt() * gain + shift
""": "Your variance divides by n − 1",
            """
def layer_norm(x, gain, shift):
    return x / (x.pow(2).mean(-1, keepdim=True) + 1e-5).sqrt() * gain + shift
""": "which is RMSNorm",
            """
def layer_norm(x, gain, shift):
    mean, var = x.mean(-1, keepdim=True), x.var(-1, unbiased=False, keepdim=True)
    return (x - mean) / (var + 1e-5).sqrt() * (gain + shift)
""": "",
        },
    ),
    "transformer/one-head": Tried(
        right=(
            """
import torch

def one_head(q, k, v):
    return torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
""",
            """
import torch

def one_head(q, k, v):
    rows = []
    for i in range(len(q)):
        weights = (k[: i + 1] @ q[i] / q.shape[1] ** 0.5).softmax(0)
        rows.append(weights @ v[: i + 1])
    return torch.stack(rows)
""",
        ),
        wrong={
            """
def one_head(q, k, v):
    return (q @ k.T / q.shape[-1] ** 0.5).softmax(-1) @ v
""": "The mask is missing",
            """
import torch

def one_head(q, k, v):
    s = q @ k.T
    s = s.masked_fill(torch.ones_like(s).triu(1).bool(), float("-inf"))
    return s.softmax(-1) @ v
""": "The division by the root",
            """
def one_head(q, k, v):
    return (q @ k.T / q.shape[-1] ** 0.5).softmax(-1).tril() @ v
""": "",
        },
    ),
    "transformer/merge": Tried(
        right=(
            """
import torch

def merge(heads, matrix, bias):
    z = torch.stack(heads)
    return z.transpose(0, 1).flatten(1) @ matrix + bias
""",
            """
def merge(heads, matrix, bias):
    size = heads[0].shape[1]
    parts = [z @ matrix[i * size : (i + 1) * size] for i, z in enumerate(heads)]
    return sum(parts) + bias
""",
        ),
        wrong={
            """
import torch

def merge(heads, matrix, bias):
    return torch.cat(heads, 1) @ matrix
""": "The bias is missing",
            """
import torch

def merge(heads, matrix, bias):
    return torch.cat(heads, 1) @ matrix.T + bias
""": "The matrix is the wrong way round",
            """
import torch

def merge(heads, matrix, bias):
    return torch.cat(heads, 1) + bias
""": "",
        },
    ),
    "transformer/feed-forward": Tried(
        right=(
            """
import torch

def feed_forward(x, matrix_in, bias_in, matrix_out, bias_out):
    u = x @ matrix_in + bias_in
    u = 0.5 * u * (1 + torch.tanh((2 / torch.pi) ** 0.5 * (u + 0.044715 * u**3)))
    return u @ matrix_out + bias_out
""",
            """
import torch.nn.functional as F

def feed_forward(x, matrix_in, bias_in, matrix_out, bias_out):
    units = F.gelu(F.linear(x, matrix_in.T, bias_in), approximate="tanh")
    return F.linear(units, matrix_out.T, bias_out)
""",
        ),
        wrong={
            """
def feed_forward(x, matrix_in, bias_in, matrix_out, bias_out):
    return (x @ matrix_in + bias_in).relu() @ matrix_out + bias_out
""": "That is ReLU",
            """
import torch.nn.functional as F

def feed_forward(x, matrix_in, bias_in, matrix_out, bias_out):
    return F.gelu(x @ matrix_in + bias_in) @ matrix_out + bias_out
""": "This is the exact GELU",
            """
import torch.nn.functional as F

def feed_forward(x, matrix_in, bias_in, matrix_out, bias_out):
    u = F.gelu(x @ matrix_in + bias_in, approximate="tanh")
    return x + u @ matrix_out + bias_out
""": "",
        },
    ),
    "transformer/forward": Tried(
        right=(_FORWARD, _OWN_GELU),
        wrong={
            _FORWARD.replace(
                "is_causal=True", "is_causal=False"
            ): "Everything is right but for the mask",
            _FORWARD.replace("x = x + heads", "x = heads").replace("x = x + u", "x = u"): (
                "You replace the stream"
            ),
            _FORWARD.replace('norm(x, "ln_f")', "x"): "The norm after the last block",
            _FORWARD.replace(', approximate="tanh"', ""): "use the approximation by tanh",
            _FORWARD.replace("x = x + heads", "x = heads"): "",
            _FORWARD.replace(", -1, 64)", ", -1, 32)"): "",
        },
    ),
    "transformer/residual-forgotten": Tried(
        right=tuple(_block("block", *lines) for lines in _RIGHT_BLOCKS),
        wrong={
            _block(
                "block",
                "n = norm_1(x)",
                "x = n + attention(n)",
                "norm_2(x) + feed_forward(norm_2(x))",
            ): "You add to the *normalised* vectors",
            _block(
                "block", "a = attention(norm_1(x))", "f = feed_forward(norm_2(x))", "x + a + f"
            ): "Your feed-forward reads the stream from before attention",
            _block(
                "block", "x = norm_1(x + attention(x))", "x = norm_2(x + feed_forward(x))"
            ): "one with the norm after the addition",
            _block("block", "x = x + attention(norm_1(x))", "x = feed_forward(norm_2(x))"): "",
        },
    ),
    "transformer/post-for-pre": Tried(
        right=tuple(_block("gpt2_block", *lines) for lines in _RIGHT_BLOCKS),
        wrong={
            _block(
                "gpt2_block", "x = x + attention(x)", "x = x + feed_forward(x)"
            ): "Now there is no norm at all",
            _block(
                "gpt2_block",
                "n = norm_1(x)",
                "x = n + attention(n)",
                "norm_2(x) + feed_forward(norm_2(x))",
            ): "You add to the normalised vectors",
            _block(
                "gpt2_block", "x = x + attention(norm_1(x))", "x = norm_2(x + feed_forward(x))"
            ): "",
        },
    ),
    "transformer/wrong-axis": Tried(
        right=(
            """
def normalise(x):
    centred = x - x.mean(-1, keepdim=True)
    return centred / centred.square().mean(-1, keepdim=True).sqrt()
""",
            """
import torch

def normalise(x):
    return torch.stack([(row - row.mean()) / row.std(unbiased=False) for row in x])
""",
        ),
        wrong={
            """
def normalise(x):
    return (x - x.mean()) / x.std(unbiased=False)
""": "You take one mean over everything",
            """
def normalise(x):
    return (x - x.mean(-1, keepdim=True)) / x.std(0, unbiased=False)
""": "the spread is still over the tokens",
            """
def normalise(x):
    return (x - x.mean(-1, keepdim=True)) / x.std(-1, keepdim=True)
""": "",
        },
    ),
    "transformer/relu-for-gelu": Tried(
        right=(
            """
import torch

def gpt2_units(x, matrix, bias):
    u = x @ matrix + bias
    return 0.5 * u * (1 + torch.tanh((2 / torch.pi) ** 0.5 * (u + 0.044715 * u**3)))
""",
            """
import torch

def gpt2_units(x, matrix, bias):
    return torch.nn.GELU(approximate="tanh")(torch.addmm(bias, x, matrix))
""",
        ),
        wrong={
            """
import torch

def gpt2_units(x, matrix, bias):
    return torch.nn.functional.gelu(x @ matrix + bias)
""": "GELU, but the exact one",
            """
def gpt2_units(x, matrix, bias):
    return x @ matrix + bias
""": "no nonlinearity at all",
            """
import torch

def gpt2_units(x, matrix, bias):
    return torch.nn.functional.silu(x @ matrix + bias)
""": "",
        },
    ),
    "transformer/tied-head": Tried(
        right=(
            """
def head_matrix(weights):
    if "lm_head.weight" in weights:
        return weights["lm_head.weight"]
    return weights["transformer.wte.weight"]
""",
            """
def head_matrix(weights):
    return ({"lm_head.weight": weights["transformer.wte.weight"]} | weights)["lm_head.weight"]
""",
        ),
        wrong={
            """
def head_matrix(weights):
    return weights["transformer.wte.weight"]
""": "Some models have a head of their own",
            """
def head_matrix(weights):
    return weights["lm_head.weight"]
""": "Where the file has no head, this stops",
            """
def head_matrix(weights):
    return weights.get("lm_head.weight", weights["transformer.wte.weight"].T)
""": "",
        },
    ),
    "transformer/an-rnn": Tried(
        right=(
            """
import torch

def encode(x, attend):
    return torch.stack([attend(query, x) for query in x])
""",
            """
import torch

def encode(x, attend):
    states = torch.zeros_like(x)
    for i in reversed(range(len(x))):
        states[i] = attend(x[i], x)
    return states
""",
        ),
        wrong={
            """
import torch

def encode(x, attend):
    return torch.stack([attend(x[i], x[: i + 1]) for i in range(len(x))])
""": "that is a decoder",
            """
import torch

def encode(x, attend):
    return torch.stack([attend(one, one[None]) for one in x])
""": "Now no token sees another",
            """
import torch

def encode(x, attend):
    states = []
    for query in x:
        states.append(attend(query, torch.stack([*states, query])))
    return torch.stack(states)
""": "",
        },
    ),
    "transformer/returned": Tried(
        right=(
            """
def returned(patched, clean, corrupted):
    return 1 - (clean - patched) / (clean - corrupted)
""",
            """
import torch

def returned(patched, clean, corrupted):
    way, whole = torch.tensor([patched, clean]) - corrupted
    return way / whole
""",
        ),
        wrong={
            """
def returned(patched, clean, corrupted):
    return (clean - patched) / (clean - corrupted)
""": "Turned round",
            """
def returned(patched, clean, corrupted):
    return patched / (clean - corrupted)
""": "",
        },
    ),
    "transformer/put-in": Tried(
        right=(
            """
import torch

def put_in(stream, clean, place):
    here = (torch.arange(stream.shape[1]) == place)[:, None]
    return torch.where(here, clean, stream)
""",
            """
import numpy as np

def put_in(stream, clean, place):
    new = np.array(stream, copy=True)
    for text in new:
        text[place] = clean[place]
    return new
""",
        ),
        wrong={
            """
import torch

def put_in(stream, clean, place):
    stream = stream.clone()
    stream[:] = clean
    return stream
""": "You put in the whole first run",
            """
def put_in(stream, clean, place):
    return stream + clean
""": "",
        },
    ),
    "transformer/patched-too-often": Tried(
        right=(
            """
def patched_run(blocks, x, clean, layer, place):
    for block in blocks[:layer]:
        x = block(x)
    x = x.clone()
    x[place] = clean[layer][place]
    for block in blocks[layer:]:
        x = block(x)
    return x
""",
            """
import torch

def patched_run(blocks, x, clean, layer, place):
    for n, block in enumerate(blocks):
        here = (torch.arange(len(x)) == place)[:, None] & (n == layer)
        x = block(torch.where(here, clean[n], x))
    return x
""",
        ),
        wrong={
            """
def patched_run(blocks, x, clean, layer, place):
    x = clean[layer]
    for block in blocks[layer:]:
        x = block(x)
    return x
""": "You put in the whole clean run",
            """
def patched_run(blocks, x, clean, layer, place):
    for block in blocks:
        x = block(x)
    return x
""": "",
        },
    ),
}
