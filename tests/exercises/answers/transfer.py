"""Answers to the exercises of the transfer lab."""

from tests.exercises.answers import Tried

TRAIN = """
def train(epochs, batches, learn, scheduler):
    rates = []
    for _ in range(epochs):
        for batch in batches:
            {}
    return rates
"""

ANSWERS = {
    "transfer/leaks": Tried(
        right=(
            """
import re

def leaks(train, test):
    bare = lambda text: re.sub(" +", " ", text.strip().lower())
    seen = [bare(one) for one in train]
    return [one for one in test if bare(one) in seen]
""",
            """
def leaks(train, test):
    seen = {tuple(one.casefold().split()) for one in train}
    for one in test:
        if tuple(one.casefold().split()) in seen:
            yield one
""",
            """
def leaks(train, test):
    found = []
    for one in test:
        for other in train:
            if one.upper().split() == other.upper().split():
                found.append(one)
                break
    return tuple(found)
""",
        ),
        wrong={
            """
def leaks(train, test):
    return [one for one in test if one in train]
""": "the same to the letter",
            """
def leaks(train, test):
    seen = {frozenset(one.lower().split()) for one in train}
    return [one for one in test if frozenset(one.lower().split()) in seen]
""": "not their order",
            """
def leaks(train, test):
    seen = {"".join(one.lower().split()) for one in train}
    return [one for one in test if "".join(one.lower().split()) in seen]
""": "`a b` becomes `ab`",
            """
def leaks(train, test):
    seen = {" ".join(one.lower().split()) for one in train}
    return [" ".join(one.lower().split()) for one in test if " ".join(one.lower().split()) in seen]
""": "the right ones, but changed",
            """
def leaks(train, test):
    seen = {" ".join(sorted(one.lower().split())) for one in train}
    return [one for one in test if " ".join(sorted(one.lower().split())) in seen]
""": "not their order",
            """
def leaks(train, test):
    seen = [one.lower().replace("  ", " ") for one in train]
    return [one for one in test if one.lower().replace("  ", " ") in seen]
""": "",
        },
    ),
    "transfer/steps": Tried(
        right=("3 * 256 / 32", "__import__('math').ceil(256 / 32) * 3", "3 * (256 // 32)"),
        wrong={"256 * 3": "with repetition", "256 / 32": "one epoch", "256 // 3": "", "'24'": ""},
    ),
    "transfer/scheduler-per-epoch": Tried(
        right=(
            TRAIN.format("rates += scheduler.get_last_lr(); learn(batch); scheduler.step()"),
            TRAIN.format(
                "rates.append(scheduler.optimizer.param_groups[0]['lr']); learn(batch); "
                "scheduler.step()"
            ),
            """
def train(epochs, batches, learn, scheduler):
    from itertools import chain, repeat

    for batch in chain.from_iterable(repeat(batches, epochs)):
        yield scheduler.get_last_lr()[0]
        learn(batch)
        scheduler.step()
""",
        ),
        wrong={
            TRAIN.format("learn(batch); scheduler.step(); rates += scheduler.get_last_lr()"): (
                "you note it after the step"
            ),
            TRAIN.format("rates += scheduler.get_last_lr(); learn(batch)"): "",
            TRAIN.format("scheduler.step(); rates += scheduler.get_last_lr(); learn(batch)"): (
                "no step is made with the highest rate"
            ),
            TRAIN.format("rates += scheduler.get_last_lr(); scheduler.step(); learn(batch)"): (
                "look at the rate of each step"
            ),
            """
def train(epochs, batches, learn, scheduler):
    n = epochs * len(batches)
    for _ in range(epochs):
        for batch in batches:
            learn(batch)
        scheduler.step()
    return [1 - i / n for i in range(n)]
""": "look at the rate of each step",
        },
    ),
    "transfer/stopped-by-the-test": Tried(
        right=(
            """
def reported(validation, test, patience):
    best = 0
    for epoch, value in enumerate(validation):
        if value > validation[best]:
            best = epoch
        elif epoch - best >= patience:
            break
    return test[best]
""",
            """
import numpy as np

def reported(validation, test, patience):
    end = len(validation)
    for epoch in range(len(validation)):
        if epoch - int(np.argmax(validation[: epoch + 1])) == patience:
            end = epoch + 1
            break
    return np.array(test)[np.argmax(validation[:end])]
""",
        ),
        wrong={
            # By validation, but it never gives up.
            """
def reported(validation, test, patience):
    return test[validation.index(max(validation))]
""": "never gives up",
            """
def reported(validation, test, patience):
    return max(test)
""": "best of all test accuracies",
            """
def reported(validation, test, patience):
    best, waited = 0, 0
    for epoch in range(1, len(validation)):
        waited += 1
        if validation[epoch] > validation[best]:
            best, waited = epoch, 0
        if waited == patience:
            break
    return validation[best]
""": "you report the validation accuracy",
            """
def reported(validation, test, patience):
    return test[-1]
""": "",
            """
def reported(validation, test, patience):
    best, waited = 0, 0
    for epoch in range(1, len(validation)):
        waited += 1
        if validation[epoch] > validation[best]:
            best, waited = epoch, 0
        if waited == patience:
            break
    return test[epoch]
""": "the epoch at which it gave up",
        },
    ),
    "transfer/confusion": Tried(
        right=(
            """
import numpy as np

def confusion(labels, called, classes):
    matrix = np.zeros((classes, classes))
    np.add.at(matrix, (labels, called), 1)
    return matrix
""",
            """
def confusion(labels, called, classes):
    pairs = list(zip(labels, called))
    return [[pairs.count((i, j)) for j in range(classes)] for i in range(classes)]
""",
            """
import torch

def confusion(labels, called, classes):
    places = torch.tensor(labels) * classes + torch.tensor(called)
    return torch.bincount(places, minlength=classes**2).view(classes, classes)
""",
            """
from sklearn.metrics import confusion_matrix

def confusion(labels, called, classes):
    return confusion_matrix(labels, called, labels=range(classes))
""",
        ),
        wrong={
            """
def confusion(labels, called, classes):
    matrix = [[0] * classes for _ in range(classes)]
    for a, b in zip(labels, called):
        matrix[b][a] += 1
    return matrix
""": "wrong way round",
            """
def confusion(labels, called, classes):
    matrix = [[0] * classes] * classes
    for a, b in zip(labels, called):
        matrix[a][b] += 1
    return matrix
""": "Every row is the same",
            """
from sklearn.metrics import confusion_matrix

def confusion(labels, called, classes):
    return confusion_matrix(labels, called)
""": "still has its row and column",
            """
def confusion(labels, called, classes):
    matrix = [[0] * classes for _ in range(classes)]
    for a, b in zip(labels, called):
        matrix[a][b] = 1
    return matrix
""": "",
        },
    ),
    "transfer/occlude": Tried(
        right=(
            """
def occlude(score, words):
    falls = []
    for i in range(len(words)):
        hidden = list(words)
        hidden[i] = "[MASK]"
        falls.append(score(words) - score(hidden))
    return falls
""",
            """
import numpy as np

def occlude(score, words):
    hidden = [["[MASK]" if j == i else w for j, w in enumerate(words)] for i in range(len(words))]
    return score(words) - np.array([score(one) for one in hidden])
""",
            """
def occlude(score, words):
    whole = score(words)
    for i, word in enumerate(words):
        words[i] = "[MASK]"
        yield whole - score(words)
        words[i] = word
""",
        ),
        wrong={
            """
def occlude(score, words):
    found = []
    for word in words:
        hidden = words.copy()
        hidden[words.index(word)] = "[MASK]"
        found.append(score(words) - score(hidden))
    return found
""": "go by places",
            """
def occlude(score, words):
    hidden = [["[MASK]" if w == word else w for w in words] for word in words]
    return [score(words) - score(one) for one in hidden]
""": "hidden twice",
            """
def occlude(score, words):
    return [score([*words[:i], "[MASK]", *words[i + 1:]]) - score(words) for i in range(len(words))]
""": "signs are the wrong way round",
            """
def occlude(score, words):
    return [score([word]) for word in words]
""": "",
            """
def occlude(score, words):
    return [score(words) - score(words[:i] + words[i + 1:]) for i in range(len(words))]
""": "You leave the word out",
            """
def occlude(score, words):
    hidden, found = list(words), []
    for i in range(len(words)):
        before = score(hidden)
        hidden[i] = "[MASK]"
        found.append(before - score(hidden))
    return found
""": "",
        },
    ),
    "transfer/perplexity": Tried(
        right=(
            """
import math

def bits_per_byte(perplexity, tokens, text):
    nats = math.log(perplexity) * tokens
    return nats / math.log(2) / len(bytes(text, "utf-8"))
""",
            """
import numpy as np

def bits_per_byte(perplexity, tokens, text):
    return np.log2(perplexity) / (len(text.encode()) / tokens)
""",
            """
import torch

def bits_per_byte(perplexity, tokens, text):
    return torch.tensor([perplexity] * tokens).log2().sum() / len(text.encode())
""",
        ),
        wrong={
            """
import math

def bits_per_byte(perplexity, tokens, text):
    return math.log(perplexity) * tokens / len(text.encode())
""": "nats per byte",
            """
import math

def bits_per_byte(perplexity, tokens, text):
    return math.log2(perplexity) * tokens / len(text)
""": "divide by characters",
            """
import math

def bits_per_byte(perplexity, tokens, text):
    return math.log2(perplexity) * tokens / (8 * len(text.encode()))
""": "",
            """
import math

def bits_per_byte(perplexity, tokens, text):
    return math.log2(perplexity) * len(text.encode()) / tokens
""": "",
        },
    ),
    "transfer/f1": Tried(
        right=(
            """
def f1(labels, said):
    hits = sum(1 for a, b in zip(labels, said) if a == b == 1)
    if hits == 0:
        return 0
    precision, recall = hits / sum(said), hits / sum(labels)
    return 2 / (1 / precision + 1 / recall)
""",
            """
import numpy as np

def f1(labels, said):
    labels, said = np.array(labels, bool), np.array(said, bool)
    hits = (labels & said).sum()
    return 2 * hits / max(labels.sum() + said.sum(), 1)
""",
            """
from sklearn.metrics import f1_score

def f1(labels, said):
    return f1_score(labels, said, zero_division=0)
""",
        ),
        wrong={
            """
def f1(labels, said):
    return sum(a == b for a, b in zip(labels, said)) / len(labels)
""": "That is accuracy",
            """
def f1(labels, said):
    hits = sum(a * b for a, b in zip(labels, said))
    return (hits / max(sum(said), 1) + hits / max(sum(labels), 1)) / 2
""": "ordinary mean",
            """
def f1(labels, said):
    hits = sum(a * b for a, b in zip(labels, said))
    return 2 * (hits / sum(said)) * (hits / sum(labels)) / (hits / sum(said) + hits / sum(labels))
""": "ZeroDivisionError",
            """
def f1(labels, said):
    hits = sum(a == b for a, b in zip(labels, said))
    return 2 * hits / (sum(labels) + sum(said)) if hits else 0.0
""": "",
        },
    ),
    "transfer/mean-of-means": Tried(
        right=(
            """
def accuracy(batches):
    every = [one for batch in batches for one in batch]
    return sum(every) / len(every)
""",
            """
import numpy as np

def accuracy(batches):
    return np.concatenate([np.array(batch, float) for batch in batches]).mean()
""",
            """
def accuracy(batches):
    weights = [len(batch) for batch in batches]
    shares = [sum(batch) / len(batch) for batch in batches]
    return sum(w * s for w, s in zip(weights, shares)) / sum(weights)
""",
        ),
        wrong={
            """
from statistics import mean

def accuracy(batches):
    return mean(sum(batch) / len(batch) for batch in batches)
""": "still weighs as much",
            """
def accuracy(batches):
    return sum(map(sum, batches)) / len(batches)
""": "divide by that of examples",
            """
def accuracy(batches):
    return sum(map(sum, batches))
""": "",
            """
def accuracy(batches):
    return sum(map(sum, batches)) / (len(batches) * len(batches[0]))
""": "every batch as a full one",
        },
    ),
    "transfer/one-block": Tried(
        right=(
            "7_087_872",
            "4 * (768**2 + 768) + 768 * 3072 * 2 + 3072 + 768 + 4 * 768",
            "7087872.0",
        ),
        wrong={
            "12 * 768**2": "the biases and norms are missing",
            "12 * 768**2 + 9 * 768": "The two norms are missing",
            "12 * 768**2 + 12 * 768": "",
            "7_087_871": "",
        },
    ),
    "transfer/piece-labels": Tried(
        right=(
            """
def piece_labels(labels, word_ids):
    before = [None, *word_ids[:-1]]
    return [
        labels[now] if now is not None and now != then else -100
        for then, now in zip(before, word_ids)
    ]
""",
            """
def piece_labels(labels, word_ids):
    seen, found = set(), []
    for word in word_ids:
        found.append(-100 if word is None or word in seen else labels[word])
        seen.add(word)
    return found
""",
        ),
        wrong={
            """
def piece_labels(labels, word_ids):
    return [-100 if word is None else labels[word] for word in word_ids]
""": "Every piece has its word's label",
            """
def piece_labels(labels, word_ids):
    return [labels[word] for word in word_ids if word is not None]
""": "",
            """
def piece_labels(labels, word_ids):
    found, last = [], None
    for word in word_ids:
        found.append(0 if word is None or word == last else labels[word])
        last = word
    return found
""": "",
        },
    ),
    "transfer/entity-f1": Tried(
        right=(
            """
def entity_f1(right, found):
    hits = sum(one in right for one in found)
    if not hits:
        return 0
    precision, recall = hits / len(found), hits / len(right)
    return 2 * precision * recall / (precision + recall)
""",
            """
def entity_f1(right, found):
    hits = len(set(right).intersection(found))
    missed, invented = len(right) - hits, len(found) - hits
    return hits / (hits + (missed + invented) / 2) if hits else 0.0
""",
        ),
        wrong={
            """
def entity_f1(right, found):
    return len(set(right) & set(found)) / len(right)
""": "That is recall",
            """
def entity_f1(right, found):
    places = [{one[1:] for one in some} for some in (right, found)]
    hits = len(places[0] & places[1])
    return 2 * hits / (len(right) + len(found)) if hits else 0
""": "Compare the kind too",
            """
def entity_f1(right, found):
    hits = len(set(right) & set(found))
    return hits / len(set(right) | set(found))
""": "",
        },
    ),
    "transfer/eight-bits": Tried(
        right=(
            """
import numpy as np

def in_eight_bits(weights):
    weights = np.asarray(weights, dtype=float)
    scales = abs(weights).max(1, keepdims=True) / 127
    scales[scales == 0] = 1
    return np.round(weights / scales).astype(np.int8) * scales
""",
            """
def in_eight_bits(weights):
    rows = []
    for row in weights.tolist():
        largest = max(abs(w) for w in row)
        scale = largest / 127 if largest else 1.0
        rows.append([round(w / scale) * scale for w in row])
    return rows
""",
        ),
        wrong={
            """
def in_eight_bits(weights):
    scale = weights.abs().max() / 127
    return (weights / scale).round() * scale
""": "One scale for the whole matrix",
            """
def in_eight_bits(weights):
    scales = weights.abs().amax(1, keepdim=True).clamp(min=1e-9) / 127
    return (weights / scales).int() * scales
""": "cut off what is behind the point",
            """
def in_eight_bits(weights):
    scales = weights.abs().amax(1, keepdim=True) / 127
    return (weights / scales).round() * scales
""": "",
        },
    ),
    "transfer/soft-targets": Tried(
        right=(
            """
import torch.nn.functional as F

def distillation_loss(student, teacher, temperature):
    logs = F.log_softmax(student / temperature, -1)
    targets = F.softmax(teacher / temperature, -1)
    return F.kl_div(logs, targets, reduction="sum") * temperature**2
""",
            """
import math

def distillation_loss(student, teacher, temperature):
    def softened(logits):
        weights = [math.exp(float(one) / temperature) for one in logits]
        return [w / sum(weights) for w in weights]
    p, q = softened(teacher), softened(student)
    return temperature**2 * sum(a * math.log(a / b) for a, b in zip(p, q))
""",
        ),
        wrong={
            """
import torch.nn.functional as F

def distillation_loss(student, teacher, temperature):
    logs = F.log_softmax(student / temperature, -1)
    targets = F.softmax(teacher / temperature, -1)
    return F.kl_div(logs, targets, reduction="sum")
""": "The factor temperature² is missing",
            """
import torch.nn.functional as F

def distillation_loss(student, teacher, temperature):
    logs = F.log_softmax(student / temperature, -1)
    targets = F.softmax(teacher / temperature, -1)
    return -(targets * logs).sum() * temperature**2
""": "That is the cross-entropy",
            """
import torch.nn.functional as F

def distillation_loss(student, teacher, temperature):
    return F.cross_entropy(student[None], teacher.argmax()[None])
""": "most probable token alone",
            """
def distillation_loss(student, teacher, temperature):
    return float(((student - teacher) ** 2).mean())
""": "",
        },
    ),
    "transfer/naive-bayes": Tried(
        right=(
            """
import math

def log_likelihoods(counts, words):
    vocabulary = set()
    for one in counts.values():
        vocabulary |= set(one)
    result = {}
    for name, one in counts.items():
        total = 0.0
        for word in words:
            if word in vocabulary:
                total += math.log(one.get(word, 0) + 1)
                total -= math.log(sum(one.values()) + len(vocabulary))
        result[name] = total
    return result
""",
            """
import numpy as np

def log_likelihoods(counts, words):
    known = sorted({word for one in counts.values() for word in one})
    words = [known.index(word) for word in words if word in known]
    table = np.array([[one[word] + 1 for word in known] for one in counts.values()])
    logs = np.log(table / table.sum(1, keepdims=True))
    return dict(zip(counts, logs[:, words].sum(1)))
""",
        ),
        wrong={
            """
import math

def log_likelihoods(counts, words):
    known = {word for one in counts.values() for word in one}
    return {
        name: sum(math.log((one[w] + 1) / (sum(one.values()) + len(one))) for w in words
                  if w in known)
        for name, one in counts.items()
    }
""": "different words of *all* classes",
            """
import math

def log_likelihoods(counts, words):
    size = len({word for one in counts.values() for word in one})
    return {
        name: sum(math.log((one[w] + 1) / (sum(one.values()) + size)) for w in words)
        for name, one in counts.items()
    }
""": "says nothing about the class",
            """
import math

def log_likelihoods(counts, words):
    known = {word for one in counts.values() for word in one}
    return {
        name: math.prod((one[w] + 1) / (sum(one.values()) + len(known)) for w in words
                        if w in known)
        for name, one in counts.items()
    }
""": "Those are the probabilities",
        },
    ),
    "transfer/shared-ngrams": Tried(
        right=(
            """
def shared_share(test, train, n):
    if not test:
        return 0
    line = "|" + "|".join(train) + "|"
    marks = [0] * len(test)
    for i in range(len(test)):
        piece = test[i:i + n]
        if len(piece) == n and "|" + "|".join(piece) + "|" in line:
            marks[i:i + n] = [1] * n
    return sum(marks) / len(marks)
""",
            """
import numpy as np

def shared_share(test, train, n):
    known = [train[i:i + n] for i in range(len(train) - n + 1)]
    covered = np.zeros(len(test), bool)
    for i in range(len(test) - n + 1):
        covered[i:i + n] |= test[i:i + n] in known
    return covered.mean() if len(test) else 0
""",
        ),
        wrong={
            """
def shared_share(test, train, n):
    known = [train[i:i + n] for i in range(len(train))]
    pieces = [test[i:i + n] for i in range(len(test) - n + 1)]
    return sum(piece in known for piece in pieces) / len(pieces) if pieces else 0
""": "share of *stretches*",
            """
def shared_share(test, train, n):
    return sum(word in set(train) for word in test) / len(test) if test else 0
""": "whether it is known",
        },
    ),
    "transfer/gate-threshold": Tried(
        right=(
            """
import numpy as np

def gets_through(harmless, unwanted, most):
    best = 1.0
    for threshold in [*unwanted, 2.0]:
        if np.mean(np.array(harmless) >= threshold) <= most:
            best = min(best, np.mean(np.array(unwanted) < threshold))
    return best
""",
            """
def gets_through(harmless, unwanted, most):
    falling = sorted(harmless, reverse=True)
    allowed = int(most * len(harmless) + 1e-9)
    if allowed == len(harmless):
        return 0.0
    highest = falling[allowed]  # this one may not be refused, nor any that is equal to it
    return len([score for score in unwanted if score <= highest]) / len(unwanted)
""",
        ),
        wrong={
            """
def gets_through(harmless, unwanted, most):
    shares = [0.0]
    for threshold in [*unwanted, 2.0]:
        if sum(s >= threshold for s in harmless) <= most * len(harmless):
            shares.append(sum(s < threshold for s in unwanted) / len(unwanted))
    return max(shares)
""": "That is the largest share",
            """
def gets_through(harmless, unwanted, most):
    return min(
        sum(s < t for s in unwanted)
        for t in [*unwanted, 2.0]
        if sum(s >= t for s in harmless) / len(harmless) <= most
    )
""": "Divide it by how many",
            """
def gets_through(harmless, unwanted, most):
    return 0.0
""": "what becomes of the harmless",
            """
def gets_through(harmless, unwanted, most):
    highest = max(harmless)
    return sum(s <= highest for s in unwanted) / len(unwanted)
""": "You allow no harmless text",
        },
    ),
    "transfer/after-the-filter": Tried(
        right=(
            """
def unwanted_share(share, found, refused):
    passed_bad, passed_good = share - share * found, (1 - share) - (1 - share) * refused
    return passed_bad / (passed_bad + passed_good)
""",
            """
def unwanted_share(share, found, refused):
    odds = share / (1 - share) * (1 - found) / (1 - refused)
    return odds / (1 + odds)
""",
        ),
        wrong={
            """
def unwanted_share(share, found, refused):
    return share - share * found
""": "share of all texts",
            """
def unwanted_share(share, found, refused):
    return share * found / (share * found + (1 - share) * (1 - refused))
""": "You count what was found",
            """
def unwanted_share(share, found, refused):
    return share * (1 - found) / (1 - share * found)
""": "Some of the other texts",
        },
    ),
    "transfer/spread-after-layers": Tried(
        right=(
            """
import math

def spread(std, width, layers):
    now = 1.0
    for _ in range(layers):
        now = math.sqrt(width * std * std * now * now)
    return now
""",
            """
def spread(std, width, layers):
    return (std**2 * width) ** (layers / 2)
""",
        ),
        wrong={
            """
def spread(std, width, layers):
    return (width * std) ** layers
""": "Variances add up",
            """
def spread(std, width, layers):
    return layers * std * width**0.5
""": "You add up what the layers do",
            """
def spread(std, width, layers):
    return std * width**0.5
""": "That is after one layer",
            """
def spread(std, width, layers):
    return (std * std * width) ** layers
""": "That is the variance",
        },
    ),
}
