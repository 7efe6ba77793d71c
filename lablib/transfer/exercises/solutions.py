# mypy: disallow-untyped-defs=False
"""The right answers, shown to learners as they stand here (so without type annotations)."""

import math


def leaks(train, test):
    """The test texts that stand in the training part too, whatever their case and spaces."""

    def bare(text):
        return " ".join(text.lower().split())

    known = {bare(text) for text in train}
    return [text for text in test if bare(text) in known]


def confusion(labels, called, classes):
    """How many texts of class i were called class j, as a list of rows."""
    matrix = [[0] * classes for _ in range(classes)]
    for is_so, said in zip(labels, called, strict=True):
        matrix[is_so][said] += 1
    return matrix


def occlude(score, words):
    """By how much the score falls when each word in turn is hidden behind [MASK]."""
    whole = score(words)
    return [whole - score([*words[:i], "[MASK]", *words[i + 1 :]]) for i in range(len(words))]


def train(epochs, batches, learn, scheduler):
    """Learn from every batch, with a rate that falls at every step; the rate of each step."""
    rates = []
    for _ in range(epochs):
        for batch in batches:
            rates.append(scheduler.get_last_lr()[0])
            learn(batch)
            scheduler.step()
    return rates


def reported(validation, test, patience):
    """The test accuracy at the epoch that early stopping chooses; accuracies by epoch are given."""
    best, waited = 0, 0
    for epoch in range(1, len(validation)):
        waited += 1
        if validation[epoch] > validation[best]:
            best, waited = epoch, 0
        if waited == patience:
            break
    return test[best]


def bits_per_byte(perplexity, tokens, text):
    """The bits that a model needs for each byte of a text, from its perplexity on the tokens."""
    return tokens * math.log2(perplexity) / len(text.encode("utf-8"))


def f1(labels, said):
    """The F1 of yes and no answers; labels and answers are lists of 1 and 0."""
    hits = sum(label and answer for label, answer in zip(labels, said, strict=True))
    wrong = sum(label != answer for label, answer in zip(labels, said, strict=True))
    return 2 * hits / (2 * hits + wrong) if hits else 0.0


def accuracy(batches):
    """The accuracy over batches, each a list of True (right) and False (wrong)."""
    right = sum(sum(batch) for batch in batches)
    return right / sum(len(batch) for batch in batches)


def log_likelihoods(counts, words):
    """The logarithm of the probability of some words in each class of counted words."""
    known = set().union(*counts.values())
    found = [word for word in words if word in known]
    return {
        name: sum(math.log((of[w] + 1) / (sum(of.values()) + len(known))) for w in found)
        for name, of in counts.items()
    }


def shared_share(test, train, n):
    """The share of the words of a text in stretches of n that another text has, too."""
    known = {tuple(train[i : i + n]) for i in range(len(train) - n + 1)}
    starts = [i for i in range(len(test) - n + 1) if tuple(test[i : i + n]) in known]
    shared = {i + k for i in starts for k in range(n)}
    return len(shared) / len(test) if test else 0.0


def piece_labels(labels, word_ids):
    """A label for each piece: that of its word at the first piece, -100 at all others."""
    found, last = [], None
    for word in word_ids:
        found.append(-100 if word is None or word == last else labels[word])
        last = word
    return found


def entity_f1(right, found):
    """The F1 of entities, each a tuple of its kind, first and last word."""
    hits = len(set(right) & set(found))
    return 2 * hits / (len(right) + len(found)) if hits else 0.0


def in_eight_bits(weights):
    """The weights as they are read back from 8 bits, with a scale for each row."""
    scales = weights.abs().amax(1, keepdim=True) / 127
    whole = (weights / scales.clamp(min=1e-12)).round()
    return whole * scales


def distillation_loss(student, teacher, temperature):
    """How far the student's distribution is from the teacher's, both softened, times T²."""
    targets = (teacher / temperature).softmax(-1)
    logs = (student / temperature).log_softmax(-1)
    kl = (targets * (targets.log() - logs)).sum()
    return float(kl * temperature**2)


def gets_through(harmless, unwanted, most):
    """The least share of unwanted texts that passes if few of the harmless may be refused."""
    allowed = [
        threshold
        for threshold in [*harmless, *unwanted, math.inf]
        if sum(score >= threshold for score in harmless) <= most * len(harmless)
    ]
    return min(sum(score < threshold for score in unwanted) for threshold in allowed) / len(
        unwanted
    )


def unwanted_share(share, found, refused):
    """The share of unwanted texts among those that a filter lets through."""
    missed = share * (1 - found)
    return missed / (missed + (1 - share) * (1 - refused))


def spread(std, width, layers):
    """The standard deviation of a signal of 1 after some layers of random weights."""
    return (std * width**0.5) ** layers
