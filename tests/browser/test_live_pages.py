"""Panels that live on a page: opened from the disk with no network, in Chromium and in Firefox."""

import json
import re

import pytest

from lablib import attention as at
from lablib import sampling as sp
from lablib import tokenization as tk
from tests.browser.axe import findings_in_both_schemes
from tests.browser.firefox import COMMAND, MISSING, firefox
from tests.browser.live_panels import awake, opened, ready, write_page

PAYLOAD = "<img src=x onerror=alert(1)>"
BARS, WRITE, TOKENS, HEADS = range(4)

# A dozen tokens take less time than a look from outside: whoever waits for the state may miss it.
STOP_AS_SOON_AS_IT_WORKS = """panel => {
  const foot = panel.querySelector(".lab-foot");
  const stop = () => foot.dataset.state === "working" && panel.querySelector(".lab-stop").click();
  new MutationObserver(stop).observe(foot, { attributes: true });
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of pages: one with four panels, and the models beside it."""
    return write_page(
        tmp_path_factory.mktemp("live"),
        [
            sp.knob_panel("Once upon a time", "pocket-gpt2"),
            sp.generation_panel("Once upon a time", "pocket-gpt2", max_new_tokens=12),
            tk.token_panel("Tokenization", "pocket-gpt2"),
            at.heads_panel("The little dog ran", model="pocket-gpt2"),
        ],
    )


@pytest.fixture
def live(disk, folder):
    """The page, with no network; it asks for nothing and complains of nothing."""
    with opened(disk, folder) as page:
        yield page


def test_a_prompt_is_typed_and_a_bar_clicked(live):
    panel = awake(live, BARS)
    text = "The king and the queen lived in a"
    panel.locator("textarea").fill(text)
    panel.get_by_text("lived in a").first.wait_for()
    ready(panel).locator("button.knobs-row").first.click()
    code = "text => document.querySelector('textarea').value.length > text.length"
    live.wait_for_function(code, arg=text)


def test_it_writes_and_can_be_stopped(live):
    panel = ready(awake(live, WRITE))
    panel.locator("textarea").fill("The old woman")
    panel.get_by_text("the picture may be older than the controls").wait_for()
    panel.get_by_role("button", name="Write").click()
    ready(panel).get_by_text("tokens/s").wait_for()
    assert panel.get_by_role("option").count() > 12
    panel.evaluate(STOP_AS_SOON_AS_IT_WORKS)
    panel.get_by_role("button", name="Write").click()
    panel.locator(".lab-foot[data-state=stale]").wait_for()


def test_any_text_is_cut_and_none_becomes_a_tag(live):
    panel = awake(live, TOKENS)
    panel.locator("textarea").fill(f"{PAYLOAD} naïve 🙂")
    panel.get_by_text("share a character").first.wait_for()
    panel.locator(".page-ladder td").nth(16).wait_for(state="attached")
    assert live.locator("img").count() == 0


def test_heads_follow_what_is_typed(live):
    panel = awake(live, HEADS)
    panel.locator("textarea").first.fill("The king and the queen")
    ready(panel)
    panel.get_by_text("␣queen").first.wait_for(state="attached")


def test_everybody_can_use_it_on_a_narrow_screen_too(live):
    for number in (BARS, WRITE, TOKENS, HEADS):
        ready(awake(live, number))
    assert findings_in_both_schemes(live) == []
    live.set_viewport_size({"width": 400, "height": 800})
    live.wait_for_function("document.documentElement.scrollWidth <= 400", timeout=60_000)


def test_a_page_alone_says_why_it_stays_grey(browser, folder, tmp_path):
    """Without the scripts beside it it opens all the same."""
    (tmp_path / "panels.html").write_bytes((folder / "panels.html").read_bytes())
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((tmp_path / "panels.html").as_uri())
    note = page.get_by_text(re.compile("weights.js, which holds the model, could not be loaded"))
    note.first.wait_for()
    assert page.locator("textarea").first.is_disabled()
    assert page.locator(".lab-knobs").first.is_visible()
    context.close()


@pytest.mark.skipif(COMMAND is None, reason=MISSING)
def test_it_lives_in_firefox(folder, tmp_path):
    panel = "document.querySelectorAll('.lab-panel')"
    type_ = """((area) => {{
        area.value = {text};
        area.dispatchEvent(new InputEvent("input", {{ bubbles: true }}));
    }})({panel}[{number}].querySelector("textarea"))"""
    with firefox(tmp_path) as page:
        page.open((folder / "panels.html").as_uri())
        assert page.evaluate("window.shown.then((all) => all.length > 0)")
        for number, text, awaited in (
            (BARS, "The king and the queen lived in a", "lived in a"),
            (TOKENS, "naïve 🙂", "share a character"),
            (HEADS, "The king and the queen", "queen"),
        ):
            page.evaluate(f"{panel}[{number}].scrollIntoView()")
            page.wait_for(f"!{panel}[{number}].querySelector('textarea').matches(':disabled')")
            page.evaluate(type_.format(text=json.dumps(text), panel=panel, number=number))
            page.wait_for(f"{panel}[{number}].textContent.includes({json.dumps(awaited)})")
            page.wait_for(f"{panel}[{number}].querySelector('.lab-foot').dataset.state === 'ready'")
        page.evaluate(f"{panel}[{WRITE}].scrollIntoView()")
        page.wait_for(f"{panel}[{WRITE}].innerText.includes('tokens/s')")
        assert page.errors == []
        assert [
            url for url in page.requests if not url.startswith(("file:", "blob:", "data:"))
        ] == []
