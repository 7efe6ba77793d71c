"""Answers to the exercises of the masked-words lab."""

from tests.exercises.answers import Tried

ANSWERS = {
    "masking/best-guess": Tried(
        right=(
            """
def best_guess(logits, ids, mask_id):
    probability, best = logits[ids.index(mask_id)].softmax(-1).max(-1)
    return [best.item(), probability.item()]
""",
            """
import numpy as np

def best_guess(logits, ids, mask_id):
    row = np.array(logits)[np.array(ids) == mask_id][0]
    p = np.exp(row) / np.exp(row).sum()
    return np.argmax(p), p.max()
""",
            """
import math

def best_guess(logits, ids, mask_id):
    row = [float(x) for x in logits[ids.index(mask_id)]]
    total = sum(math.exp(x) for x in row)
    best = max(range(len(row)), key=lambda i: row[i])
    return best, math.exp(row[best]) / total
""",
            """
import torch

def best_guess(logits, ids, mask_id):
    place = (torch.tensor(ids) == mask_id).nonzero().item()
    top = logits.softmax(-1)[place].topk(1)
    return torch.cat([top.indices.float(), top.values])
""",
        ),
        wrong={
            """
def best_guess(logits, ids, mask_id):
    row = logits.softmax(0)[ids.index(mask_id)]
    return int(row.argmax()), float(row.max())
""": "Your probabilities sum to 1 over the tokens of the text",
            """
def best_guess(logits, ids, mask_id):
    row = logits[ids.index(mask_id)]
    return int(row.argmax()), float(row.max())
""": "The token is right",
            """
def best_guess(logits, ids, mask_id):
    row = logits[-1].softmax(-1)
    return int(row.argmax()), float(row.max())
""": "This is the guess at the last token",
            """
def best_guess(logits, ids, mask_id):
    row = logits[ids.index(mask_id) - 1].softmax(-1)
    return int(row.argmax()), float(row.max())
""": "This is the row before the mask",
            """
def best_guess(logits, ids, mask_id):
    row = logits[(ids.index(mask_id) + 1) % len(ids)].softmax(-1)
    return int(row.argmax()), float(row.max())
""": "",
            """
def best_guess(logits, ids, mask_id):
    row = logits[min(mask_id, len(logits) - 1)].softmax(-1)
    return int(row.argmax()), float(row.max())
""": "This is the guess at the last token",
            """
def best_guess(logits, ids, mask_id):
    row = logits[ids.index(4)].softmax(-1)
    return int(row.argmax()), float(row.max())
""": "",
        },
    ),
    "masking/rhinoceros": Tried(
        right=(
            "0.02 * 0.5 * 0.9",
            "0.009",
        ),
        wrong={
            "0.9": "That is the last piece alone",
            "1.42": "You add",
            "0.02": "That is the first piece alone",
            "0.01": "One piece is missing",
            "1.42 / 3": "",
            "0.018": "",
            "0.009 ** (1 / 3)": "",
        },
    ),
    "masking/mask-word": Tried(
        right=(
            """
def mask_word(pieces, number):
    words = []
    for piece in pieces:
        if piece.startswith("##"):
            words[-1].append(piece)
        else:
            words.append([piece])
    words[number] = ["[MASK]"] * len(words[number])
    return [piece for word in words for piece in word]
""",
            """
def mask_word(pieces, number):
    starts = [i for i, p in enumerate(pieces) if not p.startswith("##")] + [len(pieces)]
    seen = list(pieces)
    for i in range(starts[number], starts[number + 1]):
        seen[i] = "[MASK]"
    return seen
""",
            """
from itertools import accumulate

def mask_word(pieces, number):
    numbers = accumulate(0 if p[:2] == "##" else 1 for p in pieces)
    return tuple("[MASK]" if n - 1 == number else p for p, n in zip(pieces, numbers))
""",
            """
def mask_word(pieces, number):
    word = -1
    for i, piece in enumerate(pieces):
        if not piece.startswith("##"):
            word += 1
        if word == number:
            pieces[i] = "[MASK]"
    return pieces
""",
        ),
        wrong={
            """
def mask_word(pieces, number):
    starts = [i for i, p in enumerate(pieces) if not p.startswith("##")]
    first, end = starts[number], starts[number + 1]
    return pieces[:first] + ["[MASK]"] * (end - first) + pieces[end:]
""": "",
            """
def mask_word(pieces, number):
    seen = list(pieces)
    i = [i for i, p in enumerate(pieces) if not p.startswith("##")][number]
    seen[i] = "[MASK]"
    while seen[i + 1].startswith("##"):
        i += 1
        seen[i] = "[MASK]"
    return seen
""": "",
            """
def mask_word(pieces, number):
    word = [p for p in pieces if not p.startswith("##")][number]
    i = pieces.index(word)
    seen = list(pieces)
    seen[i] = "[MASK]"
    i += 1
    while i < len(seen) and seen[i].startswith("##"):
        seen[i] = "[MASK]"
        i += 1
    return seen
""": "A word can be in a text twice",
            """
def mask_word(pieces, number):
    i = [i for i, p in enumerate(pieces) if not p.startswith("##")][number]
    return pieces[:i] + ["[MASK]"] + pieces[i + 1 :]
""": "You hide the first piece only",
            """
def mask_word(pieces, number):
    return pieces[:number] + ["[MASK]"] + pieces[number + 1 :]
""": "You count pieces",
            """
def mask_word(pieces, number):
    seen, word = [], -1
    for p in pieces:
        if not p.startswith("##"):
            word += 1
            if word == number:
                seen.append("[MASK]")
                continue
        if word != number:
            seen.append(p)
    return seen
""": "You put one mask in the place of several pieces",
            """
def mask_word(pieces, number):
    words = []
    for p in pieces:
        if p.startswith("##"):
            words[-1].append(p)
        else:
            words.append([p])
    return ["[MASK]" if p in words[number] else p for p in pieces]
""": "",
        },
    ),
    "masking/two-fillings": Tried(
        right=(
            """
import numpy as np

def two_fillings(joint):
    j = np.array(joint)
    alone = [j.sum(axis=1).argmax(), j.sum(axis=0).argmax()]
    return alone, list(np.unravel_index(j.argmax(), j.shape))
""",
            """
def two_fillings(joint):
    first = [joint[0][0] + joint[0][1], joint[1][0] + joint[1][1]]
    second = [joint[0][0] + joint[1][0], joint[0][1] + joint[1][1]]
    a = 0 if first[0] > first[1] else 1
    b = 0 if second[0] > second[1] else 1
    pairs = [(x, y) for x in (0, 1) for y in (0, 1)]
    return [a, b], max(pairs, key=lambda p: joint[p[0]][p[1]])
""",
            """
import torch

def two_fillings(joint):
    alone = torch.stack([joint.sum(1).argmax(), joint.sum(0).argmax()])
    together = torch.tensor(divmod(joint.argmax().item(), 2))
    return torch.stack([alone, together])
""",
            """
import numpy as np

def two_fillings(joint):
    return [int(np.argmax(joint.sum(axis=1))), int(np.argmax(joint.sum(axis=0)))], [
        int(i) for i in np.argwhere(joint == np.max(joint))[0]
    ]
""",
        ),
        wrong={
            """
def two_fillings(joint):
    return [int(joint.max(1).values.argmax()), int(joint.max(0).values.argmax())], divmod(
        int(joint.argmax()), 2
    )
""": "The second pair is right",
            """
def two_fillings(joint):
    return [int(joint.sum(0).argmax()), int(joint.sum(1).argmax())], divmod(int(joint.argmax()), 2)
""": "The first pair is the wrong way round",
            """
def two_fillings(joint):
    a = [int(joint.sum(1).argmax()), int(joint.sum(0).argmax())]
    return a, a
""": "The first pair is right",
            """
def two_fillings(joint):
    a = divmod(int(joint.argmax()), 2)
    return a, a
""": "The second pair is right",
            """
def two_fillings(joint):
    return divmod(int(joint.argmax()), 2), [int(joint.sum(1).argmax()), int(joint.sum(0).argmax())]
""": "Both are right",
            """
def two_fillings(joint):
    a = int(joint.sum(1).argmax())
    return [a, int(joint.sum(0).argmax())], [a, int(joint[a].argmax())]
""": "Your second pair is filled from left to right",
            """
def two_fillings(joint):
    return [int(joint.sum(1).argmax()), int(joint.sum(0).argmax())], int(joint.argmax())
""": "This should be a list of 2 lists; you gave a list of 2 things",
        },
    ),
    "masking/pseudo-log-likelihood": Tried(
        right=(
            """
import torch

def pseudo_log_likelihood(log_probabilities, ids):
    rows = log_probabilities[1:-1]
    return rows.gather(1, torch.tensor(ids[1:-1])[:, None]).sum()
""",
            """
import numpy as np

def pseudo_log_likelihood(log_probabilities, ids):
    rows = np.array(log_probabilities)
    return rows[np.arange(1, len(ids) - 1), ids[1:-1]].sum()
""",
            """
def pseudo_log_likelihood(log_probabilities, ids):
    return sum(row[id] for row, id in list(zip(log_probabilities, ids))[1:-1])
""",
            """
import torch

def pseudo_log_likelihood(log_probabilities, ids):
    return -torch.nn.functional.nll_loss(
        log_probabilities[1:-1], torch.tensor(ids[1:-1]), reduction="sum"
    ).item()
""",
        ),
        wrong={
            """
def pseudo_log_likelihood(log_probabilities, ids):
    return sum(float(row[id]) for row, id in zip(log_probabilities, ids))
""": "You count [CLS] and [SEP]",
            """
def pseudo_log_likelihood(log_probabilities, ids):
    return sum(float(row[id]) for row, id in list(zip(log_probabilities, ids))[1:])
""": "",
            """
def pseudo_log_likelihood(log_probabilities, ids):
    return sum(float(row[id]) for row, id in list(zip(log_probabilities, ids))[:-1])
""": "",
            """
def pseudo_log_likelihood(log_probabilities, ids):
    v = [float(log_probabilities[i][ids[i]]) for i in range(1, len(ids) - 1)]
    return sum(v) / len(v)
""": "This is the mean over the tokens",
            """
import math

def pseudo_log_likelihood(log_probabilities, ids):
    return math.exp(sum(float(log_probabilities[i][ids[i]]) for i in range(1, len(ids) - 1)))
""": "You multiply the probabilities",
            """
def pseudo_log_likelihood(log_probabilities, ids):
    return sum(float(log_probabilities[i].max()) for i in range(1, len(ids) - 1))
""": "You add up the best guesses",
            """
def pseudo_log_likelihood(log_probabilities, ids):
    return sum(float(log_probabilities[i - 1][ids[i]]) for i in range(1, len(ids) - 1))
""": "You read each token from the row before it",
        },
    ),
    "masking/eighty-ten-ten": Tried(
        right=(
            """
def corrupt(tokens, chosen, draws, others):
    return [
        t if not c or d >= 0.9 else "[MASK]" if d < 0.8 else o
        for t, c, d, o in zip(tokens, chosen, draws, others)
    ]
""",
            """
import numpy as np

def corrupt(tokens, chosen, draws, others):
    d, c = np.array(draws), np.array(chosen)
    seen = np.where(c & (d < 0.8), "[MASK]", tokens)
    return np.where(c & (d >= 0.8) & (d < 0.9), others, seen)
""",
            """
def corrupt(tokens, chosen, draws, others):
    for i in range(len(tokens)):
        if chosen[i]:
            if draws[i] < 0.8:
                tokens[i] = "[MASK]"
            elif draws[i] < 0.9:
                tokens[i] = others[i]
    return tokens
""",
            """
def corrupt(tokens, chosen, draws, others):
    def one(token, is_chosen, draw, other):
        if not is_chosen:
            return token
        return "[MASK]" if draw < 0.8 else other if draw < 0.9 else token

    return tuple(map(one, tokens, chosen, draws, others))
""",
        ),
        wrong={
            """
def corrupt(tokens, chosen, draws, others):
    return [
        "[MASK]" if d < 0.8 else o if d < 0.9 else t
        for t, c, d, o in zip(tokens, chosen, draws, others)
    ]
""": "You change tokens that were not chosen",
            """
def corrupt(tokens, chosen, draws, others):
    return [
        t if not c or d > 0.9 else "[MASK]" if d <= 0.8 else o
        for t, c, d, o in zip(tokens, chosen, draws, others)
    ]
""": "",
            """
def corrupt(tokens, chosen, draws, others):
    return ["[MASK]" if c else t for t, c in zip(tokens, chosen)]
""": "You hide all that were chosen",
            """
import random

def corrupt(tokens, chosen, draws, others):
    draws = [random.random() for _ in tokens]
    return [
        t if not c or d >= 0.9 else "[MASK]" if d < 0.8 else o
        for t, c, d, o in zip(tokens, chosen, draws, others)
    ]
""": "",
            """
def corrupt(tokens, chosen, draws, others):
    return [
        t if not c else "[MASK]" if d < 0.8 else o
        for t, c, d, o in zip(tokens, chosen, draws, others)
    ]
""": "A tenth must stay as they are",
            """
def corrupt(tokens, chosen, draws, others):
    return [
        t if not c or d >= 0.8 else "[MASK]" for t, c, d, o in zip(tokens, chosen, draws, others)
    ]
""": "A tenth becomes the random token in `others`",
            """
def corrupt(tokens, chosen, draws, others):
    return [
        t if not c else "[MASK]" if d < 0.8 else t if d < 0.9 else o
        for t, c, d, o in zip(tokens, chosen, draws, others)
    ]
""": "",
        },
    ),
    "masking/labels": Tried(
        right=(
            """
import numpy as np

def make_labels(ids, seen, chosen):
    return np.where(chosen, ids, -100)
""",
            """
import torch

def make_labels(ids, seen, chosen):
    return torch.tensor(ids).masked_fill(~torch.tensor(chosen), -100)
""",
            """
def make_labels(ids, seen, chosen):
    labels = [-100] * len(ids)
    for i, c in enumerate(chosen):
        if c:
            labels[i] = ids[i]
    return labels
""",
            """
def make_labels(ids, seen, chosen):
    return tuple(id if c else -100 for id, c in zip(ids, chosen))
""",
        ),
        wrong={
            """
def make_labels(ids, seen, chosen):
    return [a if a != b else -100 for a, b in zip(ids, seen)]
""": "You leave out a token that was chosen and shown unchanged",
            """
def make_labels(ids, seen, chosen):
    return [s if c else -100 for s, c in zip(seen, chosen)]
""": "You ask for what the model sees",
            """
def make_labels(ids, seen, chosen):
    return ids
""": "You ask for every token",
            """
def make_labels(ids, seen, chosen):
    return [i if c else 0 for i, c in zip(ids, chosen)]
""": "0 is a token",
            """
def make_labels(ids, seen, chosen):
    return [-100 if c else i for i, c in zip(ids, chosen)]
""": "You ask for the tokens that were not chosen",
            """
def make_labels(ids, seen, chosen):
    return [i for i, c in zip(ids, chosen) if c]
""": "This should be a list of 4 numbers; you gave a list of 2 numbers",
            """
def make_labels(ids, seen, chosen):
    return [i if s == 4 else -100 for i, s in zip(ids, seen)]
""": "You ask only where a mask is seen",
        },
    ),
    "masking/total-loss": Tried(
        right=(
            """
import numpy as np

def total_loss(word_losses, pair_losses, alpha, beta):
    return alpha * np.mean(word_losses) + beta * np.mean(pair_losses)
""",
            """
from statistics import fmean

def total_loss(word_losses, pair_losses, alpha, beta):
    return fmean(word_losses) * alpha + fmean(pair_losses) * beta
""",
            """
import torch

def total_loss(word_losses, pair_losses, alpha, beta):
    return alpha * torch.tensor(word_losses).mean() + beta * torch.tensor(pair_losses).mean()
""",
        ),
        wrong={
            """
def total_loss(word_losses, pair_losses, alpha, beta):
    return alpha * sum(word_losses) + beta * sum(pair_losses)
""": "You add up the losses",
            """
def total_loss(word_losses, pair_losses, alpha, beta):
    return beta * sum(word_losses) / len(word_losses) + alpha * sum(pair_losses) / len(pair_losses)
""": "You have the two weights the wrong way round",
            """
def total_loss(word_losses, pair_losses, alpha, beta):
    return sum(word_losses) / len(word_losses) + sum(pair_losses) / len(pair_losses)
""": "The weights are not used",
            """
def total_loss(word_losses, pair_losses, alpha, beta):
    return (
        alpha * sum(word_losses) / len(word_losses) + beta * sum(pair_losses) / len(pair_losses)
    ) / 2
""": "",
            """
def total_loss(word_losses, pair_losses, alpha, beta):
    return (
        alpha * sum(word_losses) / len(word_losses) + beta * sum(pair_losses) / len(pair_losses)
    ) / (alpha + beta)
""": "You divide by the sum of the weights",
            """
def total_loss(word_losses, pair_losses, alpha, beta):
    return alpha * sum(word_losses) / len(word_losses) + beta * sum(pair_losses)
""": "The words are right",
            """
def total_loss(word_losses, pair_losses, alpha, beta):
    n = len(word_losses)
    return alpha * sum(word_losses) / n + beta * sum(pair_losses) / n
""": "",
        },
    ),
    "masking/difference-and-spread": Tried(
        right=(
            """
import statistics

def difference_and_spread(first, second):
    d = [a - b for a, b in zip(first, second)]
    return statistics.mean(d), statistics.stdev(d)
""",
            """
import numpy as np

def difference_and_spread(first, second):
    d = np.array(first) - np.array(second)
    return [d.mean(), d.std(ddof=1)]
""",
            """
import torch

def difference_and_spread(first, second):
    d = torch.tensor(first) - torch.tensor(second)
    return torch.stack([d.mean(), d.std()])
""",
            """
import numpy as np

def difference_and_spread(first, second):
    d = np.subtract(first, second)
    return np.mean(d), np.sqrt(((d - d.mean()) ** 2).sum() / (len(d) - 1))
""",
        ),
        wrong={
            """
import numpy as np

def difference_and_spread(first, second):
    d = np.array(first) - np.array(second)
    return d.mean(), d.std()
""": "The mean is right; your spread divides by n",
            """
import statistics

def difference_and_spread(first, second):
    d = [a - b for a, b in zip(first, second)]
    return statistics.mean(d), statistics.variance(d)
""": "The mean is right; the spread is still the variance",
            """
import statistics

def difference_and_spread(first, second):
    d = [b - a for a, b in zip(first, second)]
    return statistics.mean(d), statistics.stdev(d)
""": "The sign is wrong",
            """
import statistics

def difference_and_spread(first, second):
    d = [abs(a - b) for a, b in zip(first, second)]
    return statistics.mean(d), statistics.stdev(d)
""": "You drop the signs",
            """
import statistics

def difference_and_spread(first, second):
    d = [a - b for a, b in zip(first, second)]
    return statistics.mean(d), statistics.stdev(d) / len(d) ** 0.5
""": "The mean is right",
            """
import statistics

def difference_and_spread(first, second):
    return statistics.mean(first) - statistics.mean(second), statistics.stdev(
        first
    ) - statistics.stdev(second)
""": "",
            """
import statistics

def difference_and_spread(first, second):
    return statistics.mean(a - b for a, b in zip(first, second))
""": "The mean is right",
        },
    ),
    "masking/softmax-over-the-text": Tried(
        right=(
            """
def guesses(logits, places, k):
    best = logits[places].softmax(dim=1).topk(k)
    return best.indices, best.values
""",
            """
def guesses(logits, places, k):
    ids, values = [], []
    for place in places:
        top = logits[place].softmax(0).topk(k)
        ids.append(top.indices.tolist())
        values.append(top.values.tolist())
    return ids, values
""",
            """
import numpy as np

def guesses(logits, places, k):
    e = np.exp(np.array(logits))
    p = (e / e.sum(axis=1, keepdims=True))[places]
    ids = np.argsort(-p, axis=1)[:, :k]
    return ids, np.take_along_axis(p, ids, axis=1)
""",
            """
def guesses(logits, places, k):
    best = logits[places].topk(k)
    values = (best.values - logits[places].logsumexp(-1, keepdim=True)).exp()
    return [best.indices.tolist(), values.tolist()]
""",
        ),
        wrong={
            """
def guesses(logits, places, k):
    best = logits[places].topk(k)
    return best.indices.tolist(), best.values.softmax(-1).tolist()
""": "Now they sum to 1 over the k tokens alone",
            """
def guesses(logits, places, k):
    p = logits.flatten().softmax(0).view(logits.shape)
    best = p[places].topk(k)
    return best.indices.tolist(), best.values.tolist()
""": "",
            """
def guesses(logits, places, k):
    best = logits[places].topk(k)
    return best.indices.tolist(), best.values.tolist()
""": "",
            """
def guesses(logits, places, k):
    best = logits[places].sigmoid().topk(k)
    return best.indices.tolist(), best.values.tolist()
""": "Sigmoid gives each token a yes or no of its own",
            """
def guesses(logits, places, k):
    best = logits[places].softmax(0).topk(k)
    return best.indices.tolist(), best.values.tolist()
""": "Now they sum to 1 down the chosen places",
            """
def guesses(logits, places, k):
    best = logits.softmax(-1)[places].topk(k)
    return best.values.tolist(), best.indices.tolist()
""": "",
            """
def guesses(logits, places, k):
    best = logits.log_softmax(-1)[places].topk(k)
    return best.indices.tolist(), best.values.tolist()
""": "",
        },
    ),
    "masking/place-before-the-cut": Tried(
        right=(
            """
def guess(model, tokenizer, text):
    tokenizer.truncation_side = "left"
    inputs = tokenizer(text, truncation=True, max_length=16, return_tensors="pt")
    logits = model(**inputs).logits[0]
    place = (inputs.input_ids[0] == tokenizer.mask_token_id).nonzero().item()
    return tokenizer.decode(logits[place].argmax())
""",
            """
def guess(model, tokenizer, text):
    tokenizer.truncation_side = "left"
    ids = tokenizer(text).input_ids
    place = ids.index(tokenizer.mask_token_id) - len(ids)
    inputs = tokenizer(text, truncation=True, max_length=16, return_tensors="pt")
    logits = model(**inputs).logits[0]
    return tokenizer.decode(logits[place].argmax())
""",
            """
def guess(model, tokenizer, text):
    tokenizer.truncation_side = "left"
    inputs = tokenizer(text, truncation=True, max_length=16, return_tensors="pt")
    at_mask = model(**inputs).logits[inputs.input_ids == tokenizer.mask_token_id]
    return tokenizer.convert_ids_to_tokens(at_mask.argmax(-1).tolist())[0]
""",
            """
import torch

def guess(model, tokenizer, text):
    tokenizer.truncation_side = "left"
    ids = tokenizer(text, truncation=True, max_length=16).input_ids
    place = ids.index(tokenizer.mask_token_id)
    with torch.no_grad():
        return tokenizer.decode([int(model(torch.tensor([ids])).logits[0, place].argmax())])
""",
        ),
        wrong={
            """
def guess(model, tokenizer, text):
    inputs = tokenizer(text, return_tensors="pt")
    place = inputs.input_ids[0].tolist().index(tokenizer.mask_token_id)
    return tokenizer.decode(model(**inputs).logits[0][place].argmax())
""": "The place is right now",
            """
def guess(model, tokenizer, text):
    tokenizer.truncation_side = "right"
    inputs = tokenizer(text, truncation=True, max_length=16, return_tensors="pt")
    place = inputs.input_ids[0].tolist().index(tokenizer.mask_token_id)
    return tokenizer.decode(model(**inputs).logits[0][place].argmax())
""": "",
            """
def guess(model, tokenizer, text):
    inputs = tokenizer(text, truncation=True, max_length=16, return_tensors="pt")
    place = inputs.input_ids[0].tolist().index(tokenizer.mask_token_id)
    return tokenizer.decode(model(**inputs).logits[0][place].argmax())
""": "",
            """
def guess(model, tokenizer, text):
    tokenizer.truncation_side = "left"
    inputs = tokenizer(text, truncation=True, max_length=16, return_tensors="pt")
    return tokenizer.decode(model(**inputs).logits[0][-1].argmax())
""": "This is the row of the last token",
            """
def guess(model, tokenizer, text):
    tokenizer.truncation_side = "left"
    place = tokenizer(text).input_ids.index(tokenizer.mask_token_id) % 16
    inputs = tokenizer(text, truncation=True, max_length=16, return_tensors="pt")
    return tokenizer.decode(model(**inputs).logits[0][place].argmax())
""": "",
            """
def guess(model, tokenizer, text):
    tokenizer.truncation_side = "left"
    place = min(tokenizer(text).input_ids.index(tokenizer.mask_token_id), 15)
    inputs = tokenizer(text, truncation=True, max_length=16, return_tensors="pt")
    return tokenizer.decode(model(**inputs).logits[0][place].argmax())
""": "",
            """
def guess(model, tokenizer, text):
    tokenizer.truncation_side = "left"
    inputs = tokenizer(text, truncation=True, max_length=8, return_tensors="pt")
    ids = inputs.input_ids[0].tolist()
    place = ids.index(tokenizer.mask_token_id) if tokenizer.mask_token_id in ids else 0
    return tokenizer.decode(model(**inputs).logits[0][place].argmax())
""": "",
        },
    ),
    "masking/piece-for-a-word": Tried(
        right=(
            """
def hide_word(text, tokenizer, number):
    encoding = tokenizer(text, add_special_tokens=False)
    tokens = encoding.tokens()
    places = [i for i, w in enumerate(encoding.word_ids()) if w == number]
    hidden = [tokens[i] for i in places]
    for i in places:
        tokens[i] = tokenizer.mask_token
    return tokens, hidden
""",
            """
def hide_word(text, tokenizer, number):
    encoding = tokenizer(text, add_special_tokens=False)
    tokens = encoding.tokens()
    span = encoding.word_to_tokens(number)
    hidden = tokens[span.start : span.end]
    tokens[span.start : span.end] = [tokenizer.mask_token] * len(hidden)
    return [tokens, hidden]
""",
            """
def hide_word(text, tokenizer, number):
    seen, hidden, word = [], [], -1
    for piece in tokenizer.tokenize(text):
        word += not piece.startswith("##")
        if word == number:
            hidden.append(piece)
            seen.append("[MASK]")
        else:
            seen.append(piece)
    return seen, hidden
""",
            """
def hide_word(text, tokenizer, number):
    encoding = tokenizer(text, add_special_tokens=False)
    tokens = encoding.tokens()
    start, end = encoding.word_to_tokens(number)
    hidden = [tokens[place] for place in range(start, end)]
    return (
        [tokenizer.mask_token if start <= i < end else t for i, t in enumerate(tokens)],
        tuple(hidden),
    )
""",
        ),
        wrong={
            """
def hide_word(text, tokenizer, number):
    encoding = tokenizer(text, add_special_tokens=False)
    tokens = encoding.tokens()
    start, end = encoding.word_to_tokens(number)
    return tokens[:start] + [tokenizer.mask_token] + tokens[end:], tokens[start:end]
""": "The whole word is hidden",
            """
def hide_word(text, tokenizer, number):
    tokens = tokenizer(text, add_special_tokens=False).tokens()
    hidden = [tokens[number]]
    tokens[number] = tokenizer.mask_token
    return tokens, hidden
""": "You take `number` as the number of a token",
            """
def hide_word(text, tokenizer, number):
    encoding = tokenizer(text, add_special_tokens=False)
    tokens = encoding.tokens()
    span = encoding.word_to_tokens(number)
    places = sorted({span.start, span.end - 1})
    hidden = [tokens[i] for i in places]
    for i in places:
        tokens[i] = tokenizer.mask_token
    return tokens, hidden
""": "",
            """
def hide_word(text, tokenizer, number):
    encoding = tokenizer(text, add_special_tokens=False)
    tokens = encoding.tokens()
    span = encoding.word_to_tokens(number)
    places = range(span.start, min(span.end + 1, len(tokens)))
    hidden = [tokens[i] for i in places]
    for i in places:
        tokens[i] = tokenizer.mask_token
    return tokens, hidden
""": "",
            """
def hide_word(text, tokenizer, number):
    encoding = tokenizer(text)
    tokens = encoding.tokens()
    places = range(*encoding.word_to_tokens(number))
    hidden = [tokens[i] for i in places]
    for i in places:
        tokens[i] = tokenizer.mask_token
    return tokens, hidden
""": "",
            """
def hide_word(text, tokenizer, number):
    encoding = tokenizer(text, add_special_tokens=False)
    tokens = encoding.tokens()
    places = range(*encoding.word_to_tokens(number))
    hidden = [tokens[places[0]]]
    for i in places:
        tokens[i] = tokenizer.mask_token
    return tokens, hidden
""": "",
            """
def hide_word(text, tokenizer, number):
    tokens = tokenizer(text, add_special_tokens=False).tokens()
    pieces = tokenizer.tokenize(text.split()[number])
    start = tokens.index(pieces[0])
    tokens[start : start + len(pieces)] = [tokenizer.mask_token] * len(pieces)
    return tokens, pieces
""": "",
        },
    ),
    "masking/loss-everywhere": Tried(
        right=(
            """
import torch

def masked_loss(model, tokenizer, text, place):
    ids = tokenizer(text, return_tensors="pt").input_ids
    seen = ids.clone()
    seen[0, place] = tokenizer.mask_token_id
    labels = torch.full_like(ids, -100)
    labels[0, place] = ids[0, place]
    return float(model(input_ids=seen, labels=labels).loss)
""",
            """
import torch

def masked_loss(model, tokenizer, text, place):
    ids = tokenizer(text, return_tensors="pt").input_ids
    seen = ids.clone()
    seen[0, place] = tokenizer.mask_token_id
    return torch.nn.functional.cross_entropy(model(seen).logits[0, place], ids[0, place]).item()
""",
            """
def masked_loss(model, tokenizer, text, place):
    ids = tokenizer(text, return_tensors="pt").input_ids
    seen = ids.clone()
    seen[0, place] = tokenizer.mask_token_id
    labels = ids.clone()
    labels[seen != tokenizer.mask_token_id] = -100
    return model(input_ids=seen, labels=labels).loss
""",
            """
def masked_loss(model, tokenizer, text, place):
    inputs = tokenizer(text, return_tensors="pt")
    answer = inputs.input_ids[0, place].item()
    inputs.input_ids[0, place] = tokenizer.mask_token_id
    return -model(**inputs).logits[0, place].log_softmax(-1)[answer].item()
""",
        ),
        wrong={
            """
import torch

def masked_loss(model, tokenizer, text, place):
    ids = tokenizer(text, return_tensors="pt").input_ids
    labels = torch.full_like(ids, -100)
    labels[0, place] = ids[0, place]
    return float(model(input_ids=ids, labels=labels).loss)
""": "The label is right",
            """
import torch

def masked_loss(model, tokenizer, text, place):
    ids = tokenizer(text, return_tensors="pt").input_ids
    seen = ids.clone()
    seen[0, place] = tokenizer.mask_token_id
    labels = torch.zeros_like(ids)
    labels[0, place] = ids[0, place]
    return float(model(input_ids=seen, labels=labels).loss)
""": "0 is a token",
            """
import torch

def masked_loss(model, tokenizer, text, place):
    ids = tokenizer(text, return_tensors="pt").input_ids
    seen = ids.clone()
    seen[0, place] = tokenizer.mask_token_id
    labels = torch.full_like(ids, -100)
    labels[0, place] = seen[0, place]
    return float(model(input_ids=seen, labels=labels).loss)
""": "",
            """
def masked_loss(model, tokenizer, text, place):
    ids = tokenizer(text, return_tensors="pt").input_ids
    seen = ids.clone()
    seen[0, place] = tokenizer.mask_token_id
    labels = ids.clone()
    labels[0, 0] = labels[0, -1] = -100
    return float(model(input_ids=seen, labels=labels).loss)
""": "",
            """
def masked_loss(model, tokenizer, text, place):
    ids = tokenizer(text, return_tensors="pt").input_ids
    seen = ids.clone()
    seen[0, place] = tokenizer.mask_token_id
    labels = ids.clone()
    labels[0, place] = -100
    return float(model(input_ids=seen, labels=labels).loss)
""": "",
            """
import torch

def masked_loss(model, tokenizer, text, place):
    ids = tokenizer(text, return_tensors="pt").input_ids
    seen = ids.clone()
    seen[0, place] = tokenizer.mask_token_id
    labels = torch.full_like(ids, -100)
    labels[0, place + 1] = ids[0, place + 1]
    return float(model(input_ids=seen, labels=labels).loss)
""": "",
            """
import torch

def masked_loss(model, tokenizer, text, place):
    ids = tokenizer(text, return_tensors="pt").input_ids
    seen = ids.clone()
    seen[0, place] = tokenizer.mask_token_id
    return (
        torch.nn.functional.cross_entropy(model(seen).logits[0, place], ids[0, place]).item()
        / ids.shape[1]
    )
""": "",
        },
    ),
}
