# mypy: disallow-untyped-defs=False
"""The right answers, shown to learners as they stand here (so without type annotations).

Weights and scores are tensors [queries, keys]: row i says where token i looks.
"""

import math
import statistics

import torch


def attention(q, k, v):
    """What attention brings to each token: the values, mixed by the weights."""
    scores = q @ k.T / math.sqrt(q.shape[-1])
    return scores.softmax(-1) @ v


def row_entropy(row):
    """How many bits it takes to say where a token looks."""
    return -sum(float(p) * math.log2(p) for p in row if p > 0)


def merge_heads(z):
    """The heads' outputs [heads, tokens, d_head] side by side, [tokens, heads · d_head]."""
    heads, tokens, d_head = z.shape
    return z.transpose(0, 1).reshape(tokens, heads * d_head)


def previous_token_score(weights):
    """How much of its attention a token gives to the one before it, on average."""
    before = [weights[i, i - 1] for i in range(1, len(weights))]
    return float(sum(before) / len(before))


def find_induction_head(weights, length):
    """The head that, from a token seen before, looks at what followed it then."""

    def score(head):
        return sum(float(head[i, i - length + 1]) for i in range(length, 2 * length))

    return max(range(len(weights)), key=lambda number: score(weights[number]))


def without_first(weights):
    """The weights if nobody looked at the first token: its column empty, the rows sum to 1."""
    weights = weights.clone()
    weights[:, 0] = 0
    left = weights.sum(-1, keepdim=True)
    return weights / left.where(left > 0, 1)  # the first row is empty: it stays so


def tenths(values):
    """The places of the values in ten parts, those of the largest values first."""
    ranked = sorted(range(len(values)), key=lambda place: -values[place])
    size = len(values) // 10
    return [ranked[start : start + size] for start in range(0, len(values), size)]


def cost_and_error(before, after):
    """The mean cost of muting, and its standard error."""
    costs = [b - a for a, b in zip(before, after, strict=True)]
    mean = sum(costs) / len(costs)
    variance = sum((cost - mean) ** 2 for cost in costs) / (len(costs) - 1)
    return [mean, math.sqrt(variance / len(costs))]


def mean_score(values):
    """The mean over the passages that say something about it, [heads]."""
    known = values.isfinite()
    total = values.nan_to_num().sum(0)
    return total / known.sum(0)


def rollout(layers):
    """How much of each token's input reaches each place of the last layer."""
    total = torch.eye(layers.shape[-1])
    for weights in layers:
        mixed = 0.5 * weights + 0.5 * torch.eye(len(weights))
        total = mixed @ total
    return total


def kept_by_a_plane(vectors):
    """The share of the variance that the first two principal components keep."""
    centred = vectors - vectors.mean(0)
    squares = torch.linalg.svdvals(centred) ** 2
    return (squares[:2].sum() / squares.sum()).item()


def lens_error(model, lens):
    """How far a lens is off: the mean divergence of what it says from what the model says."""
    return (model * (model / lens).log()).sum(-1).mean()


def fit_lens(vectors, last):
    """The matrix of a tuned lens, with its constant as the last row."""
    inputs = torch.cat([vectors, torch.ones(len(vectors), 1)], 1)
    return torch.linalg.lstsq(inputs, last).solution


def logit_lens(model, ids, layers):
    """What the model would say after so many layers, [tokens, vocabulary]."""
    vectors = model(ids, output_hidden_states=True).hidden_states[layers][0]
    scores = model.lm_head(model.transformer.ln_f(vectors))
    return scores.softmax(-1)


def agreement(first, second):
    """Spearman's rank correlation of two lists of numbers."""
    ranks = [[sum(b < a for b in numbers) for a in numbers] for numbers in (first, second)]
    return statistics.correlation(*ranks)


def occlusion(score, words):
    """How much each word adds to the score, one number a word."""
    whole = score(words)
    added = []
    for place in range(len(words)):
        rest = words[:place] + words[place + 1 :]
        added.append(whole - score(rest))
    return added


def attention_weights(scores):
    """The share of its attention that each query gives to each key."""
    exponentials = scores.exp()
    return exponentials / exponentials.sum(-1, keepdim=True)


def shares(scores):
    """The share of its attention that each query gives to each key."""
    exponentials = scores.exp()
    totals = exponentials.sum(-1, keepdim=True)
    return exponentials / totals


def weights_of_the_past(scores):
    """Attention weights when no token may look at those after it."""
    future = torch.ones_like(scores).triu(1).bool()
    scores = scores.masked_fill(future, -math.inf)
    return scores.softmax(-1)


def scaled_scores(x, query_matrix, key_matrix, heads):
    """The scores of every head before the softmax, [heads, queries, keys]."""
    tokens, d_model = x.shape
    q = (x @ query_matrix).view(tokens, heads, -1).transpose(0, 1)
    k = (x @ key_matrix).view(tokens, heads, -1).transpose(0, 1)
    return q @ k.transpose(1, 2) / math.sqrt(d_model // heads)


def split_heads(x, heads):
    """Cut the vector of each token into one for each head, [heads, tokens, d_head]."""
    tokens, d_model = x.shape
    return x.reshape(tokens, heads, d_model // heads).transpose(0, 1)


def all_weights(model, tokenizer, text):
    """The attention weights of every layer, each [heads, queries, keys]."""
    model.set_attn_implementation("eager")
    inputs = tokenizer(text, return_tensors="pt")
    with torch.no_grad():
        result = model(**inputs, output_attentions=True)
    return [layer[0] for layer in result.attentions]


def position_row(position, width):
    """The vector of a position: a sine and a cosine side by side for each wavelength."""
    row = []
    for i in range(width // 2):
        angle = position / 10000 ** (2 * i / width)
        row += [math.sin(angle), math.cos(angle)]
    return row
