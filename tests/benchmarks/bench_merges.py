"""The vocabulary slider moved until everything is drawn; and what it costs to train stoppably.

The view itself times each move from the input event to the finished layout, with no kernel. The
training is compared with the `tokenizers` library called in this process, where nothing could stop
it or tell how far it is.
"""

import time
from typing import Any

from playwright.sync_api import sync_playwright
from tokenizers.pre_tokenizers import ByteLevel
from tokenizers.trainers import BpeTrainer

from lablib.tokenization.compute.sizes import growth
from lablib.tokenization.compute.trainer import untrained
from lablib.tokenization.compute.training import Trained, train_bpe
from lablib.tokenization.views.merges import MergeView
from lablib.widgets.page import static_page
from tests.conftest import CHROMIUM, FLAGS, SHARED

WORDS = 500
SIZE = 8000
MOVES = 120
GOAL_MS = 33
MOVE = """
async ([moves, jump]) => {
    const [{ el }] = await window.shown;
    const slider = document.querySelector(".merges-slider");
    const [low, high] = [Number(slider.min), Number(slider.max)];
    const moved = async (value) => {
        slider.value = value;
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        await new Promise(requestAnimationFrame);
    };
    const stop = (i) => low + (jump ? (i * 2654435761) % (high - low) : ((high - low) * i) / moves);
    for (let i = 0; i < 10; i++) await moved(low + 50 * i);
    el.__timings.length = 0;
    for (let i = 0; i < moves; i++) await moved(Math.round(stop(i)));
    const times = el.__timings.slice().sort((a, b) => a - b);
    return times[Math.floor(0.95 * times.length)];
}
"""


def rows() -> list[dict[str, Any]]:
    """The slider's 95th percentiles, the training beside the library's, and the counting."""
    books = [path.read_text("utf-8") for path in sorted((SHARED / "corpus/train").glob("*.txt"))]
    text = "\n".join(books)[:2_000_000]
    plain = _seconds(lambda: _train_here(text))
    start = time.perf_counter()
    trained = train_bpe([text], SIZE)
    ours = time.perf_counter() - start
    return [
        *(_move(trained, text, jump) for jump in (False, True)),
        _row(f"a BPE of {SIZE:,} entries trained on 2 MB, against tokenizers", ours, plain, "s"),
        _row(
            f"tokens of 200 kB counted at all {SIZE - 255:,} sizes",
            _seconds(lambda: growth(trained, text)),
            None,
            "s",
        ),
    ]


def _train_here(text: str) -> None:
    tokenizer = untrained("BPE")
    trainer = BpeTrainer(
        vocab_size=SIZE, initial_alphabet=ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(text.splitlines(keepends=True), trainer)


def _seconds(work: Any) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _move(trained: Trained, text: str, jump: bool) -> dict[str, Any]:
    view = MergeView()
    view.use(trained, {"training text": growth(trained, text)})
    view.show(" ".join(text[100_000:110_000].split()[:WORDS]))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1000, "height": 900})
        page.set_content(static_page(view))
        milliseconds = page.evaluate(MOVE, [MOVES, jump])
    how = "moved to random places" if jump else "drawn from end to end"
    name = f"vocabulary slider {how}, {WORDS} words, p95"
    return _row(name, milliseconds, None, "ms") | {"goal": GOAL_MS, "less_is_better": True}


def _row(name: str, ours: float, peer: float | None, unit: str) -> dict[str, Any]:
    ratio = None if peer is None else ours / peer
    return {"name": name, "ours": ours, "peer": peer, "ratio": ratio, "unit": unit}
