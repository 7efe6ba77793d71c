"""Text typed until its chips are drawn, measured in the page and in Python; and a megabyte of it.

The page is given the message that Python sends for a text (no kernel is there), and times from its
arrival to the finished layout. Python's part is the work of the token panel: from the text to that
message. The peer is the tokenizer's bare call.
"""

import json
import time
from collections.abc import Callable
from functools import partial
from statistics import median, quantiles
from typing import Any

from playwright.sync_api import Page, sync_playwright

from lablib.models import load_tokenizer
from lablib.tokenization import encode, parallel_sentences, search, sharing
from lablib.tokenization.compute.vocabulary import Query
from lablib.tokenization.figures.shared import MARKS, chips
from lablib.widgets import TextInput, TokenStrip
from lablib.widgets.page import static_page
from tests.conftest import CHROMIUM, FLAGS

CHARACTERS = 10_000
MEGABYTE = 2**20
ROUNDS = 30
DRAWN_MS = 100

SHOW = """
async (messages) => {
    const [{ model, el }] = await window.shown;
    const times = [];
    for (const { tokens, total } of messages.map(JSON.parse)) {
        const start = performance.now();
        model.set("tokens", tokens);
        model.set("total", total);
        el.getBoundingClientRect();
        times.push(performance.now() - start);
        await new Promise(requestAnimationFrame);
    }
    return times;
}
"""
MARK = """
async ([ranges]) => {
    const [{ model, el }] = await window.shown;
    const times = [];
    for (const range of ranges) {
        const start = performance.now();
        model.set("marked", [range]);
        el.getBoundingClientRect();
        times.push(performance.now() - start);
        await new Promise(requestAnimationFrame);
    }
    return times;
}
"""


def prose(characters: int, offset: int = 0) -> str:
    """So much text, mostly English; each offset begins it elsewhere."""
    english = parallel_sentences()["English"]
    others = " ".join(parallel_sentences(offset % 5).values())
    text = f"{english} " * 9 + f"{others}\n"
    return (text * (characters // len(text) + 2))[offset : offset + characters]


def message(text: str) -> tuple[str, TokenStrip]:
    """What the panel sends for a text, and the strip it comes from."""
    encoding = encode(text, load_tokenizer("gpt2"))
    strip = TokenStrip(marks=MARKS, show_numbers=True)
    strip.show(len(encoding), partial(chips, encoding, sharing(encoding)))
    state = strip.get_state(["tokens", "total"])
    return json.dumps(state), strip


def rows() -> list[dict[str, Any]]:
    """Drawing, typing and pointing in the page; encoding in Python; searching the vocabulary."""
    tokenizer = load_tokenizer("gpt2")
    text, long = prose(CHARACTERS), prose(MEGABYTE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        result = _page_rows(browser.new_page())
    return [
        *result,
        _python("10,000 characters to the message", text, tokenizer),
        _python("1 MB to the message", long, tokenizer),
        _row(
            "search of 50,257 entries",
            _p95(_times(lambda: search(tokenizer, Query(contains="ing")), 20)),
            100,
        ),
    ]


def _page_rows(page: Page) -> list[dict[str, Any]]:
    processor = Processor(page)
    result = []
    for name, size, rounds in (("10,000 characters", CHARACTERS, ROUNDS), ("1 MB", MEGABYTE, 5)):
        texts = [prose(size, i * 37) for i in range(rounds)]
        drawn, busy = processor.of(partial(_drawn, page, [message(text) for text in texts]))
        result.append(_row(f"{name}: message to chips, p95", _p95(drawn), DRAWN_MS))
        result.append(_row(f"{name}: message to chips, processor", busy / rounds, DRAWN_MS))
        page.set_content(static_page(TextInput(value=texts[0], limit=2 * MEGABYTE)))
        page.evaluate("window.shown")
        marks = [[size * i // 10, size * i // 10 + 5] for i in range(10)]
        page.evaluate(MARK, [marks[:1]])  # the first lays the whole text out
        _, busy = processor.of(partial(page.evaluate, MARK, [marks]))
        result.append(
            _row(f"{name}: token pointed at, marked in the text, processor", busy / 10, None)
        )
        page.locator("textarea").focus()
        _, busy = processor.of(partial(page.keyboard.type, "ten keys. "))
        result.append(_row(f"{name}: key pressed, processor", busy / 10, None))
    return result


class Processor:
    """How long the processor works for a page, whatever else the machine does meanwhile."""

    def __init__(self, page: Page) -> None:
        self.devtools = page.context.new_cdp_session(page)
        self.devtools.send("Performance.enable", {"timeDomain": "threadTicks"})

    def of(self, work: Callable[[], Any]) -> tuple[Any, float]:
        """The work's result, and the milliseconds of the page's main thread it took."""
        before = self._milliseconds()
        result = work()
        return result, self._milliseconds() - before

    def _milliseconds(self) -> float:
        metrics = self.devtools.send("Performance.getMetrics")["metrics"]
        return 1000 * next(m["value"] for m in metrics if m["name"] == "TaskDuration")


def _drawn(page: Page, messages: list[tuple[str, TokenStrip]]) -> list[float]:
    """Milliseconds from each message's arrival to its chips."""
    page.set_content(static_page(messages[0][1]))
    page.evaluate("window.shown")
    times: list[float] = page.evaluate(SHOW, [text for text, _ in messages])
    return times


def _python(name: str, text: str, tokenizer: Any) -> dict[str, Any]:
    """Milliseconds of the panel's work beside the tokenizer's bare call."""
    rounds = 10 if len(text) < MEGABYTE else 3
    ours = _times(lambda: message(text), rounds)
    peer = _times(lambda: tokenizer(text, verbose=False), rounds)
    ratio = median(a / b for a, b in zip(ours, peer, strict=True))
    return _row(name, median(ours), None) | {"peer": median(peer), "ratio": ratio}


def _times(work: Callable[[], object], rounds: int) -> list[float]:
    work()  # the first call of each prepares things
    return [_milliseconds(work) for _ in range(rounds)]


def _milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def _p95(times: list[float]) -> float:
    return quantiles(times, n=20)[-1]


def _row(name: str, milliseconds: float, goal: float | None) -> dict[str, Any]:
    return {
        "name": name,
        "ours": milliseconds,
        "unit": "ms",
        "goal": goal,
        "less_is_better": True,
    }
