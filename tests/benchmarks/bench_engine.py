"""Tokens per second of the engine that computes pocket-gpt2 in a page, in Node and in Chromium,
beside torch in this process; and how large the script with the weights is.

    python -m tests.benchmarks.bench_engine

Each round measures all three one after another; the ratio is the median of the rounds' ratios.
"""

import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import torch
from playwright.sync_api import sync_playwright

from lablib import models
from lablib.models.entries import local_folder
from lablib.pages.weights import weights_script
from tests.browser.engine_page import GREEDY, engine_page
from tests.conftest import CHROMIUM, FLAGS
from tests.scripts import script

PROMPT = "Once upon a time"
TOKENS, ROUNDS = 100, 3
SHARE_OF_TORCH = 0.3
MEGABYTES = 40
"""What the whole course may weigh."""

NODE = f"""
(() => {{
    const start = performance.now();
    const how = {{ count: {TOKENS}, knobs: {GREEDY} }};
    const ids = [...m.write(models.gpt2, a[0], how)].filter((id) => id !== null);
    return (1000 * ids.length) / (performance.now() - start);
}})()
"""
PAGE = f"""
async (text) => {{
    let count = 0;
    const start = performance.now();
    const what = {{ text, count: {TOKENS}, knobs: {GREEDY} }};
    await engine.run("bench", "pocket-gpt2", "write", what, () => count++);
    return (1000 * count) / (performance.now() - start);
}}
"""


def rows() -> list[dict[str, Any]]:
    """The two speeds beside torch's, and the size."""
    m = models.load("pocket-gpt2", device="cpu")
    folders = {name: local_folder(name) for name in ("pocket-gpt2", "pocket-bert")}
    weights = weights_script(folders)
    with (
        TemporaryDirectory() as folder,
        sync_playwright() as play,
        script("tests/pages/parts.js") as node,
    ):
        node("void (0, eval)(a[0])", weights)
        opening = 'm.openModel(labModels["pocket-gpt2"])'
        node(f"{opening}.then((gpt2) => void (globalThis.models = {{ gpt2 }}))")
        file = Path(folder) / "engine.html"
        file.write_text(engine_page(), encoding="utf-8")
        with play.chromium.launch(executable_path=CHROMIUM, args=FLAGS) as browser:
            page = browser.new_page()
            page.goto(file.as_uri())
            page.wait_for_function("globalThis.engine")
            ids = m.tokenizer.encode(PROMPT)
            speeds = [
                (node(NODE, ids), page.evaluate(PAGE, PROMPT), _torch_speed(m))
                for _ in range(ROUNDS + 1)
            ][1:]  # the first round prepares things
    return [
        _row("pocket-gpt2 written in Node / by torch", [(own, peer) for own, _, peer in speeds]),
        _row(
            "pocket-gpt2 written in Chromium / by torch", [(own, peer) for _, own, peer in speeds]
        ),
        {
            "name": "both pocket models as a script for pages",
            "ours": len(weights.encode()) / 1e6,
            "unit": "MB",
            "goal": MEGABYTES,
            "less_is_better": True,
        },
    ]


@torch.inference_mode()
def _torch_speed(m: Any) -> float:
    """Tokens per second of a plain loop with torch and its cache."""
    start = time.perf_counter()
    ids, cache = m.tokenizer(PROMPT, return_tensors="pt")["input_ids"], None
    for _ in range(TOKENS):
        output = m.model(ids, past_key_values=cache, use_cache=True)
        ids, cache = output.logits[:, -1:].argmax(-1), output.past_key_values
    return TOKENS / (time.perf_counter() - start)


def _row(name: str, speeds: list[tuple[float, float]]) -> dict[str, Any]:
    return {
        "name": name,
        "ours": median(own for own, _ in speeds),
        "peer": median(peer for _, peer in speeds),
        "ratio": median(own / peer for own, peer in speeds),
        "goal": SHARE_OF_TORCH,
        "unit": "tokens/s",
    }


if __name__ == "__main__":
    for row in rows():
        print(row)
