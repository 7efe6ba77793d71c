"""What several panels of this room show alike."""


def times(ratio: float) -> str:
    """How many times, in words.

    >>> times(1.26), times(12.4), times(1e9)
    ('1.3 times', '12 times', 'over a million times')
    """
    if ratio > 1e6:
        return "over a million times"
    return f"{ratio:,.1f} times" if ratio < 10 else f"{ratio:,.0f} times"
