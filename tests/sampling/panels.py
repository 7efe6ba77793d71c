"""What the tests of the panels share: an open model to give them, and running their code."""

from dataclasses import replace

from lablib import models
from lablib.widgets import ModelChoice
from tests import panels

CARD = models.ModelCard("tiny", "causal", "folder", None, None, "mit", ("en",), "A tiny model.")


def opened(m, kind="causal"):
    """A choice of this model, open already."""
    choice, card = ModelChoice("tiny", kind), replace(CARD, kind=kind)
    choice.loaded = models.LoadedModel(m.model, m.tokenizer, card, m.device, "A test needs it.")
    return choice


def run_code(panel, monkeypatch):
    """Run the code a panel shows, with the panel's own model whatever name is asked for."""
    monkeypatch.setattr(models, "load", lambda name, **_: panel.choice.loaded)
    return panels.run_code(panel)
