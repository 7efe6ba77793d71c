"""Answers to the exercises of the attention lab."""

from tests.exercises.answers import Tried

ANSWERS = {
    "attention/row-by-hand": Tried(
        right=(
            "[0.67, 0.24, 0.09]",
            "(0.665, 0.245, 0.09)",
        ),
        wrong={
            "[0.867, 0.117, 0.016]": "The division by √d_k is missing",
            "[0.87, 0.12, 0.02]": "The division by √d_k is missing",
            "[0.51, 0.31, 0.19]": "You divided by d_k = 4",
            "[2, 0, -2]": "These are the products q · k",
            "[1, 0, -1]": "These are the scaled scores",
            "[0.09, 0.245, 0.665]": "",
            "[0.5, 0, -0.5]": "",
            "[0.88, 0, 0.12]": "",
            "0.665": "This should be a list of 3 numbers; you gave a number",
        },
    ),
    "attention/mask-by-hand": Tried(
        right=(
            "[1 / 4, 3 / 4, 0]",
            "(0.25, 0.75, 0)",
        ),
        wrong={
            "[1 / 8, 3 / 8, 4 / 8]": "These are the weights without a mask",
            "[0.125, 0.375, 0]": "You cut after the softmax",
            "[0.2, 0.6, 0.2]": "You set the score to 0",
            "[0.25, 0.75]": "This should be a list of 3 numbers; you gave a list of 2 numbers",
            "[1, 0, 0]": "A token may look at itself",
            "[1, 3, 0]": "",
            "[0, 1.0986, 0]": "",
        },
    ),
    "attention/attention": Tried(
        right=(
            """
import torch

def attention(q, k, v):
    return torch.nn.functional.scaled_dot_product_attention(q, k, v)
""",
            """
import numpy as np

def attention(q, k, v):
    q, k, v = np.array(q), np.array(k), np.array(v)
    s = q @ k.T / np.sqrt(k.shape[1])
    e = np.exp(s - s.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True) @ v
""",
            """
import torch

def attention(q, k, v):
    s = torch.einsum("qd,kd->qk", q, k) * q.shape[1] ** -0.5
    return torch.einsum("qk,kv->qv", torch.softmax(s, dim=1), v)
""",
            """
import numpy as np

def attention(q, k, v):
    s = q.dot(k.T) / np.sqrt(q.shape[1])
    e = np.exp(s)
    return (e / e.sum(axis=1)[:, None]).dot(v)
""",
        ),
        wrong={
            """
def attention(q, k, v):
    return (q @ k.T).softmax(-1) @ v
""": "The division by √d_k is missing",
            """
def attention(q, k, v):
    return (q @ k.T / v.shape[-1] ** 0.5).softmax(-1) @ v
""": "You divide by √d_v",
            """
def attention(q, k, v):
    return (q @ k.T / len(q) ** 0.5).softmax(-1) @ v
""": "You divide by the root of the number of queries",
            """
def attention(q, k, v):
    return (q @ k.T / q.shape[-1] ** 0.5).softmax(0) @ v
""": "Your softmax runs over the queries",
            """
import torch

def attention(q, k, v):
    return torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
""": "",
            """
def attention(q, k, v):
    return (q @ k.T / q.shape[-1] ** 0.5).softmax(-1)
""": "These are the weights",
            """
def attention(q, k, v):
    return (q @ k.T).softmax(-1) / q.shape[-1] ** 0.5 @ v
""": "",
        },
    ),
    "attention/row-entropy": Tried(
        right=(
            """
def row_entropy(row):
    return -(row * row.log2()).nansum()
""",
            """
import numpy as np

def row_entropy(row):
    p = np.asarray(row)
    p = p[p > 0]
    return -(p * np.log2(p)).sum()
""",
            """
import math

def row_entropy(row):
    return -sum(p * math.log(p) for p in row if p != 0) / math.log(2)
""",
            """
import torch

def row_entropy(row):
    return torch.special.entr(row).sum().item() / torch.tensor(2.0).log().item()
""",
        ),
        wrong={
            """
import math

def row_entropy(row):
    return -sum(p * math.log(p) for p in row if p > 0)
""": "This is the entropy in nats",
            """
import math

def row_entropy(row):
    return sum(p * math.log2(p) for p in row if p > 0)
""": "The minus sign before the sum is missing",
            """
def row_entropy(row):
    return -(row * row.log2()).sum()
""": "A weight of 0 has no logarithm (0 times minus infinity is not a",
            """
import math

def row_entropy(row):
    return -sum(float(p) * math.log2(p) for p in row)
""": "A weight of 0 has no logarithm",
            """
import math

def row_entropy(row):
    return -sum(p * math.log2(p) for p in row if p > 0) / len(row)
""": "You take the mean",
            """
import math

def row_entropy(row):
    return -sum(math.log2(p) for p in row if p > 0)
""": "",
            """
def row_entropy(row):
    import math

    return math.log2(len([p for p in row if p > 0]))
""": "",
        },
    ),
    "attention/merge-heads": Tried(
        right=(
            """
import torch

def merge_heads(z):
    return torch.cat(list(z), dim=-1)
""",
            """
import numpy as np

def merge_heads(z):
    return np.concatenate([np.array(h) for h in z], axis=1)
""",
            """
def merge_heads(z):
    return [[x for head in z for x in head[t]] for t in range(len(z[0]))]
""",
            """
def merge_heads(z):
    return z.permute(1, 0, 2).flatten(1)
""",
        ),
        wrong={
            """
def merge_heads(z):
    h, t, d = z.shape
    return z.reshape(t, h * d)
""": "`reshape` reads the numbers in the order they lie in",
            """
def merge_heads(z):
    return z.permute(1, 2, 0).reshape(z.shape[1], -1)
""": "The heads are shuffled into each other number by number",
            """
import torch

def merge_heads(z):
    return torch.cat(list(z.flip(0)), dim=-1)
""": "",
            """
import torch

def merge_heads(z):
    return torch.cat(list(z), dim=0)
""": "This should be a list of 3 lists; you gave a list of 6 lists",
            """
def merge_heads(z):
    return z.transpose(0, 1)
""": "Tokens come first now",
            """
def merge_heads(z):
    return z.sum(0)
""": "You add the heads",
            """
import torch

def merge_heads(z):
    return torch.cat(list(z), dim=-1).T
""": "This should be a list of 3 lists; you gave a list of 4 lists",
        },
    ),
    "attention/muted-by-hand": Tried(
        right=(
            "[3, 0]",
            "(3.0, 0.0)",
        ),
        wrong={
            "[0, 6]": "This is the output with both heads",
            "[3, 6]": "This is the output without head 1",
            "[-3, 0]": "This is what head 1 adds",
            "[-3, -6]": "You muted head 0",
            "[0, 0]": "",
            "[2, 0]": "You used a column of W^O",
        },
    ),
    "attention/previous-token": Tried(
        right=(
            """
def previous_token_score(weights):
    return weights.diagonal(-1).mean()
""",
            """
import numpy as np

def previous_token_score(weights):
    return np.diagonal(np.array(weights), offset=-1).mean()
""",
            """
import numpy as np

def previous_token_score(weights):
    return np.mean(np.diag(weights, k=-1))
""",
            """
def previous_token_score(weights):
    n = len(weights)
    return sum(weights[i][i - 1] for i in range(1, n)) / (n - 1)
""",
        ),
        wrong={
            """
def previous_token_score(weights):
    return weights.diagonal().mean()
""": "This is the diagonal",
            """
def previous_token_score(weights):
    return weights.diagonal(1).mean()
""": "This is one step *forward*",
            """
def previous_token_score(weights):
    return weights.diagonal(-1).sum() / len(weights)
""": "You divide by the number of tokens",
            """
def previous_token_score(weights):
    return sum(weights[i, i - 1] for i in range(len(weights))) / len(weights)
""": "In Python `weights[0",
            """
def previous_token_score(weights):
    return weights.diagonal(-1).sum()
""": "This is the sum",
            """
def previous_token_score(weights):
    return weights[1:, 0].mean()
""": "This is the first-token score (the sink)",
            """
def previous_token_score(weights):
    return sum(weights[i - 1, i] for i in range(1, len(weights))) / (len(weights) - 1)
""": "This is one step *forward*",
        },
    ),
    "attention/induction-head": Tried(
        right=(
            """
def find_induction_head(weights, length):
    score = weights.diagonal(1 - length, dim1=1, dim2=2)[:, 1:].mean(-1)
    return score.argmax()
""",
            """
import numpy as np

def find_induction_head(weights, length):
    w = np.array(weights)
    rows = np.arange(length, 2 * length)
    return int(np.argmax(w[:, rows, rows - length + 1].sum(axis=1)))
""",
            """
def find_induction_head(weights, length):
    best, which = -1, None
    for h in range(len(weights)):
        total = 0
        for i in range(length, 2 * length):
            total += weights[h][i][i - length + 1]
        if total > best:
            best, which = total, h
    return which
""",
            """
from statistics import mean

def find_induction_head(weights, length):
    scores = [mean(float(w[i, i + 1 - length]) for i in range(length, len(w))) for w in weights]
    return scores.index(max(scores))
""",
        ),
        wrong={
            """
def find_induction_head(weights, length):
    return max(
        range(len(weights)),
        key=lambda h: sum(weights[h, i, i - length] for i in range(length, 2 * length)),
    )
""": "This head looks at the *same* token in the first half",
            """
def find_induction_head(weights, length):
    return weights.diagonal(-1, dim1=1, dim2=2).sum(-1).argmax()
""": "This is the head that looks at the previous token",
            """
def find_induction_head(weights, length):
    return weights.diagonal(1 - length, dim1=1, dim2=2).sum(-1).argmax()
""": "You count a token of the first half as well",
            """
def find_induction_head(weights, length):
    return max(
        range(len(weights)),
        key=lambda h: sum(weights[h, i, i - length + 1] for i in range(length, 2 * length - 1)),
    )
""": "",
            """
def find_induction_head(weights, length):
    return max(
        range(len(weights)),
        key=lambda h: sum(weights[h, i, i - length + 1] for i in range(length + 1, 2 * length)),
    )
""": "",
            """
def find_induction_head(weights, length):
    return int(weights[:, length, 1].argmax())
""": "",
            """
def find_induction_head(weights, length):
    return max(range(len(weights)), key=lambda h: sum(weights[h, i, i - 2] for i in range(3, 6)))
""": "",
        },
    ),
    "attention/explain-the-sink": Tried(
        right=(
            "1 / 6",
            "0.167",
            "0.17",
        ),
        wrong={
            "0.8": "That is its share of the attention",
            "0.04": "That is what it adds",
            "0.2": "You divided by what the other two add",
            "16.7": "Give a number between 0 and 1",
            "5 / 6": "",
            "0.0244": "You compare the values alone",
        },
    ),
    "attention/without-first": Tried(
        right=(
            """
def without_first(weights):
    w = weights.clone()
    w[:, 0] = 0
    return (w / w.sum(-1, keepdim=True)).nan_to_num(0)
""",
            """
import torch

def without_first(weights):
    w = weights.clone()
    w[:, 0] = 0
    return torch.nn.functional.normalize(w, p=1, dim=-1)
""",
            """
import numpy as np

def without_first(weights):
    w = np.array(weights)
    w[:, 0] = 0
    s = w.sum(axis=1, keepdims=True)
    return np.divide(w, s, out=np.zeros_like(w), where=s > 0)
""",
            """
def without_first(weights):
    out = []
    for row in weights:
        rest = [float(x) for x in row[1:]]
        s = sum(rest)
        out.append([0.0] + [x / s if s else 0.0 for x in rest])
    return out
""",
        ),
        wrong={
            """
def without_first(weights):
    w = weights.clone()
    w[:, 0] = 0
    return w
""": "The column is gone",
            """
def without_first(weights):
    w = weights.clone()
    w[:, 0] = 0
    return w / w.sum(-1, keepdim=True)
""": "Where nothing is left in a row",
            """
def without_first(weights):
    w = weights.clone()
    w[:, 0] = 0
    s = w.sum(-1)
    return w / s.where(s > 0, 1)
""": "Each row must be divided by its own sum",
            """
def without_first(weights):
    w = weights.clone()
    w[:, 0] = 0
    s = w.sum(0, keepdim=True)
    return w / s.where(s > 0, 1)
""": "Your columns sum to 1",
            """
def without_first(weights):
    w = weights.clone()
    w[:, 0] = 0
    return w.softmax(-1)
""": "A second softmax does not stretch",
            """
def without_first(weights):
    w = weights[:, 1:]
    s = w.sum(-1, keepdim=True)
    return w / s.where(s > 0, 1)
""": "Keep the column",
            """
def without_first(weights):
    w = weights.clone()
    w[0] = 0
    s = w.sum(-1, keepdim=True)
    return w / s.where(s > 0, 1)
""": "",
        },
    ),
    "attention/rollout": Tried(
        right=(
            """
import numpy as np

def rollout(layers):
    layers = np.array(layers)
    total = np.eye(layers.shape[1])
    for a in layers:
        total = (0.5 * np.eye(len(a)) + 0.5 * a) @ total
    return total
""",
            """
import torch
from functools import reduce

def rollout(layers):
    eye = torch.eye(layers.shape[1])
    return reduce(lambda below, a: (eye + a) / 2 @ below, layers, eye)
""",
            """
import torch

def rollout(layers):
    mixed = [0.5 * torch.eye(len(a)) + 0.5 * a for a in layers]
    result = mixed[-1]
    for m in reversed(mixed[:-1]):
        result = result @ m
    return result
""",
            """
def rollout(layers):
    n = len(layers[0])
    total = [[1.0 if i == j else 0.0 for j in range(n)] for i in range(n)]
    for a in layers:
        m = [[0.5 * a[i][j] + (0.5 if i == j else 0) for j in range(n)] for i in range(n)]
        total = [[sum(m[i][k] * total[k][j] for k in range(n)) for j in range(n)] for i in range(n)]
    return total
""",
        ),
        wrong={
            """
import torch

def rollout(layers):
    total = torch.eye(layers.shape[-1])
    for a in layers:
        total = total @ (0.5 * a + 0.5 * torch.eye(len(a)))
    return total
""": "The order is turned round",
            """
import torch

def rollout(layers):
    total = torch.eye(layers.shape[-1])
    for a in layers:
        total = a @ total
    return total
""": "The residual connection is missing",
            """
import torch

def rollout(layers):
    total = torch.ones(layers.shape[-1], layers.shape[-1])
    for a in layers:
        total = (0.5 * a + 0.5 * torch.eye(len(a))) * total
    return total
""": "",
            """
import torch

def rollout(layers):
    return sum(0.5 * a + 0.5 * torch.eye(len(a)) for a in layers)
""": "",
            """
import torch

def rollout(layers):
    return 0.5 * layers[-1] + 0.5 * torch.eye(layers.shape[-1])
""": "",
            """
import torch

def rollout(layers):
    total = torch.eye(layers.shape[-1])
    for a in layers:
        total = (a + torch.eye(len(a))) @ total
    return total
""": "You add the identity without the halves",
            """
import torch

def rollout(layers):
    eye = torch.eye(layers.shape[-1])
    first = 0.5 * eye + 0.5 * layers[0]
    if len(layers) == 1:
        return first
    return (0.5 * eye + 0.5 * layers[1]) @ first
""": "",
        },
    ),
    "attention/softmax-twice": Tried(
        right=(
            """
def attention_weights(scores):
    return scores.softmax(-1)
""",
            """
def attention_weights(scores):
    exponentials = (scores - scores.max(-1, keepdim=True).values).exp()
    return exponentials / exponentials.sum(-1, keepdim=True)
""",
            """
import numpy as np

def attention_weights(scores):
    e = np.exp(np.array(scores))
    return e / e.sum(axis=-1, keepdims=True)
""",
            """
def attention_weights(scores):
    return scores.log_softmax(1).exp()
""",
        ),
        wrong={
            """
def attention_weights(scores):
    return scores.softmax(-1).exp()
""": "You took away the division",
            """
def attention_weights(scores):
    return scores / scores.sum(-1, keepdim=True)
""": "Now the exponential is gone",
            """
def attention_weights(scores):
    return scores.softmax(0)
""": "One softmax",
            """
def attention_weights(scores):
    return scores.softmax(-1).softmax(-1)
""": "There are still two softmaxes",
            """
def attention_weights(scores):
    e = scores.exp()
    return e / e.sum()
""": "",
            """
def attention_weights(scores):
    return scores.exp()
""": "",
            """
def attention_weights(scores):
    return scores.softmax(-1).softmax(-1).softmax(-1)
""": "",
        },
    ),
    "attention/wrong-index": Tried(
        right=(
            """
def shares(scores):
    return scores.softmax(dim=1)
""",
            """
def shares(scores):
    rows = []
    for row in scores:
        e = row.exp()
        rows.append((e / e.sum()).tolist())
    return rows
""",
            """
def shares(scores):
    e = scores.exp()
    return e / e.sum(1)[:, None]
""",
            """
import numpy as np

def shares(scores):
    e = np.exp(scores.numpy())
    return e / e.sum(1, keepdims=True)
""",
        ),
        wrong={
            """
def shares(scores):
    return scores.softmax(0)
""": "The columns sum to 1",
            """
def shares(scores):
    e = scores.exp()
    return e / e.sum()
""": "Now the whole matrix sums to 1",
            """
def shares(scores):
    return scores.softmax(-1).softmax(-1)
""": "The rows sum to 1",
            """
def shares(scores):
    return scores.softmax(-1).T
""": "This should be a list of 2 lists; you gave a list of 3 lists",
            """
def shares(scores):
    e = scores.exp()
    return e / e.mean(-1, keepdim=True)
""": "",
            """
def shares(scores):
    return scores / scores.sum(-1, keepdim=True)
""": "The sum is right now",
        },
    ),
    "attention/mask-after-softmax": Tried(
        right=(
            """
import torch

def weights_of_the_past(scores):
    past = torch.ones_like(scores).tril().bool()
    return scores.masked_fill(~past, float("-inf")).softmax(-1)
""",
            """
import torch

def weights_of_the_past(scores):
    weights = scores.softmax(-1).tril()
    return weights / weights.sum(-1, keepdim=True)
""",
            """
import torch

def weights_of_the_past(scores):
    return (scores + torch.full_like(scores, -1e9).triu(1)).softmax(-1)
""",
            """
import torch

def weights_of_the_past(scores):
    out = torch.zeros_like(scores)
    for i in range(len(scores)):
        out[i, : i + 1] = scores[i, : i + 1].softmax(-1)
    return out
""",
        ),
        wrong={
            """
import torch

def weights_of_the_past(scores):
    future = torch.ones_like(scores).triu(1).bool()
    return scores.masked_fill(future, 0.0).softmax(-1)
""": "The order is right now",
            """
import math, torch

def weights_of_the_past(scores):
    future = torch.ones_like(scores).triu(0).bool()
    return scores.masked_fill(future, -math.inf).softmax(-1)
""": "The diagonal is hidden too",
            """
def weights_of_the_past(scores):
    return scores.softmax(-1)
""": "The mask got lost",
            """
import math, torch

def weights_of_the_past(scores):
    past = torch.ones_like(scores).tril(-1).bool()
    return scores.masked_fill(past, -math.inf).softmax(-1)
""": "",
            """
import math, torch

def weights_of_the_past(scores):
    future = torch.ones_like(scores).triu(1).bool()
    return scores.masked_fill(future, -math.inf).softmax(0)
""": "",
            """
import math, torch

def weights_of_the_past(scores):
    future = torch.ones_like(scores).triu(2).bool()
    return scores.masked_fill(future, -math.inf).softmax(-1)
""": "",
            """
import torch

def weights_of_the_past(scores):
    weights = scores.softmax(-1).tril()
    return weights / weights.sum()
""": "",
        },
    ),
    "attention/scale-of-the-model": Tried(
        right=(
            """
import math

def scaled_scores(x, query_matrix, key_matrix, heads):
    tokens, d_model = x.shape
    d_k = d_model // heads
    q = (x @ query_matrix).view(tokens, heads, d_k).transpose(0, 1)
    k = (x @ key_matrix).view(tokens, heads, d_k).transpose(0, 1)
    return q @ k.mT / d_k**0.5
""",
            """
import math

def scaled_scores(x, query_matrix, key_matrix, heads):
    tokens, d_model = x.shape
    q = (x @ query_matrix).view(tokens, heads, -1).transpose(0, 1)
    k = (x @ key_matrix).view(tokens, heads, -1).transpose(0, 1)
    return q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])
""",
            """
import math

def scaled_scores(x, query_matrix, key_matrix, heads):
    tokens, d_model = x.shape
    q = (x @ query_matrix).view(tokens, heads, -1).transpose(0, 1)
    k = (x @ key_matrix).view(tokens, heads, -1).transpose(0, 1)
    return q @ k.transpose(1, 2) / math.sqrt(d_model) * math.sqrt(heads)
""",
            """
def scaled_scores(x, query_matrix, key_matrix, heads):
    q, k = x @ query_matrix, x @ key_matrix
    d = q.shape[1] // heads
    return [
        (q[:, h * d : (h + 1) * d] @ k[:, h * d : (h + 1) * d].T / d**0.5).tolist()
        for h in range(heads)
    ]
""",
        ),
        wrong={
            """
import math

def scaled_scores(x, query_matrix, key_matrix, heads):
    tokens, d_model = x.shape
    q = (x @ query_matrix).view(tokens, heads, -1).transpose(0, 1)
    k = (x @ key_matrix).view(tokens, heads, -1).transpose(0, 1)
    return q @ k.transpose(1, 2) / d_model**0.5
""": "The scores are still divided by √d_model",
            """
import math

def scaled_scores(x, query_matrix, key_matrix, heads):
    tokens, d_model = x.shape
    q = (x @ query_matrix).view(tokens, heads, -1).transpose(0, 1)
    k = (x @ key_matrix).view(tokens, heads, -1).transpose(0, 1)
    return q @ k.transpose(1, 2) / math.sqrt(heads)
""": "You divide by the root of the number of heads",
            """
import math

def scaled_scores(x, query_matrix, key_matrix, heads):
    tokens, d_model = x.shape
    q = (x @ query_matrix).view(tokens, heads, -1).transpose(0, 1)
    k = (x @ key_matrix).view(tokens, heads, -1).transpose(0, 1)
    return q @ k.transpose(1, 2) / math.sqrt(tokens)
""": "",
            """
def scaled_scores(x, query_matrix, key_matrix, heads):
    tokens, d_model = x.shape
    q = (x @ query_matrix).view(tokens, heads, -1).transpose(0, 1)
    k = (x @ key_matrix).view(tokens, heads, -1).transpose(0, 1)
    return q @ k.transpose(1, 2) / (d_model // heads)
""": "You divide by d_k",
            """
import math

def scaled_scores(x, query_matrix, key_matrix, heads):
    tokens, d_model = x.shape
    q = (x @ query_matrix).view(tokens, heads, -1).transpose(0, 1)
    k = (x @ key_matrix).view(tokens, heads, -1).transpose(0, 1)
    return q @ k.transpose(1, 2) / (math.sqrt(d_model) / heads)
""": "",
            """
def scaled_scores(x, query_matrix, key_matrix, heads):
    tokens, d_model = x.shape
    q = (x @ query_matrix).view(tokens, heads, -1).transpose(0, 1)
    k = (x @ key_matrix).view(tokens, heads, -1).transpose(0, 1)
    return q @ k.transpose(1, 2)
""": "Now nothing is divided any more",
            """
def scaled_scores(x, query_matrix, key_matrix, heads):
    tokens, d_model = x.shape
    q = (x @ query_matrix).view(tokens, heads, -1).transpose(0, 1)
    k = (x @ key_matrix).view(tokens, heads, -1).transpose(0, 1)
    return q @ k.transpose(1, 2) / d_model
""": "",
        },
    ),
    "attention/reshaped-heads": Tried(
        right=(
            """
def split_heads(x, heads):
    return x.view(x.shape[0], heads, -1).transpose(0, 1)
""",
            """
import torch

def split_heads(x, heads):
    return torch.stack(x.chunk(heads, dim=-1))
""",
            """
import numpy as np

def split_heads(x, heads):
    return np.stack(np.split(np.array(x), heads, axis=1))
""",
            """
def split_heads(x, heads):
    d = len(x[0]) // heads
    return [[[float(n) for n in row[h * d : (h + 1) * d]] for row in x] for h in range(heads)]
""",
        ),
        wrong={
            """
def split_heads(x, heads):
    tokens, d_model = x.shape
    return x.reshape(tokens, heads, d_model // heads)
""": "Each token is cut rightly now",
            """
def split_heads(x, heads):
    return x.reshape(len(x), -1, heads).permute(2, 0, 1)
""": "Each head gets every so many-th number",
            """
def split_heads(x, heads):
    tokens, d_model = x.shape
    return x.T.reshape(heads, tokens, d_model // heads)
""": "",
            """
def split_heads(x, heads):
    tokens, d_model = x.shape
    return x.view(heads, tokens, d_model // heads)
""": "The first head still gets whole tokens",
            """
def split_heads(x, heads):
    tokens, d_model = x.shape
    return x.reshape(tokens, heads, d_model // heads).permute(1, 2, 0)
""": "",
            """
def split_heads(x, heads):
    tokens, d_model = x.shape
    return x.reshape(heads, d_model // heads, tokens).transpose(1, 2)
""": "",
        },
    ),
    "attention/sdpa-gives-none": Tried(
        right=(
            """
import torch

def all_weights(model, tokenizer, text):
    model.config._attn_implementation = "eager"
    inputs = tokenizer(text, return_tensors="pt")
    with torch.no_grad():
        result = model(**inputs, output_attentions=True)
    return [layer[0] for layer in result.attentions]
""",
            """
import torch

@torch.no_grad()
def all_weights(model, tokenizer, text):
    model.set_attn_implementation("eager")
    return torch.cat(
        model(tokenizer(text, return_tensors="pt").input_ids, output_attentions=True).attentions
    )
""",
            """
def all_weights(model, tokenizer, text):
    model.set_attn_implementation("eager")
    result = model(**tokenizer(text, return_tensors="pt"), output_attentions=True)
    return tuple(layer.squeeze(0).tolist() for layer in result["attentions"])
""",
            """
import torch

def all_weights(model, tokenizer, text):
    config = model.config
    config._attn_implementation = "eager"
    twin = type(model)(config).eval()
    twin.load_state_dict(model.state_dict())
    with torch.no_grad():
        return [
            a[0]
            for a in twin(**tokenizer(text, return_tensors="pt"), output_attentions=True).attentions
        ]
""",
        ),
        wrong={
            """
import torch

def all_weights(model, tokenizer, text):
    inputs = tokenizer(text, return_tensors="pt")
    with torch.no_grad():
        result = model(**inputs, output_attentions=True)
    return [layer[0] for layer in result.attentions]
""": "There are still no weights to return",
            """
def all_weights(model, tokenizer, text):
    model.set_attn_implementation("eager")
    return list(model(**tokenizer(text, return_tensors="pt"), output_attentions=True).attentions)
""": "The weights are there",
            """
def all_weights(model, tokenizer, text):
    model.set_attn_implementation("eager")
    return model(**tokenizer(text, return_tensors="pt"), output_attentions=True).attentions[0]
""": "These are the weights of the first layer",
            """
def all_weights(model, tokenizer, text):
    model.set_attn_implementation("eager")
    return [
        a[0, 0]
        for a in model(**tokenizer(text, return_tensors="pt"), output_attentions=True).attentions
    ]
""": "",
            """
def all_weights(model, tokenizer, text):
    model.set_attn_implementation("eager")
    return [
        a[0].mean(0)
        for a in model(**tokenizer(text, return_tensors="pt"), output_attentions=True).attentions
    ]
""": "",
            """
def all_weights(model, tokenizer, text):
    return [
        a[0]
        for a in model(
            **tokenizer(text, return_tensors="pt"), output_hidden_states=True
        ).hidden_states
    ]
""": "This should be a list of 2 lists; you gave a list of 3 lists",
            """
def all_weights(model, tokenizer, text):
    model.set_attn_implementation("eager")
    return [
        a[0]
        for a in model(**tokenizer(text, return_tensors="pt"), output_attentions=True).attentions
    ][::-1]
""": "",
        },
    ),
    "attention/position-row": Tried(
        right=(
            """
import numpy as np

def position_row(position, width):
    angles = position / 10000 ** (np.arange(0, width, 2) / width)
    return np.stack([np.sin(angles), np.cos(angles)], 1).ravel()
""",
            """
import torch

def position_row(position, width):
    row = torch.zeros(width, dtype=torch.float64)
    rates = torch.exp(-math.log(10000) * torch.arange(0, width, 2, dtype=torch.float64) / width)
    row[0::2] = torch.sin(position * rates)
    row[1::2] = torch.cos(position * rates)
    return row
""",
            """
from math import sin, cos

def position_row(position, width):
    return [
        (cos if n % 2 else sin)(position / 10000 ** ((n - n % 2) / width)) for n in range(width)
    ]
""",
        ),
        wrong={
            """
import numpy as np

def position_row(position, width):
    angles = position / 10000 ** (np.arange(0, width, 2) / width)
    return np.concatenate([np.sin(angles), np.cos(angles)])
""": "each sine has its cosine beside it",
            """
import numpy as np

def position_row(position, width):
    angles = position / 10000 ** (np.arange(width // 2) / width)
    return np.stack([np.sin(angles), np.cos(angles)], 1).ravel()
""": "the exponent is 2i / width",
            """
def position_row(position, width):
    return [position / 10000 ** (2 * i / width) for i in range(width)]
""": "",
        },
    ),
    "attention/tenths": Tried(
        right=(
            """
import numpy as np

def tenths(values):
    return [list(part) for part in np.array_split(np.argsort(values)[::-1], 10)]
""",
            """
import torch

def tenths(values):
    return torch.tensor(values).argsort(descending=True).view(10, -1)
""",
        ),
        wrong={
            """
import numpy as np

def tenths(values):
    return np.argsort(values).reshape(10, -1)
""": "The order is turned round",
            """
import numpy as np

def tenths(values):
    return np.argsort(values)[::-1].reshape(-1, 10)
""": "Each of your lists has ten places",
            """
import numpy as np

def tenths(values):
    return np.argsort(values)[::-1]
""": "",
        },
    ),
    "attention/cost-and-error": Tried(
        right=(
            """
import numpy as np

def cost_and_error(before, after):
    costs = np.array(after) - np.array(before)
    return costs.mean(), costs.std(ddof=1) / np.sqrt(len(costs))
""",
            """
import statistics

def cost_and_error(before, after):
    costs = [b - a for a, b in zip(before, after)]
    return [statistics.mean(costs), statistics.stdev(costs) / len(costs) ** 0.5]
""",
        ),
        wrong={
            """
import numpy as np

def cost_and_error(before, after):
    costs = np.array(after) - np.array(before)
    return [costs.mean(), costs.std() / np.sqrt(len(costs))]
""": "divide by the number of costs less one",
            """
import numpy as np

def cost_and_error(before, after):
    costs = np.array(after) - np.array(before)
    return [costs.mean(), costs.std(ddof=1)]
""": "Divide it by the root of how many",
            """
def cost_and_error(before, after):
    return sum(after) / len(after) - sum(before) / len(before)
""": "",
        },
    ),
    "attention/silent-passages": Tried(
        right=(
            """
def mean_score(values):
    return values.nanmean(0)
""",
            """
import numpy as np

def mean_score(values):
    return np.nanmean(np.array(values), axis=0)
""",
        ),
        wrong={
            """
def mean_score(values):
    return values.mean(0)
""": "One passage that says nothing",
            """
def mean_score(values):
    return values.nanmean(1)
""": "",
        },
    ),
    "attention/kept-by-a-plane": Tried(
        right=(
            """
import numpy as np

def kept_by_a_plane(vectors):
    values = np.linalg.eigvalsh(np.cov(np.array(vectors).T))[::-1]
    return values[:2].sum() / values.sum()
""",
            """
import torch

def kept_by_a_plane(vectors):
    sizes = torch.linalg.svdvals(vectors - vectors.mean(0))
    return float((sizes[:2] ** 2).sum() / (sizes**2).sum())
""",
        ),
        wrong={
            """
import torch

def kept_by_a_plane(vectors):
    sizes = torch.linalg.svdvals(vectors)
    return (sizes[:2] ** 2).sum() / (sizes**2).sum()
""": "The mean is still in the vectors",
            """
import torch

def kept_by_a_plane(vectors):
    spread = vectors.var(0)
    return spread[:2].sum() / spread.sum()
""": "the first two numbers of the vectors",
            """
def kept_by_a_plane(vectors):
    return 2 / vectors.shape[1]
""": "",
        },
    ),
    "attention/lens-error": Tried(
        right=(
            """
from scipy.stats import entropy

def lens_error(model, lens):
    return entropy(model.numpy(), lens.numpy(), axis=-1).mean()
""",
            """
import torch

def lens_error(model, lens):
    return torch.nn.functional.kl_div(lens.log(), model, reduction="batchmean")
""",
        ),
        wrong={
            """
import torch

def lens_error(model, lens):
    return torch.nn.functional.kl_div(model.log(), lens, reduction="batchmean")
""": "You weigh by what the lens says",
            """
import torch

def lens_error(model, lens):
    return torch.nn.functional.kl_div(lens.log(), model, reduction="sum")
""": "This is the sum over the tokens",
            """
def lens_error(model, lens):
    return (model - lens).abs().sum(-1).mean()
""": "",
        },
    ),
    "attention/fit-a-lens": Tried(
        right=(
            """
import numpy as np

def fit_lens(vectors, last):
    inputs = np.c_[vectors.numpy(), np.ones(len(vectors))]
    return np.linalg.pinv(inputs) @ last.numpy()
""",
            """
import torch

def fit_lens(vectors, last):
    x = torch.cat([vectors, torch.ones(len(vectors), 1)], 1)
    return torch.linalg.solve(x.T @ x, x.T @ last)
""",
        ),
        wrong={
            """
import torch

def fit_lens(vectors, last):
    x = torch.cat([torch.ones(len(vectors), 1), vectors], 1)
    return torch.linalg.lstsq(x, last).solution
""": "The constant is in the first row",
            """
import torch

def fit_lens(vectors, last):
    return torch.linalg.lstsq(vectors, last).solution
""": "There is no constant",
            """
import torch

def fit_lens(vectors, last):
    return torch.zeros(vectors.shape[1] + 1, last.shape[1])
""": "",
        },
    ),
    "attention/lens-without-norm": Tried(
        right=(
            """
def logit_lens(model, ids, layers):
    body = model.transformer(ids, output_hidden_states=True)
    vectors = body.hidden_states[layers][0]
    return model.lm_head(model.transformer.ln_f(vectors)).softmax(-1)
""",
            """
import torch

def logit_lens(model, ids, layers):
    norm = model.transformer.ln_f
    vectors = model(ids, output_hidden_states=True).hidden_states[layers]
    normed = torch.nn.functional.layer_norm(
        vectors, vectors.shape[-1:], norm.weight, norm.bias, norm.eps
    )
    return (normed @ model.lm_head.weight.T).softmax(-1)[0]
""",
        ),
        wrong={
            """
def logit_lens(model, ids, layers):
    vectors = model(ids, output_hidden_states=True).hidden_states[layers][0]
    return model.lm_head(model.transformer.h[0].ln_1(vectors)).softmax(-1)
""": "This is the norm of a block",
            """
def logit_lens(model, ids, layers):
    vectors = model(ids, output_hidden_states=True).hidden_states[layers][0]
    return model.transformer.ln_f(vectors).softmax(-1)
""": "",
        },
    ),
    "attention/agreement": Tried(
        right=(
            """
from scipy.stats import spearmanr

def agreement(first, second):
    return spearmanr(first, second).statistic
""",
            """
import numpy as np

def agreement(first, second):
    a, b = (np.argsort(np.argsort(numbers)) for numbers in (first, second))
    n = len(a)
    return 1 - 6 * ((a - b) ** 2).sum() / (n * (n * n - 1))
""",
        ),
        wrong={
            """
import numpy as np

def agreement(first, second):
    return np.corrcoef(first, second)[0, 1]
""": "the correlation of the numbers",
            """
import numpy as np

def agreement(first, second):
    return np.corrcoef(np.argsort(first), np.argsort(second))[0, 1]
""": "the rank of each token is the `argsort` of that",
            """
import numpy as np

def agreement(first, second):
    a, b = (np.argsort(np.argsort(numbers)) for numbers in (first, second))
    return 1 - abs(a - b).mean()
""": "",
        },
    ),
    "attention/occlusion-turned-round": Tried(
        right=(
            """
def occlusion(score, words):
    rests = ([w for j, w in enumerate(words) if j != i] for i in range(len(words)))
    return [score(words) - score(rest) for rest in rests]
""",
            """
import numpy as np

def occlusion(score, words):
    without = np.array([score(words[:i] + words[i + 1 :]) for i in range(len(words))])
    return score(words) - without
""",
        ),
        wrong={
            """
def occlusion(score, words):
    return [score([word]) for word in words]
""": "You ask with the word alone",
            """
def occlusion(score, words):
    return [score(words[: i + 1]) - score(words[:i]) for i in range(len(words))]
""": "",
        },
    ),
}
