"""What the tests of all rooms' panels share."""

import ast

import torch

from lablib.widgets import WORKER


def run_code(panel):
    """Run the code a panel shows; the value of its last line, and all its names."""
    code = ast.parse(panel.foot.code)
    last = ast.Expression(code.body.pop().value)
    names = {}
    with torch.inference_mode():
        exec(compile(code, "panel", "exec"), names)
        return eval(compile(last, "panel", "eval"), names), names


def ready(panel, timeout=120):
    """The panel, once it has drawn."""
    assert panel.wait(timeout), "it took too long"
    assert panel.state == "ready", (panel.foot.message, panel.foot.details)
    return panel


def failed(panel, words):
    """The panel, once it has failed and says these words."""
    assert panel.wait()
    assert panel.state == "failed" and words in panel.foot.message, panel.foot.message
    return panel


def hooks_left(model):
    """The parts of a model with hooks once no panel is at work: those of another test may still be,
    and share the model.
    """
    assert WORKER.join()
    return [part for part in model.modules() if part._forward_hooks or part._forward_pre_hooks]
