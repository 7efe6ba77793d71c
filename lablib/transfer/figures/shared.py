"""What several panels of this room show alike."""

HEIGHT = 280


LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}


def percent(share: float) -> str:
    """A share in whole percents.

    >>> percent(0.786)
    '79 %'
    """
    return f"{share * 100:.0f} %"
