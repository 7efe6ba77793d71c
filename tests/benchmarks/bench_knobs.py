"""A knob moved until the bars are drawn, measured in the page, with GPT-2's vocabulary.

The view itself times each move from the input event to the finished layout. No kernel is there.
"""

from typing import Any

import torch
from playwright.sync_api import sync_playwright

from lablib.sampling.views.knobs import KnobView
from lablib.widgets.page import static_page
from tests.conftest import CHROMIUM, FLAGS

VOCABULARY = 50_257
MOVES = 120
GOAL_MS = 16
KNOBS = ["temperature", "top_k", "top_p", "min_p", "typical_p", "repetition_penalty"]
MOVE = """
async ([knob, moves]) => {
    const [{ el }] = await window.shown;
    const slider = document.querySelector(`[type=range][data-knob=${knob}]`);
    const start = slider.value;
    const moved = async (value) => {
        slider.value = value;
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        await new Promise(requestAnimationFrame);
    };
    for (let i = 0; i < 10; i++) await moved((i * 7) % slider.max);
    el.__timings.length = 0;
    for (let i = 0; i < moves; i++) await moved(Math.round((i * slider.max) / moves));
    const times = el.__timings.slice().sort((a, b) => a - b);
    await moved(start);
    return times[Math.floor(0.95 * times.length)];
}
"""


def rows() -> list[dict[str, Any]]:
    """The 95th percentile of each knob, with the other knobs turned on."""
    view = KnobView(knobs={"temperature": 0.8, "top_p": 0.95, "typical_p": 0.95})
    view.use_vocabulary(f"token {i}" for i in range(VOCABULARY))
    torch.manual_seed(0)
    view.show(torch.randn(VOCABULARY) * 3, previous=range(100), prompt="Once upon a time")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.set_content(static_page(view))
        return [_row(knob, page.evaluate(MOVE, [knob, MOVES])) for knob in KNOBS]


def _row(knob: str, milliseconds: float) -> dict[str, Any]:
    return {
        "name": f"{knob} moved, bars drawn, {VOCABULARY:,} tokens, p95",
        "ours": milliseconds,
        "unit": "ms",
        "goal": GOAL_MS,
        "less_is_better": True,
    }
