"""The attention view beside bertviz and CircuitsVis: what travels, and how long until it is seen.

All are measured in this run, in one browser, from the start of the page to the frame after the
picture is there. bertviz is given its libraries from this machine, CircuitsVis (if it is installed:
`pip install circuitsvis`) its own local script, so none of them waits for a network.
"""

import html
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any

import torch
from playwright.sync_api import Browser, Page, sync_playwright
from torch import Tensor
from transformers import GPT2Config, GPT2LMHeadModel

from lablib.attention import AttentionMaps, Reading, maps
from lablib.attention.views.bertviz import head_view
from lablib.attention.views.steps import StepsView
from lablib.attention.views.weights import AttentionView
from lablib.widgets.page import static_page
from tests.conftest import CHROMIUM, FLAGS
from tests.sampling.conftest import byte_tokenizer

HEADS, TOKENS, MANY = 12, 128, 512
ROUNDS = 3
# The frame after the condition holds is the first that shows the picture.
PAINTED = """async (condition) => {
    const ready = new Function(`return ${condition}`);
    while (!ready()) await new Promise((next) => setTimeout(next, 5));
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return performance.now() / 1000;
}"""
OURS = "document.querySelector('.att-summary')?.textContent"
CHANGE = """async ([name, values, times]) => {
    const [{ model, el }] = await window.shown;
    const taken = [];
    for (let i = 0; i < times; i++) {
        const start = performance.now();
        model.set(name, values[i % values.length]);
        taken.push(performance.now() - start);
        await new Promise(requestAnimationFrame);
    }
    taken.sort((a, b) => a - b);
    return taken[Math.floor(0.95 * taken.length)];
}"""


def rows() -> Iterator[dict[str, Any]]:
    """Bytes and seconds to the first picture, moves within it, and a text change end to end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield from _moves(browser)
        yield from _text_changed(browser)
        yield from _first_pictures(browser)
        browser.close()


def _first_pictures(browser: Browser) -> Iterator[dict[str, Any]]:
    weights = _weights(HEADS, HEADS, TOKENS)
    lines = f"document.querySelectorAll('#vis line').length >= {HEADS * TOKENS * TOKENS}"
    ours = _paint(browser, static_page(_view(weights)), OURS)
    peers = [("bertviz", _bertviz(weights), lines)]
    if find_spec("circuitsvis"):
        condition = f"document.querySelectorAll('canvas').length >= {HEADS}"
        peers.append(("CircuitsVis", _circuitsvis(weights[0]), condition))
    sent = len(_view(weights).weights) / 1e6
    for name, document, condition in peers:
        paint = _paint(browser, document, condition, rounds=1)  # they take long
        yield _row(
            f"sent for 12 heads, 128 tokens, beside {name}", "MB", sent, len(document) / 1e6, 0.25
        )
        yield _row(f"first paint of the same, beside {name}", "s", ours, paint, 0.5)
    many = _paint(browser, static_page(_view(_weights(1, HEADS, MANY))), OURS)
    yield _row(f"first paint, 12 heads, {MANY} tokens", "s", many)


def _moves(browser: Browser) -> Iterator[dict[str, Any]]:
    heads = [[head] for head in range(HEADS)]
    for tokens in (TOKENS, MANY):
        page, _ = _opened(browser, static_page(_view(_weights(1, HEADS, tokens))), OURS)
        for kind in ("matrix", "lines"):
            page.evaluate(CHANGE, ["kind", [kind], 1])
            taken = page.evaluate(CHANGE, ["heads", heads, 36])
            yield _row(f"another head, {kind}, {tokens} tokens, p95", "ms", taken)
    steps = StepsView()
    steps.show(*torch.randn(3, 32, 64), "a" * 32)
    page, _ = _opened(
        browser, static_page(steps), "document.querySelector('.steps-formula')?.textContent"
    )
    taken = page.evaluate(CHANGE, ["temperature", [0.5, 0.7, 1.0, 1.4], 60])
    yield _row("temperature moved, all stages drawn, 32 tokens, p95", "ms", taken, goal=16)


def _text_changed(browser: Browser) -> Iterator[dict[str, Any]]:
    """A new text of 32 tokens on a model of GPT-2's shape, beside the bare forward pass."""
    tokenizer = byte_tokenizer()
    torch.manual_seed(0)
    model = GPT2LMHeadModel(GPT2Config(vocab_size=50_257)).eval()
    m: Any = SimpleNamespace(model=model, tokenizer=tokenizer, device=model.device)
    ids = torch.arange(32)[None]
    view = AttentionView(heads=list(range(HEADS)))
    with torch.inference_mode():
        pairs = [
            (_seconds(_show, m, view, "a" * 31 + str(i)), _seconds(model, ids)) for i in range(8)
        ]
    page, _ = _opened(browser, static_page(view), OURS)
    drawn = page.evaluate(CHANGE, ["palette", ["cividis", "viridis"], 20]) / 1000
    ours, bare = (median(times) for times in zip(*pairs[1:], strict=True))
    goal = 1.3 * bare + 0.05
    yield _row(
        "text changed, picture drawn, 32 tokens, GPT-2's shape", "s", ours + drawn, bare, goal
    )


