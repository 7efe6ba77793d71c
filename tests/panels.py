"""What the tests of all rooms' panels share."""

import ast

import torch


def run_code(panel):
    """Run the code a panel shows; the value of its last line, and all its names."""
    code = ast.parse(panel.foot.code)
    last = ast.Expression(code.body.pop().value)
    names = {}
    with torch.inference_mode():
        exec(compile(code, "panel", "exec"), names)
        return eval(compile(last, "panel", "eval"), names), names
