"""Answers to the exercises of the sampling lab."""

from tests.exercises.answers import Tried

ANSWERS = {
    "sampling/softmax-temperature": Tried(
        right=(
            """
import numpy as np

def softmax_with_temperature(logits, temperature):
    x = np.array(logits, dtype=float) / temperature
    x = np.exp(x - x.max())
    return x / x.sum()
""",
            """
import torch

def softmax_with_temperature(logits, temperature):
    return torch.softmax(logits / temperature, dim=0).tolist()
""",
            """
import torch

def softmax_with_temperature(logits, temperature):
    return torch.nn.functional.softmax(torch.as_tensor(logits) / temperature, dim=-1)
""",
            """
import math

def softmax_with_temperature(logits, temperature):
    biggest = max(logits)
    e = [math.exp((l - biggest) / temperature) for l in logits]
    return [one / sum(e) for one in e]
""",
        ),
        wrong={
            """
import math

def softmax_with_temperature(logits, temperature):
    biggest = max(logits)
    e = [math.exp((l - biggest) * temperature) for l in logits]
    return [one / sum(e) for one in e]
""": "You multiply by the temperature",
            """
def softmax_with_temperature(logits, temperature):
    return logits.softmax(-1)
""": "These are the probabilities at temperature 1",
            """
import math

def softmax_with_temperature(logits, temperature):
    e = [math.exp(l / temperature) for l in logits]
    return [one / sum(e) for one in e]
""": "exp(1000) is too large for a computer",
            """
def softmax_with_temperature(logits, temperature):
    return (logits / temperature).log_softmax(-1).tolist()
""": "",
            """
import math

def softmax_with_temperature(logits, temperature):
    biggest = max(logits)
    e = [math.exp(l - biggest) / temperature for l in logits]
    return [one / sum(e) for one in e]
""": "These are the probabilities at temperature 1",
            """
def softmax_with_temperature(logits, temperature):
    return (logits.softmax(-1) / temperature).tolist()
""": "You divide the probabilities",
            """
def softmax_with_temperature(logits, temperature):
    p = logits.softmax(-1) ** temperature
    return (p / p.sum()).tolist()
""": "You multiply by the temperature",
        },
    ),
    "sampling/effective-choices": Tried(
        right=(
            """
import torch

def effective_choices(probabilities):
    return torch.special.entr(probabilities).sum().exp()
""",
            """
import numpy as np

def effective_choices(probabilities):
    p = np.asarray(probabilities, dtype=float)
    p = p[p > 0]
    return np.exp(-np.sum(p * np.log(p)))
""",
            """
import numpy as np

def effective_choices(probabilities):
    p = probabilities[probabilities > 0]
    return float(np.exp(-(p * np.log(p)).sum()))
""",
            """
import math

def effective_choices(probabilities):
    h = 0
    for p in probabilities:
        if p == 0:
            continue
        h -= p * math.log(p)
    return math.exp(h)
""",
        ),
        wrong={
            """
import math

def effective_choices(probabilities):
    return -sum(p * math.log(p) for p in probabilities if p > 0)
""": "This is the entropy itself",
            """
def effective_choices(probabilities):
    return (-(probabilities * probabilities.log()).sum()).exp()
""": "A probability of 0 has no logarithm (0 times minus infinity is not a",
            """
import math

def effective_choices(probabilities):
    return math.exp(-sum(p * math.log(p) for p in probabilities))
""": "A probability of 0 has no logarithm",
            """
def effective_choices(probabilities):
    return int((probabilities > 0).sum())
""": "You count the tokens that are possible at all",
            """
import math

def effective_choices(probabilities):
    return math.exp(-sum(p * math.log(p) for p in probabilities if p > 0) / len(probabilities))
""": "",
            """
def effective_choices(probabilities):
    return 1 / max(probabilities)
""": "",
            """
def effective_choices(probabilities):
    return 1 / sum(p * p for p in probabilities)
""": "That is 1 / Σ p²",
        },
    ),
    "sampling/temperature-for-entropy": Tried(
        right=(
            """
import math

def temperature_for(logits, target):
    low, high = 0.01, 100
    while True:
        t = (low + high) / 2
        p = (logits / t).softmax(-1)
        h = -sum(float(x) * math.log(x) for x in p if x > 0)
        if abs(h - target) < 0.001:
            return t
        if h < target:
            low = t
        else:
            high = t
""",
            """
import math

def temperature_for(logits, target):
    a, b = 0.01, 100
    for _ in range(40):
        t = math.sqrt(a * b)
        logs = (logits / t).log_softmax(-1)
        if -(logs.exp() * logs).sum() < target:
            a = t
        else:
            b = t
    return t
""",
            """
import numpy as np
from scipy.optimize import brentq

def temperature_for(logits, target):
    z = np.array(logits, dtype=float)

    def gap(t):
        x = (z - z.max()) / t
        p = np.exp(x) / np.exp(x).sum()
        q = p[p > 0]
        return -(q * np.log(q)).sum() - target

    return brentq(gap, 0.01, 100)
""",
            """
import torch

def temperature_for(logits, target):
    t = torch.logspace(-2, 2, 400_001, dtype=torch.float64)
    p = (logits.double()[None] / t[:, None]).log_softmax(-1)
    h = -(p.exp() * p).sum(-1)
    return t[(h - target).abs().argmin()]
""",
        ),
        wrong={
            """
import math

def temperature_for(logits, target):
    a, b = 0.01, 100
    for _ in range(60):
        t = (a + b) / 2
        logs = (logits / t).log_softmax(-1)
        if -(logs.exp() * logs).sum() / math.log(2) < target:
            a = t
        else:
            b = t
    return t
""": "At your temperature the entropy is right in bits",
            """
def temperature_for(logits, target):
    a, b = 0.01, 10
    for _ in range(60):
        t = (a + b) / 2
        logs = (logits / t).log_softmax(-1)
        if -(logs.exp() * logs).sum() < target:
            a = t
        else:
            b = t
    return t
""": "At your temperature the entropy is 0.0005 nats",
            """
def temperature_for(logits, target):
    a, b = 0.01, 100
    for _ in range(8):
        t = (a + b) / 2
        logs = (logits / t).log_softmax(-1)
        if -(logs.exp() * logs).sum() < target:
            a = t
        else:
            b = t
    return t
""": "At your temperature the entropy is 1.1193 nats",
            """
def temperature_for(logits, target):
    a, b = 0.01, 100
    for _ in range(60):
        t = (a + b) / 2
        logs = (logits / t).log_softmax(-1)
        if -(logs.exp() * logs).sum() > target:
            a = t
        else:
            b = t
    return t
""": "At your temperature the entropy is 1.6093 nats",
            """
def temperature_for(logits, target):
    return target
""": "At your temperature the entropy is 1.2641 nats",
            """
def temperature_for(logits, target):
    return 1.0
""": "At your temperature the entropy is 1.0000 nats",
            """
def temperature_for(logits, target):
    t = 0.1
    while True:
        logs = (logits / t).log_softmax(-1)
        if -(logs.exp() * logs).sum() >= target:
            return t
        t += 0.1
""": "At your temperature the entropy is 1.0696 nats",
        },
    ),
    "sampling/top-p-kept": Tried(
        right=(
            """
import numpy as np

def kept_by_top_p(probabilities, p):
    order = np.argsort(-probabilities)
    kept, total = [], 0
    for i in order:
        kept.append(i)
        total += probabilities[i]
        if total >= p:
            break
    return set(kept)
""",
            """
def kept_by_top_p(probabilities, p):
    left = list(probabilities)
    kept = []
    total = 0
    while not kept or total < p:
        best = probabilities.index(max(left))
        left.remove(max(left))
        kept.append(best)
        total += probabilities[best]
    return kept
""",
            """
def kept_by_top_p(probabilities, p):
    ranked = sorted(range(len(probabilities)), key=lambda i: probabilities[i], reverse=True)
    kept = set()
    total = 0.0
    for token in ranked:
        if kept and total >= p:
            break
        kept.add(token)
        total += probabilities[token]
    return kept
""",
            """
def kept_by_top_p(probabilities, p):
    values, ids = probabilities.sort(descending=True)
    before = values.cumsum(0) - values
    keep = before < p
    keep[0] = True
    return set(ids[keep].tolist())
""",
        ),
        wrong={
            """
def kept_by_top_p(probabilities, p):
    order = sorted(range(len(probabilities)), key=lambda i: -probabilities[i])
    kept, total = set(), 0.0
    for i in order:
        kept.add(i)
        total += float(probabilities[i])
        if total > p:
            break
    return kept
""": "You go on until the sum is above p",
            """
def kept_by_top_p(probabilities, p):
    order = sorted(range(len(probabilities)), key=lambda i: -probabilities[i])
    kept, total = set(), 0.0
    for i in order:
        total += float(probabilities[i])
        if total >= p:
            break
        kept.add(i)
    return kept
""": "You leave out the token with which the sum reaches p",
            """
def kept_by_top_p(probabilities, p):
    order = sorted(range(len(probabilities)), key=lambda i: -probabilities[i])
    kept, total = set(), 0.0
    for i in order:
        total += float(probabilities[i])
        if total > p and kept:
            break
        kept.add(i)
    return kept
""": "",
            """
def kept_by_top_p(probabilities, p):
    kept, total = set(), 0.0
    for i, q in enumerate(probabilities):
        kept.add(i)
        total += float(q)
        if total >= p:
            break
    return kept
""": "You go through the tokens in the order of their ids",
            """
def kept_by_top_p(probabilities, p):
    order = sorted(range(len(probabilities)), key=lambda i: -probabilities[i])
    kept, total = set(), 0.0
    for i in order:
        if total >= p:
            break
        kept.add(i)
        total += float(probabilities[i])
    return kept
""": "Nearly",
            """
def kept_by_top_p(probabilities, p):
    return {i for i, q in enumerate(probabilities) if q >= p}
""": "You keep the tokens that have a probability of p each",
            """
def kept_by_top_p(probabilities, p):
    kept, total = [], 0.0
    for q in sorted(probabilities.tolist(), reverse=True):
        kept.append(q)
        total += q
        if total >= p:
            break
    return kept
""": "You return the probabilities of the tokens",
        },
    ),
    "sampling/min-p-kept": Tried(
        right=(
            """
def kept_by_min_p(probabilities, min_p):
    return {i for i, p in enumerate(probabilities) if p >= min_p * max(probabilities)}
""",
            """
import numpy as np

def kept_by_min_p(probabilities, min_p):
    probs = np.array(probabilities)
    return set(np.where(probs >= min_p * probs.max())[0])
""",
            """
def kept_by_min_p(probabilities, min_p):
    return (probabilities / probabilities.max() >= min_p).nonzero().flatten()
""",
            """
import numpy as np

def kept_by_min_p(probabilities, min_p):
    return set(
        np.flatnonzero(probabilities.astype(float) >= min_p * np.max(probabilities)).tolist()
    )
""",
        ),
        wrong={
            """
def kept_by_min_p(probabilities, min_p):
    return {i for i, p in enumerate(probabilities) if p > min_p * max(probabilities)}
""": "Nearly",
            """
def kept_by_min_p(probabilities, min_p):
    return {i for i, p in enumerate(probabilities) if p >= min_p}
""": "You compare with min_p itself",
            """
def kept_by_min_p(probabilities, min_p):
    return {i for i, p in enumerate(probabilities) if p < min_p * max(probabilities)}
""": "These are the tokens that are cut off",
            """
def kept_by_min_p(probabilities, min_p):
    return (probabilities >= min_p * probabilities.max()).tolist()
""": "This should be a set of numbers; you gave a list of 4 truth values",
            """
def kept_by_min_p(probabilities, min_p):
    return {i for i, p in enumerate(probabilities) if p >= min_p * probabilities.mean()}
""": "",
            """
def kept_by_min_p(probabilities, min_p):
    return {i for i, p in enumerate(probabilities) if p >= min_p * probabilities[0]}
""": "",
            """
def kept_by_min_p(probabilities, min_p):
    return {i for i, p in enumerate(probabilities) if max(probabilities) - p <= min_p}
""": "",
        },
    ),
    "sampling/roads-to-greedy": Tried(
        right=(
            "[sp.Knobs(min_p=1), sp.Knobs(top_k=1), sp.Knobs(top_p=0)]",
            "(sp.Knobs(top_p=1e-6), sp.Knobs(min_p=1.0), sp.Knobs(top_k=1))",
            "[sp.Knobs(top_k=1, temperature=1.0), sp.Knobs(top_p=0.0), sp.Knobs(min_p=1.0)]",
        ),
        wrong={
            "[sp.Knobs(top_k=1), sp.Knobs(top_p=0), sp.Knobs(typical_p=0.0)]": "One token is left",
            "[sp.Knobs(temperature=0), sp.Knobs(top_p=0), sp.Knobs(top_k=1)]": "the road you know",
            "[sp.Knobs(top_p=0.0), sp.Knobs(top_p=1e-6), sp.Knobs(top_k=1)]": "turn the same knob",
            "[sp.Knobs(top_p=0.1), sp.Knobs(min_p=1.0), sp.Knobs(top_k=1)]": "Not always greedy",
            "[sp.Knobs(min_p=1.0), sp.Knobs(top_k=1)]": "Give a list of three `Knobs`",
            "[sp.Knobs(top_p=0.0), sp.Knobs(min_p=0.0), sp.Knobs(top_k=1)]": "Turn one knob",
            "[sp.Knobs(top_p=0), sp.Knobs(repetition_penalty=2), sp.Knobs(top_k=1)]": "Not always",
        },
    ),
    "sampling/draw": Tried(
        right=(
            """
import numpy as np

def draw(probabilities, u):
    return int(np.searchsorted(np.cumsum(probabilities), u, side="right"))
""",
            """
from itertools import accumulate

def draw(probabilities, u):
    for token, end in enumerate(accumulate(probabilities)):
        if u < end:
            return token
""",
            """
def draw(probabilities, u):
    for token, p in enumerate(probabilities):
        u -= float(p)
        if u < 0:
            return token
    return len(probabilities) - 1
""",
            """
import torch

def draw(probabilities, u):
    return torch.searchsorted(probabilities.cumsum(0), u, right=True)
""",
        ),
        wrong={
            """
def draw(probabilities, u):
    return probabilities.argmax().item()
""": "This is always the most likely token",
            """
def draw(probabilities, u):
    total = 0
    for token in sorted(range(len(probabilities)), key=lambda i: -probabilities[i]):
        total += float(probabilities[token])
        if u < total:
            return token
""": "You lay the tokens out with the most likely first",
            """
def draw(probabilities, u):
    total = 0
    for token, p in enumerate(sorted(probabilities.tolist(), reverse=True)):
        total += p
        if u < total:
            return token
""": "",
            """
def draw(probabilities, u):
    total = 0
    for token, p in enumerate(probabilities):
        total += float(p)
        if u <= total:
            return token
""": "With `u <= total`",
            """
import bisect, itertools

def draw(probabilities, u):
    return bisect.bisect_left(list(itertools.accumulate(map(float, probabilities))), u)
""": "With `u <= total`",
            """
import random

def draw(probabilities, u):
    return random.choices(range(len(probabilities)), weights=probabilities)[0]
""": "",
            """
def draw(probabilities, u):
    return int(u * len(probabilities))
""": "",
        },
    ),
    "sampling/penalty-by-hand": Tried(
        right=(
            "[1, -2, 0.5, -3]",
            "(1.0, -2.0, 0.5, -3.0)",
        ),
        wrong={
            "[0.5, -2.0, 0.5, -3.0]": "Token 0 is in the text twice",
            "[1, -0.5, 0.5, -3]": "−1 divided by 2 is −0.5",
            "[1, -2, 0.25, -6]": "You penalised all four",
            "[1, -0.5, 0.25, -1.5]": "",
            "[2, -1, 0.5, -3]": "",
            "[4, -2, 0.5, -3]": "",
            "[1, -2]": "This should be a list of 4 numbers; you gave a list of 2 numbers",
        },
    ),
    "sampling/log-probability": Tried(
        right=(
            """
import torch

def log_probability(logits, ids, prompt_length):
    return -torch.nn.functional.cross_entropy(
        logits[prompt_length - 1 : -1], torch.tensor(ids[prompt_length:]), reduction="sum"
    )
""",
            """
import numpy as np

def log_probability(logits, ids, prompt_length):
    z = np.array(logits)
    total = 0
    for i in range(prompt_length, len(ids)):
        row = z[i - 1]
        total += row[ids[i]] - np.log(np.exp(row).sum())
    return total
""",
            """
import math

def log_probability(logits, ids, prompt_length):
    p = 1
    for i in range(prompt_length - 1, len(ids) - 1):
        p *= logits[i].softmax(-1)[ids[i + 1]].item()
    return math.log(p)
""",
            """
import math

def log_probability(logits, ids, prompt_length):
    total = 0
    for row, token in zip(logits[prompt_length - 1 :], ids[prompt_length:]):
        total += row[token] - math.log(sum(math.exp(x) for x in row))
    return total
""",
        ),
        wrong={
            """
def log_probability(logits, ids, prompt_length):
    return sum(float(logits[i].log_softmax(-1)[ids[i]]) for i in range(prompt_length, len(ids)))
""": "You look up each token in its own row",
            """
def log_probability(logits, ids, prompt_length):
    return sum(float(logits[i - 1].log_softmax(-1)[ids[i]]) for i in range(1, len(ids)))
""": "You count tokens of the prompt too",
            """
def log_probability(logits, ids, prompt_length):
    s = [float(logits[i - 1].log_softmax(-1)[ids[i]]) for i in range(prompt_length, len(ids))]
    return sum(s) / len(s)
""": "This is the mean per token",
            """
def log_probability(logits, ids, prompt_length):
    return sum(float(logits[i - 1][ids[i]]) for i in range(prompt_length, len(ids)))
""": "You add up logits",
            """
import math

def log_probability(logits, ids, prompt_length):
    return sum(math.log2(logits[i - 1].softmax(-1)[ids[i]]) for i in range(prompt_length, len(ids)))
""": "",
            """
import math

def log_probability(logits, ids, prompt_length):
    return sum(float(logits.log_softmax(0)[i - 1][ids[i]]) for i in range(prompt_length, len(ids)))
""": "",
            """
def log_probability(logits, ids, prompt_length):
    return sum(
        float(logits[i - 1].log_softmax(-1)[ids[i]]) for i in range(prompt_length + 1, len(ids))
    )
""": "",
        },
    ),
    "sampling/most-probable-pair": Tried(
        right=(
            """
def most_probable_pair(first, second):
    best, pair = -1, None
    for a in range(len(first)):
        for b in range(len(second[a])):
            p = first[a] * second[a][b]
            if p > best:
                best, pair = p, [a, b]
    return pair
""",
            """
import numpy as np

def most_probable_pair(first, second):
    joint = np.asarray(first)[:, None] * np.asarray(second)
    return np.unravel_index(joint.argmax(), joint.shape)
""",
            """
import torch

def most_probable_pair(first, second):
    joint = first.unsqueeze(1) * second
    return torch.tensor(divmod(joint.argmax().item(), second.shape[1]))
""",
            """
def most_probable_pair(first, second):
    scores = {(a, b): float(p * q) for a, p in enumerate(first) for b, q in enumerate(second[a])}
    return max(scores, key=scores.get)
""",
        ),
        wrong={
            """
def most_probable_pair(first, second):
    a = max(range(len(first)), key=lambda i: first[i])
    return [a, max(range(len(first)), key=lambda i: second[a][i])]
""": "This is greedy search",
            """
def most_probable_pair(first, second):
    n = range(len(first))
    a = sorted(n, key=lambda i: first[i])[-1]
    return [a, sorted(n, key=lambda i: second[a][i])[-1]]
""": "This is greedy search",
            """
def most_probable_pair(first, second):
    n = range(len(first))
    return max(((a, b) for a in n for b in n), key=lambda ab: first[ab[0]] + second[ab[0]][ab[1]])
""": "You add the two probabilities",
            """
def most_probable_pair(first, second):
    n = range(len(first))
    return max(((a, b) for a in n for b in n), key=lambda ab: second[ab[0]][ab[1]])
""": "You look only at the second step",
            """
def most_probable_pair(first, second):
    n = range(len(first))
    a, b = max(((a, b) for a in n for b in n), key=lambda ab: first[ab[0]] * second[ab[0]][ab[1]])
    return [b, a]
""": "The right two",
            """
def most_probable_pair(first, second):
    n = range(len(first))
    return max(((a, b) for a in n for b in n), key=lambda ab: first[ab[0]] * second[ab[1]][ab[0]])
""": "",
            """
def most_probable_pair(first, second):
    return divmod(int((first * second).argmax()), len(first))
""": "You multiply `second[a][b]` by `first[b]`",
        },
    ),
    "sampling/cache-cost": Tried(
        right=(
            """
def positions_computed(prompt_tokens, new_tokens, cached):
    if cached:
        return prompt_tokens + (new_tokens - 1)
    return new_tokens * prompt_tokens + new_tokens * (new_tokens - 1) / 2
""",
            """
def positions_computed(prompt_tokens, new_tokens, cached):
    if not cached:
        return sum(range(prompt_tokens, prompt_tokens + new_tokens))
    total = prompt_tokens
    for _ in range(1, new_tokens):
        total += 1
    return total
""",
            """
import numpy as np

def positions_computed(prompt_tokens, new_tokens, cached):
    lengths = prompt_tokens + np.arange(new_tokens)
    return lengths[-1] if cached else lengths.sum()
""",
        ),
        wrong={
            """
def positions_computed(prompt_tokens, new_tokens, cached):
    if cached:
        return prompt_tokens + new_tokens
    return sum(prompt_tokens + i for i in range(new_tokens))
""": "One too many with the cache",
            """
def positions_computed(prompt_tokens, new_tokens, cached):
    return prompt_tokens + new_tokens - 1 if cached else prompt_tokens * new_tokens
""": "Without the cache",
            """
def positions_computed(prompt_tokens, new_tokens, cached):
    return new_tokens - 1 if cached else sum(prompt_tokens + i for i in range(new_tokens))
""": "",
            """
def positions_computed(prompt_tokens, new_tokens, cached):
    return (
        sum(prompt_tokens + i for i in range(new_tokens))
        if cached
        else prompt_tokens + new_tokens - 1
    )
""": "You have the two cases the wrong way round",
            """
def positions_computed(prompt_tokens, new_tokens, cached):
    return (
        prompt_tokens + new_tokens - 1
        if cached
        else sum(prompt_tokens + i for i in range(new_tokens + 1))
    )
""": "",
            """
def positions_computed(prompt_tokens, new_tokens, cached):
    return (
        prompt_tokens + new_tokens - 1
        if cached
        else sum(prompt_tokens + i for i in range(1, new_tokens + 1))
    )
""": "Without the cache",
            """
def positions_computed(prompt_tokens, new_tokens, cached):
    return prompt_tokens + new_tokens - 1 if cached else (prompt_tokens + new_tokens) ** 2
""": "",
        },
    ),
    "sampling/temperature-without-sampling": Tried(
        right=(
            """
def two_stories(model, tokenizer):
    inputs = tokenizer("Once upon a time", return_tensors="pt")
    ids = model.generate(
        **inputs,
        max_length=100,
        do_sample=True,
        top_p=0.95,
        temperature=0.7,
        num_return_sequences=2,
    )
    return [tokenizer.decode(one) for one in ids]
""",
            """
import torch

def two_stories(model, tokenizer):
    inputs = tokenizer("Once upon a time", return_tensors="pt")
    stories = []
    for seed in range(2):
        torch.manual_seed(seed)
        ids = model.generate(**inputs, max_length=100, do_sample=True, top_p=0.95, temperature=0.7)
        stories.append(tokenizer.decode(ids[0]))
    return tuple(stories)
""",
            """
from transformers import GenerationConfig

def two_stories(model, tokenizer):
    inputs = tokenizer("Once upon a time", return_tensors="pt")
    config = GenerationConfig(
        max_new_tokens=84, do_sample=True, top_p=0.95, temperature=0.7, top_k=0
    )
    return [
        tokenizer.decode(model.generate(**inputs, generation_config=config)[0]) for _ in range(2)
    ]
""",
        ),
        wrong={
            """
import torch

def two_stories(model, tokenizer):
    inputs = tokenizer("Once upon a time", return_tensors="pt")
    stories = []
    for _ in range(2):
        torch.manual_seed(0)
        ids = model.generate(**inputs, max_length=100, do_sample=True, top_p=0.95, temperature=0.7)
        stories.append(tokenizer.decode(ids[0]))
    return stories
""": "Both stories are the same",
            """
def two_stories(model, tokenizer):
    inputs = tokenizer("Once upon a time", return_tensors="pt")
    return [
        tokenizer.decode(model.generate(**inputs, max_length=100, do_sample=True)[0])
        for _ in range(2)
    ]
""": "The stories differ",
            """
def two_stories(model, tokenizer):
    inputs = tokenizer("Once upon a time", return_tensors="pt")
    return [
        tokenizer.decode(
            model.generate(**inputs, max_length=100, do_sample=True, temperature=0.7)[0]
        )
        for _ in range(2)
    ]
""": "The stories differ",
            """
def two_stories(model, tokenizer):
    inputs = tokenizer("Once upon a time", return_tensors="pt")
    return [
        tokenizer.decode(model.generate(**inputs, max_length=100, do_sample=True, top_p=0.95)[0])
        for _ in range(2)
    ]
""": "The stories differ",
        },
    ),
    "sampling/length-counts-the-prompt": Tried(
        right=(
            """
def continue_greedily(model, tokenizer, prompt):
    inputs = tokenizer(prompt, return_tensors="pt")
    ids = model.generate(**inputs, max_length=inputs.input_ids.shape[1] + 100)
    return tokenizer.decode(ids[0])
""",
            """
def continue_greedily(model, tokenizer, prompt):
    ids = model.generate(
        **tokenizer(prompt, return_tensors="pt"), max_new_tokens=100, do_sample=False
    )
    return tokenizer.batch_decode(ids)[0]
""",
            """
import torch

def continue_greedily(model, tokenizer, prompt):
    ids = tokenizer(prompt).input_ids
    for _ in range(100):
        ids.append(model(torch.tensor([ids])).logits[0, -1].argmax().item())
    return tokenizer.decode(ids)
""",
        ),
        wrong={
            """
def continue_greedily(model, tokenizer, prompt):
    ids = model.generate(**tokenizer(prompt, return_tensors="pt"), max_length=200)
    return tokenizer.decode(ids[0])
""": "A larger `max_length` only moves the problem",
            """
def continue_greedily(model, tokenizer, prompt):
    ids = model.generate(**tokenizer(prompt, return_tensors="pt"), max_length=100 + len(prompt))
    return tokenizer.decode(ids[0])
""": "",
            """
def continue_greedily(model, tokenizer, prompt):
    ids = model.generate(
        **tokenizer(prompt, return_tensors="pt"), max_length=100 + len(prompt.split())
    )
    return tokenizer.decode(ids[0])
""": "",
            """
def continue_greedily(model, tokenizer, prompt):
    ids = model.generate(**tokenizer(prompt, return_tensors="pt"), max_new_tokens=101)
    return tokenizer.decode(ids[0])
""": "",
        },
    ),
    "sampling/softmax-of-the-cut": Tried(
        right=(
            """
def most_likely(logits, k):
    best = logits.topk(k)
    probabilities = logits.softmax(-1)[best.indices]
    return dict(zip(best.indices.tolist(), probabilities.tolist(), strict=True))
""",
            """
def most_likely(logits, k):
    p = logits.softmax(0).tolist()
    order = sorted(range(len(p)), key=p.__getitem__, reverse=True)[:k]
    return {i: p[i] for i in order}
""",
            """
import numpy as np

def most_likely(logits, k):
    p = np.exp(np.asarray(logits))
    p = p / p.sum()
    return {int(i): p[i] for i in np.argsort(-p)[:k]}
""",
            """
def most_likely(logits, k):
    best = logits.topk(k)
    probabilities = (best.values - logits.logsumexp(-1)).exp()
    return dict(zip(best.indices.tolist(), probabilities.tolist(), strict=True))
""",
        ),
        wrong={
            """
def most_likely(logits, k):
    return dict(enumerate(logits.softmax(-1).topk(k).values.tolist()))
""": "The probabilities are right",
            """
def most_likely(logits, k):
    return dict(enumerate(logits.softmax(-1).tolist()))
""": "The probabilities are right",
            """
def most_likely(logits, k):
    best = logits.topk(k)
    return dict(zip(best.indices.tolist(), best.values.tolist(), strict=True))
""": "",
            """
def most_likely(logits, k):
    best = logits.log_softmax(-1).topk(k)
    return dict(zip(best.indices.tolist(), best.values.tolist(), strict=True))
""": "",
            """
def most_likely(logits, k):
    return dict(enumerate(logits.softmax(-1)[:k].tolist()))
""": "",
            """
def most_likely(logits, k):
    best = logits.softmax(-1).topk(k, largest=False)
    return dict(zip(best.indices.tolist(), best.values.tolist(), strict=True))
""": "",
            """
def most_likely(logits, k):
    best = logits.topk(k)
    return dict(zip(best.indices.tolist(), best.values.sigmoid().tolist(), strict=True))
""": "",
        },
    ),
    "sampling/penalty-after-top-k": Tried(
        right=(
            """
import math

def next_probabilities(logits, previous, k, penalty):
    logits = logits.clone()
    for t in set(previous):
        logits[t] = logits[t] / penalty if logits[t] > 0 else logits[t] * penalty
    kept = logits.topk(k).indices
    cut = logits.new_full(logits.shape, -math.inf)
    cut[kept] = logits[kept]
    return cut.softmax(-1)
""",
            """
import numpy as np

def next_probabilities(logits, previous, k, penalty):
    z = np.array(logits, dtype=float)
    for t in set(previous):
        z[t] = z[t] / penalty if z[t] > 0 else z[t] * penalty
    z[z < np.sort(z)[-k]] = -np.inf
    e = np.exp(z - z.max())
    return (e / e.sum()).tolist()
""",
            """
import torch
from transformers import RepetitionPenaltyLogitsProcessor, TopKLogitsWarper

def next_probabilities(logits, previous, k, penalty):
    ids = torch.tensor([previous])
    scores = RepetitionPenaltyLogitsProcessor(float(penalty))(ids, logits[None].clone())
    return TopKLogitsWarper(k)(ids, scores)[0].softmax(-1)
""",
            """
import torch

def next_probabilities(logits, previous, k, penalty):
    logits = logits.clone()
    seen = logits[previous]
    logits[previous] = torch.where(seen > 0, seen / penalty, seen * penalty)
    p = logits.softmax(-1)
    p[p < p.topk(k).values.min()] = 0
    return p / p.sum()
""",
        ),
        wrong={
            """
import math

def next_probabilities(logits, previous, k, penalty):
    least = logits.topk(k).values[-1]
    return logits.masked_fill(logits < least, -math.inf).softmax(-1)
""": "Top-k is right",
            """
def next_probabilities(logits, previous, k, penalty):
    logits = logits.clone()
    seen = logits[previous]
    logits[previous] = seen.div(penalty).where(seen > 0, seen * penalty)
    return logits.softmax(-1)
""": "The penalty is right",
            """
import math

def next_probabilities(logits, previous, k, penalty):
    logits = logits.clone()
    least = logits.topk(k).values[-1]
    seen = logits[previous]
    logits[previous] = seen.div(penalty).where(seen > 0, seen * penalty)
    logits = logits.masked_fill(logits < least, -math.inf)
    return logits.softmax(-1)
""": "",
            """
def next_probabilities(logits, previous, k, penalty):
    logits = logits.clone()
    seen = logits[previous]
    logits[previous] = seen.div(penalty).where(seen > 0, seen * penalty)
    least = logits.topk(k).values[-1]
    return logits.masked_fill(logits < least, 0).softmax(-1)
""": "",
            """
import math

def next_probabilities(logits, previous, k, penalty):
    logits = logits.clone()
    logits[previous] = logits[previous] / penalty
    least = logits.topk(k).values[-1]
    return logits.masked_fill(logits < least, -math.inf).softmax(-1)
""": "The order is right",
            """
import math

def next_probabilities(logits, previous, k, penalty):
    logits = logits.clone()
    for t in previous:
        logits[t] = logits[t] / penalty if logits[t] > 0 else logits[t] * penalty
    least = logits.topk(k).values[-1]
    return logits.masked_fill(logits < least, -math.inf).softmax(-1)
""": "",
            """
import math

def next_probabilities(logits, previous, k, penalty):
    logits = logits.clone()
    seen = logits[previous]
    logits[previous] = seen.div(penalty).where(seen > 0, seen * penalty)
    p = logits.softmax(-1)
    return p.masked_fill(p < p.topk(k).values[-1], 0)
""": "",
        },
    ),
    "sampling/negative-logits-divided": Tried(
        right=(
            """
import torch

def penalise(logits, previous, penalty):
    logits = logits.clone()
    seen = logits[previous]
    logits[previous] = torch.where(seen > 0, seen / penalty, seen * penalty)
    return logits
""",
            """
import numpy as np

def penalise(logits, previous, penalty):
    out = np.array(logits)
    for t in set(previous):
        out[t] *= penalty if out[t] < 0 else 1 / penalty
    return out
""",
            """
def penalise(logits, previous, penalty):
    return [
        l if i not in previous else l / penalty if l > 0 else l * penalty
        for i, l in enumerate(logits.tolist())
    ]
""",
            """
def penalise(logits, previous, penalty):
    logits = logits.clone()
    for token in set(previous):
        logits[token] = logits[token] / penalty if logits[token] >= 0 else logits[token] * penalty
    return logits
""",
        ),
        wrong={
            """
def penalise(logits, previous, penalty):
    logits = logits.clone()
    for token in set(previous):
        logits[token] = logits[token] - penalty
    return logits
""": "",
            """
def penalise(logits, previous, penalty):
    logits = logits.clone()
    for token in set(previous):
        logits[token] = logits[token] * penalty
    return logits
""": "",
            """
def penalise(logits, previous, penalty):
    logits = logits.clone()
    for token in set(previous):
        logits[token] = logits[token] - abs(logits[token]) / penalty
    return logits
""": "",
            """
def penalise(logits, previous, penalty):
    logits = logits.clone()
    for token in previous:
        logits[token] = logits[token] / penalty if logits[token] > 0 else logits[token] * penalty
    return logits
""": "A token used twice is penalised twice",
            """
def penalise(logits, previous, penalty):
    return (logits / penalty).where(logits > 0, logits * penalty)
""": "You penalise every token",
            """
def penalise(logits, previous, penalty):
    logits = logits.clone()
    for token in set(previous):
        if logits[token] > 0:
            logits[token] = logits[token] / penalty
    return logits
""": "",
            """
def penalise(logits, previous, penalty):
    logits = logits.clone()
    for token in set(previous):
        logits[token] = logits[token] * penalty if logits[token] > 0 else logits[token] / penalty
    return logits
""": "",
        },
    ),
    "sampling/unseeded-generator": Tried(
        right=(
            """
import random
from itertools import accumulate

def draw_both(cold, hot, count, seed):
    numbers = random.Random(seed)
    us = [numbers.random() for _ in range(count)]

    def drawn(weights):
        ends = list(accumulate(weights))
        return [next((i for i, e in enumerate(ends) if u < e), len(ends) - 1) for u in us]

    return drawn(cold), drawn(hot)
""",
            """
import numpy as np

def draw_both(cold, hot, count, seed):
    return [np.random.default_rng(seed).choice(len(p), size=count, p=p) for p in (cold, hot)]
""",
            """
import random

def draw_both(cold, hot, count, seed):
    random.seed(seed)
    a = random.choices(range(len(cold)), weights=cold, k=count)
    random.seed(seed)
    b = random.choices(range(len(hot)), weights=hot, k=count)
    return a, b
""",
            """
import torch

def draw_both(cold, hot, count, seed):
    out = []
    for p in (cold, hot):
        g = torch.Generator().manual_seed(seed)
        out.append(
            torch.multinomial(torch.tensor(p), count, replacement=True, generator=g).tolist()
        )
    return out
""",
        ),
        wrong={
            """
import random

def draw_both(cold, hot, count, seed):
    numbers = random.Random(seed)
    a = numbers.choices(range(len(cold)), weights=cold, k=count)
    return a, numbers.choices(range(len(hot)), weights=hot, k=count)
""": "Both draw from one generator now",
            """
import random

def draw_both(cold, hot, count, seed):
    a = random.Random(seed).choices(range(len(cold)), weights=cold, k=count)
    return a, random.Random(seed + 1).choices(range(len(hot)), weights=hot, k=count)
""": "The two distributions are equal",
            """
import random

def draw_both(cold, hot, count, seed):
    a = random.Random().choices(range(len(cold)), weights=cold, k=count)
    return a, random.Random().choices(range(len(hot)), weights=hot, k=count)
""": "The two distributions are equal",
            """
import random

def draw_both(cold, hot, count, seed):
    a = random.Random(seed).choices(range(len(cold)), weights=cold, k=count)
    return a, a
""": "These 200 draws do not have the probabilities [0.4",
            """
def draw_both(cold, hot, count, seed):
    return [cold.index(max(cold))] * count, [hot.index(max(hot))] * count
""": "These 200 draws do not have the probabilities [0.5",
            """
import random

def draw_both(cold, hot, count, seed):
    a = random.Random(seed).choices(range(len(cold)), k=count)
    return a, random.Random(seed).choices(range(len(hot)), k=count)
""": "These 200 draws do not have the probabilities [0.8",
            """
import random

def draw_both(cold, hot, count, seed):
    a = random.Random(0).choices(range(len(cold)), weights=cold, k=count)
    return a, random.Random(0).choices(range(len(hot)), weights=hot, k=count)
""": "Another seed gives the same draws",
        },
    ),
    "sampling/block-list": Tried(
        right=(
            """
def blocked_ids(word, tokenizer):
    found = set()
    for form in (word.lower(), word.capitalize(), " " + word.lower(), " " + word.capitalize()):
        ids = tokenizer.encode(form)
        if len(ids) == 1:
            found.add(ids[0])
    return found
""",
            """
def blocked_ids(word, tokenizer):
    word = word.lower()
    wanted = {word, word[0].upper() + word[1:]}
    ids = tokenizer.get_vocab().values()
    texts = tokenizer.batch_decode([[id] for id in ids])
    plain = lambda text: text[1:] if text[:1] == " " else text
    return {id for id, text in zip(ids, texts) if plain(text) in wanted}
""",
        ),
        wrong={
            """
def blocked_ids(word, tokenizer):
    return set(tokenizer(word)["input_ids"])
""": "",
            """
def blocked_ids(word, tokenizer):
    ids = [tokenizer(form)["input_ids"] for form in (word.lower(), " " + word.lower())]
    return {one[0] for one in ids if len(one) == 1}
""": "the word has a capital",
            """
def blocked_ids(word, tokenizer):
    forms = [" " + word.lower(), " " + word.capitalize()]
    ids = [tokenizer(form)["input_ids"] for form in forms]
    return {one[0] for one in ids if len(one) == 1}
""": "With a space it is blocked now",
        },
    ),
    "sampling/contrastive-scores": Tried(
        right=(
            """
import torch

def contrastive_scores(probabilities, vectors, before, alpha):
    found = []
    for p, vector in zip(probabilities, vectors):
        alike = [torch.cosine_similarity(vector, one, dim=0) for one in before]
        found.append(float((1 - alpha) * p - alpha * max(alike)))
    return found
""",
            """
def contrastive_scores(probabilities, vectors, before, alpha):
    v = vectors / vectors.norm(dim=1, keepdim=True)
    h = before / before.norm(dim=1, keepdim=True)
    return (1 - alpha) * probabilities - alpha * (v @ h.T).amax(1)
""",
        ),
        wrong={
            """
def contrastive_scores(probabilities, vectors, before, alpha):
    return (1 - alpha) * probabilities - alpha * (vectors @ before.T).max(1).values
""": "You compare by the dot product",
            """
import torch

def contrastive_scores(probabilities, vectors, before, alpha):
    alike = torch.cosine_similarity(vectors[:, None], before[None], dim=-1)
    return (1 - alpha) * probabilities - alpha * alike.mean(1)
""": "take the greatest",
            """
import torch

def contrastive_scores(probabilities, vectors, before, alpha):
    alike = torch.cosine_similarity(vectors, before[-1:], dim=-1)
    return (1 - alpha) * probabilities - alpha * alike
""": "with the last token only",
            """
import torch

def contrastive_scores(probabilities, vectors, before, alpha):
    alike = torch.cosine_similarity(vectors[:, None], before[None], dim=-1)
    return probabilities - alike.max(1).values
""": "",
        },
    ),
    "sampling/allowed-tokens": Tried(
        right=(
            """
def allowed(tokens, options, written):
    found = []
    for token in tokens:
        text = written + token
        if [option for option in options if option[:len(text)] == text]:
            found.append(token)
    return found
""",
            """
def allowed(tokens, options, written):
    beginnings = {option[:n] for option in options for n in range(len(option) + 1)}
    return [token for token in tokens if written + token in beginnings]
""",
        ),
        wrong={
            """
def allowed(tokens, options, written):
    return [token for token in tokens if written + token in options]
""": "You ask that an option is complete",
            """
def allowed(tokens, options, written):
    return [token for token in tokens for option in options if option.startswith(token)]
""": "",
            """
def allowed(tokens, options, written):
    return [token for token in tokens if any(written + token in option for option in options)]
""": "It must be at its beginning",
        },
    ),
    "sampling/masked-with-zero": Tried(
        right=(
            """
import torch

def constrained(logits, allowed):
    masked = torch.full_like(logits, float("-inf"))
    masked[allowed] = logits[allowed]
    return masked.softmax(0)
""",
            """
import torch

def constrained(logits, allowed):
    weights = torch.zeros_like(logits)
    weights[allowed] = logits.exp()[allowed]
    return weights / weights.sum()
""",
        ),
        wrong={
            """
import torch

def constrained(logits, allowed):
    probabilities = torch.zeros_like(logits)
    probabilities[allowed] = logits.softmax(-1)[allowed]
    return probabilities
""": "do not sum to 1 any more",
            """
def constrained(logits, allowed):
    return logits.softmax(-1)
""": "every token may come",
        },
    ),
}
