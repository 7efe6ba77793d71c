"""From nothing to a drawn panel, beside merely importing what it stands on.

Fresh processes, in turns; a row's ratio is the median of the rounds' ratios.
"""

import subprocess
import sys
import time
from statistics import median
from typing import Any

ROUNDS = 3
GOAL = 1.3

OURS = """
from lablib import sampling as sp
panel = sp.knob_panel("Once upon a time", "pocket-gpt2")
assert panel.wait() and panel.state == "ready" and panel.view.logits
"""
IMPORTS = "import torch, transformers"
PIPELINE = """
from transformers import pipeline
from lablib.models.entries import POCKET
pipeline("text-generation", str(POCKET / "pocket-gpt2"))("Once upon a time", max_new_tokens=1)
"""


def rows(rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """Seconds to a drawn knob panel, beside two imports and beside a pipeline's first token."""
    _seconds(OURS)  # the first run reads the libraries from the disk
    times = [(_seconds(OURS), _seconds(IMPORTS), _seconds(PIPELINE)) for _ in range(rounds)]
    return [
        _row("drawn panel / import torch, transformers", times, 1, GOAL),
        _row("drawn panel / pipeline's first token", times, 2, None),
    ]


def _row(name: str, times: list[tuple[float, ...]], peer: int, goal: float | None) -> dict:
    return {
        "name": name,
        "ours": median(t[0] for t in times),
        "peer": median(t[peer] for t in times),
        "unit": "s",
        "ratio": median(t[0] / t[peer] for t in times),
        "goal": goal,
        "less_is_better": True,
    }


def _seconds(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    return time.perf_counter() - start
