"""The encoder-decoder lab in JupyterLab: a text is typed, and what it becomes follows."""

from tests.browser.axe import findings
from tests.browser.conftest import READY, shot

CELLS = ["from lablib import seq2seq as ss", 'ss.translate_panel(model="pocket-t5")']


def test_the_translation_follows_the_text(lab):
    page = lab.page
    lab.open(lab.write("translate.ipynb", CELLS))
    lab.run_all()
    page.wait_for_selector(READY)
    for theme in lab.themes("Dark", "Dark High Contrast"):
        assert findings(page, ".lab-panel") == [], theme
        if theme in ("Light", "Dark"):
            shot(page.locator(".lab-panel"), f"translation-{theme.lower()}")
    page.locator(".lab-area").first.fill("plural: the dog")
    page.get_by_text("“the dogs”").wait_for()
    assert page.locator(".lab-main-picture .js-plotly-plot").count() == 1
