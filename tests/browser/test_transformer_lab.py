"""The transformer lab in JupyterLab: the whole model answers its switches, its text, its tour."""

from tests.browser.axe import findings
from tests.browser.conftest import READY, shot

CELLS = ["from lablib import transformer as tf", 'tf.whole_panel(model="pocket-gpt2")']
WORDS = (
    "JSON.stringify([...document.querySelectorAll('.whole-token')].map((one) => one.textContent))"
)
ANSWERED = "() => !document.querySelector('.whole-outcome.is-waiting')"


def test_the_whole_model_answers(lab):
    page = lab.page
    lab.open(lab.write("whole.ipynb", CELLS))
    lab.run_all()
    page.wait_for_selector(READY)
    words = page.locator(".whole-token")
    words.first.wait_for()
    before = words.all_text_contents()
    page.get_by_label("positions in every block").uncheck()
    page.locator(".whole-fill.is-before").first.wait_for()
    page.wait_for_function(f"before => {WORDS} !== JSON.stringify(before)", arg=before)
    page.locator(".whole-loss", has_text="→").wait_for()
    for theme in lab.themes("Dark", "Dark High Contrast"):
        assert findings(page, ".lab-panel") == [], theme
        if theme in ("Light", "Dark"):
            shot(page.locator(".lab-panel"), f"transformer-{theme.lower()}")
    page.get_by_role("button", name="Everything on").click()
    page.wait_for_function(f"before => {WORDS} === JSON.stringify(before)", arg=before)
    page.wait_for_function(ANSWERED)
    page.locator(".lab-area").first.fill("One two")
    page.get_by_role("button", name="token ids 2").wait_for()
    page.get_by_role("button", name="Take the tour, 7 steps").click()
    for _ in range(3):
        page.get_by_role("button", name="Next").click()
    page.get_by_text("4 of 7 · Attention.").wait_for()
