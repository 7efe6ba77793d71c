# mypy: disallow-untyped-defs=False
"""The solutions as they are shown: short and plain, for learners to compare with their own.

`tests/finetuning/test_exercises.py` holds them against `transformers`, `peft` and `torch`.
"""

import math

import torch


def count_targets(mask):
    """How many tokens of a padded batch are asked for: all but the first of each row."""
    return sum(max(sum(row) - 1, 0) for row in mask)


def perplexity(losses):
    """The perplexity of a text from the loss of each of its tokens, in nats."""
    return math.exp(sum(losses) / len(losses))


def batch_mean(sums, counts):
    """The mean loss of a batch, from the summed loss and the number of targets of each part."""
    return sum(sums) / sum(counts)


def learning_rate(step, total, peak, warmup):
    """The learning rate of a step: up to `peak` in the warm-up, then down to 0 at the end."""
    if step < warmup:
        return peak * step / warmup
    return peak * (total - step) / (total - warmup)


def lora_weights(shapes, rank):
    """How many weights LoRA trains beside matrices of the shapes (rows, columns)."""
    return sum(rank * (rows + columns) for rows, columns in shapes)


def training_bytes(weights, trained):
    """Bytes for weights, gradients and AdamW's two averages, all in fp32."""
    return 4 * weights + 4 * trained + 2 * 4 * trained


def frequency_loss(text, heldout):
    """The mean loss on a text of a model that has only counted the characters of another."""
    losses = [-math.log(text.count(character) / len(text)) for character in heldout]
    return sum(losses) / len(losses)


def best_rate(rates, losses):
    """A tenth of the rate at which a range test saw the lowest loss."""
    lowest = min(range(len(losses)), key=lambda i: losses[i])
    return rates[lowest] / 10


def train_last(model, blocks):
    """Freeze a GPT-2 but for its last blocks and the last norm; the names of what still learns."""
    model.requires_grad_(False)
    for block in model.transformer.h[len(model.transformer.h) - blocks :]:
        block.requires_grad_(True)
    model.transformer.ln_f.requires_grad_(True)
    return [name for name, weight in model.named_parameters() if weight.requires_grad]


def batch_loss(model, batch):
    """The mean loss of a batch of ids, in which each token is said from those before it."""
    return model(input_ids=batch, labels=batch).loss


def padded_loss(model, ids, mask):
    """The mean loss of a padded batch; `mask` is 1 at tokens and 0 at padding."""
    labels = ids.masked_fill(mask == 0, -100)
    return model(input_ids=ids, attention_mask=mask, labels=labels).loss


def one_step(model, batch, learning_rate):
    """Learn from a batch with AdamW; the loss on it before and after."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate)
    before = model(input_ids=batch, labels=batch).loss
    before.backward()
    optimizer.step()
    after = model(input_ids=batch, labels=batch).loss
    return before.item(), after.item()


def labels_of(rows, end):
    """What is asked of texts, each with the token `end` at its end, filled up to one length."""
    length = max(len(row) for row in rows)
    return [row + [-100] * (length - len(row)) for row in rows]


def rates_used(model, optimizer, batches):
    """Learn from each batch, at rates that fall from the optimizer's towards 0; the rates."""
    scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, len(batches))
    rates = []
    for batch in batches:
        optimizer.zero_grad()
        model(input_ids=batch, labels=batch).loss.backward()
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


def accumulate(model, parts):
    """Gradients of the mean loss of a batch that comes in parts, (ids, labels) each; that loss."""
    targets = sum((labels[:, 1:] != -100).sum() for _, labels in parts)
    total = 0.0
    for ids, labels in parts:
        share = (labels[:, 1:] != -100).sum() / targets
        loss = model(input_ids=ids, labels=labels).loss * share
        loss.backward()
        total += loss.item()
    return total


def learn(model, batches, learning_rate):
    """Learn from each batch in turn; the loss on each before it was learned."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate)
    losses = []
    for batch in batches:
        optimizer.zero_grad()
        loss = model(input_ids=batch, labels=batch).loss
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def learn_and_look(model, optimizer, batches, measure):
    """Learn from each batch with dropout; after each, `measure` the model without it."""
    losses = []
    for batch in batches:
        model.train()
        optimizer.zero_grad()
        model(input_ids=batch, labels=batch).loss.backward()
        optimizer.step()
        model.eval()
        losses.append(measure(model))
    return losses


def step_by_hand(bias, target, learning_rate):
    """The biases after one step of gradient descent on the loss of the token `target`."""
    probabilities = bias.softmax(-1)
    gradient = probabilities.clone()
    gradient[target] -= 1
    return bias - learning_rate * gradient


def first_adamw_step(weight, gradient, learning_rate, decay):
    """The weights after AdamW's first step, where its two averages are gradient and square."""
    step = gradient / (gradient.abs() + 1e-8)
    return weight - learning_rate * decay * weight - learning_rate * step
