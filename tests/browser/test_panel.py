"""The panel in JupyterLab: its four states, stop, errors in words, text that stays text."""

from playwright.sync_api import expect

from tests.browser.conftest import BUSY
from tests.looking import ran

PANEL = """
from lablib.widgets import Panel, Progress, TextInput
import time
text = TextInput(value="hello", label="Text")
def work():
    if "slow" in text.value:
        for i in range(400):
            time.sleep(0.05)
            yield Progress(i, 400, "blocks")
    if "bad" in text.value:
        raise ValueError("This text is bad: <img src=x onerror=window.broken=1> type another.")
    text.note = f"{len(text.value)} characters"
    yield
panel = Panel("Counting", [text], subtitle="A panel to test", code=lambda: f"len({text.value!r})")
text.observe(lambda _: panel.run(work, delay=0.05), "value")
panel.run(work)
panel
"""


OPEN = """from ipywidgets.widgets.widget import _instances
print("open:", sum(isinstance(one, Panel) for one in _instances.values()))"""
LONG = "for _ in range(60): time.sleep(0.5)"


def test_a_panel_in_a_notebook(lab):
    page = lab.page
    waits = "while not panel.wait(1): pass\nprint('cell ends')"
    lab.open(lab.write("panel.ipynb", [PANEL, waits, OPEN, LONG]))
    lab.run_cell(0, wait=False)
    lab.run_cell(1)
    page.wait_for_selector(".lab-foot[data-state=ready]")
    page.locator(".lab-note", has_text="5 characters").wait_for()
    states_text_and_errors(page)
    a_lone_surrogate_becomes_a_mark_and_nothing_breaks(page)
    a_cell_that_is_run_again_shows_a_panel_that_answers_and_the_one_before_is_gone(lab)
    a_panel_answers_while_a_cell_runs(lab)


def states_text_and_errors(page):
    state = page.locator(".lab-state")
    area = page.locator(".lab-area")
    area.fill("a bad text")
    page.wait_for_selector(".lab-foot[data-state=failed]")
    page.locator(".lab-error-message", has_text="type another").wait_for()
    page.locator(".lab-error .lab-pre", has_text="ValueError").wait_for(state="attached")
    assert not ran(page)

    area.fill("slow")
    page.wait_for_selector(".lab-foot[data-state=working]")
    page.locator(".lab-status-text", has_text="of 400 blocks").wait_for()
    page.locator(".lab-stop").click()
    page.wait_for_selector(".lab-foot[data-state=stale]")
    expect(state).to_have_text("Stopped")

    area.fill("\\ud83d\\ude00 אבג <script>")
    page.wait_for_selector(".lab-foot[data-state=ready]")
    page.locator(".lab-code summary").click()
    page.locator(".lab-code .lab-pre", has_text="<script>").wait_for()


def a_lone_surrogate_becomes_a_mark_and_nothing_breaks(page):
    page.evaluate(
        "() => { const a = document.querySelector('.lab-area'); a.value = 'x\\ud800y';"
        " a.dispatchEvent(new Event('input')); }"
    )
    page.locator(".lab-note", has_text="3 characters").wait_for()


def a_cell_that_is_run_again_shows_a_panel_that_answers_and_the_one_before_is_gone(lab):
    page = lab.page
    for _ in range(2):
        old = page.locator(".lab-area").element_handle()
        lab.run_cell(0)
        page.wait_for_function("(old) => !old.isConnected", arg=old)
        page.wait_for_selector(".lab-foot[data-state=ready]")
    page.locator(".lab-area").fill("four")
    page.locator(".lab-note", has_text="4 characters").wait_for()
    lab.run_cell(2)
    page.get_by_text("open: 1", exact=True).wait_for()
    assert page.locator(".lab-foot").count() == 1


def a_panel_answers_while_a_cell_runs(lab):
    """The first message of a widget waits for the main thread; from the second on none does."""
    page = lab.page
    page.locator(".lab-area").fill("before")
    page.locator(".lab-note", has_text="6 characters").wait_for()
    lab.run_cell(3, wait=False)
    page.wait_for_selector(BUSY, state="attached")
    page.locator(".lab-area").fill("four")
    page.locator(".lab-note", has_text="4 characters").wait_for(timeout=20_000)
    assert page.locator(BUSY).count() == 1


BLEU = """from lablib import foundations as fo
fo.bleu_panel("The cat sat.")"""


def test_a_cell_that_opens_the_panel_is_copied_and_run(lab):
    """By the keyboard; the copied lines open a panel with the same words in its field."""
    page = lab.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    lab.open(lab.write("copy.ipynb", [BLEU, ""]))
    lab.run_cell(0)
    page.wait_for_selector(".lab-foot[data-state=ready]")
    page.get_by_role("textbox", name="Reference").fill("The dog sat down.")
    page.locator(".lab-code summary").click()
    page.locator(".lab-code .lab-pre", has_text="The dog sat down.").wait_for()
    page.get_by_role("button", name="Copy a cell that opens this panel").focus()
    page.keyboard.press("Enter")
    page.get_by_role("status").get_by_text("Copied: run it in a cell").wait_for()
    page.locator(".jp-CodeCell .cm-content").nth(1).click()
    page.keyboard.press("Control+v")
    lab.run_cell(1)
    page.locator(".lab-panel").nth(1).wait_for()
    field = page.get_by_role("textbox", name="Reference").nth(1)
    field.wait_for()
    assert field.input_value() == "The dog sat down."
