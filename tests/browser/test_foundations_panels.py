"""The foundations room in JupyterLab: counting beside computing, and the panels of lab 07."""

from playwright.sync_api import expect

from tests.browser.conftest import READY, settled, shot

START = "from lablib import foundations as fo\n"
PANELS = ("initialisation", "descent", "overfitting", "perplexity", "bleu", "threshold", "scale",
          "shrinking")  # fmt: skip


def all_ready(page, number):
    page.wait_for_function(
        f"document.querySelectorAll('{READY}').length === {number}",
        timeout=180_000,
    )
    settled(page)


def test_counting_beside_computing(lab):
    page = lab.page
    call = START + 'fo.ngram_panel(model="pocket-gpt2")'
    lab.open(lab.write("ngrams.ipynb", [call]))
    lab.run_all()
    all_ready(page, 1)
    panel = page.locator(".lab-panel").first
    expect(panel.locator(".lab-guess-column")).to_have_count(2)
    shot(panel, "ngrams-light")
    page.get_by_label("Smoothing").select_option(label="none: what was not seen is impossible")
    page.get_by_role("button", name="Try a context never seen").click()
    panel.get_by_text("It has no answer").wait_for()
    all_ready(page, 1)
    page.get_by_role("tab", name="What a text costs").click()
    panel.get_by_text("∞ bits per byte").first.wait_for()
    page.get_by_role("tab", name="The next token").click()
    for theme in lab.themes():
        expect(panel.locator(".lab-guess-column").nth(1).locator("button")).to_have_count(8)
        shot(panel, f"ngrams-unseen-{theme.lower()}")


def test_training_measures_and_scale(lab):
    page = lab.page
    calls = [f"{START}fo.{name}_panel()" for name in PANELS]
    lab.open(lab.write("foundations.ipynb", calls))
    lab.run_all()
    for last in ("The noise alone is", "8 bits: 0.", "1,695 / 2,000"):
        page.get_by_text(last).first.wait_for(timeout=300_000)
    all_ready(page, len(PANELS))
    panels = dict(zip(PANELS, page.locator(".lab-panel").all(), strict=True))
    for theme in lab.themes():
        for name, panel in panels.items():
            panel.scroll_into_view_if_needed()
            settled(page)
            shot(panel, f"{name}-{theme.lower()}")
            assert panel.bounding_box()["width"] <= 960

    handle = panels["threshold"].locator(".noUi-handle").first
    handle.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    panels["threshold"].locator(".lab-code summary").click()
    panels["threshold"].locator(".lab-code .lab-pre", has_text=", 0.53)").wait_for()

    panels["scale"].get_by_label("Begin from").select_option("GPT-2 XL")
    panels["scale"].get_by_text("1,557,611,200 parameters").wait_for()
