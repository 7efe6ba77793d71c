"""What several panels of this room show alike."""

HEIGHT = 280


def percent(share: float) -> str:
    """A share in whole percents.

    >>> percent(0.786)
    '79 %'
    """
    return f"{share * 100:.0f} %"
