# mypy: disallow-untyped-defs=False
"""Code that is wrong on purpose: one step away from `measuring_solutions`."""


def accuracy(batches):
    """The accuracy over batches, each a list of True (right) and False (wrong)."""
    shares = []
    for batch in batches:
        right = sum(batch)
        shares.append(right / len(batch))
    return sum(shares) / len(shares)
