"""Outputs that JupyterLab gives up when a busy page is loaded again are drawn all the same."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import READY

CELLS = [
    'from lablib import tokenization as tk\ntk.token_panel("Hello")',
    'print("between")\ntk.word_panel("strawberry")',
    "import ipywidgets\nipywidgets.Label('not of the labs')",
]
BUSY = """
const wait = window.setTimeout;
window.setTimeout = (then, ms, ...more) =>
    wait(then, ms >= 100 && ms < 3000 ? ms + 6000 : ms, ...more);
"""
"""Who looks ten times a second looks once and then six seconds later, when all has come: as on a
page that is busy meanwhile. JupyterLab then gives up all three outputs."""


@pytest.mark.timeout(900)
def test_a_busy_page_that_is_loaded_again_shows_all_it_had(lab):
    page = lab.page
    lab.open(lab.write("lost.ipynb", CELLS))
    lab.run_all()
    lab.save()
    page.add_init_script(BUSY)
    page.reload()
    expect(page.locator(READY)).to_have_count(2)
    lab.errors[:] = [error for error in lab.errors if "widget model not found" not in error]
    page.get_by_text("not of the labs", exact=True).wait_for()
    expect(page.get_by_text("between", exact=True)).to_have_count(1)
    page.locator(".lab-area").first.fill("Goodbye")
    page.locator(".lab-panel").first.get_by_text("Goodbye").first.wait_for()
