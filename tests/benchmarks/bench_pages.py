"""A page opened from the disk beside a kernel: seconds to the first bars and to those of a prompt
that is typed, tokens per second while a panel writes, and megabytes.

The page has two panels and no more. Each round measures the page and the kernel one after another;
each figure is the median of the rounds.
"""

import json
import re
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import nbformat.v4 as nbf
from playwright.sync_api import Page, sync_playwright

from lablib import sampling as sp
from lablib.pages.running import keep_widgets
from lablib.pages.site import Site
from tests import ROOT
from tests.benchmarks.bench_startup import kernel_seconds
from tests.conftest import CHROMIUM, FLAGS

ROUNDS, TOKENS = 3, 100
PROMPT, TYPED = "Once upon a time", "The king and the queen lived in a"
SECONDS, TOKENS_A_SECOND, MEGABYTES = 2, 60, 40
WIDGET = "application/vnd.jupyter.widget-view+json"


class Round(NamedTuple):
    """What one round measured: seconds to bars, and tokens per second; on a page, in a kernel."""

    bars: float
    typed: float
    speed: float
    kernel_bars: float
    kernel_speed: float


def rows(rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """What a reader waits for on a page and in a kernel, and how large a folder of pages is."""
    writing = sp.generation_panel(PROMPT, "pocket-gpt2", max_new_tokens=TOKENS)
    assert writing.wait(300)
    with TemporaryDirectory() as place, sync_playwright() as play:
        folder = Path(place)
        size = _written(folder, [sp.knob_panel(PROMPT, "pocket-gpt2"), writing])
        with play.chromium.launch(executable_path=CHROMIUM, args=FLAGS) as browser:
            _on_page(browser.new_page(), folder)  # the first reads the files from the disk
            kernel_seconds()
            measured = [
                Round(*_on_page(browser.new_page(), folder), kernel_seconds(), _speed(writing))
                for _ in range(rounds)
            ]
    return [*table(measured), *sizes(size, made(ROOT / "pages"))]


def table(rounds: Sequence[Round]) -> list[dict[str, Any]]:
    """The medians of some rounds, a kernel's as the peer."""
    bars, typed, speed, kernel_bars, kernel_speed = map(median, zip(*rounds, strict=True))
    seconds = {"peer": kernel_bars, "unit": "s", "less_is_better": True}
    return [
        {"name": "page opened → bars / a kernel's", "ours": bars, "goal": SECONDS, **seconds},
        {"name": "page opened → bars of a typed prompt / a kernel's", "ours": typed, **seconds},
        {
            "name": "a panel writes on a page / in a kernel",
            "ours": speed,
            "peer": kernel_speed,
            "unit": "tokens/s",
            "goal": TOKENS_A_SECOND,
        },
    ]


def sizes(shared: int, whole: int | None) -> list[dict[str, Any]]:
    """How large a folder with one page is, and that of all labs, if `make pages` has written it."""
    megabytes = {"unit": "MB", "goal": MEGABYTES, "less_is_better": True}
    found = {"what pages share, and one page": shared, "the folder pages/, as it was made": whole}
    return [{"name": name, "ours": size / 1e6, **megabytes} for name, size in found.items() if size]


def made(folder: Path) -> int | None:
    """The bytes in a folder of pages; None where there is none."""
    return sum(f.stat().st_size for f in folder.iterdir()) if folder.is_dir() else None


def tokens_per_second(said: str) -> float:
    """How fast a panel of a page says that it has written.

    >>> tokens_per_second("Ready in 1.2 s, 84.5 tokens/s")
    84.5
    """
    found = re.search(r"([\d.]+) tokens/s", said)
    assert found, f"no speed is said: {said}"
    return float(found[1])


def _written(folder: Path, panels: Sequence[Any]) -> int:
    """Write a page with these panels, and what it needs, into a folder; how many bytes that is."""
    assert all(panel.wait(300) for panel in panels)
    keep_widgets(str(folder / "widgets.json"))
    states = json.loads((folder / "widgets.json").read_text(encoding="utf-8"))
    (folder / "widgets.json").unlink()
    outputs = [nbf.new_output("display_data", {WIDGET: {"model_id": p.model_id}}) for p in panels]
    site = Site(folder)
    site.write_lab("lab", nbf.new_notebook(cells=[nbf.new_code_cell("", outputs=outputs)]), states)
    return site.size()


def _on_page(page: Page, folder: Path) -> tuple[float, float, float]:
    """Seconds to the first bars, and to those of a typed prompt; tokens per second."""
    page.set_default_timeout(300_000)
    start = time.perf_counter()
    page.goto((folder / "lab.html").as_uri())
    page.locator(".knobs-row").first.wait_for()
    bars = time.perf_counter() - start
    knobs, writing = (page.locator(".lab-panel").nth(i) for i in range(2))
    knobs.locator("textarea:enabled").fill(TYPED)
    knobs.locator(".lab-code pre", has_text=TYPED).wait_for(state="attached")
    typed = time.perf_counter() - start
    writing.scroll_into_view_if_needed()
    writing.locator("textarea:enabled").fill(TYPED)
    writing.locator("[data-state=stale]").wait_for()
    writing.get_by_role("button", name="Write").click()
    said = writing.locator("[data-state=ready]").get_by_text("tokens/s").inner_text()
    page.close()
    return bars, typed, tokens_per_second(said)


def _speed(writing: Any) -> float:
    """Tokens per second of the panel in this kernel, which draws each of them."""
    writing.seed.value += 1
    start = time.perf_counter()
    writing.redraw()
    assert writing.wait(300)
    return len(writing.steps) / (time.perf_counter() - start)
