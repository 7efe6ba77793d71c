"""The token panel in JupyterLab: marks both ways, another tokenizer, a megabyte of text."""

TEXT = "Hello world \N{WAVING HAND SIGN} again"
CELL = f'from lablib import tokenization as tk\ntk.token_panel("{TEXT}", "gpt2")'
AREA = ".lab-area-frame > textarea"
READY = ".lab-foot[data-state=ready]"
PASTE = """([area, text]) => {
    area.value = text;
    area.dispatchEvent(new Event("input", { bubbles: true }));
}"""


def test_the_token_panel(lab):
    page = lab.page
    lab.open(lab.write("tokens.ipynb", [CELL]))
    lab.run_all()
    page.wait_for_selector(READY)
    page.locator(".lab-token", has_text="world").wait_for()
    marks_go_both_ways(page)
    a_megabyte_is_counted_and_scrolled_through(page)
    another_tokenizer_is_opened(page)


def marks_go_both_ways(page):
    page.locator(".lab-token", has_text="world").hover()
    page.wait_for_selector(".lab-area-mark", state="attached")
    page.mouse.move(5, 5)
    page.wait_for_selector(".lab-area-mark", state="detached")
    page.locator(AREA).evaluate("(area) => { area.focus(); area.setSelectionRange(4, 7); }")
    page.locator('.lab-token[aria-selected="true"]').nth(1).wait_for()
    assert page.locator('.lab-token[aria-selected="true"] .lab-chip-text').all_text_contents() == [
        "Hello",
        "␣world",
    ]
    page.locator(".lab-panel", has_text="U+006F LATIN SMALL LETTER O").wait_for()


def a_megabyte_is_counted_and_scrolled_through(page):
    text = "A line of words, and\tone more.\n" * (2**20 // 31)
    paste(page, text)
    page.locator(".lab-panel", has_text=f"for {len(text):,} characters").wait_for(timeout=60_000)
    assert page.locator(".lab-token").count() < 3000
    page.locator(".lab-tokens").evaluate("(list) => { list.scrollTop = list.scrollHeight; }")
    page.locator(".lab-token .lab-chip-text", has_text="⏎").last.wait_for()
    page.wait_for_function(
        "() => [...document.querySelectorAll('.lab-block')].at(-1)?.textContent.includes('more')"
    )


def another_tokenizer_is_opened(page):
    paste(page, TEXT)
    page.locator(".lab-token", has_text="world").wait_for()
    page.locator(".lab-badge").click()
    page.get_by_label("Hub id or folder of another tokenizer").fill("bytes")
    page.get_by_role("button", name="Open").click()
    page.locator(".lab-badge", has_text="bytes").wait_for()
    page.locator(".lab-token", has_text="\\xf0").wait_for()


def paste(page, text):
    page.evaluate(PASTE, [page.locator(AREA).element_handle(), text])
