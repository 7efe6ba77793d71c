"""What the tests of this room's panels share."""

from lablib.widgets import ModelChoice
from tests.sampling.panels import run_code

__all__ = ["opened", "ready", "run_code"]


def opened(m):
    """A choice in which this model is open."""
    choice = ModelChoice("tiny", "seq2seq")
    choice.loaded = m
    return choice


def ready(panel):
    """Wait until a panel has drawn."""
    assert panel.wait() and panel.state == "ready", panel.foot.details
    return panel
