"""What the tests of the panels share: an open model to give them, and running their code."""

import ast

import torch

from lablib import models
from lablib.widgets import ModelChoice

CARD = models.ModelCard("tiny", "causal", "folder", None, None, "mit", ("en",), "A tiny model.")


def opened(m):
    """A choice of this model, open already."""
    choice = ModelChoice("tiny")
    choice.loaded = models.LoadedModel(m.model, m.tokenizer, CARD, m.device, "A test needs it.")
    return choice


def run_code(panel, monkeypatch):
    """Run the code a panel shows; the value of its last line, and all its names."""
    monkeypatch.setattr(models, "load", lambda name, **_: panel.choice.loaded)
    code = ast.parse(panel.foot.code)
    last = ast.Expression(code.body.pop().value)
    names = {}
    with torch.inference_mode():
        exec(compile(code, "panel", "exec"), names)
        return eval(compile(last, "panel", "eval"), names), names
