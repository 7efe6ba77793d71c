"""From nothing to a panel and to its bars, beside a plain script that asks the model the same.

Fresh processes, in turns; a row's ratio is the median of the rounds' ratios.
"""

import subprocess
import sys
import time
from statistics import median
from typing import Any

ROUNDS = 3
FRAME_SECONDS, BARS_RATIO = 1.5, 1.15

FRAME = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.parent_header = {"msg_type": "execute_request"}  # as in the cell of a notebook
shell.run_cell('''
import os
from lablib import sampling as sp
panel = sp.knob_panel("Once upon a time", "pocket-gpt2", simple=True)
assert panel.text.value and panel.state == "working"
os._exit(0)
''')
"""
"""The panel is there to be drawn; the kernel ends before it loads the libraries."""
BARS = """
from lablib import sampling as sp
panel = sp.knob_panel("Once upon a time", "pocket-gpt2", simple=True)
assert panel.wait() and panel.state == "ready" and panel.view.logits
"""
SCRIPT = """
import torch
from transformers import AutoTokenizer, GPT2LMHeadModel
from lablib.models.entries import POCKET
folder = str(POCKET / "pocket-gpt2")
tokenizer = AutoTokenizer.from_pretrained(folder)
model = GPT2LMHeadModel.from_pretrained(folder)
ids = tokenizer("Once upon a time", return_tensors="pt").input_ids
with torch.inference_mode():
    print(model(ids).logits[0, -1].softmax(-1).topk(10))
"""


def rows(rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """Seconds to the frame of the first panel, and to its bars beside the plain script."""
    kernel_seconds()  # the first run reads the libraries from the disk
    times = [(_seconds(FRAME), kernel_seconds(), _seconds(SCRIPT)) for _ in range(rounds)]
    frame, bars, script = (median(column) for column in zip(*times, strict=True))
    ratio = median(bars / script for _, bars, script in times)
    common = {"unit": "s", "less_is_better": True}
    return [
        {
            "name": "nothing → frame of the first panel",
            "ours": frame,
            "goal": FRAME_SECONDS,
            **common,
        },
        {
            "name": "nothing → its bars / a plain script",
            "ours": bars,
            "peer": script,
            "ratio": ratio,
            "goal": BARS_RATIO,
            **common,
        },
    ]


def kernel_seconds() -> float:
    """From nothing to the bars of a panel, in a process that begins now."""
    return _seconds(BARS)


def _seconds(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    return time.perf_counter() - start
