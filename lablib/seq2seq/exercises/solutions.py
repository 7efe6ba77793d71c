# mypy: disallow-untyped-defs=False
"""The right answers, shown to learners as they stand here (so without type annotations).

Vectors are rows; a row of ids is a list.
"""

import math

import torch


def shift_right(labels, start):
    """What the decoder reads so that each place has to say the label that stands there."""
    return [start, *labels[:-1]]


def pad_labels(rows):
    """Rows of one length, filled up with −100, for which nobody is asked."""
    longest = max(len(row) for row in rows)
    return [row + [-100] * (longest - len(row)) for row in rows]


def cross_attention(q, k, v, there):
    """What a head brings from the source to each token of the target."""
    scores = q @ k.T / math.sqrt(q.shape[-1])
    return scores.masked_fill(~there, -math.inf).softmax(-1) @ v


def write(next_scores, start, end, most):
    """The likeliest token each time, until the end mark or until there are enough."""
    ids = [start]
    while len(ids) <= most and ids[-1] != end:
        scores = next_scores(ids)
        ids.append(scores.index(max(scores)))
    return ids[1:]


def best_text(texts, penalty):
    """Which text wins: the highest log-probability, divided by a power of the length."""
    scores = [sum(text) / len(text) ** penalty for text in texts]
    return scores.index(max(scores))


def sequence_loss(logits, labels):
    """The mean surprise at the labels, in nats; those that are −100 do not count."""
    asked = labels != -100
    log_probabilities = logits.log_softmax(-1)[asked]
    return -log_probabilities.gather(1, labels[asked][:, None]).mean()


def decoder_layer(x, source, self_attention, cross_attention, feed_forward):
    """A layer of the decoder: the target so far, then the source, then each token by itself."""
    future = torch.ones(len(x), len(x)).triu(1).bool()
    z1 = x + self_attention(x, x, x, future)
    z2 = z1 + cross_attention(z1, source, source)
    return z2 + feed_forward(z2)


def looked(weights, there):
    """Where each token of the target looks: weights [target, source] over the real tokens."""
    weights = weights * there
    return weights / weights.sum(-1, keepdim=True)


def teacher_loss(decoder, labels, start):
    """The mean loss of a row of labels under teacher forcing; a token's loss is decoder's."""
    inputs = [start, *labels[:-1]]
    losses = [decoder(inputs[: i + 1], label) for i, label in enumerate(labels)]
    return sum(losses) / len(losses)


def mean_loss(losses, labels):
    """The mean loss of a batch; both are rows, and −100 is padding."""
    asked = [
        loss
        for row, ids in zip(losses, labels, strict=True)
        for loss, id in zip(row, ids, strict=True)
        if id != -100
    ]
    return sum(asked) / len(asked)


def first_input(config):
    """What the decoder reads before it has written anything."""
    start = config.get("decoder_start_token_id")
    return config["pad_token_id"] if start is None else start
