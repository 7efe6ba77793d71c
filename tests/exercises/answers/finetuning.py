"""Answers to the exercises of the fine-tuning lab."""

from tests.exercises.answers import Tried

ANSWERS = {
    "finetuning/count-targets": Tried(
        right=(
            """
import numpy as np

def count_targets(mask):
    return np.array(mask)[:, 1:].sum()
""",
            """
import torch

def count_targets(mask):
    return (torch.tensor(mask).sum(1) - 1).clamp(min=0).sum()
""",
            """
def count_targets(mask):
    n = 0
    for row in mask:
        tokens = row.count(1)
        if tokens > 1:
            n += tokens - 1
    return n
""",
            """
def count_targets(mask):
    return sum(a and b for row in mask for a, b in zip(row, row[1:]))
""",
        ),
        wrong={
            """
def count_targets(mask):
    return sum(sum(row) for row in mask)
""": "You count every token",
            """
import numpy as np

def count_targets(mask):
    return np.array(mask)[:, :-1].sum()
""": "You leave out the last place of each row",
            """
def count_targets(mask):
    return sum(sum(row) - 1 for row in mask)
""": "A row of padding alone gives −1 here",
            """
def count_targets(mask):
    return sum(len(row) - 1 for row in mask)
""": "You leave out the first of each row",
            """
def count_targets(mask):
    return sum(sum(row) for row in mask) - 1
""": "One token fewer is right for each row",
            """
def count_targets(mask):
    return sum(sum(row) for row in mask) - len(mask)
""": "A row of padding alone gives −1 here",
            """
def count_targets(mask):
    return [max(sum(row) - 1, 0) for row in mask]
""": "This should be a number; you gave a list of 2 numbers",
        },
    ),
    "finetuning/perplexity": Tried(
        right=(
            """
import numpy as np

def perplexity(losses):
    return np.exp(np.mean(losses))
""",
            """
import torch

def perplexity(losses):
    return torch.tensor(losses).mean().exp()
""",
            """
import math, statistics

def perplexity(losses):
    return math.e ** statistics.fmean(losses)
""",
            """
import math

def perplexity(losses):
    return math.prod(math.exp(l) for l in losses) ** (1 / len(losses))
""",
        ),
        wrong={
            """
import math

def perplexity(losses):
    return sum(math.exp(l) for l in losses) / len(losses)
""": "You take the exponential of each loss and then the mean",
            """
import math

def perplexity(losses):
    return math.exp(sum(losses))
""": "This is one over the probability of the whole text",
            """
def perplexity(losses):
    return 2 ** (sum(losses) / len(losses))
""": "The losses are in nats",
            """
def perplexity(losses):
    return sum(losses) / len(losses)
""": "This is the mean loss",
            """
import math

def perplexity(losses):
    return math.exp(-sum(losses) / len(losses))
""": "The sign is wrong",
            """
import math, statistics

def perplexity(losses):
    return math.exp(statistics.median(losses))
""": "",
            """
import math

def perplexity(losses):
    return math.exp(sum(losses) / max(len(losses) - 1, 1))
""": "",
        },
    ),
    "finetuning/batch-mean": Tried(
        right=(
            """
import numpy as np

def batch_mean(sums, counts):
    return np.sum(sums) / np.sum(counts)
""",
            """
def batch_mean(sums, counts):
    total = n = 0
    for s, c in zip(sums, counts):
        total += s
        n += c
    return total / n
""",
            """
def batch_mean(sums, counts):
    n = sum(counts)
    return sum((s / c) * (c / n) for s, c in zip(sums, counts) if c)
""",
            """
import math

def batch_mean(sums, counts):
    return math.fsum(sums) / math.fsum(counts)
""",
        ),
        wrong={
            """
def batch_mean(sums, counts):
    return sum(s / c if c else 0 for s, c in zip(sums, counts)) / len(sums)
""": "This is a mean of means",
            """
def batch_mean(sums, counts):
    means = [s / c for s, c in zip(sums, counts) if c > 0]
    return sum(means) / len(means)
""": "This is a mean of means",
            """
def batch_mean(sums, counts):
    n = sum(counts)
    return sum((s / c) * (c / n) for s, c in zip(sums, counts))
""": "",
            """
def batch_mean(sums, counts):
    return sum(sums) / len(counts)
""": "You divide by the number of parts",
            """
def batch_mean(sums, counts):
    return sum(s / c for s, c in zip(sums, counts) if c)
""": "You add up the means of the parts",
            """
def batch_mean(sums, counts):
    return sum(s * c for s, c in zip(sums, counts)) / sum(counts)
""": "The sums already hold every target once",
            """
def batch_mean(sums, counts):
    return sum(sums)
""": "",
        },
    ),
    "finetuning/linear-schedule": Tried(
        right=(
            """
def learning_rate(step, total, peak, warmup):
    return peak * (step / warmup if step < warmup else (total - step) / (total - warmup))
""",
            """
import numpy as np

def learning_rate(step, total, peak, warmup):
    xs, ys = ([0, warmup, total], [0, peak, 0]) if warmup else ([0, total], [peak, 0])
    return np.interp(step, xs, ys)
""",
            """
def learning_rate(step, total, peak, warmup):
    down = peak * (total - step) / (total - warmup)
    if warmup == 0:
        return down
    return min(peak * step / warmup, down)
""",
            """
def learning_rate(step, total, peak, warmup):
    if step < warmup:
        return peak * float(step) / float(max(1, warmup))
    return peak * max(0.0, float(total - step) / float(max(1, total - warmup)))
""",
        ),
        wrong={
            """
def learning_rate(step, total, peak, warmup):
    return peak * step / warmup if step < warmup else peak * (total - step) / total
""": "The fall begins too low",
            """
def learning_rate(step, total, peak, warmup):
    return peak * (total - step) / total
""": "There is no warm-up",
            """
def learning_rate(step, total, peak, warmup):
    return peak * step / warmup if step < warmup else peak
""": "After the warm-up it should fall",
            """
def learning_rate(step, total, peak, warmup):
    return peak * (step + 1) / warmup if step < warmup else peak * (total - step) / (total - warmup)
""": "In the warm-up you are one step ahead",
            """
def learning_rate(step, total, peak, warmup):
    return (
        peak * step / warmup if step < warmup else peak * (total - 1 - step) / (total - 1 - warmup)
    )
""": "",
            """
def learning_rate(step, total, peak, warmup):
    step = step + 1
    return peak * step / warmup if step < warmup else peak * (total - step) / (total - warmup)
""": "You are one step ahead",
            """
def learning_rate(step, total, peak, warmup):
    return peak * step / warmup if step < warmup else peak * (total - step - 1) / (total - warmup)
""": "After the warm-up you are one step ahead",
        },
    ),
    "finetuning/best-rate": Tried(
        right=(
            """
def best_rate(rates, losses):
    return rates[losses.index(min(losses))] / 10
""",
            """
import numpy as np

def best_rate(rates, losses):
    return 0.1 * np.array(rates)[np.argmin(losses)]
""",
            """
def best_rate(rates, losses):
    return min(zip(losses, rates))[1] * 0.1
""",
            """
import torch

def best_rate(rates, losses):
    return torch.tensor(rates)[torch.tensor(losses).argmin()] / 10
""",
        ),
        wrong={
            """
def best_rate(rates, losses):
    return rates[losses.index(min(losses))]
""": "At that rate the loss was lowest",
            """
def best_rate(rates, losses):
    return min(losses) / 10
""": "This is a loss",
            """
def best_rate(rates, losses):
    return rates[losses.index(min(losses)) - 1]
""": "",
            """
def best_rate(rates, losses):
    drops = [losses[i] - losses[i + 1] for i in range(len(losses) - 1)]
    return rates[drops.index(max(drops))]
""": "",
            """
def best_rate(rates, losses):
    drops = [losses[i] - losses[i + 1] for i in range(len(losses) - 1)]
    return rates[drops.index(max(drops)) + 1] / 10
""": "",
            """
def best_rate(rates, losses):
    return max(rates) / 10
""": "The highest rate of the test is far behind the explosion",
            """
def best_rate(rates, losses):
    return rates[losses.index(max(losses))] / 10
""": "You look for the highest loss",
        },
    ),
    "finetuning/lora-weights": Tried(
        right=(
            """
def lora_weights(shapes, rank):
    total = 0
    for n, m in shapes:
        total += n * rank + rank * m
    return total
""",
            """
import numpy as np

def lora_weights(shapes, rank):
    return rank * np.sum(shapes)
""",
            """
def lora_weights(shapes, rank):
    return rank * sum(map(sum, shapes))
""",
            """
import torch

def lora_weights(shapes, rank):
    return sum(torch.empty(n, rank).numel() + torch.empty(rank, m).numel() for n, m in shapes)
""",
        ),
        wrong={
            """
def lora_weights(shapes, rank):
    return sum(n * m for n, m in shapes)
""": "These are the weights of the matrices themselves",
            """
def lora_weights(shapes, rank):
    return sum(n * rank for n, m in shapes)
""": "This is the first factor",
            """
def lora_weights(shapes, rank):
    return sum(m * rank for n, m in shapes)
""": "This is the second factor",
            """
def lora_weights(shapes, rank):
    return sum(n * rank * m for n, m in shapes)
""": "More than the matrices have?",
            """
def lora_weights(shapes, rank):
    return sum(n * rank * rank * m for n, m in shapes)
""": "",
            """
def lora_weights(shapes, rank):
    return sum(n + m for n, m in shapes)
""": "That would be rank 1",
            """
def lora_weights(shapes, rank):
    return sum(n * m + rank * (n + m) for n, m in shapes)
""": "",
        },
    ),
    "finetuning/training-bytes": Tried(
        right=(
            """
def training_bytes(weights, trained):
    return 4 * weights + 12 * trained
""",
            """
def training_bytes(weights, trained):
    frozen = weights - trained
    return frozen * 4 + trained * 16
""",
            """
def training_bytes(weights, trained):
    numbers = [weights, trained, trained, trained]
    return sum(4 * n for n in numbers)
""",
            """
def training_bytes(weights, trained):
    return 4.0 * (weights + 3 * trained)
""",
        ),
        wrong={
            """
def training_bytes(weights, trained):
    return 16 * weights
""": "Right where all weights learn",
            """
def training_bytes(weights, trained):
    return 16 * trained
""": "The frozen weights are in memory as well",
            """
def training_bytes(weights, trained):
    return 4 * weights + 8 * trained
""": "AdamW keeps two averages for each weight",
            """
def training_bytes(weights, trained):
    return weights + 3 * trained
""": "You count numbers",
            """
def training_bytes(weights, trained):
    return 4 * weights
""": "This is enough to use the model",
            """
def training_bytes(weights, trained):
    return 4 * weights + 16 * trained
""": "",
            """
def training_bytes(weights, trained):
    return 32 * (weights + 3 * trained)
""": "",
        },
    ),
    "finetuning/train-last": Tried(
        right=(
            """
def train_last(model, blocks):
    n = len(model.transformer.h)
    wanted = [f"transformer.h.{i}." for i in range(n - blocks, n)] + ["transformer.ln_f."]
    names = []
    for name, p in model.named_parameters():
        p.requires_grad = name.startswith(tuple(wanted))
        if p.requires_grad:
            names.append(name)
    return names
""",
            """
def train_last(model, blocks):
    first = model.config.n_layer - blocks
    for p in model.parameters():
        p.requires_grad = False
    for i, block in enumerate(model.transformer.h):
        if i >= first:
            for p in block.parameters():
                p.requires_grad = True
    for p in model.transformer.ln_f.parameters():
        p.requires_grad = True
    return tuple(n for n, p in model.named_parameters() if p.requires_grad)
""",
            """
def train_last(model, blocks):
    h = model.transformer.h
    for part in [model.transformer.wte, model.transformer.wpe, *h[: len(h) - blocks]]:
        part.requires_grad_(False)
    return [n for n, p in model.named_parameters() if p.requires_grad]
""",
            """
def train_last(model, blocks):
    model.requires_grad_(False)
    keep = list(model.base_model.h)[::-1][:blocks] + [model.base_model.ln_f]
    for part in keep:
        part.requires_grad_()
    return [n for n, p in model.named_parameters() if p.requires_grad]
""",
        ),
        wrong={
            """
def train_last(model, blocks):
    model.requires_grad_(False)
    for block in model.transformer.h[-blocks:]:
        block.requires_grad_(True)
    model.transformer.ln_f.requires_grad_(True)
    return [n for n, p in model.named_parameters() if p.requires_grad]
""": "In Python −0 is 0",
            """
def train_last(model, blocks):
    n = len(model.transformer.h)
    wanted = [f"transformer.h.{i}." for i in range(n - blocks, n)] + ["transformer.ln_f."]
    return [name for name, p in model.named_parameters() if name.startswith(tuple(wanted))]
""": "The names are right",
            """
def train_last(model, blocks):
    model.requires_grad_(False)
    for block in model.transformer.h[:blocks]:
        block.requires_grad_(True)
    model.transformer.ln_f.requires_grad_(True)
    return [n for n, p in model.named_parameters() if p.requires_grad]
""": "These are the first blocks",
            """
def train_last(model, blocks):
    model.requires_grad_(False)
    for block in model.transformer.h[len(model.transformer.h) - blocks :]:
        block.requires_grad_(True)
    return [n for n, p in model.named_parameters() if p.requires_grad]
""": "The blocks are right",
            """
def train_last(model, blocks):
    model.requires_grad_(False)
    model.transformer.h[-1].requires_grad_(True)
    model.transformer.ln_f.requires_grad_(True)
    return [n for n, p in model.named_parameters() if p.requires_grad]
""": "This should be a list of 26 texts; you gave a list of 14 texts",
            """
def train_last(model, blocks):
    model.requires_grad_(False)
    model.transformer.h[-blocks].requires_grad_(True)
    model.transformer.ln_f.requires_grad_(True)
    return [n for n, p in model.named_parameters() if p.requires_grad]
""": "This should be a list of 26 texts; you gave a list of 14 texts",
            """
def train_last(model, blocks):
    return [n for n, p in model.named_parameters() if p.requires_grad]
""": "Everything learns",
        },
    ),
    "finetuning/labels-shifted-twice": Tried(
        right=(
            """
import torch

def batch_loss(model, batch):
    logits = model(input_ids=batch[:, :-1]).logits
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten())
""",
            """
def batch_loss(model, batch):
    return model(batch, labels=batch.clone()).loss
""",
            """
import torch

def batch_loss(model, batch):
    logits = model(input_ids=batch).logits[:, :-1]
    logs = logits.log_softmax(-1).gather(2, batch[:, 1:, None])
    return -logs.mean()
""",
            """
def batch_loss(model, batch):
    labels = batch
    return model(input_ids=batch, labels=labels)["loss"].item()
""",
        ),
        wrong={
            """
def batch_loss(model, batch):
    return model(input_ids=batch[:, :-1], labels=batch[:, :-1]).loss
""": "The shift is right now",
            """
def batch_loss(model, batch):
    return model(input_ids=batch[:, 1:], labels=batch[:, 1:]).loss
""": "",
            """
import torch

def batch_loss(model, batch):
    logits = model(input_ids=batch).logits
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1), batch.flatten())
""": "Now nothing is shifted",
            """
def batch_loss(model, batch):
    return model(input_ids=batch[:, 1:], labels=batch[:, :-1]).loss
""": "",
            """
import torch

def batch_loss(model, batch):
    logits = model(input_ids=batch[:, :-1]).logits
    return torch.nn.functional.cross_entropy(
        logits.flatten(0, 1), batch[:, 1:].flatten(), reduction="sum"
    )
""": "",
            """
def batch_loss(model, batch):
    return model(input_ids=batch[:1], labels=batch[:1]).loss
""": "",
            """
def batch_loss(model, batch):
    return model(input_ids=batch, labels=batch.roll(-1, 1)).loss
""": "",
        },
    ),
    "finetuning/padding-in-the-loss": Tried(
        right=(
            """
import torch

def padded_loss(model, ids, mask):
    labels = torch.where(mask.bool(), ids, -100)
    return model(input_ids=ids, attention_mask=mask, labels=labels).loss
""",
            """
def padded_loss(model, ids, mask):
    labels = ids.clone()
    labels[mask == 0] = -100
    return model(input_ids=ids, attention_mask=mask, labels=labels).loss
""",
            """
import torch

def padded_loss(model, ids, mask):
    logits = model(input_ids=ids, attention_mask=mask).logits[:, :-1]
    losses = torch.nn.functional.cross_entropy(logits.transpose(1, 2), ids[:, 1:], reduction="none")
    return (losses * mask[:, 1:]).sum() / mask[:, 1:].sum()
""",
            """
def padded_loss(model, ids, mask):
    labels = ids * mask - 100 * (1 - mask)
    return model(input_ids=ids, attention_mask=mask, labels=labels).loss.item()
""",
        ),
        wrong={
            """
def padded_loss(model, ids, mask):
    return model(input_ids=ids, attention_mask=mask, labels=ids.masked_fill(mask == 1, -100)).loss
""": "You leave out the tokens and ask for the padding",
            """
def padded_loss(model, ids, mask):
    return model(input_ids=ids, attention_mask=mask, labels=ids.masked_fill(ids == 0, -100)).loss
""": "",
            """
def padded_loss(model, ids, mask):
    return model(input_ids=ids, attention_mask=mask, labels=ids.masked_fill(mask == 0, 0)).loss
""": "The padding is still asked for",
            """
def padded_loss(model, ids, mask):
    return model(input_ids=ids, labels=ids).loss
""": "",
            """
import torch

def padded_loss(model, ids, mask):
    labels = ids.masked_fill(mask == 0, -100)
    return sum(
        model(input_ids=i[None], attention_mask=m[None], labels=l[None]).loss
        for i, m, l in zip(ids, mask, labels)
    ) / len(ids)
""": "",
            """
import torch

def padded_loss(model, ids, mask):
    logits = model(input_ids=ids, attention_mask=mask).logits[:, :-1]
    losses = torch.nn.functional.cross_entropy(logits.transpose(1, 2), ids[:, 1:], reduction="none")
    return (losses * mask[:, 1:]).mean()
""": "",
            """
def padded_loss(model, ids, mask):
    return model(input_ids=ids, attention_mask=mask, labels=ids).loss * mask.float().mean()
""": "",
        },
    ),
    "finetuning/adamw-of-transformers": Tried(
        right=(
            """
import torch

def one_step(model, batch, learning_rate):
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate, weight_decay=0)
    before = model(input_ids=batch, labels=batch).loss
    before.backward()
    optimizer.step()
    after = model(input_ids=batch, labels=batch).loss
    return before.item(), after.item()
""",
            """
from torch.optim import AdamW

def one_step(model, batch, learning_rate):
    optimizer = AdamW(model.parameters(), lr=learning_rate)
    before = model(input_ids=batch, labels=batch).loss
    before.backward()
    optimizer.step()
    after = model(input_ids=batch, labels=batch).loss
    return before, after
""",
            """
import torch

def one_step(model, batch, learning_rate):
    optimizer = torch.optim.AdamW(model.parameters(), learning_rate, eps=1e-6, weight_decay=0.0)
    optimizer.zero_grad()
    before = model(input_ids=batch, labels=batch).loss
    before.backward()
    optimizer.step()
    with torch.no_grad():
        after = model(input_ids=batch, labels=batch).loss
    return [before.item(), after.item()]
""",
        ),
        wrong={
            """
import torch

def one_step(model, batch, learning_rate):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    before = model(input_ids=batch, labels=batch).loss
    before.backward()
    optimizer.step()
    after = model(input_ids=batch, labels=batch).loss
    return before.item(), after.item()
""": "This is plain gradient descent",
            """
import torch

def one_step(model, batch, learning_rate):
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    before = model(input_ids=batch, labels=batch).loss
    before.backward()
    optimizer.step()
    after = model(input_ids=batch, labels=batch).loss
    return before.item(), after.item()
""": "This is Adam",
            """
import torch

def one_step(model, batch, learning_rate):
    optimizer = torch.optim.Adagrad(model.parameters(), lr=learning_rate)
    before = model(input_ids=batch, labels=batch).loss
    before.backward()
    optimizer.step()
    after = model(input_ids=batch, labels=batch).loss
    return before.item(), after.item()
""": "This is another optimizer",
            """
import torch

def one_step(model, batch, learning_rate):
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate)
    before = model(input_ids=batch, labels=batch).loss
    before.backward()
    after = model(input_ids=batch, labels=batch).loss
    return before.item(), after.item()
""": "Nothing is learned now",
            """
import torch

def one_step(model, batch, learning_rate):
    optimizer = torch.optim.AdamW(model.parameters())
    before = model(input_ids=batch, labels=batch).loss
    before.backward()
    optimizer.step()
    after = model(input_ids=batch, labels=batch).loss
    return before.item(), after.item()
""": "",
            """
import torch

def one_step(model, batch, learning_rate):
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate)
    before = model(input_ids=batch, labels=batch).loss
    optimizer.step()
    after = model(input_ids=batch, labels=batch).loss
    return before.item(), after.item()
""": "",
            """
import torch

def one_step(model, batch, learning_rate):
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate)
    before = model(input_ids=batch, labels=batch).loss
    before.backward()
    optimizer.step()
    after = model(input_ids=batch, labels=batch).loss
    return after.item()
""": "This should be a list of 2 numbers; you gave a number",
        },
    ),
    "finetuning/pad-is-end": Tried(
        right=(
            """
import numpy as np

def labels_of(rows, end):
    out = np.full((len(rows), max(map(len, rows))), -100)
    for i, row in enumerate(rows):
        out[i, : len(row)] = row
    return out
""",
            """
from itertools import zip_longest

def labels_of(rows, end):
    return [list(r) for r in zip(*zip_longest(*rows, fillvalue=-100))]
""",
            """
def labels_of(rows, end):
    length = max(len(row) for row in rows)
    padded = [row + [end] * (length - len(row)) for row in rows]
    return [
        [id if i < len(row) else -100 for i, id in enumerate(p)] for p, row in zip(padded, rows)
    ]
""",
            """
import torch

def labels_of(rows, end):
    return torch.nn.utils.rnn.pad_sequence(
        [torch.tensor(r) for r in rows], batch_first=True, padding_value=-100
    )
""",
        ),
        wrong={
            """
def labels_of(rows, end):
    length = max(len(row) for row in rows)
    return [row + [end] * (length - len(row)) for row in rows]
""": "The ends are asked for now",
            """
def labels_of(rows, end):
    return rows
""": "The rows should have one length",
            """
def labels_of(rows, end):
    length = max(len(row) for row in rows)
    return [[-100] * (length - len(row)) + row for row in rows]
""": "The padding of these rows is on the right",
            """
def labels_of(rows, end):
    length = max(len(row) for row in rows)
    return [(row + [end] + [-100] * length)[:length] for row in rows]
""": "",
            """
def labels_of(rows, end):
    length = max(len(row) for row in rows)
    return [
        row if len(row) == length else row[:-1] + [-100] * (length - len(row) + 1) for row in rows
    ]
""": "",
            """
def labels_of(rows, end):
    length = max(len(row) for row in rows)
    return [row + [0] * (length - len(row)) for row in rows]
""": "",
            """
def labels_of(rows, end):
    length = max(len(row) for row in rows) + 1
    return [row + [-100] * (length - len(row)) for row in rows]
""": "",
        },
    ),
    "finetuning/scheduler-first": Tried(
        right=(
            """
import torch

def rates_used(model, optimizer, batches):
    n = len(batches)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda i: 1 - i / n)
    rates = []
    for batch in batches:
        rates.append(scheduler.get_last_lr()[0])
        model(input_ids=batch, labels=batch).loss.backward()
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()
    return rates
""",
            """
def rates_used(model, optimizer, batches):
    peak = optimizer.param_groups[0]["lr"]
    rates = []
    for i, batch in enumerate(batches):
        for group in optimizer.param_groups:
            group["lr"] = peak * (1 - i / len(batches))
        optimizer.zero_grad()
        model(input_ids=batch, labels=batch).loss.backward()
        optimizer.step()
        rates.append(optimizer.param_groups[0]["lr"])
    return rates
""",
            """
from transformers import get_linear_schedule_with_warmup

def rates_used(model, optimizer, batches):
    scheduler = get_linear_schedule_with_warmup(optimizer, 0, len(batches))
    rates = []
    for batch in batches:
        optimizer.zero_grad()
        model(input_ids=batch, labels=batch).loss.backward()
        optimizer.step()
        rates += scheduler.get_last_lr()
        scheduler.step()
    return tuple(rates)
""",
            """
import torch

def rates_used(model, optimizer, batches):
    scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, len(batches))
    rates = []
    for batch in batches:
        optimizer.zero_grad()
        model(input_ids=batch, labels=batch).loss.backward()
        optimizer.step()
        rates.append(optimizer.param_groups[0]["lr"])
        scheduler.step()
    return rates
""",
        ),
        wrong={
            """
import torch

def rates_used(model, optimizer, batches):
    scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, len(batches))
    rates = []
    for batch in batches:
        optimizer.zero_grad()
        model(input_ids=batch, labels=batch).loss.backward()
        rates.append(optimizer.param_groups[0]["lr"])
        scheduler.step()
        optimizer.step()
    return rates
""": "The rates that you return are right",
            """
import torch

def rates_used(model, optimizer, batches):
    peak = optimizer.param_groups[0]["lr"]
    scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, len(batches))
    for batch in batches:
        optimizer.zero_grad()
        model(input_ids=batch, labels=batch).loss.backward()
        scheduler.step()
        optimizer.step()
    return [peak * (1 - i / len(batches)) for i in range(len(batches))]
""": "The rates that you return are right",
            """
import torch

def rates_used(model, optimizer, batches):
    scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, len(batches))
    rates = []
    for batch in batches:
        optimizer.zero_grad()
        model(input_ids=batch, labels=batch).loss.backward()
        optimizer.step()
        scheduler.step()
        rates.append(optimizer.param_groups[0]["lr"])
    return rates
""": "The order is right now",
            """
import torch

def rates_used(model, optimizer, batches):
    scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, len(batches))
    rates = []
    for batch in batches:
        optimizer.zero_grad()
        model(input_ids=batch, labels=batch).loss.backward()
        rates.append(optimizer.param_groups[0]["lr"])
        scheduler.step()
    return rates
""": "What is returned is right",
            """
def rates_used(model, optimizer, batches):
    rates = []
    for batch in batches:
        optimizer.zero_grad()
        model(input_ids=batch, labels=batch).loss.backward()
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
    return rates
""": "Now the rate never falls",
            """
import torch

def rates_used(model, optimizer, batches):
    scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, len(batches))
    rates = []
    for batch in batches:
        model(input_ids=batch, labels=batch).loss.backward()
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates
""": "What is returned is right",
            """
import torch

def rates_used(model, optimizer, batches):
    scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, len(batches))
    rates = []
    for batch in batches:
        optimizer.zero_grad()
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates
""": "What is returned is right",
        },
    ),
    "finetuning/mean-of-means": Tried(
        right=(
            """
import torch

def accumulate(model, parts):
    n = sum(int((labels[:, 1:] != -100).sum()) for _, labels in parts)
    total = 0.0
    for ids, labels in parts:
        logits = model(input_ids=ids).logits[:, :-1]
        loss = (
            torch.nn.functional.cross_entropy(
                logits.flatten(0, 1), labels[:, 1:].flatten(), reduction="sum"
            )
            / n
        )
        loss.backward()
        total += loss.item()
    return total
""",
            """
def accumulate(model, parts):
    n, total = 0, 0.0
    for ids, labels in parts:
        c = (labels[:, 1:] != -100).sum().item()
        loss = model(input_ids=ids, labels=labels).loss * c
        loss.backward()
        n, total = n + c, total + loss.item()
    for p in model.parameters():
        if p.grad is not None:
            p.grad /= n
    return total / n
""",
            """
def accumulate(model, parts):
    n = sum((labels[:, 1:] != -100).sum() for _, labels in parts)
    total = 0.0
    for ids, labels in parts:
        loss = model(input_ids=ids, labels=labels, num_items_in_batch=n).loss
        loss.backward()
        total += loss.item()
    return total
""",
            """
def accumulate(model, parts):
    counts = [(labels[:, 1:] != -100).sum() for _, labels in parts]
    losses = [
        model(input_ids=ids, labels=labels).loss * c for (ids, labels), c in zip(parts, counts)
    ]
    loss = sum(losses) / sum(counts)
    loss.backward()
    return loss
""",
        ),
        wrong={
            """
def accumulate(model, parts):
    n = sum((labels[:, 1:] != -100).sum() for _, labels in parts)
    total = 0.0
    for ids, labels in parts:
        loss = model(input_ids=ids, labels=labels).loss
        loss.backward()
        total += loss.item() * float((labels[:, 1:] != -100).sum() / n)
    return total
""": "The loss is right",
            """
def accumulate(model, parts):
    n = sum((labels[:, 1:] != -100).sum() for _, labels in parts)
    return sum(
        model(input_ids=i, labels=l).loss.item() * float((l[:, 1:] != -100).sum() / n)
        for i, l in parts
    )
""": "The loss is right",
            """
def accumulate(model, parts):
    n = sum((labels[:, 1:] != -100).sum() for _, labels in parts)
    total = 0.0
    for ids, labels in parts:
        model.zero_grad()
        loss = model(input_ids=ids, labels=labels).loss * (labels[:, 1:] != -100).sum() / n
        loss.backward()
        total += loss.item()
    return total
""": "What is returned is right",
            """
def accumulate(model, parts):
    n = sum((labels[:, 1:] != -100).sum() for _, labels in parts)
    total = 0.0
    for ids, labels in parts:
        loss = model(input_ids=ids, labels=labels).loss * (labels[:, 1:] != -100).sum() / n
        loss.backward()
        total += loss.item()
    model.zero_grad()
    return total
""": "The loss is right",
            """
def accumulate(model, parts):
    n = sum((labels[:, 1:] != -100).sum() for _, labels in parts)
    total = 0.0
    for ids, labels in parts:
        loss = model(input_ids=ids, labels=labels).loss
        (loss / len(parts)).backward()
        total += loss.item() * float((labels[:, 1:] != -100).sum() / n)
    return total
""": "What is returned is right",
            """
def accumulate(model, parts):
    n = sum((labels[:, 1:] != -100).sum() for _, labels in parts)
    total = 0.0
    for ids, labels in parts:
        loss = model(input_ids=ids, labels=labels).loss * (labels[:, 1:] != -100).sum() / n
        total += loss.item()
    loss.backward()
    return total
""": "What is returned is right",
            """
def accumulate(model, parts):
    n = sum(labels[:, 1:].numel() for _, labels in parts)
    total = 0.0
    for ids, labels in parts:
        loss = model(input_ids=ids, labels=labels).loss * labels[:, 1:].numel() / n
        loss.backward()
        total += loss.item()
    return total
""": "Nearly",
        },
    ),
    "finetuning/no-zero-grad": Tried(
        right=(
            """
import torch

def learn(model, batches, learning_rate):
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate)
    losses = []
    for batch in batches:
        loss = model(input_ids=batch, labels=batch).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    return losses
""",
            """
import torch

def learn(model, batches, learning_rate):
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate)
    losses = []
    for batch in batches:
        loss = model(input_ids=batch, labels=batch).loss
        model.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
""",
            """
import torch

def learn(model, batches, learning_rate):
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate)
    losses = []
    for batch in batches:
        for p in model.parameters():
            p.grad = None
        loss = model(input_ids=batch, labels=batch).loss
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return losses
""",
            """
import torch

def learn(model, batches, learning_rate):
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate)
    losses = []
    for batch in batches:
        optimizer.zero_grad(set_to_none=False)
        loss = model(input_ids=batch, labels=batch).loss
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return tuple(losses)
""",
        ),
        wrong={
            """
import torch

def learn(model, batches, learning_rate):
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate)
    losses = []
    optimizer.zero_grad()
    for batch in batches:
        loss = model(input_ids=batch, labels=batch).loss
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
""": "The gradients of the earlier batches are still in there",
            """
import torch

def learn(model, batches, learning_rate):
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate)
    losses = []
    for batch in batches:
        loss = model(input_ids=batch, labels=batch).loss
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
        losses.append(loss.item())
    return losses
""": "Nothing is learned",
            """
import torch

def learn(model, batches, learning_rate):
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate)
    losses = []
    for batch in batches:
        loss = model(input_ids=batch, labels=batch).loss
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    optimizer.zero_grad()
    return losses
""": "The gradients of the earlier batches are still in there",
            """
import torch

def learn(model, batches, learning_rate):
    losses = []
    for batch in batches:
        optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate)
        optimizer.zero_grad()
        loss = model(input_ids=batch, labels=batch).loss
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
""": "A new optimizer for each batch forgets AdamW's averages",
            """
import torch

def learn(model, batches, learning_rate):
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate)
    losses = []
    for i, batch in enumerate(batches):
        optimizer.zero_grad()
        loss = model(input_ids=batch, labels=batch).loss
        loss.backward()
        if i < len(batches) - 1:
            optimizer.step()
        losses.append(loss.item())
    return losses
""": "What is returned is right",
            """
import torch

def learn(model, batches, learning_rate):
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate)
    losses = []
    for batch in batches:
        optimizer.zero_grad()
        loss = model(input_ids=batch, labels=batch).loss
        loss.backward()
        losses.append(loss.item())
    return losses
""": "Nothing is learned",
            """
import torch

def learn(model, batches, learning_rate):
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate)
    losses = []
    for i, batch in enumerate(batches):
        if i % 2 == 0:
            optimizer.zero_grad()
        loss = model(input_ids=batch, labels=batch).loss
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
""": "",
        },
    ),
    "finetuning/stays-in-eval": Tried(
        right=(
            """
def learn_and_look(model, optimizer, batches, measure):
    losses = []
    for batch in batches:
        model.train(True)
        optimizer.zero_grad()
        loss = model(input_ids=batch, labels=batch).loss
        loss.backward()
        optimizer.step()
        model.train(False)
        losses.append(measure(model))
    return losses
""",
            """
def learn_and_look(model, optimizer, batches, measure):
    losses = []
    model.train()
    for batch in batches:
        optimizer.zero_grad()
        model(input_ids=batch, labels=batch).loss.backward()
        optimizer.step()
        model.eval()
        losses.append(measure(model))
        model.train()
    return losses
""",
            """
import torch

def learn_and_look(model, optimizer, batches, measure):
    losses = []
    for batch in batches:
        model.train()
        model(input_ids=batch, labels=batch).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        model.eval()
        with torch.no_grad():
            losses.append(float(measure(model)))
    return tuple(losses)
""",
            """
import copy

def learn_and_look(model, optimizer, batches, measure):
    losses = []
    model.train()
    for batch in batches:
        optimizer.zero_grad()
        model(input_ids=batch, labels=batch).loss.backward()
        optimizer.step()
        losses.append(measure(copy.deepcopy(model).eval()))
    return losses
""",
        ),
        wrong={
            """
def learn_and_look(model, optimizer, batches, measure):
    losses = []
    model.train()
    for batch in batches:
        optimizer.zero_grad()
        model(input_ids=batch, labels=batch).loss.backward()
        optimizer.step()
        losses.append(measure(model))
    return losses
""": "Now it is measured with dropout as well",
            """
def learn_and_look(model, optimizer, batches, measure):
    losses = []
    for batch in batches:
        model.eval()
        optimizer.zero_grad()
        model(input_ids=batch, labels=batch).loss.backward()
        optimizer.step()
        losses.append(measure(model))
    return losses
""": "Now there is no dropout at all",
            """
def learn_and_look(model, optimizer, batches, measure):
    losses = []
    for batch in batches:
        model.eval()
        optimizer.zero_grad()
        model(input_ids=batch, labels=batch).loss.backward()
        optimizer.step()
        model.train()
        losses.append(measure(model))
    return losses
""": "You have the two the wrong way round",
            """
def learn_and_look(model, optimizer, batches, measure):
    losses = []
    model.eval()
    for batch in batches:
        optimizer.zero_grad()
        model(input_ids=batch, labels=batch).loss.backward()
        optimizer.step()
        losses.append(measure(model))
    return losses
""": "Now there is no dropout at all",
            """
def learn_and_look(model, optimizer, batches, measure):
    losses = []
    for batch in batches:
        optimizer.zero_grad()
        model(input_ids=batch, labels=batch).loss.backward()
        optimizer.step()
        model.eval()
        losses.append(measure(model))
        model.train()
    return losses
""": "What is returned is right",
            """
def learn_and_look(model, optimizer, batches, measure):
    losses = []
    for batch in batches:
        model.train()
        optimizer.zero_grad()
        model(input_ids=batch, labels=batch).loss.backward()
        model.eval()
        losses.append(measure(model))
    return losses
""": "",
            """
def learn_and_look(model, optimizer, batches, measure):
    model.train()
    for batch in batches:
        optimizer.zero_grad()
        model(input_ids=batch, labels=batch).loss.backward()
        optimizer.step()
    model.eval()
    return [measure(model) for _ in batches]
""": "",
        },
    ),
    "finetuning/frequency-loss": Tried(
        right=(
            """
import math
from collections import Counter

def frequency_loss(text, heldout):
    counts = Counter(text)
    total = 0
    for character, times in Counter(heldout).items():
        total += times * math.log(len(text) / counts[character])
    return total / len(heldout)
""",
            """
import numpy as np

def frequency_loss(text, heldout):
    share = {c: text.count(c) / len(text) for c in set(text)}
    return np.mean([-np.log(share[c]) for c in heldout])
""",
            """
import torch

def frequency_loss(text, heldout):
    letters = sorted(set(text))
    counts = torch.tensor([text.count(c) for c in letters]).float()
    targets = torch.tensor([letters.index(c) for c in heldout])
    return torch.nn.functional.cross_entropy(counts.log().expand(len(targets), -1), targets)
""",
        ),
        wrong={
            """
import math

def frequency_loss(text, heldout):
    return -sum(math.log2(text.count(c) / len(text)) for c in heldout) / len(heldout)
""": "This is in bits",
            """
import math

def frequency_loss(text, heldout):
    return -sum(math.log(text.count(c) / len(text)) for c in heldout)
""": "This is the sum",
            """
import math

def frequency_loss(text, heldout):
    return -sum(math.log(text.count(c) / len(text)) for c in text) / len(text)
""": "on `text` itself",
            """
import math

def frequency_loss(text, heldout):
    return -sum(math.log(heldout.count(c) / len(heldout)) for c in heldout) / len(heldout)
""": "You count in `heldout`",
            """
import math

def frequency_loss(text, heldout):
    return -sum(math.log(text.count(c) / len(text)) for c in set(heldout)) / len(set(heldout))
""": "",
        },
    ),
    "finetuning/one-step": Tried(
        right=(
            """
import torch

def step_by_hand(bias, target, learning_rate):
    bias = bias.clone().requires_grad_()
    loss = torch.nn.functional.cross_entropy(bias, torch.tensor(target))
    loss.backward()
    return (bias - learning_rate * bias.grad).detach()
""",
            """
import math

def step_by_hand(bias, target, learning_rate):
    weights = [math.exp(b) for b in bias]
    p = [w / sum(weights) for w in weights]
    return [b - learning_rate * (q - (i == target)) for i, (b, q) in enumerate(zip(bias, p))]
""",
            """
import numpy as np

def step_by_hand(bias, target, learning_rate):
    bias = np.asarray(bias, dtype=float)
    p = np.exp(bias - bias.max())
    p /= p.sum()
    return bias + learning_rate * (np.eye(len(bias))[target] - p)
""",
        ),
        wrong={
            """
def step_by_hand(bias, target, learning_rate):
    p = bias.softmax(-1)
    p[target] -= 1
    return bias + learning_rate * p
""": "and the loss rises",
            """
def step_by_hand(bias, target, learning_rate):
    p = bias.softmax(-1)
    p[target] -= 1
    return p
""": "That is the gradient",
            """
def step_by_hand(bias, target, learning_rate):
    p = bias.softmax(-1)
    new = bias.clone()
    new[target] += learning_rate * (1 - p[target])
    return new
""": "Only the target moves",
            """
def step_by_hand(bias, target, learning_rate):
    return bias - learning_rate * bias.softmax(-1)
""": "",
        },
    ),
    "finetuning/decay-in-adam": Tried(
        right=(
            """
import torch

def first_adamw_step(weight, gradient, learning_rate, decay):
    parameter = torch.nn.Parameter(weight.clone())
    parameter.grad = gradient.clone()
    torch.optim.AdamW([parameter], lr=learning_rate, weight_decay=decay).step()
    return parameter.detach()
""",
            """
def first_adamw_step(weight, gradient, learning_rate, decay):
    return weight * (1 - learning_rate * decay) - learning_rate * gradient.sign()
""",
            """
import numpy as np

def first_adamw_step(weight, gradient, learning_rate, decay):
    weight, gradient = np.asarray(weight), np.asarray(gradient)
    return weight - learning_rate * (decay * weight + gradient / (abs(gradient) + 1e-8))
""",
        ),
        wrong={
            """
import torch

def first_adamw_step(weight, gradient, learning_rate, decay):
    parameter = torch.nn.Parameter(weight.clone())
    parameter.grad = gradient.clone()
    torch.optim.Adam([parameter], lr=learning_rate, weight_decay=decay).step()
    return parameter.detach()
""": "That is L2",
            """
def first_adamw_step(weight, gradient, learning_rate, decay):
    return weight - decay * weight - learning_rate * gradient.sign()
""": "multiplied by the learning rate too",
            """
def first_adamw_step(weight, gradient, learning_rate, decay):
    return weight + learning_rate * (decay * weight + gradient.sign())
""": "",
        },
    ),
}
