"""What the mistakes panel shows of a result."""

from lablib.numbers import percent
from lablib.transfer.compute.classifier import Prediction


def mistake_words(said: Prediction, is_so: str) -> str:
    """What a mistake was.

    >>> print(mistake_words(Prediction("So so.", ("bad", "good"), (0.25, 0.75)), "bad"))
    It is bad, and was called good, 75\xa0% sure.
    """
    sure = percent(max(said.probabilities))
    return f"It is {is_so}, and was called {said.label}, {sure} sure."
