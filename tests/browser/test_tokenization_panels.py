"""The token panel in JupyterLab: marks both ways, another tokenizer, a megabyte of text."""

import pytest

CELL = (
    "from lablib import tokenization as tk\n"
    'panel = tk.token_panel("Hello world \\N{WAVING HAND SIGN} again", "gpt2")\n'
    "panel"
)
READY = ".lab-foot[data-state=ready]"
PASTE = """([area, text]) => {
    area.value = text;
    area.dispatchEvent(new Event("input", { bubbles: true }));
}"""


@pytest.fixture
def panel(lab):
    page = lab.page
    lab.open(lab.write("tokens.ipynb", [CELL]))
    lab.run_all()
    page.wait_for_selector(READY)
    page.locator(".lab-token", has_text="world").wait_for()
    return page


def test_marks_go_both_ways(panel):
    page = panel
    page.locator(".lab-token", has_text="world").hover()
    page.wait_for_selector(".lab-area-mark", state="attached")
    page.mouse.move(5, 5)
    page.wait_for_selector(".lab-area-mark", state="detached")
    page.locator(".lab-area-frame > textarea").evaluate(
        "(area) => { area.focus(); area.setSelectionRange(4, 7); }"
    )
    page.locator('.lab-token[aria-selected="true"]').nth(1).wait_for()
    assert page.locator('.lab-token[aria-selected="true"] .lab-chip-text').all_text_contents() == [
        "Hello",
        "␣world",
    ]
    page.locator(".lab-panel", has_text="U+006F LATIN SMALL LETTER O").wait_for()


def test_another_tokenizer(panel):
    page = panel
    page.locator(".lab-badge").click()
    page.get_by_label("Hub id or folder of another tokenizer").fill("bytes")
    page.get_by_role("button", name="Open").click()
    page.locator(".lab-badge", has_text="bytes").wait_for()
    page.locator(".lab-token", has_text="\\xf0").wait_for()


def test_a_megabyte_is_counted_and_scrolled_through(panel):
    page = panel
    text = "A line of words, and\tone more.\n" * (2**20 // 31)
    page.evaluate(PASTE, [page.locator(".lab-area-frame > textarea").element_handle(), text])
    page.locator(".lab-panel", has_text=f"for {len(text):,} characters").wait_for(timeout=60_000)
    assert page.locator(".lab-token").count() < 3000
    page.locator(".lab-tokens").evaluate("(list) => { list.scrollTop = list.scrollHeight; }")
    page.locator(".lab-token .lab-chip-text", has_text="⏎").last.wait_for()
    page.wait_for_function(
        "() => [...document.querySelectorAll('.lab-block')].at(-1)?.textContent.includes('more')"
    )