def _show(m: Any, view: AttentionView, text: str) -> None:
    """What the panel does when the text changes."""
    view.show(maps(m, text))


def _seconds(act: Callable[..., Any], *arguments: Any) -> float:
    start = time.perf_counter()
    act(*arguments)
    return time.perf_counter() - start


def _weights(layers: int, heads: int, tokens: int) -> Tensor:
    """Random attention that looks back only, [layers, heads, query, key]."""
    scores = torch.randn(layers, heads, tokens, tokens, generator=torch.manual_seed(0)) * 2
    return scores.masked_fill(torch.ones(tokens, tokens).triu(1).bool(), -torch.inf).softmax(-1)


def _maps(weights: Tensor) -> AttentionMaps:
    count = weights.shape[-1]
    words = tuple(f" word{i}" for i in range(count))
    tokens = Reading(tuple(range(count)), words, (False,) * count, (0,) * count)
    return AttentionMaps(weights, tokens, tokens, "causal", "")


def _view(weights: Tensor) -> AttentionView:
    view = AttentionView()
    view.show(_maps(weights))
    view.heads = list(range(weights.shape[1]))
    return view


def _bertviz(weights: Tensor) -> str:
    """The page as bertviz makes it, with its libraries put in place of their addresses."""
    from bertviz import head_view as bertviz_head_view

    words = list(_maps(weights).tokens)
    page = bertviz_head_view(list(weights[:, None]), words, html_action="return").data
    lean = head_view(_maps(weights[:1, :, :2, :2])).children[-1].value
    ours = html.unescape(re.search('srcdoc="([^"]*)"', lean).group(1))  # type: ignore[union-attr]
    libraries = re.findall(r"<script>.*?</script>", ours, flags=re.S)[:3]
    config = "<script>window.require = {config() {}};</script>"
    return re.sub(r'<script src="[^"]*"></script>', "", "".join([config, *libraries]) + page)


def _circuitsvis(weights: Tensor) -> str:
    from circuitsvis.attention import attention_heads

    words = [f"word{i}" for i in range(weights.shape[-1])]
    return attention_heads(attention=weights, tokens=words).local_src


def _paint(browser: Browser, document: str, condition: str, rounds: int = ROUNDS) -> float:
    """Seconds from the start of a page to its picture, the median of some rounds."""
    times = []
    for _ in range(rounds):
        page, seconds = _opened(browser, document, condition)
        page.close()
        times.append(seconds)
    return median(times)


def _opened(browser: Browser, document: str, condition: str) -> tuple[Page, float]:
    """A document on a page of its own, and how many seconds its picture took."""
    page = browser.new_page(viewport={"width": 1000, "height": 1200})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        path.write_text(f'<meta charset="utf-8">{document}', encoding="utf-8")
        page.goto(f"file://{path}", wait_until="commit")
        return page, page.evaluate(PAINTED, condition)


def _row(
    name: str, unit: str, ours: float, peer: float | None = None, goal: float | None = None
) -> dict[str, Any]:
    return {
        "name": name,
        "ours": ours,
        "peer": peer,
        "unit": unit,
        "goal": goal,
        "less_is_better": True,
    }
