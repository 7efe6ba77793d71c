"""Tokens per second of `sampling.generate`, which keeps the distribution of every step, beside
`model.generate`, which keeps nothing, and beside what memory allows: at batch 1 every weight is
read once per token, so the limit is bandwidth / bytes of the weights.

    python -m tests.benchmarks.bench_generate

GPT-2's 124M shape with random weights, on the CPU. Each round measures all of them one after
another; the ratio of a row is the median of the rounds' ratios.
"""

import copy
import time
from collections.abc import Callable, Sequence
from statistics import median
from types import SimpleNamespace
from typing import Any

import torch
from transformers import GPT2Config, GPT2LMHeadModel

from lablib.models import load_tokenizer
from lablib.sampling import Knobs, generate, prepare

PROMPT = "Once upon a time, in a small house at the edge of the wood, there lived"
TOKENS = 64
ROUNDS = 3
FASTER_THAN_GENERATE, SHARE_OF_LIMIT = 1.2, 0.8
SETTINGS: dict[str, tuple[Knobs, dict[str, Any]]] = {
    "greedy": (Knobs(temperature=0), {"do_sample": False}),
    "top-p 0.95, temperature 0.7": (
        Knobs(temperature=0.7, top_p=0.95),
        {"do_sample": True, "temperature": 0.7, "top_p": 0.95, "top_k": 0},
    ),
}


def rows(rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """One row per figure: name, ours and peer in tokens/s, their ratio, and the goal for it."""
    result = []
    for dtype in (torch.float32, torch.bfloat16):
        for setting in SETTINGS:
            result += _measure(dtype, setting, rounds)
    return result


@torch.inference_mode()
def _measure(dtype: torch.dtype, setting: str, rounds: int) -> list[dict[str, Any]]:
    torch.manual_seed(0)
    model = GPT2LMHeadModel(GPT2Config()).eval()
    model.to(dtype)
    stock = copy.deepcopy(model)  # our reader may lay out its weights anew
    m: Any = SimpleNamespace(model=model, tokenizer=load_tokenizer("gpt2"), device=model.device)
    knobs, options = SETTINGS[setting]
    ids = torch.tensor([prepare(m, PROMPT).ids])
    matrix = torch.randn(8192, 16384, dtype=torch.float32).to(dtype)  # far larger than any cache
    vector = torch.randn(16384).to(dtype)
    bytes_read = sum(weight.nbytes for weight in model.parameters())

    def ours() -> None:
        assert len(list(generate(m, PROMPT, knobs, 1, TOKENS))) == TOKENS

    def peer() -> None:
        out = stock.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=TOKENS,
            min_new_tokens=TOKENS,
            pad_token_id=0,
            **options,
        )
        assert out.shape[1] == ids.shape[1] + TOKENS

    def limit() -> None:
        torch.mv(matrix, vector)

    for work in (ours, peer, limit):
        work()  # the first call of each prepares things
    times = [(_seconds(ours), _seconds(peer), _seconds(limit, 5)) for _ in range(rounds)]
    speeds = [(TOKENS / a, TOKENS / b, matrix.nbytes / c / bytes_read) for a, b, c in times]
    name = f"{str(dtype).removeprefix('torch.')}, {setting}"
    return [
        _row(f"generate / model.generate ({name})", speeds, 1, FASTER_THAN_GENERATE),
        _row(f"generate / memory limit ({name})", speeds, 2, SHARE_OF_LIMIT),
    ]


def _row(name: str, speeds: Sequence[tuple[float, ...]], peer: int, goal: float) -> dict[str, Any]:
    return {
        "name": name,
        "ours": median(speed[0] for speed in speeds),
        "peer": median(speed[peer] for speed in speeds),
        "ratio": median(speed[0] / speed[peer] for speed in speeds),
        "goal": goal,
    }


def _seconds(work: Callable[[], None], times: int = 1) -> float:
    """Seconds one call takes, on average over some calls."""
    start = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - start) / times


if __name__ == "__main__":
    for row in rows():
        print(
            "{name:62} {ours:7.1f} {peer:7.1f} tokens/s   × {ratio:.2f} (goal {goal})".format(**row)
        )
