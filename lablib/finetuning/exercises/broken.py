# mypy: disallow-untyped-defs=False, disable-error-code="attr-defined"
"""Code that is wrong on purpose, for "spot the bug": each is one step away from `solutions`."""

import torch


def batch_loss(model, batch):
    """The mean loss of a batch of ids, in which each token is said from those before it."""
    input_ids = batch[:, :-1]
    labels = batch[:, 1:]
    return model(input_ids=input_ids, labels=labels).loss


def padded_loss(model, ids, mask):
    """The mean loss of a padded batch; `mask` is 1 at tokens and 0 at padding."""
    labels = ids.clone()
    return model(input_ids=ids, attention_mask=mask, labels=labels).loss


def one_step(model, batch, learning_rate):
    """Learn from a batch with AdamW; the loss on it before and after."""
    from transformers import AdamW

    optimizer = AdamW(model.parameters(), lr=learning_rate)
    before = model(input_ids=batch, labels=batch).loss
    before.backward()
    optimizer.step()
    after = model(input_ids=batch, labels=batch).loss
    return before.item(), after.item()


def labels_of(rows, end):
    """What is asked of texts, each with the token `end` at its end, filled up to one length."""
    length = max(len(row) for row in rows)
    padded = [row + [end] * (length - len(row)) for row in rows]
    return [[-100 if id == end else id for id in row] for row in padded]


def rates_used(model, optimizer, batches):
    """Learn from each batch, at rates that fall from the optimizer's towards 0; the rates."""
    scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, len(batches))
    rates = []
    for batch in batches:
        optimizer.zero_grad()
        model(input_ids=batch, labels=batch).loss.backward()
        scheduler.step()
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
    return rates


def accumulate(model, parts):
    """Gradients of the mean loss of a batch that comes in parts, (ids, labels) each; that loss."""
    total = 0.0
    for ids, labels in parts:
        loss = model(input_ids=ids, labels=labels).loss / len(parts)
        loss.backward()
        total += loss.item()
    return total


def learn(model, batches, learning_rate):
    """Learn from each batch in turn; the loss on each before it was learned."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate)
    losses = []
    for batch in batches:
        loss = model(input_ids=batch, labels=batch).loss
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def learn_and_look(model, optimizer, batches, measure):
    """Learn from each batch with dropout; after each, `measure` the model without it."""
    losses = []
    model.train()
    for batch in batches:
        optimizer.zero_grad()
        model(input_ids=batch, labels=batch).loss.backward()
        optimizer.step()
        model.eval()
        losses.append(measure(model))
    return losses
