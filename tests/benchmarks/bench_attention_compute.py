"""What a changed text costs until its maps are there: `attention.maps` beside the bare forward pass
of the same model, which keeps no attention; and what a head and a sweep cost.

    python -m tests.benchmarks.bench_attention_compute

GPT-2's 124M shape with random weights, 32 tokens, on the CPU. Each round measures one after the
other; a row's figures are medians over the rounds.
"""

import time
from collections.abc import Callable
from statistics import median
from types import SimpleNamespace
from typing import Any

import torch
from transformers import GPT2Config, GPT2LMHeadModel

from lablib import attention as at
from lablib.models import load_tokenizer

TEXT = (
    "The old captain looked at the sea for a long time, and then he said that the wind would turn "
    "before the night was over, so they stayed in the"
)
TOKENS = 32
ROUNDS = 9
FACTOR, EXTRA_MS = 1.3, 50


def rows(rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """One row per figure: name, ours and peer in ms, the goal for ours."""
    m = _gpt2()
    tokens = at.read(m, TEXT)
    assert len(tokens) == TOKENS
    bare = _forward(m, tokens)
    works: dict[str, Callable[[], Any]] = {
        "maps of all 144 heads": lambda: at.maps(m, TEXT),
        "maps and every metric": lambda: at.head_metrics(at.maps(m, TEXT)),
        "queries, keys and values of one layer": lambda: at.vectors(m, TEXT, 5),
        "each head's part of one layer": lambda: at.head_parts(m, TEXT, 5),
    }
    result = [_row(name, _together(work, bare, rounds)) for name, work in works.items()]
    start = time.perf_counter()
    *_, last = at.sweep(m, TEXT)
    seconds = time.perf_counter() - start
    assert last.done == last.total == 144
    return [*result, {"name": "muting each of 144 heads in turn", "ours": seconds, "unit": "s"}]


def _gpt2() -> Any:
    """GPT-2's shape with random weights, opened as labs open a model: with fast attention."""
    torch.manual_seed(0)
    model = GPT2LMHeadModel(GPT2Config(attn_implementation="sdpa")).eval()
    return SimpleNamespace(model=model, tokenizer=load_tokenizer("gpt2"), device=model.device)


def _forward(m: Any, tokens: at.Reading) -> Callable[[], Any]:
    """The bare forward pass: logits, and no attention."""

    @torch.inference_mode()
    def forward() -> Any:
        return m.model(**tokens.inputs(m))

    return forward


def _together(
    work: Callable[[], Any], bare: Callable[[], Any], rounds: int
) -> list[tuple[float, float]]:
    """Milliseconds of both, in each round."""
    work(), bare()  # the first call of each prepares things
    return [(_milliseconds(work), _milliseconds(bare)) for _ in range(rounds)]


def _milliseconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def _row(name: str, times: list[tuple[float, float]]) -> dict[str, Any]:
    ours, peer = (median(column) for column in zip(*times, strict=True))
    return {
        "name": f"text changed → {name} (peer: bare forward)",
        "ours": ours,
        "peer": peer,
        "unit": "ms",
        "goal": round(FACTOR * peer + EXTRA_MS),
        "less_is_better": True,
    }


if __name__ == "__main__":
    for row in rows():
        goal = f"(goal {row['goal']})" if "goal" in row else ""
        peer = f"{row['peer']:8.1f}" if "peer" in row else ""
        print(f"{row['name']:75} {row['ours']:8.1f} {peer} {row['unit']} {goal}", flush=True)
