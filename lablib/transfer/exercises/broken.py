# mypy: disallow-untyped-defs=False
"""Code that is wrong on purpose, for "spot the bug": each is one step away from `solutions`."""


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
        if test[epoch] > test[best]:
            best, waited = epoch, 0
        if waited == patience:
            break
    return test[best]
